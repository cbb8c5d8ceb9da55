"""When something that recurs is due: slots, in the wall time of a named zone.

Promise: a recurrence has one slot for each of its days, known by that day. A wall time that a clock
change skips happens once, as much later as the clock leaps; one that exists twice happens the first
time. A slot on a non-working day moves by rule, and says from where.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

IsWorking = Callable[[date], bool]

# The longest closure known is New Year with weekends: ten days (JP, 2026). Twice that is an error.
LONGEST_CLOSURE = timedelta(days=21)
# Taken so much after its instant, a slot is said to be late.
LATE = timedelta(minutes=15)


class Unit(StrEnum):
    """What a recurrence counts in."""

    ONCE = "once"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Move(StrEnum):
    """What becomes of a slot that falls on a non-working day."""

    STAY = "stay"  # it happens all the same
    NEXT = "next"  # the next working day
    PREVIOUS = "previous"  # the last working day before
    SKIP = "skip"  # it does not happen


@dataclass(frozen=True)
class Slot:
    """One occurrence: known by its day, due at an instant, moved there from its day if it was."""

    on: date
    at: datetime
    wall: time
    moved_from: date | None = None

    @property
    def key(self) -> str:
        """What tells it from every other slot of its schedule: the day and wall time it was for."""
        return f"{self.on.isoformat()}T{self.wall:%H:%M:%S}"


@dataclass(frozen=True)
class Recurrence:
    """First on a day at a wall time in a zone, then every so many units, until a last day."""

    zone: str
    start_on: date
    at: time
    unit: Unit = Unit.ONCE
    every: int = 1
    until_on: date | None = None
    move: Move = Move.STAY

    def days(self, first: date) -> Iterator[date]:
        """The days of its slots from `first` on, unmoved; ascending, perhaps without end."""
        n = self._count_before(first)
        while True:
            on = self._nth(n)
            if on is None or (self.until_on is not None and on > self.until_on):
                return
            if on >= first:
                yield on
            n += 1

    def slots(self, first: date, is_working: IsWorking) -> Iterator[Slot]:
        """The slots whose days are `first` or later, in order."""
        for on in self.days(first):
            happens = _moved(on, self.move, is_working)
            if happens is not None:
                moved_from = on if happens != on else None
                yield Slot(on, instant_of(happens, self.at, self.zone), self.at, moved_from)

    def due(self, first: date, now: datetime, is_working: IsWorking) -> tuple[Slot, ...]:
        """The slots whose days are `first` or later and whose instants have come by `now`."""
        found = []
        for slot in self.slots(first, is_working):
            if slot.at > now:
                break
            found.append(slot)
        return tuple(found)

    def _count_before(self, first: date) -> int:
        """How many slots certainly lie before a day: where to begin counting."""
        passed = (first - self.start_on).days
        per_slot = {Unit.ONCE: 1, Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 31}[self.unit]
        return max(0, passed // (per_slot * self.every)) if self.unit is not Unit.ONCE else 0

    def _nth(self, n: int) -> date | None:
        try:
            match self.unit:
                case Unit.ONCE:
                    return self.start_on if n == 0 else None
                case Unit.DAY:
                    return self.start_on + timedelta(days=n * self.every)
                case Unit.WEEK:
                    return self.start_on + timedelta(weeks=n * self.every)
                case Unit.MONTH:
                    return _months_after(self.start_on, n * self.every)
        except (OverflowError, ValueError):
            # The calendar ends in the year 9999.
            return None


def instant_of(on: date, at: time, zone: str) -> datetime:
    """The instant of a wall time: after the leap when it is skipped, the first of two."""
    return datetime.combine(on, at, ZoneInfo(zone)).astimezone(UTC)


def _months_after(start: date, months: int) -> date:
    """The same day of a later month, or that month's last: the 31st is 28 February."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _moved(on: date, move: Move, is_working: IsWorking) -> date | None:
    """The day a slot happens on, or None. A calendar without working days moves nothing."""
    if move is Move.STAY or is_working(on):
        return on
    if move is Move.SKIP:
        return None
    step = timedelta(days=1 if move is Move.NEXT else -1)
    moved = on + step
    while not is_working(moved):
        moved += step
        if abs(moved - on) > LONGEST_CLOSURE:
            return on
    return moved
