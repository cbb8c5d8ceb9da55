"""What the table of rights answers: asked when something is queued and again when it is sent.

Unknown means no. An official may do what any of their parts may; a ceiling of a link only ever
takes away from what the table gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot import errors
from bot.domain.advisories import Advisory, AdvisoryState, Barrier, RouteState
from bot.domain.labels import Label
from bot.domain.links import Link, LinkState, Mode
from bot.domain.marking_tables import Decision
from bot.domain.officials import Official, Role
from bot.domain.policy_table import TABLE, TWO_RELEASERS
from bot.domain.releasability import permits
from bot.domain.rights import (
    NOTHING,
    Act,
    Channel,
    Matter,
    Part,
    Quorum,
    Row,
    Side,
    State,
    Verdict,
    Who,
)

# Whom to name when somebody may not: the smallest role that may comes first.
ASCENDING = (Role.MEMBER, Role.NOTETAKER, Role.RELEASER, Role.LIAISON, Role.ADMIN)


def row_of(who: Who, act: Act, matter: Matter, table: Sequence[Row] = TABLE) -> Row | None:
    """The row that decides a cell; None where nothing is declared."""
    return next((row for row in table if row.fits(who, act, matter)), None)


def verdict_of(
    parts: Iterable[Who], act: Act, matter: Matter = NOTHING, table: Sequence[Row] = TABLE
) -> Verdict:
    """The best answer somebody gets in any of their parts; no where nothing is declared."""
    found = {row.verdict for part in parts if (row := row_of(part, act, matter, table))}
    return next((one for one in (Verdict.ALLOW, Verdict.ASK) if one in found), Verdict.DENY)


def may(official: Official, act: Act, matter: Matter = NOTHING, *, author: bool = False) -> bool:
    """Whether an official may do it, or may begin what more people have to agree to."""
    return verdict_of(_parts_of(official, author), act, matter) is not Verdict.DENY


def has_part_in(official: Official, act: Act, *, author: bool = False) -> bool:
    """Whether an official ever may do it, however things stand now."""
    parts = _parts_of(official, author)
    return any(act in row.acts and row.by.intersection(parts) for row in TABLE)


def role_for(act: Act) -> Role | None:
    """The smallest role that may ever do it; None when that is for no person."""
    named = frozenset[Who]().union(*(row.by for row in TABLE if act in row.acts))
    return next((one for one in ASCENDING if one in named), None)


def quorum_of(who: Who, act: Act, matter: Matter = NOTHING) -> Quorum | None:
    """Whose word it needs where the table asks; None where it does not."""
    row = row_of(who, act, matter)
    return row.quorum if row is not None else None


def _parts_of(official: Official, author: bool) -> tuple[Who, ...]:
    own: tuple[Who, ...] = (Part.AUTHOR,) if author else ()
    return (*official.roles, *own)


def is_relayable(label: Label) -> bool:
    """Whether a label may travel along any link at all."""
    matters = (Matter(Side.OTHER, kind, label, state=AdvisoryState.ISSUED) for kind in Channel)
    return any(row_of(Part.BRIDGE, Act.RELAY, one) is not None for one in matters)


# What waited on a link that no longer asks, or carries nothing now, needs no fewer than elsewhere.
RELEASE_QUORUM = TWO_RELEASERS
NEVER_RELAYED = frozenset(label for label in Label if not is_relayable(label))


def releasers_for(act: Act, matter: Matter) -> Quorum:
    """The releasers who have to agree to something about an advisory, never fewer than two."""
    return quorum_of(Role.RELEASER, act, matter) or RELEASE_QUORUM


def require_relayable(label: Label) -> None:
    """RED and AMBER+STRICT never leave by relay, whatever a link permits."""
    if label in NEVER_RELAYED:
        raise errors.LabelRefused(label=label.value)


def channel_of(link: Link) -> Channel:
    """The class of the channels a link leads to."""
    if link.state is LinkState.PAUSED:
        return Channel.PAUSED
    if link.state is not LinkState.ACTIVE:
        return Channel.CLOSED
    classes = {Mode.AUTO: Channel.AUTO, Mode.MANUAL: Channel.MANUAL}
    return classes.get(link.terms.mode, Channel.CLOSED)


def is_below_ceiling(label: Label | None, link: Link) -> bool:
    """Whether a link may carry a label at all; an unknown label is above every ceiling."""
    return label is not None and label.rank <= link.ceiling.rank


def barrier(advisory: Advisory, link: Link) -> Barrier | None:
    """Why an advisory is too restricted for a link, whatever its state; None where it is not."""
    end = link.end_of(advisory.government.other)
    if end is None or not permits(advisory.releasable, end.government, end.agency):
        return Barrier.NOT_RELEASABLE
    return None if is_below_ceiling(advisory.label, link) else Barrier.ABOVE_CEILING


def carries(advisory: Advisory, link: Link) -> bool:
    """Whether anything of an advisory may move along a link now: it is active and leads there."""
    destination = link.leads_from(advisory.team, advisory.channel)
    return link.state is LinkState.ACTIVE and destination is not None


def marking_of(advisory: Advisory) -> Decision:
    """What the screening of an advisory's text said."""
    return Decision.ASK if advisory.needs_release else Decision.ALLOW


