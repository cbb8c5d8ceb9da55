"""Whoever ticks, and however clocks jump: every slot is taken once, and said once it is due."""

import asyncio
import os
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.domain.deliveries import DeliveryState, Method
from bot.domain.schedules import Occasion, Taken
from bot.domain.slots import Move, Recurrence, Slot, Unit
from bot.services.duties import DUTIES, STANDING, set_standing
from bot.services.kinds import NOTE
from bot.services.schedules import Duty, Standing, each, working_days
from bot.storage.database import Database
from bot.storage.tables_schedules import schedules
from bot.storage.unit_of_work import UnitOfWork
from bot.workers.clock import Clock
from bot.workers.outbox import Dispatcher
from tests import cast
from tests.storage.databases import HandClock, opened
from tests.workers.postman import HonestPostman

TOKYO, CANBERRA = "Asia/Tokyo", "Australia/Canberra"
WEEKLY = Recurrence(TOKYO, date(2026, 9, 14), time(10, 30), Unit.WEEK)
DAILY = Recurrence(TOKYO, date(2026, 9, 16), time(10, 30), Unit.DAY)


def remind(uow: UnitOfWork, occasion: Occasion) -> int:
    """Tells Sato which slot it is."""
    return uow.outbox.add(
        NOTE,
        {"key": "commands.help", "slot": occasion.slot.key},
        Method.DIRECT,
        cast.TOKYO,
        "U01SATO",
        user="U01SATO",
    )


REMINDERS: Mapping[str, Duty] = {"reminder": each(remind)}


def put(database: Database, name: str, recurrence: Recurrence, calendar: str = "NONE") -> None:
    database.transact(lambda uow: uow.schedules.put(name, "reminder", recurrence, calendar))


def taken(database: Database, name: str) -> tuple[Taken, ...]:
    def work(uow: UnitOfWork) -> tuple[Taken, ...]:
        schedule = uow.schedules.by_name(name)
        assert schedule is not None
        return uow.schedules.taken(schedule.id)

    return database.transact(work)


async def test_a_slot_is_taken_when_it_is_due_and_not_before(
    database: Database, clock: HandClock
) -> None:
    ticking = Clock(database, duties=REMINDERS)
    put(database, "one", DAILY)
    clock.now = datetime(2026, 9, 16, 1, 29, 59, tzinfo=UTC)
    await ticking.tick()
    assert taken(database, "one") == ()
    clock.advance(1)
    await ticking.tick()
    await ticking.tick()
    assert [one.slot for one in taken(database, "one")] == ["2026-09-16T10:30:00"]


async def test_a_slot_counts_as_delivered_once_slack_has_it(
    database: Database, clock: HandClock, dispatcher: Dispatcher, postman: HonestPostman
) -> None:
    put(database, "one", DAILY)
    clock.now = datetime(2026, 9, 16, 1, 30, tzinfo=UTC)
    await Clock(database, duties=REMINDERS).tick()
    [slot] = taken(database, "one")
    assert not slot.is_delivered
    await dispatcher.drain()
    [slot] = taken(database, "one")
    assert slot.is_delivered
    assert len(postman.said) == 1


async def test_a_stop_of_three_days_gives_one_catch_up_marked_late(
    database: Database, clock: HandClock
) -> None:
    seen: list[Occasion] = []

    def note(_uow: UnitOfWork, occasion: Occasion) -> None:
        seen.append(occasion)

    ticking = Clock(database, duties={"reminder": each(note)})
    put(database, "one", DAILY)
    clock.now = datetime(2026, 9, 16, 1, 30, tzinfo=UTC)
    await ticking.tick()
    clock.now += timedelta(days=3, hours=2)
    await ticking.tick()
    await ticking.tick()
    assert [(one.slot.on.day, len(one.merged), one.is_late) for one in seen] == [
        (16, 0, False),
        (19, 2, True),
    ]
    rows = taken(database, "one")
    assert [one.merged_into for one in rows] == [None, rows[3].slot, rows[3].slot, None]


