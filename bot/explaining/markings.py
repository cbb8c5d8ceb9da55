"""How labels and protective markings in texts would be read."""

from __future__ import annotations

import json
from collections.abc import Iterator

from bot.domain.markings import read_marking


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
        if as_json:
            yield json.dumps(record, ensure_ascii=False)
        else:
            rules = ", ".join(reading.rules) or "-"
            yield f"{index}\t{reading.decision}\t{reading.label or '-'}\t{rules}"
