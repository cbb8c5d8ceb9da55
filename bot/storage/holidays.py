"""What officials changed about the holidays that are built in: days added, days taken away."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, bindparam, delete, insert, select

from bot.domain.calendars import CalendarName, HolidayChange
from bot.storage.tables_calendars import holiday_changes

ALL = select(holiday_changes).order_by(holiday_changes.c.on, holiday_changes.c.calendar)
DROP = delete(holiday_changes).where(
    holiday_changes.c.calendar == bindparam("one_calendar"),
    holiday_changes.c.on == bindparam("one_day"),
)


class Holidays:
    """Reads and writes the changes; one per calendar and day."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def all(self) -> tuple[HolidayChange, ...]:
        """Every change, by day."""
        return tuple(
            HolidayChange(CalendarName(row.calendar), row.on, row.closed, row.name_en, row.name_ja)
            for row in self._connection.execute(ALL)
        )

    def put(self, change: HolidayChange, by: int | None) -> None:
        """Stores a change in place of any other of that calendar and day."""
        self.drop(change.calendar, change.on)
        self._connection.execute(
            insert(holiday_changes).values(
                calendar=change.calendar.value,
                on=change.on,
                closed=change.closed,
                name_en=change.name_en,
                name_ja=change.name_ja,
                set_by=by,
                set_at=self._now,
            )
        )

    def drop(self, calendar: CalendarName, on: date) -> None:
        """Takes a change back, if there is one."""
        self._connection.execute(DROP, {"one_calendar": calendar.value, "one_day": on})
