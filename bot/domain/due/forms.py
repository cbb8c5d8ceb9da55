"""A list of forms, tried as one expression: the first that matches a whole phrase reads it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date

from bot.domain.due.reading import Frame

Reader = Callable[[Frame, re.Match[str]], date]
NAMED = re.compile(r"\(\?P<\w+>")


class Forms:
    """Forms in their order. A pattern may name groups, and has no unnamed ones and no references.

    One expression of all of them, each a group, tells which matches: that costs a fifth of trying
    them one after the other.
    """

    def __init__(self, forms: Iterable[tuple[str, Reader]]) -> None:
        listed = tuple(forms)
        self._forms = tuple((re.compile(pattern), reader) for pattern, reader in listed)
        self._any = re.compile("|".join(f"({NAMED.sub('(?:', one)})" for one, _ in listed))
        if self._any.groups != len(listed):
            raise ValueError("a form has a group without a name")

    def read(self, frame: Frame, text: str) -> date | None:
        """The day meant; None when no form matches, Unsettled when it has to be asked about."""
        found = self._any.fullmatch(text)
        if found is None or found.lastindex is None:
            return None
        pattern, reader = self._forms[found.lastindex - 1]
        match = pattern.fullmatch(text)
        return reader(frame, match) if match else None
