"""Times of day and whose clock they are read on, before or behind a date, in both languages.

Without a time, and for `COB` and its kin, the close of business is meant. A time that could be two
times (5 o'clock, midnight), or a zone not in force on the day, is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from bot.domain.calendars import ZONES, local_instant
from bot.domain.due.reading import Clock, Unsettled
from bot.domain.officials import Government

JP, AU = Government.JP, Government.AU
NOON = time(12)
FIRST_PLAIN_HOUR = 8
# What names a zone, whose capital that is, and its hours before UTC where it says so.
ZONE_NAMES: dict[str, tuple[Government, int | None]] = {
    **dict.fromkeys(["jst", "+09:00"], (JP, 9)),
    **dict.fromkeys(["aest", "+10:00"], (AU, 10)),
    **dict.fromkeys(["aedt", "+11:00"], (AU, 11)),
    **dict.fromkeys(["tokyo", "tokyo time", "japan time"], (JP, None)),
    **dict.fromkeys(["日本時間", "東京時間", "日本", "東京"], (JP, None)),
    **dict.fromkeys(["canberra", "canberra time", "act time", "sydney time", "aet"], (AU, None)),
    **dict.fromkeys(["豪州時間", "豪時間", "キャンベラ時間", "キャンベラ"], (AU, None)),
}
CLOSINGS = (
    "cob",
    "c.o.b.",
    "c.o.b",
    "eob",
    "eod",
    "close of business",
    "close of play",
    "close of the day",
    "close of day",
    "end of business day",
    "end of business",
    "end of the business day",
    "end of the working day",
    "end of play",
    "end of the day",
    "end of day",
    "業務終了",
    "業務終了時",
    "業務時間終了",
    "終業時刻",
    "終業時",
    "終業",
    "定時",
)


def _one_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


ZONE = rf"(?P<zone>{_one_of(ZONE_NAMES)})"
TIME = rf"""(?P<time>
    (?P<closing>(?:the\ )?(?:{_one_of(CLOSINGS)}))
  | (?P<noon>12\ ?noon|noon|midday|正午)
  | (?P<hour>[01]?\d|2[0-3])(?:[:.](?P<minute>[0-5]\d))?\ ?(?P<half>am|pm|a\.m\.?|p\.m\.?)
  | (?P<hour24>[01]?\d|2[0-3]):(?P<minute24>[0-5]\d)(?::00)?(?:\ ?(?:h|hrs|hours))?
  | (?P<plain>(?:[01]\d|2[0-3])[0-5]\d)(?P<marked>\ ?(?:h|hrs|hours))?
  | (?P<ampm>午前|午後)?(?P<ji>[01]?\d|2[0-3])時(?:(?P<fun>[0-5]?\d)分|(?P<han>半))?
)"""
WITH_ZONE = rf"(?:(?P<zoned>{_one_of(ZONE_NAMES)})(?:の|\ )?)?{TIME}(?:\ ?\(?{ZONE}\)?)?"
BEFORE = re.compile(
    rf"(?:(?:at|before|by)\ )?{WITH_ZONE}(?:,?\ (?:on\ |of\ )?|、)(?P<rest>.+)", re.VERBOSE
)
BEHIND = re.compile(
    r"(?P<rest>.+?)"
    r"(?:,?\ (?:at\ |by\ |@\ ?|before\ )?|の|、|(?<=[日曜)中末すたてう])|(?=cob|eod|正午|午))"
    rf"\(?{WITH_ZONE}\)?",
    re.VERBOSE,
)
ALONE = re.compile(rf"(?:(?:at|before)\ )?{WITH_ZONE}", re.VERBOSE)
ZONE_BEHIND = re.compile(rf"(?P<rest>.+?),?\ ?\(?{ZONE}\)?", re.VERBOSE)


@dataclass(frozen=True)
class Peeled:
    """What is left of a phrase, and the words about the time that were taken off it."""

    rest: str
    _time: re.Match[str] | None = None
    _zone: str | None = None

    def clock(self) -> Clock:
        """The time meant; raises what has to be asked about it."""
        return _clock(self._time, self._zone)


def peeled(text: str) -> Iterator[Peeled]:
    """Every way to take a time, a zone or both off a phrase."""
    yield from _times(text, None)
    match = ZONE_BEHIND.fullmatch(text)
    if match:
        yield Peeled(match["rest"], None, match["zone"])
        yield from _times(match["rest"], match["zone"])


def _times(text: str, zone: str | None) -> Iterator[Peeled]:
    for pattern in (BEFORE, BEHIND):
        match = pattern.fullmatch(text)
        if match:
            yield Peeled(match["rest"], match, zone)
    match = ALONE.fullmatch(text)
    # Four digits alone may be anything: 1500 words.
    if match and (zone or match["zone"] or match["zoned"] or not match["plain"] or match["marked"]):
        yield Peeled("", match, zone)


def _clock(match: re.Match[str] | None, behind: str | None) -> Clock:
    typed = (match["zone"], match["zoned"]) if match else ()
    zones = {ZONE_NAMES[name] for name in (*typed, behind) if name}
    if len(zones) > 1:
        raise Unsettled("zone")
    side, offset = next(iter(zones), (None, None))
    at = _time(match) if match else Clock().at
    return Clock(at, side, offset, is_timed=match is not None)


def _time(match: re.Match[str]) -> time:
    if match["closing"]:
        return Clock().at
    if match["noon"]:
        return NOON
    if match["half"]:
        return _twelve_hours(match)
    if match["ji"]:
        return _japanese(match)
    if match["plain"]:
        return _four_digits(match)
    hour, typed = int(match["hour24"]), match["hour24"]
    return _certain(time(hour, int(match["minute24"])), has_zero=typed.startswith("0"))


def _four_digits(match: re.Match[str]) -> time:
    """1700, but not 2026: that might be a year."""
    typed = match["plain"]
    if typed[:2] in ("19", "20") and not match["marked"] and not match["zone"]:
        raise Unsettled("which_time")
    return _certain(time(int(typed[:2]), int(typed[2:])), has_zero=True)


def _twelve_hours(match: re.Match[str]) -> time:
    hour, afternoon = int(match["hour"]), match["half"].startswith("p")
    if not 1 <= hour <= 12 or (hour == 12 and not afternoon):
        raise Unsettled("which_time")
    return time(hour % 12 + (12 if afternoon else 0), int(match["minute"] or 0))


def _japanese(match: re.Match[str]) -> time:
    hour, minute = int(match["ji"]), 30 if match["han"] else int(match["fun"] or 0)
    if match["ampm"] is None:
        return _certain(time(hour, minute), has_zero=False)
    if not 1 <= hour <= 11:
        raise Unsettled("which_time")
    return time(hour + (12 if match["ampm"] == "午後" else 0), minute)


def _certain(at: time, *, has_zero: bool) -> time:
    """A time on the 24-hour clock; before eight only when written with its zero."""
    if at == time(0) or (at.hour < FIRST_PLAIN_HOUR and not has_zero):
        raise Unsettled("which_time")
    return at


def in_force(clock: Clock, day: date) -> Clock:
    """The clock, when its zone is in force in its capital on that day."""
    if clock.offset is None or clock.side is None:
        return clock
    instant = local_instant(day, clock.at, clock.side).astimezone(ZONES[clock.side])
    if instant.utcoffset() != timedelta(hours=clock.offset):
        raise Unsettled("zone")
    return replace(clock, offset=None)
