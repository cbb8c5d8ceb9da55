"""What changed between two texts, in lines a reader can take in at a glance."""

from __future__ import annotations

import difflib

SHOWN_LINES = 8
SHOWN_CHARACTERS = 300


def changed_lines(before: str, after: str) -> tuple[tuple[str, ...], tuple[str, ...], int]:
    """The lines taken out and put in, SHOWN_LINES of each at most, and how many more there are."""
    old, new = before.splitlines(), after.splitlines()
    removed: list[str] = []
    added: list[str] = []
    # Whole lines only: difflib's view into lines takes seconds for a few hundred changed ones.
    for kind, i, j, m, n in difflib.SequenceMatcher(None, old, new).get_opcodes():
        if kind != "equal":
            began = _common_start(old[i], new[m]) if i < j and m < n else 0
            removed += [_around(line, began) for line in old[i:j] if line.strip()]
            added += [_around(line, began) for line in new[m:n] if line.strip()]
    more = max(0, len(removed) - SHOWN_LINES) + max(0, len(added) - SHOWN_LINES)
    return tuple(removed[:SHOWN_LINES]), tuple(added[:SHOWN_LINES]), more


def _common_start(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _around(line: str, began: int) -> str:
    """A long line cut down to where the change begins."""
    if len(line) <= SHOWN_CHARACTERS:
        return line
    start = max(0, min(began - SHOWN_CHARACTERS // 3, len(line) - SHOWN_CHARACTERS))
    piece = line[start : start + SHOWN_CHARACTERS]
    return ("…" if start else "") + piece + ("…" if start + len(piece) < len(line) else "")
