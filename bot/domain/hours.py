"""When a person may be disturbed: their own city's working hours and working days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.officials import Government
from bot.domain.slots import LONGEST_CLOSURE, IsWorking, instant_of

# Half past nine is when both capitals' offices are open; close of business is 17:00 (domain.md).
OPENS, CLOSES = time(9, 30), time(17, 0)
ZONES: Mapping[Government, str] = {
    Government.JP: "Asia/Tokyo",
    Government.AU: "Australia/Canberra",
}


@dataclass(frozen=True)
class Hours:
    """From when to when somebody works, in the wall time of their zone; `opens` before `closes`."""

    zone: str
    opens: time = OPENS
    closes: time = CLOSES

    def hold(self, instant: datetime, is_working: IsWorking) -> bool:
        """Whether the person is at work at that instant."""
        local = instant.astimezone(ZoneInfo(self.zone))
        return is_working(local.date()) and self.opens <= local.time() <= self.closes

    def next_within(self, instant: datetime, is_working: IsWorking) -> datetime:
        """The instant itself when the person is at work, else the next opening: never before it."""
        if self.hold(instant, is_working):
            return instant
        local = instant.astimezone(ZoneInfo(self.zone))
        day = local.date() if local.time() < self.opens else local.date() + timedelta(days=1)
        last = day + LONGEST_CLOSURE
        while not is_working(day) and day < last:
            day += timedelta(days=1)
        return max(instant, instant_of(day, self.opens, self.zone).astimezone(UTC))

    def next_morning(self, instant: datetime) -> datetime:
        """When the next day begins for the person, whether they work on it or not."""
        local = instant.astimezone(ZoneInfo(self.zone))
        return instant_of(local.date() + timedelta(days=1), self.opens, self.zone)


def hours_of(government: Government, opens: time = OPENS, closes: time = CLOSES) -> Hours:
    """The hours of an official of that side."""
    return Hours(ZONES[government], opens, closes)
