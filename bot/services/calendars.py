"""The calendars with what officials changed: days added, days taken away, whole lists imported."""

from __future__ import annotations

import csv
import io
from datetime import date

from bot import errors
from bot.domain.calendars import Calendar, CalendarName, Holiday, HolidayChange
from bot.domain.officials import Official
from bot.domain.rights import Act
from bot.services.access import require_right
from bot.services.holiday_lists import FIRST_YEAR, LAST_YEAR, PARTS, built_in
from bot.storage.unit_of_work import UnitOfWork

IMPORT_COLUMNS = ("calendar", "date", "name_en", "name_ja")


def calendar_of(uow: UnitOfWork, name: CalendarName) -> Calendar:
    """A calendar with everything officials changed, as known on the transaction's day."""
    return built_in(name, uow.now.date(), uow.holidays.all())


def add_holiday(
    uow: UnitOfWork, actor: Official, calendar: CalendarName, on: date, name: str
) -> HolidayChange:
    """Closes a day in a calendar of the admin's own side."""
    _require_own(uow, actor, calendar)
    return _add(uow, HolidayChange(calendar, on, True, name, name), actor)


def remove_holiday(
    uow: UnitOfWork, actor: Official, calendar: CalendarName, on: date
) -> HolidayChange:
    """Makes a day of the admin's own side a working day; raises HolidayNotFound."""
    _require_own(uow, actor, calendar)
    if not _is_listed(uow, calendar, on):
        raise errors.HolidayNotFound(date=on.isoformat(), calendar=calendar.value)
    change = HolidayChange(calendar, on, False)
    uow.holidays.drop(calendar, on)
    if _is_listed(uow, calendar, on):
        uow.holidays.put(change, actor.id)
    _wake(uow, calendar)
    uow.audit.record(actor, "holiday.remove", f"{calendar.value}/{on.isoformat()}")
    return change


def list_holidays(uow: UnitOfWork, name: CalendarName, year: int) -> tuple[Holiday, ...]:
    """A year's holidays in order, weekends included."""
    days = calendar_of(uow, name).days_of(year)
    return tuple(one for day in sorted(days) for one in days[day])


def import_holidays(uow: UnitOfWork, text: str) -> int:
    """Adds the days of a CSV text with the columns of IMPORT_COLUMNS; all rows or none.

    A column `closed` with `no` makes a day a working day. Returns the number of rows; raises
    BadHolidayRow naming the first row at fault (counted from 1 below the heading).
    """
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    count = 0
    try:
        missing = [name for name in IMPORT_COLUMNS[:3] if name not in (rows.fieldnames or ())]
        if missing:
            raise errors.BadHolidayRow(row=0, reason=", ".join(missing))
        for count, row in enumerate(rows, start=1):
            read = {name: (value or "").strip() for name, value in row.items() if name}
            _add(uow, _row(count, {str(k): str(v) for k, v in read.items()}), None)
    except csv.Error as error:
        raise errors.BadHolidayRow(row=count + 1, reason=str(error)) from error
    return count


def _row(number: int, row: dict[str, str]) -> HolidayChange:
    calendar = next((one for one in CalendarName if one.value == row["calendar"].upper()), None)
    if calendar is None or calendar is CalendarName.JOINT:
        raise errors.BadHolidayRow(row=number, reason=row["calendar"] or "calendar")
    try:
        on = date.fromisoformat(row["date"])
    except ValueError:
        raise errors.BadHolidayRow(row=number, reason=row["date"] or "date") from None
    name = row["name_en"] or row.get("name_ja", "")
    closed = row.get("closed", "").casefold() not in ("no", "false", "0")
    if not FIRST_YEAR <= on.year <= LAST_YEAR:
        raise errors.BadHolidayRow(row=number, reason=row["date"])
    if closed and not (name and name.isprintable()):
        raise errors.BadHolidayRow(row=number, reason="name_en")
    return HolidayChange(calendar, on, closed, name, row.get("name_ja") or name)


def _add(uow: UnitOfWork, change: HolidayChange, actor: Official | None) -> HolidayChange:
    uow.holidays.put(change, actor.id if actor else None)
    side = change.calendar.sides[0]
    _wake(uow, change.calendar)
    verb = "holiday.add" if change.closed else "holiday.remove"
    subject = f"{change.calendar.value}/{change.on.isoformat()}"
    uow.audit.record(actor or side, verb, subject)
    return change


def _wake(uow: UnitOfWork, changed: CalendarName) -> None:
    """Whatever goes by a calendar that contains the changed one is planned anew."""
    for name, parts in PARTS.items():
        if changed in parts:
            uow.schedules.wake(name.value)


def _require_own(uow: UnitOfWork, actor: Official, calendar: CalendarName) -> None:
    require_right(uow, actor, Act.SET_HOLIDAYS)
    if calendar.sides != (actor.government,):
        raise errors.OtherGovernment


def _is_listed(uow: UnitOfWork, calendar: CalendarName, on: date) -> bool:
    return bool(calendar_of(uow, calendar).holidays_on(on))
