"""Which lines of notes would be read as actions, decisions or questions."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain.notes import read_note
from bot.explaining.records import line_of


def explain_notes(text: str, *, as_json: bool) -> Iterator[str]:
    """One record per line: what kind of note it is; for an action, who, by when and what."""
    for line in text.splitlines():
        reading = read_note(line)
        record = {
            "line": line,
            "is_action": reading.is_action,
            "kind": reading.kind,
            "owners": list(reading.owners),
            "due": reading.due,
            "text": reading.text if reading.is_action else None,
        }
        words = (reading.kind, ", ".join(reading.owners), reading.due, reading.text or line)
        yield line_of(record, words, as_json=as_json)
