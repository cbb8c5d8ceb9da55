"""How labels and protective markings in texts would be read."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain.markings import read_marking
from bot.explaining.records import line_of


def explain_markings(text: str, *, whole: bool, as_json: bool) -> Iterator[str]:
    """One record per line (or one for the whole text): label, decision, rule ids."""
    for index, one in enumerate([text] if whole else text.splitlines()):
        reading = read_marking(one)
        record = {
            "text_index": index,
            "label": reading.label,
            "decision": reading.decision,
            "rules": list(reading.rules),
        }
        words = (index, reading.decision, reading.label, ", ".join(reading.rules))
        yield line_of(record, words, as_json=as_json)