def along(
    link: Link,
    act: Act,
    label: Label | None,
    marking: Decision,
    state: State = AdvisoryState.ISSUED,
) -> Verdict:
    """What the table says of a text that is not too restricted for a link."""
    matter = Matter(Side.OTHER, channel_of(link), label, marking, state)
    return verdict_of((Part.BRIDGE,), act, matter)


def _of_advisory(advisory: Advisory, link: Link, act: Act) -> Verdict:
    """The same of an advisory, and no where it is too restricted."""
    if barrier(advisory, link) is not None:
        return Verdict.DENY
    return along(link, act, advisory.label, marking_of(advisory), advisory.state)


def first_state(advisory: Advisory, link: Link) -> RouteState:
    """The state a fresh advisory takes on a link that matches its tags."""
    if barrier(advisory, link) is not None:
        return RouteState.TOO_RESTRICTED
    if link.state is LinkState.PAUSED:
        return RouteState.PAUSED
    found = _of_advisory(advisory, link, Act.RELAY)
    return {
        Verdict.ALLOW: RouteState.QUEUED,
        Verdict.ASK: RouteState.AWAITING,
        Verdict.DENY: RouteState.WITHHELD,
    }[found]


def update_of(advisory: Advisory, link: Link) -> Verdict:
    """Whether a newer text may follow the copies that stand, or has to wait first."""
    return _of_advisory(advisory, link, Act.UPDATE)


def may_reply(advisory: Advisory, link: Link) -> bool:
    """Whether a reply may travel along a link as its advisory did, nobody being asked."""
    found = _of_advisory(advisory, link, Act.REPLY)
    return found is Verdict.ALLOW


def quorum_along(link: Link, advisory: Advisory) -> Quorum | None:
    """Whose word it needs that the text of an advisory goes along a link; None where nobody's."""
    label, marking = advisory.label, marking_of(advisory)
    matter = Matter(Side.OTHER, channel_of(link), label, marking, AdvisoryState.ISSUED)
    return quorum_of(Part.BRIDGE, Act.RELAY, matter)


def may_send(advisory: Advisory, link: Link, state: RouteState, *, released: bool) -> bool:
    """The question asked again in the transaction that claims the send; unknown means no."""
    if state is not RouteState.QUEUED:
        return False
    destination = link.leads_from(advisory.team, advisory.channel)
    if destination is None or destination.government == advisory.government:
        return False
    found = _of_advisory(advisory, link, Act.RELAY)
    return found is Verdict.ALLOW or (found is Verdict.ASK and released)
