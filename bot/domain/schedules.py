"""A schedule: a recurrence with a name, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.slots import Recurrence, Slot


@dataclass(frozen=True)
class Schedule:
    """What recurs, of which kind, about what; ended when `next_on` is None."""

    id: int
    name: str
    kind: str
    subject_id: int | None
    recurrence: Recurrence
    calendar: str
    next_on: date | None
    next_at: datetime | None
    failures: int = 0


@dataclass(frozen=True)
class Occasion:
    """A slot being taken: what is due now, and the earlier ones it speaks for after a stop."""

    schedule: Schedule
    slot: Slot
    due_at: datetime
    merged: tuple[Slot, ...] = ()
    is_late: bool = False


@dataclass(frozen=True)
class Taken:
    """A slot that was taken, and what became of what was said about it."""

    slot: str
    due_at: datetime
    taken_at: datetime
    moved_from: date | None
    merged_into: str | None
    delivery_id: int | None
    delivery_state: str | None

    @property
    def is_delivered(self) -> bool:
        """Whether Slack has said that it has it."""
        return self.delivery_state == "delivered"
