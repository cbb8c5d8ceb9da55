"""An action item: what somebody has to do, by when, and how far it has come.

A joint item is seen by both sides; an internal one exists for one side only, in a sequence of
numbers of its own, so that neither its number nor a gap betrays it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from bot import errors
from bot.domain.officials import Government


class ActionState(StrEnum):
    """The life of an action item."""

    OPEN = "open"  # nobody has begun
    IN_PROGRESS = "in_progress"  # somebody works on it
    BLOCKED = "blocked"  # it waits for something, and says for what
    DONE = "done"  # an owner says it is finished
    VERIFIED = "verified"  # somebody else has looked and agrees
    DROPPED = "dropped"  # it will not be done, and says why
    SUPERSEDED = "superseded"  # merged into another item


OPEN_STATES = frozenset({ActionState.OPEN, ActionState.IN_PROGRESS, ActionState.BLOCKED})


class Pillar(StrEnum):
    """The Partnership's four pillars: its paragraph 6, (a) to (d)."""

    A = "a"  # information sharing, technical advisories, attribution, expertise
    B = "b"  # law, norms and internet governance; capacity building in the Indo-Pacific
    C = "c"  # industry: ransomware, cybercrime, critical infrastructure
    D = "d"  # critical technology, including artificial intelligence; Secure by Design


class Priority(StrEnum):
    """How soon somebody should look."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


@dataclass(frozen=True)
class Owner:
    """A side, an agency of it, or one of its people: whoever carries the item."""

    government: Government
    agency: str = ""
    official_id: int | None = None


@dataclass(frozen=True)
class Source:
    """The message an item was taken from; `part` tells several items of one message apart."""

    team: str
    channel: str
    ts: str
    part: str = ""
    permalink: str = ""


@dataclass(frozen=True)
class Due:
    """A due date as somebody typed it, the day it was read as, and until when on that day."""

    phrase: str = ""
    on: date | None = None
    by: datetime | None = None


NEVER_DUE = Due()


@dataclass(frozen=True)
class Action:
    """One item; `internal_to` names the only side that sees it, None means both do."""

    id: int
    number: str
    text: str
    state: ActionState
    owners: tuple[Owner, ...]
    created_by: int
    created_at: datetime
    changed_at: datetime
    internal_to: Government | None = None
    rendering: str = ""
    due: Due = NEVER_DUE
    pillar: Pillar | None = None
    priority: Priority = Priority.NORMAL
    source: Source | None = None
    dialogue_id: int | None = None
    reason: str = ""
    done_by: int | None = None
    done_at: datetime | None = None
    superseded_by: str = ""

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def is_joint(self) -> bool:
        return self.internal_to is None

    def is_seen_by(self, government: Government) -> bool:
        return self.internal_to in (None, government)

    def is_overdue(self, today: date) -> bool:
        """Whether the due day is over; `today` is the day in Tokyo, where it ends last."""
        return self.is_open and self.due.on is not None and self.due.on < today

    def was_on_time(self, day: date) -> bool:
        """Whether something finished on that day was finished in time; no due date is in time."""
        return self.due.on is None or day <= self.due.on

    def belongs_to(self, government: Government, agency: str, official_id: int) -> bool:
        """Whether an official carries it: by name, through their agency, or for their side."""
        return any(
            owner.official_id == official_id
            or (owner.official_id is None and owner.agency == agency)
            or (not owner.agency and owner.government == government)
            for owner in self.owners
        )

    def start(self) -> Action:
        """Somebody begins, or goes on with what was blocked."""
        self._require(ActionState.OPEN, ActionState.BLOCKED)
        return replace(self, state=ActionState.IN_PROGRESS, reason="")

    def block(self, reason: str) -> Action:
        """It waits; the reason says for what."""
        self._require(ActionState.OPEN, ActionState.IN_PROGRESS)
        return replace(self, state=ActionState.BLOCKED, reason=reason)

    def finish(self, by: int, at: datetime) -> Action:
        """An owner says it is done."""
        self._require(*OPEN_STATES)
        return replace(self, state=ActionState.DONE, done_by=by, done_at=at, reason="")

    def verify(self, by: int) -> Action:
        """Somebody other than who finished it has looked and agrees."""
        self._require(ActionState.DONE)
        if by == self.done_by:
            raise errors.ActionVerifiedByFinisher(number=self.number)
        return replace(self, state=ActionState.VERIFIED)

    def reopen(self) -> Action:
        """It was not finished after all, or is wanted again."""
        self._require(ActionState.DONE, ActionState.VERIFIED, ActionState.DROPPED)
        return replace(self, state=ActionState.OPEN, done_by=None, done_at=None, reason="")

    def drop(self, reason: str) -> Action:
        """It will not be done."""
        self._require(*OPEN_STATES)
        return replace(self, state=ActionState.DROPPED, reason=reason)

    def merge_into(self, other: Action) -> Action:
        """Another item stands in its place; both must be seen by the same side or sides."""
        self._require(*OPEN_STATES)
        if other.id == self.id:
            raise errors.ActionMergedIntoItself(number=self.number)
        if other.internal_to != self.internal_to or not other.is_open:
            raise errors.ActionCannotMerge(number=self.number, into=other.number)
        return replace(self, state=ActionState.SUPERSEDED, superseded_by=other.number)

    def assign(self, owners: tuple[Owner, ...]) -> Action:
        """Others carry it from now on; an internal item stays within its side."""
        self._require(*OPEN_STATES)
        require_owners(self.internal_to, owners)
        return replace(self, owners=owners)

    def postpone(self, due: Due) -> Action:
        """Another due date."""
        self._require(*OPEN_STATES)
        return replace(self, due=due)

    def reword(self, text: str) -> Action:
        """The words were corrected at their source."""
        self._require(*OPEN_STATES)
        return replace(self, text=text)

    def render(self, rendering: str) -> Action:
        """A person's rendering in the other language stands beside the words used."""
        return replace(self, rendering=rendering)

    def _require(self, *states: ActionState) -> None:
        if self.state not in states:
            raise errors.ActionNotInState(number=self.number, state=self.state.value)


def require_owners(internal_to: Government | None, owners: tuple[Owner, ...]) -> None:
    """An internal item is carried by its own side alone: nobody else may learn of it."""
    if internal_to and any(owner.government != internal_to for owner in owners):
        raise errors.InternalOwnerElsewhere


@dataclass(frozen=True)
class ActionEvent:
    """One line of an item's history: who did what when; `detail` is a person's words or a code."""

    id: int
    action_id: int
    verb: str
    by: int
    at: datetime
    detail: str = ""


@dataclass(frozen=True)
class Filter:
    """Which items somebody asks for; what is left out does not restrict.

    Without a state, open items are meant: every list is read in order of its due dates.
    """

    official_id: int | None = None
    agency: str = ""
    side: Government | None = None
    pillar: Pillar | None = None
    state: ActionState | None = None
    dialogue_id: int | None = None
    overdue_on: date | None = None
