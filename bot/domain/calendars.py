"""Working days of both governments, their office hours, fiscal years and the Japanese eras.

A calendar answers over holiday data handed in, year by year; it knows no clock and no library.
Weekends are never working days. Office hours: Tokyo 09:30-17:00, Canberra 09:00-17:00; both are at
work from 09:30 to 16:00 in Tokyo while Canberra is on standard time, to 15:00 on daylight time.

Eras: 元号を改める政令 (昭和64年政令第1号) for Heisei, 平成31年政令第143号 for Reiwa. Fiscal years:
財政法 art. 11; Public Governance, Performance and Accountability Act 2013, s 8.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from bot.domain.moments import CANBERRA, TOKYO
from bot.domain.officials import Government

ONE_DAY = timedelta(days=1)
SATURDAY = 5
OPENING = {Government.JP: time(9, 30), Government.AU: time(9)}
CLOSE_OF_BUSINESS = time(17)
ZONES = {Government.JP: TOKYO, Government.AU: CANBERRA}


class CalendarName(StrEnum):
    """Whose working days are counted."""

    JP_GOV = "JP_GOV"  # Japanese government offices
    AU_ACT = "AU_ACT"  # public holidays of the Australian Capital Territory
    AU_DFAT = "AU_DFAT"  # the same, and the days on which DFAT is closed besides
    JOINT = "JOINT"  # days on which both JP_GOV and AU_DFAT work

    @property
    def sides(self) -> tuple[Government, ...]:
        """The governments whose holidays count."""
        if self is CalendarName.JOINT:
            return (Government.JP, Government.AU)
        return (Government.JP,) if self is CalendarName.JP_GOV else (Government.AU,)


@dataclass(frozen=True)
class Holiday:
    """A day on which one side does not work; a forecast has not been announced officially yet."""

    on: date
    side: Government
    name_en: str
    name_ja: str
    is_forecast: bool = False


@dataclass(frozen=True)
class HolidayChange:
    """One day on which a calendar differs from what is built in; not `closed` means worked."""

    calendar: CalendarName
    on: date
    closed: bool
    name_en: str = ""
    name_ja: str = ""


Days = Mapping[date, tuple[Holiday, ...]]


@dataclass(frozen=True)
class Calendar:
    """Which days are working days. `days_of(year)` gives that year's holidays."""

    name: CalendarName
    days_of: Callable[[int], Days]

    def holidays_on(self, day: date) -> tuple[Holiday, ...]:
        """Every side's holiday on that day, a holiday on a weekend included."""
        return self.days_of(day.year).get(day, ())

    def holiday_on(self, day: date, side: Government | None = None) -> Holiday | None:
        """The holiday on that day, of one side if one is named."""
        found = self.holidays_on(day)
        return next((one for one in found if side in (None, one.side)), None)

    def is_working(self, day: date) -> bool:
        return day.weekday() < SATURDAY and not self.holidays_on(day)

    def next_working(self, day: date) -> date:
        """The first working day strictly after `day`."""
        return self._step(day, ONE_DAY)

    def previous_working(self, day: date) -> date:
        """The last working day strictly before `day`."""
        return self._step(day, -ONE_DAY)

    def working_from(self, day: date) -> date:
        """`day` itself when it is a working day, else the next one."""
        return day if self.is_working(day) else self.next_working(day)

    def add_business_days(self, day: date, n: int) -> date:
        """The n-th working day after `day` (before it when n is negative); `day` itself for 0."""
        step = ONE_DAY if n > 0 else -ONE_DAY
        for _ in range(abs(n)):
            day = self._step(day, step)
        return day

    def is_long_weekend(self, day: date) -> bool:
        """Whether the day lies in at least three days on end without work."""
        if self.is_working(day):
            return False
        return self.next_working(day) - self.previous_working(day) > 3 * ONE_DAY

    def _step(self, day: date, step: timedelta) -> date:
        day += step
        while not self.is_working(day):
            day += step
        return day


def next_joint_working_day(joint: Calendar, day: date) -> date:
    """The first day strictly after `day` on which both sides work."""
    if joint.name is not CalendarName.JOINT:
        raise ValueError(joint.name)
    return joint.next_working(day)


def close_of_business(day: date, side: Government) -> datetime:
    """17:00 on that day in the capital of a side, as a UTC instant."""
    return local_instant(day, CLOSE_OF_BUSINESS, side)


def local_instant(day: date, at: time, side: Government) -> datetime:
    """A wall time in the capital of a side, as a UTC instant.

    Of an hour that comes twice the first is meant; one that does not come is moved past the gap.
    """
    return datetime.combine(day, at.replace(fold=0), ZONES[side]).astimezone(UTC)


def working_hours(day: date, side: Government) -> tuple[datetime, datetime]:
    """From when to when the offices of a side are open on that day, as UTC instants."""
    return local_instant(day, OPENING[side], side), close_of_business(day, side)


def common_hours(day: date) -> tuple[datetime, datetime]:
    """From when to when both capitals' offices are open on that day, as UTC instants."""
    hours = [working_hours(day, side) for side in Government]
    return max(start for start, _ in hours), min(end for _, end in hours)


@dataclass(frozen=True)
class FiscalYear:
    """A government's fiscal year: Japan's is called by its first year, Australia's by both."""

    side: Government
    first: date
    last: date


def fiscal_year(day: date, side: Government) -> FiscalYear:
    """The fiscal year a day lies in: April to March in Japan, July to June in Australia."""
    month = 4 if side is Government.JP else 7
    year = day.year if day.month >= month else day.year - 1
    return FiscalYear(side, date(year, month, 1), date(year + 1, month, 1) - ONE_DAY)


@dataclass(frozen=True)
class Era:
    """A Japanese era: its letter, its kanji, and the day it began."""

    letter: str
    kanji: str
    first: date

    def western(self, year: int) -> int:
        """The year of the common era; the first year (元年) is 1."""
        return self.first.year + year - 1


ERAS = (
    Era("R", "令和", date(2019, 5, 1)),
    Era("H", "平成", date(1989, 1, 8)),
    Era("S", "昭和", date(1926, 12, 25)),
)


def era_year(day: date) -> tuple[Era, int]:
    """The era of a day and the year in it; raises ValueError before Shōwa."""
    for era in ERAS:
        if day >= era.first:
            return era, day.year - era.first.year + 1
    raise ValueError(day)
