"""How a due date that was read is said back, and how it is said that it has to be asked about."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import lru_cache

from bot.domain.calendars import ZONES, local_instant
from bot.domain.due import DueReading
from bot.domain.officials import Government
from integrations.slack.speech import Safe, Speech


def due_echo(speech: Speech, reading: DueReading) -> Safe:
    """`Fri 25 Sep 2026 (2026-09-25, 金), 17:00 Canberra = 16:00 Tokyo`; the owing side first."""
    if reading.on is None:
        raise ValueError(reading.phrase)
    return _echo(speech, reading.on, reading.at, reading.side)


def due_lines(speech: Speech, reading: DueReading) -> tuple[Safe, ...]:
    """The echo and a line for each warning; or the one line of why it has to be asked about."""
    if reading.why is not None:
        return (speech.say("due.asked", phrase=reading.phrase, why=reading.why),)
    warned = (speech.say(f"due.warning.{one.key}", **one.parameters) for one in reading.warnings)
    return (due_echo(speech, reading), *warned)


@lru_cache(maxsize=4096)
def _echo(speech: Speech, on: date, at: time, side: Government) -> Safe:
    """Put together once: most of what is due is due at the close of one of a few hundred days."""
    there = local_instant(on, at, side).astimezone(ZONES[side.other])
    return speech.say(
        "due.echo",
        date=on,
        iso=Safe(on.isoformat()),
        weekday=speech.in_(speech.language.other).weekday(on),
        here=Safe(f"{at:%H:%M}"),
        here_city=speech.say(f"due.city.{side.value}"),
        there=_there(speech, there, on),
        there_city=speech.say(f"due.city.{side.other.value}"),
    )


def _there(speech: Speech, local: datetime, on: date) -> Safe:
    """The other capital's time, with its date when that is another."""
    if local.date() == on:
        return Safe(f"{local:%H:%M}")
    return speech.say("due.another_day", date=local.date(), time=Safe(f"{local:%H:%M}"))
