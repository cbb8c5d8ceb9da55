"""Due dates as a calendar (RFC 5545): one all-day event for each item that has one.

The identity of an event is the item's number, and its sequence rises with every change, so that
a calendar that goes by them (most do) changes the event instead of adding a second one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from icalendar import Calendar, Event

from bot.domain.inert import inert
from bot.services.action_exports import Row
from integrations.registers.table import Writer
from integrations.slack.shown_actions import owners_plain
from integrations.slack.speech import Speech

DOMAIN = "kakehashi.invalid"
END = b"END:VCALENDAR\r\n"
SUMMARY_LENGTH = 120
SEQUENCE_FROM = datetime(2026, 1, 1, tzinfo=UTC)


class CalendarWriter(Writer):
    """The calendar's head first, then one event after the other."""

    def __init__(self, path: Path, speech: Speech) -> None:
        super().__init__(path, speech)
        calendar = Calendar()
        calendar.add("prodid", f"-//Kakehashi//{speech.language.value.upper()}")
        calendar.add("version", "2.0")
        calendar.add("method", "PUBLISH")
        calendar.add("x-wr-calname", speech.say("actions.sheet"))
        self._file = path.open("wb")
        self._file.write(calendar.to_ical().removesuffix(END))

    def add(self, rows: Iterable[Row]) -> None:
        for row in rows:
            if row.due_on is not None:
                self._file.write(self._event(row).to_ical())

    def close(self) -> None:
        self._file.write(END)
        self._file.close()

    def _event(self, row: Row) -> Event:
        action = row.action
        text = " ".join(inert(action.text).split())
        event = Event()
        event.add("uid", f"{action.number}@{DOMAIN}")
        event.add("dtstamp", action.changed_at)
        # Which of two files is the newer one (RFC 5545, 3.8.7.4); it fits into 32 bits until 2094.
        event.add("sequence", int((action.changed_at - SEQUENCE_FROM).total_seconds()))
        event.add("dtstart", row.due_on)
        event.add("dtend", row.due_on + timedelta(days=1) if row.due_on else None)
        event.add("summary", f"{action.number} {text[:SUMMARY_LENGTH]}")
        owners = owners_plain(self.speech, row.owners)
        event.add("description", "\n".join(part for part in (text, owners) if part))
        event.add("status", "CONFIRMED" if action.is_open else "CANCELLED")
        event.add("transp", "TRANSPARENT")
        return event
