"""Days are counted by the calendar of whoever has to work on them."""

from datetime import date, datetime, time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import calendars
from bot.domain.calendars import Calendar, CalendarName, Holiday
from bot.domain.moments import CANBERRA, TOKYO
from bot.domain.officials import Government
from bot.services.holiday_lists import built_in

TODAY = date(2026, 9, 16)
JP, ACT, DFAT, JOINT = (built_in(name, TODAY) for name in CalendarName)
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
EVERY = st.sampled_from([JP, ACT, DFAT, JOINT])


@pytest.mark.parametrize(
    ("calendar", "fifth"),
    [(JP, date(2026, 9, 28)), (ACT, date(2026, 9, 23)), (JOINT, date(2026, 9, 28))],
    ids=["JP", "AU", "JOINT"],
)
def test_five_business_days_from_16_september_2026(calendar: Calendar, fifth: date) -> None:
    assert calendar.add_business_days(TODAY, 5) == fifth


@pytest.mark.parametrize(
    ("calendar", "day", "name"),
    [
        (ACT, date(2026, 10, 5), "Labour Day"),
        (ACT, date(2026, 4, 27), "ANZAC Day (observed)"),
        (JP, date(2026, 9, 22), "National Holiday"),
        (JP, date(2026, 5, 6), "Substitute Holiday"),
        (JP, date(2026, 12, 29), "New Year closing of government offices"),
        (JP, date(2027, 1, 3), "New Year closing of government offices"),
        (DFAT, date(2026, 12, 30), "Additional DFAT holiday"),
        (JOINT, date(2026, 12, 30), "New Year closing of government offices"),
    ],
)
def test_offices_are_closed(calendar: Calendar, day: date, name: str) -> None:
    found = calendar.holiday_on(day)
    assert found is not None
    assert found.name_en == name
    assert not calendar.is_working(day)


@pytest.mark.parametrize(
    ("calendar", "day"),
    [
        (JP, date(2026, 12, 28)),
        (JP, date(2027, 1, 4)),
        (JP, date(2026, 10, 5)),
        (ACT, date(2026, 9, 21)),
        (ACT, date(2026, 12, 29)),
        (DFAT, date(2026, 12, 31)),
    ],
)
def test_offices_are_open(calendar: Calendar, day: date) -> None:
    assert calendar.is_working(day)


@given(EVERY, DAYS)
def test_the_next_and_the_previous_working_day_are_neighbours(
    calendar: Calendar, day: date
) -> None:
    after, before = calendar.next_working(day), calendar.previous_working(day)
    assert before < day < after
    assert calendar.is_working(before)
    assert calendar.is_working(after)
    assert calendar.working_from(day) == (day if calendar.is_working(day) else after)
    assert calendar.previous_working(after) == (day if calendar.is_working(day) else before)


@given(EVERY, DAYS, st.integers(0, 60), st.integers(0, 60))
def test_business_days_add_up(calendar: Calendar, day: date, one: int, other: int) -> None:
    reached = calendar.add_business_days(day, one)
    assert calendar.add_business_days(reached, other) == calendar.add_business_days(
        day, one + other
    )
    if calendar.is_working(day):
        assert calendar.add_business_days(reached, -one) == day


@given(DAYS)
def test_a_joint_working_day_is_one_of_every_calendar(day: date) -> None:
    assert JOINT.is_working(day) == all(one.is_working(day) for one in (JP, ACT, DFAT))
    joint = calendars.next_joint_working_day(JOINT, day)
    assert joint == JOINT.next_working(day)


def test_the_next_joint_working_day_is_asked_of_the_joint_calendar() -> None:
    with pytest.raises(ValueError, match="JP_GOV"):
        calendars.next_joint_working_day(JP, TODAY)


@pytest.mark.parametrize(
    ("day", "end"),
    [
        (date(2026, 9, 16), time(16)),
        (date(2026, 10, 2), time(16)),
        (date(2026, 10, 5), time(15)),
        (date(2027, 4, 2), time(15)),
        (date(2027, 4, 5), time(16)),
    ],
)
def test_common_hours_follow_canberras_daylight_time(day: date, end: time) -> None:
    start, close = calendars.common_hours(day)
    assert start.astimezone(TOKYO).time() == time(9, 30)
    assert close.astimezone(TOKYO).time() == end
    assert close.astimezone(CANBERRA).time() == time(17)


@given(DAYS, st.sampled_from(Government), st.times())
def test_a_wall_time_becomes_one_aware_instant(day: date, side: Government, at: time) -> None:
    instant = calendars.local_instant(day, at, side)
    wall = instant.astimezone(calendars.ZONES[side])
    if not (side is Government.AU and at.hour == 2):
        assert (wall.date(), wall.time()) == (day, at)


