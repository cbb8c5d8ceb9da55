"""A line for each text that was read: a JSON record for machines, or words between tabs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

AS_JSON = json.JSONEncoder(ensure_ascii=False)


def line_of(record: Mapping[str, object], words: Iterable[object], *, as_json: bool) -> str:
    """The record, or the words; what is not there is a dash."""
    if as_json:
        return AS_JSON.encode(record)
    return "\t".join(str(one) if one or one == 0 else "-" for one in words)
