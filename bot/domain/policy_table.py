"""The table of rights: the one place where a right is declared, as data.

Read from the top, the first row that fits decides; where none fits, the answer is no. There are no
rows that say no, but a narrower row may stand before a wider one that only asks.

Sources: `docs/glossary.md` (label, release, quorum); FIRST TLP 2.0 for RED and AMBER+STRICT, whose
definitions confine them to recipients and to one organisation: no row lets them travel.
"""

from __future__ import annotations

from typing import TypeVar

from bot.domain.advisories import AdvisoryState
from bot.domain.labels import Label
from bot.domain.links import LinkState
from bot.domain.marking_tables import Decision
from bot.domain.officials import SPEAKING_ROLES, Role
from bot.domain.rights import Act, Channel, Part, Quorum, Row, Side, Verdict, Who

T = TypeVar("T")


def _these(*values: T) -> frozenset[T]:
    return frozenset(values)


SPEAKERS = SPEAKING_ROLES | {Role.SOURCE}
KEEPERS = _these(Role.NOTETAKER, Role.LIAISON, Role.ADMIN)
ORIGINATORS: frozenset[Who] = frozenset({Part.AUTHOR, Role.RELEASER})
EITHER, OTHER = frozenset(Side), _these(Side.OTHER)
FREE = _these(Label.CLEAR, Label.GREEN)
RELAYED = FREE | {Label.AMBER}
UNMARKED = _these(Decision.ALLOW)
PASSABLE = UNMARKED | {Decision.ASK}
HELD = _these(AdvisoryState.HELD)
ISSUED = _these(AdvisoryState.ISSUED)
OUT = ISSUED | {AdvisoryState.SUPERSEDED}
PROPOSED = _these(LinkState.PROPOSED)
LIVE = _these(LinkState.ACTIVE, LinkState.PAUSED)
OPEN, AUTO = _these(Channel.OPEN), _these(Channel.AUTO)
CARRYING = AUTO | {Channel.MANUAL}
LISTENED_TO = _these(Channel.NONE, Channel.OPEN, Channel.PAUSED) | CARRYING

ALLOW, ASK = Verdict.ALLOW, Verdict.ASK
# Whose word "ask" wants.
TWO_RELEASERS = Quorum(Role.RELEASER, without_author=True)
TWO_ADMINS = Quorum(Role.ADMIN)
BOTH_LIAISONS = Quorum(Role.LIAISON, each_side=True)

