"""Which lines of notes would be read as actions, decisions or questions."""

from __future__ import annotations

import json
from collections.abc import Iterator

from bot.domain.notes import read_note


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
        if as_json:
            yield json.dumps(record, ensure_ascii=False)
        else:
            owners = ", ".join(reading.owners) or "-"
            yield f"{reading.kind}\t{owners}\t{reading.due or '-'}\t{reading.text or line}"
