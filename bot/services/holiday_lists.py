"""The holidays of both governments: the `holidays` library, closings by law, changes handed in.

Japan: national holidays, and 29 December to 3 January, on which offices are closed by law
(行政機関の休日に関する法律, 昭和63年法律第91号, art. 1 para. 1 no. 3). Equinox days are announced
in the gazette of 1 February of the year before (国立天文台 暦要項); later ones are forecasts.
Australian Capital Territory: Holidays Act 1958 (ACT), as the library reads it. DFAT: its own
additional holidays, a list a year, https://www.dfat.gov.au/about-us/canberra-public-holidays (note
PRB No 25/266 of 18 December 2025 for 2026). Whatever changes afterwards is added as data.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache, partial

# Imported here: the library would otherwise load a country inside somebody's transaction.
from holidays.countries.australia import Australia
from holidays.countries.japan import Japan

from bot.domain.calendars import Calendar, CalendarName, Days, Holiday, HolidayChange
from bot.domain.officials import Government
from bot.services.holiday_names import IN_JAPANESE, YEAR_END_EN, YEAR_END_JA

FIRST_YEAR, LAST_YEAR = 1949, 2099
EQUINOXES = ("春分の日", "秋分の日")
# Holidays that lie where they lie because of an equinox, in its months.
HANGING, EQUINOX_MONTHS = ("振替休日", "国民の休日"), (3, 9)
DFAT_ADDITIONAL = {2026: (date(2026, 1, 2), date(2026, 12, 29), date(2026, 12, 30))}
DFAT_NAME = ("Additional DFAT holiday", "豪外務貿易省の追加休日")
# Which lists a calendar is made of.
PARTS = {
    CalendarName.JP_GOV: (CalendarName.JP_GOV,),
    CalendarName.AU_ACT: (CalendarName.AU_ACT,),
    CalendarName.AU_DFAT: (CalendarName.AU_ACT, CalendarName.AU_DFAT),
    CalendarName.JOINT: (CalendarName.JP_GOV, CalendarName.AU_ACT, CalendarName.AU_DFAT),
}

Changes = tuple[HolidayChange, ...]


def built_in(name: CalendarName, today: date, changes: Changes = ()) -> Calendar:
    """A calendar without a database; `today` decides which equinox days are still forecasts."""
    parts = PARTS[name]
    relevant = tuple(one for one in changes if one.calendar in parts)
    days_of = partial(_days, parts, _announced_until(today), relevant)
    # Counting days asks for the same year again and again.
    return Calendar(name, lru_cache(maxsize=None)(days_of))


def _announced_until(today: date) -> int:
    """The last year of which the equinox days are known: the next one, from 1 February on."""
    return today.year + 1 if today.month > 1 else today.year


@lru_cache(maxsize=512)
def _days(parts: tuple[CalendarName, ...], announced: int, changes: Changes, year: int) -> Days:
    """A year's holidays after all changes."""
    found: dict[date, dict[Government, Holiday]] = {}
    for part in parts:
        for one in _listed(part, year, year > announced):
            found.setdefault(one.on, {}).setdefault(one.side, one)
    for change in changes:
        if change.on.year == year:
            side = change.calendar.sides[0]
            of_day = found.setdefault(change.on, {})
            of_day.pop(side, None)
            if change.closed:
                of_day[side] = Holiday(change.on, side, change.name_en, change.name_ja)
    return {day: tuple(sides.values()) for day, sides in found.items() if sides}


@lru_cache(maxsize=512)
def _listed(part: CalendarName, year: int, is_forecast: bool) -> tuple[Holiday, ...]:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return ()
    if part is CalendarName.JP_GOV:
        return _japan(year, is_forecast=is_forecast)
    if part is CalendarName.AU_DFAT:
        additional = DFAT_ADDITIONAL.get(year, ())
        return tuple(Holiday(day, Government.AU, *DFAT_NAME) for day in additional)
    names = Australia(subdiv="ACT", years=year, language="en_AU")  # type: ignore[no-untyped-call]
    return tuple(
        Holiday(day, Government.AU, name, _in_japanese(name)) for day, name in names.items()
    )


def _japan(year: int, *, is_forecast: bool) -> tuple[Holiday, ...]:
    english = Japan(years=year, language="en_US")
    japanese = Japan(years=year, language="ja")
    found = {
        day: Holiday(
            day,
            Government.JP,
            english[day],
            name,
            is_forecast and _hangs_on_equinox(day, name),
        )
        for day, name in japanese.items()
    }
    for month, days in ((1, range(1, 4)), (12, range(29, 32))):
        for day in (date(year, month, one) for one in days):
            found.setdefault(day, Holiday(day, Government.JP, YEAR_END_EN, YEAR_END_JA))
    return tuple(found.values())


def _hangs_on_equinox(day: date, name: str) -> bool:
    return name in EQUINOXES or (name in HANGING and day.month in EQUINOX_MONTHS)


def _in_japanese(name: str) -> str:
    """The Japanese rendering of an Australian holiday; the English name where there is none."""
    plain = name.removesuffix(" (observed)")
    rendered = IN_JAPANESE.get(plain, plain)
    return rendered if plain == name else f"{rendered}(振替)"