TABLE: tuple[Row, ...] = (
    # Advisories: put into words, labelled, let go, taken back.
    Row(
        ALLOW,
        _these(Act.POST),
        SPEAKERS,
        channels=LISTENED_TO,
        labels=RELAYED | {None},
        markings=PASSABLE,
        states=_these(None),
    ),
    Row(ALLOW, _these(Act.LABEL), ORIGINATORS, labels=RELAYED, markings=PASSABLE, states=HELD),
    Row(ALLOW, _these(Act.DISCARD), ORIGINATORS, states=HELD),
    Row(
        ALLOW, _these(Act.RELEASE, Act.KEEP_BACK), _these(Role.RELEASER), labels=RELAYED, states=OUT
    ),
    Row(ALLOW, _these(Act.WITHDRAW, Act.SUPERSEDE, Act.NARROW), ORIGINATORS, states=OUT),
    Row(
        ASK,
        _these(Act.RESTORE),
        ORIGINATORS,
        states=_these(AdvisoryState.WITHDRAWN),
        quorum=TWO_RELEASERS,
    ),
    Row(ALLOW, _these(Act.ACKNOWLEDGE), SPEAKERS, sides=OTHER, states=OUT),
    Row(ALLOW, _these(Act.TIGHTEN), SPEAKERS, sides=EITHER, labels=frozenset(Label), states=OUT),
    Row(
        ASK,
        _these(Act.RELAX, Act.WIDEN),
        ORIGINATORS,
        labels=RELAYED,
        markings=PASSABLE,
        states=ISSUED,
        quorum=TWO_RELEASERS,
    ),
    # The bridge: what travels by itself, and what waits for two. A relayed copy never travels on.
    Row(
        ALLOW,
        _these(Act.RELAY),
        _these(Part.BRIDGE),
        sides=OTHER,
        channels=AUTO,
        labels=FREE,
        markings=UNMARKED,
        states=ISSUED,
    ),
    Row(
        ALLOW,
        _these(Act.UPDATE, Act.REPLY),
        _these(Part.BRIDGE),
        sides=OTHER,
        channels=AUTO,
        labels=FREE,
        markings=UNMARKED,
        states=OUT,
    ),
    Row(
        ASK,
        _these(Act.RELAY),
        _these(Part.BRIDGE),
        sides=OTHER,
        channels=CARRYING,
        labels=RELAYED,
        markings=PASSABLE,
        states=ISSUED,
        quorum=TWO_RELEASERS,
    ),
    Row(
        ASK,
        _these(Act.UPDATE),
        _these(Part.BRIDGE),
        sides=OTHER,
        channels=CARRYING,
        labels=RELAYED,
        markings=PASSABLE,
        states=OUT,
        quorum=TWO_RELEASERS,
    ),
    # Links: joint property; terms are agreed by a liaison of each side, either side may stop.
    Row(
        ASK,
        _these(Act.PROPOSE_LINK),
        _these(Role.LIAISON),
        channels=OPEN,
        labels=RELAYED,
        states=_these(None),
        quorum=BOTH_LIAISONS,
    ),
    Row(
        ALLOW,
        _these(Act.ACCEPT_LINK),
        _these(Role.LIAISON),
        sides=OTHER,
        channels=OPEN,
        labels=RELAYED,
        states=PROPOSED,
    ),
    Row(
        ASK,
        _these(Act.AMEND_LINK),
        _these(Role.LIAISON),
        sides=EITHER,
        labels=RELAYED,
        states=LIVE,
        quorum=BOTH_LIAISONS,
    ),
    Row(
        ALLOW,
        _these(Act.AGREE_TERMS),
        _these(Role.LIAISON),
        sides=OTHER,
        labels=RELAYED,
        states=LIVE,
    ),
    Row(
        ALLOW,
        _these(Act.DECLINE_LINK, Act.CUT_LINK),
        _these(Role.LIAISON),
        sides=EITHER,
        states=PROPOSED | LIVE,
    ),
    Row(ALLOW, _these(Act.PAUSE_LINK), _these(Role.LIAISON), sides=EITHER, states=LIVE),
    Row(
        ALLOW,
        _these(Act.RESUME_LINK),
        _these(Role.LIAISON),
        sides=EITHER,
        states=_these(LinkState.PAUSED),
    ),
    # The house: each side looks after its own.
    Row(
        ALLOW,
        _these(Act.ENROL, Act.READ_AUDIT, Act.SET_HOLIDAYS, Act.LIFT_CEILING),
        _these(Role.ADMIN),
    ),
    Row(ALLOW, _these(Act.SET_CEILING), _these(Role.ADMIN), labels=RELAYED),
    Row(ALLOW, _these(Act.REMOVE), _these(Part.AUTHOR, Role.ADMIN)),
    Row(ALLOW, _these(Act.HAND_DUTY), _these(Role.ADMIN, Role.DUTY)),
    Row(ASK, _these(Act.PURGE), _these(Role.ADMIN), quorum=TWO_ADMINS),
    Row(ALLOW, _these(Act.CAPTURE), _these(Role.NOTETAKER)),
    Row(ALLOW, _these(Act.WORK), SPEAKERS),
    Row(ALLOW, _these(Act.CHANGE_ITEM), KEEPERS | {Part.AUTHOR}),
    # Whoever carries an item may be of the side that did not open it.
    Row(ALLOW, _these(Act.CHANGE_ITEM), _these(Part.AUTHOR), OTHER),
    Row(ALLOW, _these(Act.KEEP_ROUND), KEEPERS),
)