async def test_a_clock_that_jumps_back_repeats_nothing(
    database: Database, clock: HandClock
) -> None:
    ticking = Clock(database, duties=REMINDERS)
    put(database, "one", DAILY)
    clock.now = datetime(2026, 9, 16, 1, 30, tzinfo=UTC)
    await ticking.tick()
    clock.now -= timedelta(days=1)
    await ticking.tick()
    # Set anew from its first day, its slots are still the ones that were taken.
    put(database, "one", DAILY)
    clock.now += timedelta(days=1)
    await ticking.tick()
    assert len(taken(database, "one")) == 1


async def test_a_duty_that_fails_takes_nothing_holds_up_nobody_and_is_tried_again(
    database: Database, clock: HandClock
) -> None:
    broken = True

    def sometimes(uow: UnitOfWork, occasion: Occasion) -> int:
        if broken and occasion.schedule.name == "bad":
            raise LookupError
        return remind(uow, occasion)

    ticking = Clock(database, duties={"reminder": each(sometimes)})
    for name in ("bad", "good"):
        put(database, name, DAILY)
    clock.now = datetime(2026, 9, 16, 1, 30, tzinfo=UTC)
    with capture_logs() as logged:
        await ticking.tick()
    assert {"clock.duty_fault"} == {one["event"] for one in logged}
    assert len(taken(database, "good")) == 1
    assert taken(database, "bad") == ()
    broken = False
    clock.advance(1)
    await ticking.tick()
    assert len(taken(database, "bad")) == 1


async def test_a_changed_calendar_is_looked_at_with_the_next_tick(
    database: Database, clock: HandClock
) -> None:
    ticking = Clock(database, duties=REMINDERS)
    put(database, "one", WEEKLY, "JOINT")
    clock.now = datetime(2026, 9, 28, 1, 30, tzinfo=UTC)
    await ticking.tick()

    def next_at(uow: UnitOfWork) -> datetime:
        found: datetime = uow.connection.execute(select(schedules.c.next_at)).scalar_one()
        return found

    planned = database.transact(next_at)
    database.transact(lambda uow: uow.schedules.wake("JOINT"))
    assert database.transact(next_at) == clock.now
    await ticking.tick()
    assert database.transact(next_at) == planned


def test_standing_schedules_are_set_once_and_follow_the_code(
    database: Database, clock: HandClock
) -> None:
    def set_(recurrence: Recurrence) -> datetime | None:
        def work(uow: UnitOfWork) -> datetime | None:
            set_standing(uow, (Standing("daily", "reminder", recurrence),))
            found = uow.schedules.by_name("daily")
            assert found is not None
            assert found.recurrence == recurrence
            return found.next_at

        return database.transact(work)

    begun = set_(DAILY)
    clock.advance(60)
    assert set_(DAILY) == begun
    assert set_(WEEKLY) == clock.now


def test_every_standing_schedule_has_a_duty() -> None:
    assert {one.kind for one in STANDING} <= set(DUTIES)
    assert len({one.name for one in STANDING}) == len(STANDING)


SEASONS = [(1, 1), (2, 28), (4, 3), (5, 1), (9, 18), (10, 2), (12, 27)]
RECURRENCES = {
    "nightly": (Recurrence(CANBERRA, date(2024, 1, 1), time(2, 30), Unit.DAY), "NONE"),
    "weekly": (Recurrence(TOKYO, date(2024, 1, 1), time(10, 30), Unit.WEEK, 1), "NONE"),
    "joint": (
        Recurrence(TOKYO, date(2024, 1, 1), time(10, 30), Unit.WEEK, 1, None, Move.NEXT),
        "JOINT",
    ),
    "monthly": (
        Recurrence(CANBERRA, date(2024, 1, 31), time(17), Unit.MONTH, 1, None, Move.PREVIOUS),
        "JOINT",
    ),
    "leap": (Recurrence(TOKYO, date(2024, 2, 29), time(23, 59), Unit.MONTH, 12), "NONE"),
    "once": (Recurrence(TOKYO, date(2027, 5, 3), time(9, 30), move=Move.NEXT), "JOINT"),
}
BEGUN, ENDED = datetime(2024, 1, 1, tzinfo=UTC), datetime(2034, 1, 10, tzinfo=UTC)


