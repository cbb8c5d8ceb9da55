"""Days out of numbers, weekdays and spans: each is one day, or raises what has to be asked.

House rules: a bare weekday is the next one strictly after today; weeks run from Monday to Sunday;
a range of days within a week ends on its Friday; a day alone is the next such day; a month and a
day without a year are the next such day within 300 days.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from bot.domain.due.reading import Frame, Unsettled

FRIDAY = 4
HORIZON = timedelta(days=300)
LONGEST = 999
LEAP_YEAR = 2028
LAST_YEAR = 2099


def exact(frame: Frame, year: int, month: int, day: int) -> date:
    """A day with its year; raises when there is none, or when it is over."""
    if not 1 <= month <= 12 or not 1 <= day <= monthrange(min(max(year, 1), 9999), month)[1]:
        raise Unsettled("no_such_day")
    if year > LAST_YEAR:
        raise Unsettled("not_understood")
    return still_to_come(frame, date(year, month, day))


def still_to_come(frame: Frame, day: date) -> date:
    if day < frame.today:
        raise Unsettled("past", date=day)
    return day


def without_year(frame: Frame, month: int, day: int) -> date:
    """The next such day within 300 days, today included."""
    if not 1 <= month <= 12 or not 1 <= day <= monthrange(LEAP_YEAR, month)[1]:
        raise Unsettled("no_such_day")
    for year in range(frame.today.year, frame.today.year + 2):
        if day <= monthrange(year, month)[1]:
            found = date(year, month, day)
            if frame.today <= found <= frame.today + HORIZON:
                return found
    raise Unsettled("needs_year")


def day_alone(frame: Frame, day: int) -> date:
    """The next such day after today; asked when it is today's number."""
    if not 1 <= day <= 31:
        raise Unsettled("no_such_day")
    if day == frame.today.day:
        raise Unsettled("today_or_next_month", date=frame.today)
    first = frame.today.replace(day=1)
    for _ in range(3):
        length = monthrange(first.year, first.month)[1]
        if day <= length and first.replace(day=day) > frame.today:
            return first.replace(day=day)
        first += timedelta(days=length)
    raise Unsettled("no_such_day")


def day_of_month(frame: Frame, months: int, day: int) -> date:
    """A day of this month (0), the next (1) and so on."""
    first = month_start(frame, months)
    return exact(frame, first.year, first.month, day)


def weekday(frame: Frame, number: int) -> date:
    """The next such weekday strictly after today; asked when today is one."""
    ahead = (number - frame.today.weekday()) % 7
    if not ahead:
        raise Unsettled("same_weekday", date=frame.today, later=in_days(frame, 7))
    return in_days(frame, ahead)


def weekday_of_week(frame: Frame, number: int, weeks: int) -> date:
    """A weekday of this week (0), the next (1) and so on."""
    if not weeks and number == frame.today.weekday():
        raise Unsettled("same_weekday", date=frame.today, later=in_days(frame, 7))
    monday = frame.today - timedelta(days=frame.today.weekday())
    return still_to_come(frame, monday + timedelta(days=number, weeks=weeks))


def week(frame: Frame, weeks: int) -> date:
    """The Friday of this week (0), the next (1) and so on."""
    monday = frame.today - timedelta(days=frame.today.weekday())
    return still_to_come(frame, monday + timedelta(days=FRIDAY, weeks=weeks))


