"""What a digest's picture counts: every item it looks at, once, in the week it is due."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.digest import AHEAD, WEEKS_BACK, WORTH_A_PICTURE, Week, weeks_of

# A Wednesday.
TODAY = date(2026, 9, 16)
DAYS = st.lists(st.integers(-400, 400).map(lambda n: TODAY + timedelta(days=n)), max_size=40)


@given(DAYS, st.integers(0, 6).map(lambda n: TODAY + timedelta(days=n)))
def test_every_item_is_counted_once_before_or_after_today(due: list[date], today: date) -> None:
    looked_at = [on for on in due if on <= today + AHEAD]
    weeks = weeks_of(due, today)
    if len(looked_at) < WORTH_A_PICTURE:
        assert weeks == ()
        return
    assert sum(one.overdue for one in weeks) == sum(1 for on in looked_at if on < today)
    assert sum(one.coming for one in weeks) == sum(1 for on in looked_at if on >= today)


@given(DAYS)
def test_the_weeks_are_mondays_without_a_gap_and_few(due: list[date]) -> None:
    mondays = [one.monday for one in weeks_of(due, TODAY)]
    assert all(monday.weekday() == 0 for monday in mondays)
    steps = pairwise(mondays)
    assert all(after - before == timedelta(weeks=1) for before, after in steps)
    assert len(mondays) <= WEEKS_BACK + 3
    assert not mondays or mondays[-1] <= TODAY + AHEAD < mondays[-1] + timedelta(weeks=1)


def test_this_week_has_both_what_is_overdue_and_what_is_to_come() -> None:
    due = [date(2026, 9, 15), TODAY, date(2026, 9, 30), date(2026, 10, 1)]
    assert weeks_of(due, TODAY) == (
        Week(date(2026, 9, 14), overdue=1, coming=1),
        Week(date(2026, 9, 21), overdue=0, coming=0),
        Week(date(2026, 9, 28), overdue=0, coming=1),
    )


def test_what_is_very_old_is_counted_with_the_first_week_shown() -> None:
    first, *others = weeks_of([date(2020, 1, 1), date(2026, 8, 4), TODAY], TODAY)
    assert first == Week(date(2026, 8, 3), overdue=2, coming=0, is_first=True)
    assert not any(one.is_first for one in others)
