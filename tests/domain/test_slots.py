"""What recurs happens once each time: through clock changes, holidays, stops and jumping clocks."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.slots import LONGEST_CLOSURE, Move, Recurrence, Slot, Unit, instant_of

TOKYO, CANBERRA = "Asia/Tokyo", "Australia/Canberra"
START = date(2026, 1, 1)
# Golden Week and Silver Week 2026, New Year 2026/27 (closed by law 29 Dec - 3 Jan), ACT Labour Day.
HOLIDAYS = frozenset(
    {
        *(date(2026, 5, day) for day in (3, 4, 5, 6)),
        *(date(2026, 9, day) for day in (21, 22, 23)),
        *(date(2026, 12, day) for day in (28, 29, 30, 31)),
        *(date(2027, 1, day) for day in (1, 2, 3)),
        date(2026, 10, 5),
    }
)


def is_working(on: date) -> bool:
    return on.weekday() < 5 and on not in HOLIDAYS


def first(recurrence: Recurrence, count: int = 1, since: date = START) -> list[Slot]:
    return list(islice(recurrence.slots(since, is_working), count))


def test_a_time_the_clock_leaps_over_happens_once_after_the_leap() -> None:
    nightly = Recurrence(CANBERRA, date(2026, 10, 3), time(2, 30), Unit.DAY)
    assert [slot.at for slot in first(nightly, 3)] == [
        datetime(2026, 10, 2, 16, 30, tzinfo=UTC),
        # 02:30 does not exist on 4 October 2026: it is 03:30 by then.
        datetime(2026, 10, 3, 16, 30, tzinfo=UTC),
        datetime(2026, 10, 4, 15, 30, tzinfo=UTC),
    ]


def test_a_time_that_exists_twice_happens_the_first_time_only() -> None:
    nightly = Recurrence(CANBERRA, date(2026, 4, 4), time(2, 30), Unit.DAY)
    assert [slot.at for slot in first(nightly, 3)] == [
        datetime(2026, 4, 3, 15, 30, tzinfo=UTC),
        datetime(2026, 4, 4, 15, 30, tzinfo=UTC),
        datetime(2026, 4, 5, 16, 30, tzinfo=UTC),
    ]


def test_a_joint_job_stays_at_its_hour_in_tokyo() -> None:
    weekly = Recurrence(TOKYO, date(2026, 9, 28), time(10, 30), Unit.WEEK)
    at = [slot.at for slot in first(weekly, 3)]
    assert {one.hour for one in at} == {1}
    assert [one.day for one in at] == [28, 5, 12]


@pytest.mark.parametrize(
    ("move", "happens"),
    [
        (Move.STAY, date(2026, 9, 21)),
        (Move.NEXT, date(2026, 9, 24)),
        (Move.PREVIOUS, date(2026, 9, 18)),
        (Move.SKIP, None),
    ],
)
def test_a_slot_on_a_holiday_moves_by_rule_and_says_so(move: Move, happens: date | None) -> None:
    monday = Recurrence(TOKYO, date(2026, 9, 21), time(10, 30), move=move)
    found = first(monday)
    if happens is None:
        assert found == []
        return
    [slot] = found
    assert slot.on == date(2026, 9, 21)
    assert slot.at == instant_of(happens, time(10, 30), TOKYO)
    assert slot.moved_from == (None if happens == slot.on else slot.on)


def test_the_31st_is_the_last_day_of_a_shorter_month_and_the_31st_again_after_it() -> None:
    monthly = Recurrence(TOKYO, date(2028, 1, 31), time(9), Unit.MONTH)
    assert [slot.on for slot in first(monthly, 4)] == [
        date(2028, 1, 31),
        date(2028, 2, 29),
        date(2028, 3, 31),
        date(2028, 4, 30),
    ]


def test_the_last_day_is_the_last_day() -> None:
    daily = Recurrence(TOKYO, START, time(9), Unit.DAY, until_on=date(2026, 1, 3))
    assert [slot.on.day for slot in daily.slots(START, is_working)] == [1, 2, 3]


def test_a_calendar_without_working_days_moves_nothing() -> None:
    weekly = Recurrence(TOKYO, START, time(9), Unit.WEEK, move=Move.NEXT)
    [slot] = islice(weekly.slots(START, lambda _on: False), 1)
    assert slot.at == instant_of(START, time(9), TOKYO)


recurrences = st.builds(
    Recurrence,
    zone=st.sampled_from([TOKYO, CANBERRA]),
    start_on=st.dates(date(2024, 1, 1), date(2027, 12, 31)),
    at=st.one_of(
        st.sampled_from([time(2), time(2, 30), time(3), time(0), time(9, 30)]),
        st.times().map(lambda at: at.replace(microsecond=0)),
    ),
    unit=st.sampled_from(Unit),
    every=st.integers(1, 5),
    until_on=st.none() | st.dates(date(2026, 1, 1), date(2030, 1, 1)),
    move=st.sampled_from([Move.STAY, Move.NEXT, Move.PREVIOUS, Move.SKIP]),
)


def wanted_days(recurrence: Recurrence, until: date) -> list[date]:
    """The days of a recurrence, looked at one by one: slow, and plain to see."""
    found, day = [], recurrence.start_on
    while day <= min(until, recurrence.until_on or until):
        passed = (day - recurrence.start_on).days
        months = (day.year - recurrence.start_on.year) * 12 + day.month - recurrence.start_on.month
        is_last = (day + timedelta(days=1)).month != day.month
        same_day = day.day == recurrence.start_on.day or (
            is_last and day.day < recurrence.start_on.day
        )
        falls = {
            Unit.ONCE: passed == 0,
            Unit.DAY: passed % recurrence.every == 0,
            Unit.WEEK: passed % (7 * recurrence.every) == 0,
            Unit.MONTH: months % recurrence.every == 0 and same_day,
        }
        if falls[recurrence.unit]:
            found.append(day)
        day += timedelta(days=1)
    return found


@given(recurrences, st.integers(0, 700))
@settings(max_examples=100, deadline=None)
def test_the_days_are_those_one_would_count_on_a_calendar(
    recurrence: Recurrence, skipped: int
) -> None:
    since = recurrence.start_on + timedelta(days=skipped)
    until = since + timedelta(days=800)
    wanted = [day for day in wanted_days(recurrence, until) if day >= since]
    found = []
    for day in recurrence.days(since):
        if day > until:
            break
        found.append(day)
    assert found == wanted


def is_open(on: date) -> bool:
    """Ten years of closures at the seasons that matter, in both countries, and weekends."""
    day = (on.month, on.day)
    closed = (
        day >= (12, 29)
        or day <= (1, 3)
        or (5, 3) <= day <= (5, 6)
        or (9, 21) <= day <= (9, 23)
        or day in {(2, 11), (1, 26), (4, 25)}
    )
    return on.weekday() < 5 and not closed


# Minutes between two looks at the clock: mostly short, at times a stop of days, at times backwards.
looks = st.lists(
    st.one_of(st.integers(1, 600), st.integers(600, 20_000), st.integers(-1_440, 1_440)),
    min_size=1,
    max_size=60,
)


@given(recurrences, looks, st.integers(0, 3_650))
@example(Recurrence(CANBERRA, date(2026, 10, 1), time(2, 30), Unit.DAY), [300] * 40, 0)
@example(Recurrence(CANBERRA, date(2026, 4, 1), time(2, 30), Unit.DAY), [300] * 40, 0)
@settings(max_examples=200, deadline=None)
def test_however_one_looks_each_slot_is_due_once_none_early_none_missed(
    recurrence: Recurrence, looks: list[int], begun: int
) -> None:
    next_on = recurrence.start_on + timedelta(days=begun)
    now = datetime.combine(next_on, time(0), UTC) - LONGEST_CLOSURE
    last_look = now
    taken: list[Slot] = []
    for minutes in looks:
        now += timedelta(minutes=minutes)
        last_look = max(last_look, now)
        due = recurrence.due(next_on, now, is_open)
        assert all(slot.at <= now for slot in due)
        taken += due
        if due:
            next_on = due[-1].on + timedelta(days=1)
    taken += recurrence.due(next_on, last_look, is_open)
    begun_on = recurrence.start_on + timedelta(days=begun)
    wanted = recurrence.due(begun_on, last_look, is_open)
    assert [slot.key for slot in taken] == [slot.key for slot in wanted]
    assert len({slot.key for slot in taken}) == len(taken)
    assert [slot.at for slot in taken] == sorted(slot.at for slot in taken)
    days = wanted_days(recurrence, (last_look + timedelta(days=25)).date())
    if recurrence.move is not Move.SKIP:
        happened = {slot.on for slot in taken}
        for day in days:
            moved = next(recurrence.slots(day, is_open))
            assert (day in happened) == (day >= begun_on and moved.at <= last_look)
