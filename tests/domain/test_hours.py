"""Nobody is disturbed outside their own hours, and nobody is told too early."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.hours import Hours, hours_of
from bot.domain.officials import Government

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
AU, JP = hours_of(Government.AU), hours_of(Government.JP)


def is_working(on: date) -> bool:
    return on.weekday() < 5 and on != date(2026, 10, 5)


def test_what_is_due_in_working_hours_arrives_at_once() -> None:
    at = datetime(2026, 9, 18, 1, 0, tzinfo=UTC)
    assert AU.next_within(at, is_working) == at


def test_what_is_due_in_the_evening_waits_for_the_morning() -> None:
    # 17:30 in Tokyo on a Friday is 18:30 in Canberra: Monday 09:30 there.
    at = datetime(2026, 9, 18, 8, 30, tzinfo=UTC)
    assert AU.next_within(at, is_working) == datetime(2026, 9, 20, 23, 30, tzinfo=UTC)


def test_a_holiday_of_the_reader_is_waited_for() -> None:
    # ACT Labour Day, Monday 5 October 2026, the day after the clocks went forward.
    at = datetime(2026, 10, 4, 22, 0, tzinfo=UTC)
    assert AU.next_within(at, is_working) == datetime(2026, 10, 5, 22, 30, tzinfo=UTC)
    assert JP.next_within(at, lambda _on: True) == datetime(2026, 10, 5, 0, 30, tzinfo=UTC)


def test_a_person_may_have_other_hours() -> None:
    early = hours_of(Government.JP, time(7), time(15))
    at = datetime(2026, 9, 17, 22, 0, tzinfo=UTC)
    assert early.next_within(at, is_working) == at


@given(
    st.integers(0, 10 * 366 * 24 * 60).map(lambda n: BEGINNING + timedelta(minutes=n)),
    st.sampled_from([JP, AU]),
)
def test_it_is_never_early_and_always_in_hours(at: datetime, hours: Hours) -> None:
    found = hours.next_within(at, is_working)
    assert found >= at
    assert hours.hold(found, is_working)
