"""A round of the Cyber Policy Dialogue, from the first proposal of dates to the last review.

Rounds are irregular; nothing here is yearly. What binds both sides (dates, decisions, the outcome)
needs both: one proposes, the other agrees to exactly that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from bot import errors
from bot.domain.actions import Pillar
from bot.domain.officials import Government


class DialogueState(StrEnum):
    """The life of a round."""

    PROPOSED = "proposed"  # dates have been named by one side
    DATES_AGREED = "dates_agreed"  # both sides agreed to the dates; the tasks before it are set
    AGENDA_OPEN = "agenda_open"  # items are being collected
    AGENDA_LOCKED = "agenda_locked"  # the agenda stands
    PAPERS = "papers"  # papers are being exchanged
    HELD = "held"  # the talks are on, or over and not yet closed
    OUTCOME_DRAFTING = "outcome_drafting"  # the outcome is being worded
    OUTCOME_CLEARED = "outcome_cleared"  # both sides cleared the same text
    PUBLISHED = "published"  # the outcome is public
    FOLLOW_UP = "follow_up"  # what was decided is being done
    CLOSED = "closed"  # nothing of it is left to do, or the next round has it


BEFORE = (
    DialogueState.DATES_AGREED,
    DialogueState.AGENDA_OPEN,
    DialogueState.AGENDA_LOCKED,
    DialogueState.PAPERS,
)
AFTER = (DialogueState.OUTCOME_DRAFTING, DialogueState.OUTCOME_CLEARED)
TAKING_DECISIONS = (DialogueState.HELD, *AFTER)
FOLLOWED = (DialogueState.PUBLISHED, DialogueState.FOLLOW_UP)


@dataclass(frozen=True)
class Dates:
    """The days of a round, both included."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise errors.DatesReversed


@dataclass(frozen=True)
class AgendaItem:
    """One item: its number on the agenda, what about, who leads, and for how long."""

    position: int
    text: str
    rendering: str = ""
    pillar: Pillar | None = None
    lead: str = ""
    minutes: int = 0
    paper_on: date | None = None


@dataclass(frozen=True)
class Delegate:
    """Somebody of a delegation, as the side names them; they need not be on any roster."""

    government: Government
    name: str
    agency: str
    role: str


@dataclass(frozen=True)
class DecisionTaken:
    """D-n: the words one side put, and whether the other has agreed to exactly these."""

    position: int
    text: str
    rendering: str
    by: Government
    agreed: bool = False

    @property
    def label(self) -> str:
        return f"D-{self.position}"


@dataclass(frozen=True)
class Clearing:
    """One side has read the outcome of that hash and lets it go."""

    government: Government
    digest: str
    by: int
    at: datetime


@dataclass(frozen=True)
class Dialogue:
    """A round. `dates` hold once agreed; `pending` are proposed by `pending_from`."""

    id: int
    round: int
    state: DialogueState
    host: Government
    created_by: int
    created_at: datetime
    dates: Dates | None = None
    pending: Dates | None = None
    pending_from: Government | None = None
    venue: str = ""
    next_venue: str = ""
    agenda_now: int = 0
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    published_at: datetime | None = None
    link_id: int | None = None

    @property
    def number(self) -> str:
        return f"DLG-{self.round:02}"

    @property
    def is_in_session(self) -> bool:
        return self.state is DialogueState.HELD

    def propose_dates(self, dates: Dates, by: Government) -> Dialogue:
        """Names dates, or others than those that stand; the other side has to agree."""
        self._require(DialogueState.PROPOSED, *BEFORE)
        return replace(self, pending=dates, pending_from=by)

    def agree_dates(self, by: Government) -> Dialogue:
        """The other side agrees to the dates proposed; from now on they hold."""
        self._require(DialogueState.PROPOSED, *BEFORE)
        if self.pending is None:
            raise errors.NoDatesProposed(number=self.number)
        if self.pending_from == by:
            raise errors.OwnSideOnly(code=self.number)
        first = self.state is DialogueState.PROPOSED
        state = DialogueState.DATES_AGREED if first else self.state
        return replace(self, state=state, dates=self.pending, pending=None, pending_from=None)

    def open_agenda(self) -> Dialogue:
        """An item is being put on the agenda; the first one opens it."""
        self._require(DialogueState.DATES_AGREED, DialogueState.AGENDA_OPEN, DialogueState.HELD)
        if self.state is DialogueState.DATES_AGREED:
            return replace(self, state=DialogueState.AGENDA_OPEN)
        return self

    def lock_agenda(self) -> Dialogue:
        self._require(DialogueState.AGENDA_OPEN)
        return replace(self, state=DialogueState.AGENDA_LOCKED)

    def exchange_papers(self) -> Dialogue:
        self._require(DialogueState.AGENDA_LOCKED)
        return replace(self, state=DialogueState.PAPERS)

    def hold(self, link_id: int, at: datetime) -> Dialogue:
        """The talks begin, in a thread on each side."""
        self._require(*BEFORE)
        return replace(self, state=DialogueState.HELD, link_id=link_id, opened_at=at)

    def turn_to(self, position: int) -> Dialogue:
        """The talks turn to an item of the agenda."""
        self._require(DialogueState.HELD)
        return replace(self, agenda_now=position)

    def close_session(self, at: datetime) -> Dialogue:
        """The talks are over; the outcome is to be worded."""
        self._require(DialogueState.HELD)
        return replace(self, state=DialogueState.OUTCOME_DRAFTING, closed_at=at, agenda_now=0)

    def require_taking_decisions(self) -> None:
        """Decisions are put and agreed while the talks are on or the outcome is being worded."""
        self._require(*TAKING_DECISIONS)

    @property
    def takes_decisions(self) -> bool:
        return self.state in TAKING_DECISIONS

    def cleared(self, clearings: tuple[Clearing, ...], digest: str) -> Dialogue:
        """Where the round stands after these clearings of a text with that hash.

        Both sides have to have cleared the very same text; a changed text is cleared by nobody.
        """
        self._require(*AFTER)
        sides = {one.government for one in clearings if one.digest == digest}
        both = sides == set(Government)
        state = DialogueState.OUTCOME_CLEARED if both else DialogueState.OUTCOME_DRAFTING
        return replace(self, state=state)

    def publish(self, at: datetime) -> Dialogue:
        self._require(DialogueState.OUTCOME_CLEARED)
        return replace(self, state=DialogueState.PUBLISHED, published_at=at)

    def follow_up(self, *, has_open: bool) -> Dialogue:
        """What was decided is being done; with nothing open the round is closed."""
        self._require(*FOLLOWED)
        if has_open and self.state is DialogueState.PUBLISHED:
            return replace(self, state=DialogueState.FOLLOW_UP)
        return replace(self, state=DialogueState.CLOSED)

    def _require(self, *states: DialogueState) -> None:
        if self.state not in states:
            raise errors.DialogueNotInState(number=self.number, stage=self.state.value)


# The tasks around a round (business days of both sides; before its first day, after its last).
MILESTONES: dict[str, int] = {
    "dates": -60,
    "agenda": -42,
    "delegations": -28,
    "papers": -14,
    "draft": -7,
    "summary": 5,
    "outcome": 10,
    "review_30": 30,
    "review_90": 90,
    "review_180": 180,
}

# Adds business days to a day, in either direction; the calendar's own function.
AddDays = Callable[[date, int], date]


def milestone_days(dates: Dates, add: AddDays) -> dict[str, date]:
    """The day of each task: T-n counts back from the first day, T+n on from the last."""
    return {
        name: add(dates.start if days < 0 else dates.end, days) for name, days in MILESTONES.items()
    }
