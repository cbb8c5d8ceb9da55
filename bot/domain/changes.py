"""What changed between two texts, in lines a reader can take in at a glance."""

from __future__ import annotations

import difflib

SHOWN_LINES = 8


def changed_lines(before: str, after: str) -> tuple[tuple[str, ...], tuple[str, ...], int]:
    """The lines taken out and put in, SHOWN_LINES of each at most, and how many more there are."""
    marks = difflib.ndiff(before.splitlines(), after.splitlines())
    lines = [line for line in marks if line[:2] in ("- ", "+ ") and line[2:].strip()]
    removed = [line[2:] for line in lines if line.startswith("-")]
    added = [line[2:] for line in lines if line.startswith("+")]
    more = max(0, len(removed) - SHOWN_LINES) + max(0, len(added) - SHOWN_LINES)
    return tuple(removed[:SHOWN_LINES]), tuple(added[:SHOWN_LINES]), more
