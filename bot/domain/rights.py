"""The words of the table of rights: who, does what, for whose side, where, under which label.

Every dimension is declared here whole: a value that is not among these fits no row of the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.advisories import AdvisoryState
from bot.domain.labels import Label
from bot.domain.links import LinkState
from bot.domain.marking_tables import Decision
from bot.domain.officials import Role


class Verdict(StrEnum):
    """What the table answers."""

    ALLOW = "allow"
    ASK = "ask"  # the row's quorum of people decides
    DENY = "deny"


class Part(StrEnum):
    """In which part somebody acts, besides their roles."""

    AUTHOR = "author"  # it is their own
    BRIDGE = "bridge"  # the bot, carrying out what was decided


class Side(StrEnum):
    """Whose side acts, seen from the thing: an advisory's originator, a link's proposer."""

    OWN = "own"
    OTHER = "other"


class Channel(StrEnum):
    """The class of the channel concerned."""

    NONE = "none"  # no channel is concerned
    OPEN = "open"  # a channel of one side, to be joined
    AUTO = "auto"  # where an ordinary link leads
    MANUAL = "manual"  # where a link leads on which everything waits for release
    PAUSED = "paused"  # where a paused link leads
    CLOSED = "closed"  # where nothing leads: no link, one that has ended, or the other way
    ONWARD = "onward"  # where a relayed copy would be relayed again
    TALK = "talk"  # a talk among a few people
    SHARED = "shared"  # read by other organisations
    ABSENT = "absent"  # the bot is not in it


class Act(StrEnum):
    """What somebody wants to do."""

    POST = "post"
    ACKNOWLEDGE = "acknowledge"
    TIGHTEN = "tighten"  # a more restrictive label
    RELAX = "relax"  # a less restrictive one
    NARROW = "narrow"  # for fewer agencies
    WIDEN = "widen"  # for more
    LABEL = "label"
    DISCARD = "discard"
    RELEASE = "release"  # put one's name to what waits
    KEEP_BACK = "keep_back"
    WITHDRAW = "withdraw"
    SUPERSEDE = "supersede"
    RESTORE = "restore"  # what was withdrawn
    RELAY = "relay"  # a first copy leaves
    UPDATE = "update"  # a newer text follows a copy that stands
    REPLY = "reply"  # a reply follows the advisory's way
    PROPOSE_LINK = "propose_link"
    ACCEPT_LINK = "accept_link"
    DECLINE_LINK = "decline_link"
    AMEND_LINK = "amend_link"
    AGREE_TERMS = "agree_terms"
    PAUSE_LINK = "pause_link"
    RESUME_LINK = "resume_link"
    CUT_LINK = "cut_link"
    ENROL = "enrol"
    REMOVE = "remove"
    HAND_DUTY = "hand_duty"
    READ_AUDIT = "read_audit"
    SET_HOLIDAYS = "set_holidays"
    SET_CEILING = "set_ceiling"  # of an agency
    LIFT_CEILING = "lift_ceiling"
    PURGE = "purge"
    CAPTURE = "capture"
    WORK = "work"  # open items, follow-ups and notes; look after one's own
    CHANGE_ITEM = "change_item"
    KEEP_ROUND = "keep_round"


State = AdvisoryState | LinkState | None
Who = Role | Part

# Every value of every dimension: outside of these the answer is no.
WHO: tuple[Who, ...] = (*Role, *Part)
LABELS: tuple[Label | None, ...] = (None, *Label)
STATES: tuple[State, ...] = (None, *AdvisoryState, *LinkState)


@dataclass(frozen=True)
class Quorum:
    """Whose word "ask" wants: distinct people of a role, of the side the thing belongs to."""

    role: Role
    people: int = 2
    each_side: bool = False  # instead one of each side
    without_author: bool = False


@dataclass(frozen=True)
class Matter:
    """What a right is asked about; what does not concern it is left as it is."""

    side: Side = Side.OWN
    channel: Channel = Channel.NONE
    label: Label | None = None
    marking: Decision = Decision.ALLOW
    state: State = None


NOTHING = Matter()


@dataclass(frozen=True)
class Row:
    """One declaration; a dimension it does not name fits whatever is known there."""

    verdict: Verdict
    acts: frozenset[Act]
    by: frozenset[Who]
    sides: frozenset[Side] = frozenset({Side.OWN})
    channels: frozenset[Channel] = frozenset(Channel)
    labels: frozenset[Label | None] = frozenset(LABELS)
    markings: frozenset[Decision] = frozenset(Decision)
    states: frozenset[State] = frozenset(STATES)
    quorum: Quorum | None = None

    def fits(self, who: Who, act: Act, matter: Matter) -> bool:
        return (
            act in self.acts
            and who in self.by
            and matter.side in self.sides
            and matter.channel in self.channels
            and matter.label in self.labels
            and matter.marking in self.markings
            and matter.state in self.states
        )