def month_start(frame: Frame, months: int) -> date:
    """The first day of this month (0), the next (1) and so on."""
    counted = frame.today.year * 12 + frame.today.month - 1 + months
    return date(counted // 12, counted % 12 + 1, 1)


def month_end(first: date) -> date:
    """The last day of a month."""
    return first.replace(day=monthrange(first.year, first.month)[1])


def named_month(frame: Frame, month: int, year: int | None) -> date:
    """The first day of a month; without a year the next one that is not over."""
    if not 1 <= month <= 12:
        raise Unsettled("no_such_day")
    if year is not None:
        return date(year, month, 1)
    this = frame.today.year
    return date(this if month >= frame.today.month else this + 1, month, 1)


def end_of_named_month(frame: Frame, month: int, year: int | None) -> date:
    """The last day of a month named; without a year within 300 days, else asked."""
    last = still_to_come(frame, month_end(named_month(frame, month, year)))
    if year is None and last > frame.today + HORIZON:
        raise Unsettled("needs_year")
    return last


def of_month(frame: Frame, first: date, nth: int, number: int) -> date:
    """The nth such weekday of a month; -1 for the last one."""
    last = month_end(first)
    days = [first + timedelta(days=n) for n in range(last.day)]
    fitting = [day for day in days if day.weekday() == number]
    return _nth(frame, fitting, nth)


def working_day_of_month(frame: Frame, first: date, nth: int) -> date:
    """The nth working day of a month; -1 for the last one."""
    days = [first + timedelta(days=n) for n in range(month_end(first).day)]
    return _nth(frame, [day for day in days if frame.calendar.is_working(day)], nth)


def _nth(frame: Frame, days: list[date], nth: int) -> date:
    if nth > len(days):
        raise Unsettled("no_such_day")
    return still_to_come(frame, days[nth - 1] if nth > 0 else days[nth])


def in_days(frame: Frame, days: int) -> date:
    """So many calendar days from today."""
    if not 0 < days <= LONGEST * 7:
        raise Unsettled("not_understood")
    return frame.today + timedelta(days=days)


def in_business_days(frame: Frame, days: int) -> date:
    """So many working days of the calendar from today."""
    if not 0 < days <= LONGEST:
        raise Unsettled("not_understood")
    return frame.calendar.add_business_days(frame.today, days)


def in_months(frame: Frame, months: int) -> date:
    """The same day so many months on; asked when that month has no such day."""
    if not 0 < months <= 120:
        raise Unsettled("not_understood")
    first = month_start(frame, months)
    return exact(frame, first.year, first.month, frame.today.day)


def agree(day: date, number: int | None) -> date:
    """The day, when it is the weekday that was typed with it (or none was)."""
    if number is not None and day.weekday() != number:
        raise Unsettled("weekday_mismatch", date=day)
    return day


def two_numbers(frame: Frame, one: int, other: int, year: int | None, number: int | None) -> date:
    """Numbers with slashes: month first where that is settled, else the only reading there is.

    A weekday typed with them decides.
    """
    readings = {(one, other)} if frame.month_first else {(one, other), (other, one)}
    days = {_reading(month, day, year) for month, day in readings}
    possible = sorted(reading for reading in days if reading is not None)
    if not possible:
        raise Unsettled("no_such_day")
    found = [_resolved(frame, reading, year) for reading in possible]
    fitting = [
        day for day in found if number is None or (day is not None and day.weekday() == number)
    ]
    if len(fitting) > 1:
        raise Unsettled("day_or_month")
    if not fitting:
        raise Unsettled("weekday_mismatch", date=next((day for day in found if day), frame.today))
    month, day_number = possible[found.index(fitting[0])]
    if year is not None:
        return exact(frame, year, month, day_number)
    return without_year(frame, month, day_number)


def three_numbers(frame: Frame, one: int, middle: int, last: int, number: int | None) -> date:
    """Numbers with slashes and a year of two digits behind, when there is just one reading.

    A year of two digits in front is a reading as well, unless that day is over.
    """
    behind = {(last, one, middle), (last, middle, one)}
    days = {_of_century(frame, *order) for order in behind} - {None}
    in_front = _of_century(frame, one, middle, last)
    if in_front is not None and in_front >= frame.today:
        days.add(in_front)
    if not days:
        raise Unsettled("no_such_day")
    (day, *others) = sorted(filter(None, days))
    if others:
        raise Unsettled("day_or_month")
    return agree(still_to_come(frame, day), number)


def _of_century(frame: Frame, year: int, month: int, day: int) -> date | None:
    full = frame.today.year // 100 * 100 + year
    return date(full, month, day) if _reading(month, day, full) else None


def _reading(month: int, day: int, year: int | None) -> tuple[int, int] | None:
    if 1 <= month <= 12 and 1 <= day <= monthrange(year or LEAP_YEAR, month)[1]:
        return month, day
    return None


def _resolved(frame: Frame, reading: tuple[int, int], year: int | None) -> date | None:
    """The next such day however far away, for comparing weekdays."""
    month, day = reading
    years = [year] if year is not None else range(frame.today.year, frame.today.year + 9)
    for one in years:
        if day <= monthrange(one, month)[1] and (year or date(one, month, day) >= frame.today):
            return date(one, month, day)
    return None