def moments(chance: random.Random) -> Iterator[datetime]:
    """When somebody looks: closely at the seasons that matter, now and then between, with stops."""
    now = BEGUN
    while now < ENDED:
        yield now
        near = any(
            timedelta(0) <= now - datetime(now.year, *day, tzinfo=UTC) < timedelta(days=4)
            for day in SEASONS
        )
        hours = chance.uniform(1, 20) if near else chance.uniform(24, 24 * 21)
        now += timedelta(hours=hours)
    yield ENDED


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", range(100 if os.environ.get("SOAK") else 5))
async def test_ten_years_two_replicas_stops_and_jumps_each_slot_once(url: str, seed: int) -> None:
    chance = random.Random(20260916 + seed)
    clocks = [HandClock(BEGUN), HandClock(BEGUN)]
    with ExitStack() as stack:
        replicas = [stack.enter_context(opened(url, clock)) for clock in clocks]
        replicas[0].transact(cast.assemble)
        for name, (recurrence, calendar) in RECURRENCES.items():
            put(replicas[0], name, recurrence, calendar)
        ticking = [Clock(one, duties=REMINDERS) for one in replicas]
        offset = [timedelta(0), timedelta(0)]
        for now in moments(chance):
            for n in (0, 1):
                if chance.random() < 0.1:
                    offset[n] = timedelta(hours=chance.uniform(-24, 24))
                elif chance.random() < 0.5:
                    offset[n] = timedelta(0)
                clocks[n].now = now + offset[n]
            awake = [one for one in ticking if chance.random() < 0.8]
            await asyncio.gather(*(one.tick() for one in awake))
        for clock in clocks:
            clock.now = ENDED
        await ticking[0].tick()
        _each_slot_once(replicas[0])


def _may_be_due(slot: Slot) -> bool:
    """A clock ahead by a day has seen the next day's slots as well: they were due by it."""
    return slot.at <= ENDED + timedelta(days=1)


def _each_slot_once(database: Database) -> None:
    said: list[int] = []
    for name, (recurrence, calendar) in RECURRENCES.items():
        is_working = database.transact(lambda uow, calendar=calendar: working_days(uow, calendar))
        slots = recurrence.slots(recurrence.start_on, is_working)
        wanted = {slot.key: slot for slot in takewhile(_may_be_due, slots)}
        found = taken(database, name)
        missed = set(wanted) - {one.slot for one in found}
        assert all(wanted[key].at > ENDED for key in missed)
        assert {one.slot for one in found} <= set(wanted)
        for one in found:
            assert one.taken_at >= one.due_at == wanted[one.slot].at
            assert one.moved_from == wanted[one.slot].moved_from
            assert (one.delivery_id is None) == (one.merged_into is not None)
            if one.delivery_id is not None:
                said.append(one.delivery_id)
    assert len(set(said)) == len(said) > 500
    waiting = database.transact(
        lambda uow: [one.id for one in uow.outbox.in_state(DeliveryState.WAITING, 10_000)]
    )
    assert sorted(said) == sorted(waiting)


async def test_what_is_due_together_is_handed_over_together(
    database: Database, clock: HandClock
) -> None:
    groups: list[int] = []

    def run(_uow: UnitOfWork, occasions: Sequence[Occasion]) -> Mapping[int, int]:
        groups.append(len(occasions))
        return {}

    for n in range(7):
        put(database, f"s{n}", DAILY)
    clock.now = datetime(2026, 9, 16, 1, 30, tzinfo=UTC)
    await Clock(database, duties={"reminder": Duty(run)}).tick()
    assert groups == [7]
