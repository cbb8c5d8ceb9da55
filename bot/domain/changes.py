"""What changed between two texts, in lines a reader can take in at a glance."""

from __future__ import annotations

import difflib

SHOWN_LINES = 8


def changed_lines(before: str, after: str) -> tuple[tuple[str, ...], tuple[str, ...], int]:
    """The lines taken out and put in, SHOWN_LINES of each at most, and how many more there are."""
    old, new = before.splitlines(), after.splitlines()
    removed: list[str] = []
    added: list[str] = []
    # Whole lines only: difflib's view into lines takes seconds for a few hundred changed ones.
    for kind, i, j, m, n in difflib.SequenceMatcher(None, old, new).get_opcodes():
        if kind != "equal":
            removed += [line for line in old[i:j] if line.strip()]
            added += [line for line in new[m:n] if line.strip()]
    more = max(0, len(removed) - SHOWN_LINES) + max(0, len(added) - SHOWN_LINES)
    return tuple(removed[:SHOWN_LINES]), tuple(added[:SHOWN_LINES]), more
