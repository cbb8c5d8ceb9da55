"""What due phrases mean, or why they have to be asked about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from bot import errors
from bot.domain.calendars import ZONES, CalendarName
from bot.domain.due import DueReading, read_due
from bot.domain.officials import Government
from bot.explaining.records import AS_JSON
from bot.services.holiday_lists import built_in
from bot.texts import catalog
from bot.texts.catalog import Language
from integrations.slack.due import due_lines
from integrations.slack.speech import Speech

SIDES = {"ja": Government.JP, "en": Government.AU, None: Government.AU}


def explain_due(
    text: bytes, now: str | None, calendar: str, lang: str | None, *, as_json: bool
) -> Iterator[str]:
    """One record a line: the day, or why it has to be asked about."""
    language = _one_of("lang", lang, ("en", "ja")) if lang else None
    name = CalendarName(_one_of("calendar", calendar.upper(), tuple(CalendarName)))
    moment = _moment(now) if now else datetime.now(UTC).astimezone(ZONES[SIDES[language]])
    days = built_in(name, moment.date())
    readings = (read_due(phrase, moment, days, language) for phrase in _phrases(text))
    yield from map(_record, readings) if as_json else _told(readings, language)


def _told(readings: Iterable[DueReading], language: str | None) -> Iterator[str]:
    """The phrase, its day and what is said of it, between tabs."""
    words = catalog.load("due", "time")
    speeches = {one: Speech(words, one) for one in Language}
    for reading in readings:
        spoken = Language(language or _language_of(reading))
        told = " ".join(due_lines(speeches[spoken], reading))
        yield f"{reading.phrase}\t{reading.on or '-'}\t{told}"


def _phrases(text: bytes) -> list[str]:
    lines = text.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def _record(reading: DueReading) -> str:
    on = reading.on.isoformat() if reading.on else None
    why = reading.why.key if reading.why else None
    return AS_JSON.encode({"phrase": reading.phrase, "on": on, "why": why})


def _language_of(reading: DueReading) -> str:
    return "en" if reading.phrase.isascii() else "ja"


def _moment(typed: str) -> datetime:
    """An aware moment; raises BadDate for anything else."""
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        raise errors.BadDate(value=typed) from None
    if moment.tzinfo is None:
        raise errors.BadDate(value=typed)
    return moment


def _one_of(word: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise errors.UnknownChoice(word=word, value=value, choices=", ".join(choices))
    return value
