"""Each side keeps its own holidays; whoever counts days sees the change in the next transaction."""

from datetime import date

import pytest

from bot import errors
from bot.domain.calendars import CalendarName
from bot.services import calendars
from bot.storage.unit_of_work import UnitOfWork
from tests import cast

DAY = date(2026, 9, 24)
RESPECT = date(2026, 9, 21)
HEADING = "calendar,date,name_en,name_ja\n"


def is_working(uow: UnitOfWork, name: CalendarName, day: date) -> bool:
    return calendars.calendar_of(uow, name).is_working(day)


def test_a_day_added_is_a_day_off_and_removed_it_is_worked(uow: UnitOfWork) -> None:
    sato = cast.the(uow, "SATO")
    calendars.add_holiday(uow, sato, CalendarName.JP_GOV, DAY, "記念日")
    found = calendars.calendar_of(uow, CalendarName.JOINT).holiday_on(DAY)
    assert found is not None
    assert found.name_ja == "記念日"
    assert is_working(uow, CalendarName.AU_ACT, DAY)
    calendars.remove_holiday(uow, sato, CalendarName.JP_GOV, DAY)
    assert is_working(uow, CalendarName.JOINT, DAY)
    assert uow.holidays.all() == ()


def test_a_built_in_holiday_is_taken_away_and_comes_back(uow: UnitOfWork) -> None:
    sato = cast.the(uow, "SATO")
    calendars.remove_holiday(uow, sato, CalendarName.JP_GOV, RESPECT)
    assert is_working(uow, CalendarName.JP_GOV, RESPECT)
    with pytest.raises(errors.HolidayNotFound):
        calendars.remove_holiday(uow, sato, CalendarName.JP_GOV, RESPECT)
    calendars.add_holiday(uow, sato, CalendarName.JP_GOV, RESPECT, "敬老の日")
    assert not is_working(uow, CalendarName.JP_GOV, RESPECT)


def test_dfat_follows_the_territory_and_adds_its_own(uow: UnitOfWork) -> None:
    walsh = cast.the(uow, "WALSH")
    calendars.add_holiday(uow, walsh, CalendarName.AU_DFAT, DAY, "Stocktake")
    assert is_working(uow, CalendarName.AU_ACT, DAY)
    assert not is_working(uow, CalendarName.AU_DFAT, DAY)
    calendars.add_holiday(uow, walsh, CalendarName.AU_ACT, date(2026, 9, 25), "Show")
    assert not is_working(uow, CalendarName.AU_DFAT, date(2026, 9, 25))


@pytest.mark.parametrize(
    ("who", "calendar", "refusal"),
    [
        ("SATO", CalendarName.AU_ACT, errors.OtherGovernment),
        ("WALSH", CalendarName.JP_GOV, errors.OtherGovernment),
        ("SATO", CalendarName.JOINT, errors.OtherGovernment),
        ("TANAKA", CalendarName.JP_GOV, errors.RoleMissing),
    ],
)
def test_only_an_admin_of_the_side_changes_its_holidays(
    uow: UnitOfWork, who: str, calendar: CalendarName, refusal: type[errors.BotError]
) -> None:
    actor = cast.the(uow, who)
    with pytest.raises(refusal):
        calendars.add_holiday(uow, actor, calendar, DAY, "x")
    with pytest.raises(refusal):
        calendars.remove_holiday(uow, actor, calendar, RESPECT)
    assert uow.holidays.all() == ()


def test_a_years_list_is_in_order(uow: UnitOfWork) -> None:
    listed = calendars.list_holidays(uow, CalendarName.JOINT, 2026)
    days = [one.on for one in listed]
    assert days == sorted(days)
    assert date(2026, 10, 5) in days
    assert RESPECT in days


def test_holidays_are_imported_for_both_sides(uow: UnitOfWork) -> None:
    text = HEADING + "AU_ACT,2026-09-24,Show Day,\njp_gov,2026-09-25,Day,記念日\n"
    assert calendars.import_holidays(uow, text) == 2
    assert not is_working(uow, CalendarName.AU_ACT, DAY)
    found = calendars.calendar_of(uow, CalendarName.JP_GOV).holiday_on(date(2026, 9, 25))
    assert found is not None
    assert (found.name_en, found.name_ja) == ("Day", "記念日")
    opened = "calendar,date,name_en,closed\nJP_GOV,2026-09-21,,no\n"
    assert calendars.import_holidays(uow, opened) == 1
    assert is_working(uow, CalendarName.JP_GOV, RESPECT)


@pytest.mark.parametrize(
    ("text", "row", "reason"),
    [
        ("", 0, "calendar, date, name_en"),
        (HEADING + "MARS,2026-09-24,x,\n", 1, "MARS"),
        (HEADING + "JOINT,2026-09-24,x,\n", 1, "JOINT"),
        (HEADING + ",2026-09-24,x,\n", 1, "calendar"),
        (HEADING + "JP_GOV,24/9,x,\n", 1, "24/9"),
        (HEADING + "JP_GOV,,x,\n", 1, "date"),
        (HEADING + "JP_GOV,2026-09-24,,\n", 1, "name_en"),
        (HEADING + "JP_GOV,1800-09-24,x,\n", 1, "1800-09-24"),
        (HEADING + "JP_GOV,2026-09-24\n", 1, "name_en"),
    ],
)
def test_a_fault_names_its_row(uow: UnitOfWork, text: str, row: int, reason: str) -> None:
    with pytest.raises(errors.BadHolidayRow) as refusal:
        calendars.import_holidays(uow, text)
    assert refusal.value.parameters == {"row": row, "reason": reason}