def test_an_hour_that_does_not_come_is_moved_past_the_gap() -> None:
    instant = calendars.local_instant(date(2026, 10, 4), time(2, 30), Government.AU)
    assert instant.astimezone(CANBERRA).replace(tzinfo=None) == datetime(2026, 10, 4, 3, 30)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("day", "long"),
    [
        (date(2026, 9, 19), True),
        (date(2026, 9, 23), True),
        (date(2026, 9, 26), False),
        (date(2026, 9, 24), False),
        (date(2026, 10, 3), True),
    ],
)
def test_a_long_weekend_is_three_days_on_end(day: date, long: bool) -> None:
    assert JOINT.is_long_weekend(day) is long


@pytest.mark.parametrize(
    ("side", "day", "first", "last"),
    [
        (Government.JP, TODAY, date(2026, 4, 1), date(2027, 3, 31)),
        (Government.JP, date(2027, 3, 31), date(2026, 4, 1), date(2027, 3, 31)),
        (Government.AU, TODAY, date(2026, 7, 1), date(2027, 6, 30)),
        (Government.AU, date(2026, 6, 30), date(2025, 7, 1), date(2026, 6, 30)),
    ],
)
def test_fiscal_years(side: Government, day: date, first: date, last: date) -> None:
    year = calendars.fiscal_year(day, side)
    assert (year.first, year.last) == (first, last)


@given(DAYS)
def test_fiscal_years_follow_each_other(day: date) -> None:
    for side in Government:
        year = calendars.fiscal_year(day, side)
        assert year.first <= day <= year.last
        assert calendars.fiscal_year(year.last + calendars.ONE_DAY, side).first > year.last


@pytest.mark.parametrize(
    ("day", "letter", "year"),
    [
        (date(2026, 10, 5), "R", 8),
        (date(2019, 5, 1), "R", 1),
        (date(2019, 4, 30), "H", 31),
        (date(1989, 1, 7), "S", 64),
    ],
)
def test_japanese_eras(day: date, letter: str, year: int) -> None:
    era, counted = calendars.era_year(day)
    assert (era.letter, counted) == (letter, year)
    assert era.western(year) == day.year


def test_before_showa_there_is_no_era() -> None:
    with pytest.raises(ValueError, match="1926"):
        calendars.era_year(date(1926, 12, 24))


@pytest.mark.parametrize(
    ("today", "year", "forecast"),
    [
        (TODAY, 2026, False),
        (TODAY, 2027, False),
        (TODAY, 2028, True),
        (date(2026, 1, 31), 2027, True),
        (date(2026, 2, 1), 2027, False),
    ],
)
def test_equinox_days_past_the_coming_year_are_forecasts(
    today: date, year: int, forecast: bool
) -> None:
    days = built_in(CalendarName.JP_GOV, today).days_of(year)
    found = {one.name_ja: one.is_forecast for of_day in days.values() for one in of_day}
    assert found["春分の日"] is forecast
    assert found["秋分の日"] is forecast
    assert not found["敬老の日"]


def test_what_hangs_on_an_equinox_is_a_forecast_as_well() -> None:
    found = built_in(CalendarName.JP_GOV, TODAY).holiday_on(date(2032, 9, 21))
    assert found is not None
    assert (found.name_ja, found.is_forecast) == ("国民の休日", True)


@pytest.mark.parametrize("calendar", [JP, ACT, DFAT, JOINT], ids=lambda one: one.name.value)
def test_a_year_of_holidays_names_each_in_both_languages(calendar: Calendar) -> None:
    for year in (2026, 2027, 2031):
        for day, found in calendar.days_of(year).items():
            assert day.year == year
            assert {one.side for one in found} <= set(calendar.name.sides)
            assert all(one.name_en and one.name_ja for one in found)
            assert not any(one.name_ja.isascii() for one in found)


def test_a_calendar_stands_on_the_data_it_is_handed() -> None:
    day = date(2026, 9, 17)
    bare = Calendar(CalendarName.AU_ACT, lambda _year: {})
    one = Calendar(
        CalendarName.AU_ACT, lambda _year: {day: (Holiday(day, Government.AU, "Show", "祭"),)}
    )
    assert bare.is_working(day)
    assert not one.is_working(day)
    assert one.holiday_on(day, Government.JP) is None
    assert [bare.is_working(a) for a, _ in pairwise([date(2026, 9, 19), day, day])] == [False, True]
