"""How a due date that was read is said back, and how it is said that it has to be asked about."""

from __future__ import annotations

from datetime import date, datetime

from bot.domain.calendars import ZONES
from bot.domain.due import DueReading
from integrations.slack.speech import Safe, Speech


def due_echo(speech: Speech, reading: DueReading) -> Safe:
    """`Fri 25 Sep 2026 (2026-09-25, 金), 17:00 Canberra = 16:00 Tokyo`; the owing side first."""
    due_by = reading.due_by
    if reading.on is None or due_by is None:
        raise ValueError(reading.phrase)
    return speech.say(
        "due.echo",
        date=reading.on,
        iso=Safe(reading.on.isoformat()),
        weekday=speech.in_(speech.language.other).weekday(reading.on),
        here=Safe(f"{reading.at:%H:%M}"),
        here_city=speech.say(f"due.city.{reading.side.value}"),
        there=_there(speech, due_by.astimezone(ZONES[reading.side.other]), reading.on),
        there_city=speech.say(f"due.city.{reading.side.other.value}"),
    )


def due_lines(speech: Speech, reading: DueReading) -> tuple[Safe, ...]:
    """The echo and a line for each warning; or the one line of why it has to be asked about."""
    if reading.why is not None:
        return (speech.say("due.asked", phrase=reading.phrase, why=reading.why),)
    warned = (speech.say(f"due.warning.{one.key}", **one.parameters) for one in reading.warnings)
    return (due_echo(speech, reading), *warned)


def _there(speech: Speech, local: datetime, on: date) -> Safe:
    """The other capital's time, with its date when that is another."""
    if local.date() == on:
        return Safe(f"{local:%H:%M}")
    return speech.say("due.another_day", date=local.date(), time=Safe(f"{local:%H:%M}"))
