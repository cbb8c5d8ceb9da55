"""Taking what is due: each slot once, after a stop one catch-up for all that was missed.

A duty says what a kind of schedule does. What it does happens in the transaction that takes the
slot: it puts deliveries into the outbox, and the slot counts as delivered when they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.calendars import CalendarName
from bot.domain.schedules import Occasion, Schedule
from bot.domain.slots import LATE, IsWorking, Recurrence, Slot
from bot.services.calendars import calendar_of
from bot.storage.unit_of_work import UnitOfWork

# The calendar of what does not care about holidays.
EVERY_DAY = "NONE"

Arrival = Callable[[UnitOfWork, Schedule, Slot], datetime]


def _at_once(_uow: UnitOfWork, _schedule: Schedule, slot: Slot) -> datetime:
    return slot.at


@dataclass(frozen=True)
class Duty:
    """What a kind of schedule does with everything that is due at once.

    `run` returns the delivery that says each schedule's slot, where there is one. `arrival` may put
    a slot off, never forward, and never changes the order of slots.
    """

    run: Callable[[UnitOfWork, Sequence[Occasion]], Mapping[int, int]]
    arrival: Arrival = _at_once


@dataclass(frozen=True)
class Standing:
    """A schedule the code itself sets: one row, made when the bot starts."""

    name: str
    kind: str
    recurrence: Recurrence
    calendar: str = EVERY_DAY


def each(work: Callable[[UnitOfWork, Occasion], int | None]) -> Duty:
    """A duty done for each schedule by itself; `work` returns the delivery that says it, if any."""

    def run(uow: UnitOfWork, occasions: Sequence[Occasion]) -> Mapping[int, int]:
        said = {one.schedule.id: work(uow, one) for one in occasions}
        return {key: delivery for key, delivery in said.items() if delivery is not None}

    return Duty(run)


def take(uow: UnitOfWork, duty: Duty, claimed: Sequence[Schedule]) -> int:
    """Takes what is due of claimed schedules of one kind; returns how many had something due."""
    found = [_take_slots(uow, duty, schedule) for schedule in claimed]
    occasions = [occasion for occasion in found if occasion is not None]
    if occasions:
        said = duty.run(uow, occasions)
        for one in occasions:
            if one.schedule.id in said:
                uow.schedules.note_delivery(one.schedule, one.slot, said[one.schedule.id])
    return len(occasions)


def plan(
    uow: UnitOfWork, duty: Duty, schedule: Schedule, first: date
) -> Iterator[tuple[Slot, datetime]]:
    """The slots from a day on, each with the instant it is due at."""
    is_working = working_days(uow, schedule.calendar)
    for slot in schedule.recurrence.slots(first, is_working):
        yield slot, max(slot.at, duty.arrival(uow, schedule, slot))


def working_days(uow: UnitOfWork, name: str) -> IsWorking:
    """Which days are working days in a calendar, by its name, with what officials changed."""
    if name == EVERY_DAY:
        return lambda _on: True
    if name not in uow.working_days:
        uow.working_days[name] = calendar_of(uow, CalendarName(name)).is_working
    return uow.working_days[name]


def _take_slots(uow: UnitOfWork, duty: Duty, schedule: Schedule) -> Occasion | None:
    due: list[tuple[Slot, datetime]] = []
    upcoming: tuple[Slot, datetime] | None = None
    if schedule.next_on is not None:
        for slot, at in plan(uow, duty, schedule, schedule.next_on):
            if at > uow.now:
                upcoming = (slot, at)
                break
            due.append((slot, at))
    uow.schedules.go_on(
        schedule,
        upcoming[0].on if upcoming else None,
        upcoming[1] if upcoming else None,
    )
    if not due:
        return None
    newest, due_at = due[-1]
    earlier = [
        slot for slot, at in due[:-1] if uow.schedules.take(schedule, slot, at, merged_into=newest)
    ]
    if not uow.schedules.take(schedule, newest, due_at):
        return None
    return Occasion(schedule, newest, due_at, tuple(earlier), uow.now - due_at > LATE)
