"""What has to be said with a day that was read: it is accepted, but somebody should know."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.domain.calendars import SATURDAY
from bot.domain.due.dates import HORIZON
from bot.domain.due.reading import Frame, Remark

HOLIDAY_KEYS = {"JP": "holiday_jp", "AU": "holiday_au"}


def warnings(frame: Frame, day: date) -> tuple[Remark, ...]:
    """Holidays there, a weekend, a long one, no working day, far away, a forecast."""
    return tuple(_warnings(frame, day))


def offered(frame: Frame, day: date) -> date | None:
    """The working day before a day that is none, unless that one is over."""
    if frame.calendar.is_working(day):
        return None
    before = frame.calendar.previous_working(day)
    return before if before >= frame.today else None


def _warnings(frame: Frame, day: date) -> Iterator[Remark]:
    if day > frame.today + HORIZON:
        yield Remark("far", {"n": (day - frame.today).days})
    if frame.calendar.is_working(day):
        return
    for holiday in frame.calendar.holidays_on(day):
        yield Remark(HOLIDAY_KEYS[holiday.side], {"holiday": holiday})
        if holiday.is_forecast:
            yield Remark("forecast", {"date": day})
    if day.weekday() >= SATURDAY:
        yield Remark("weekend", {"date": day})
    if frame.calendar.is_long_weekend(day):
        first = frame.calendar.previous_working(day)
        yield Remark("long_weekend", {"first": first, "last": frame.calendar.next_working(day)})
    before = offered(frame, day)
    if before is not None:
        yield Remark("offer", {"date": before})
