"""A list of forms, tried as one expression: the first that matches a whole phrase reads it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from functools import cache

from bot.domain.due.reading import Frame

Reader = Callable[[Frame, re.Match[str]], date]
NAMED = re.compile(r"\(\?P<\w+>")


class Forms:
    """Forms in their order. A pattern may name groups, and has no unnamed ones and no references.

    One expression of all of them, an empty group behind each, tells which matches: one after the
    other they take two to four times as long. (A group around each would hide from the engine with
    what a form begins, by which it passes over most of them.)
    """

    def __init__(self, forms: Iterable[tuple[str, Reader]]) -> None:
        self._forms = tuple(forms)
        self._any = re.compile("|".join(f"(?:{NAMED.sub('(?:', one)})()" for one, _ in self._forms))
        if self._any.groups != len(self._forms):
            raise ValueError("a form has a group without a name")
        named = [NAMED.findall(pattern) for pattern, _ in self._forms]
        if any(len(set(names)) != len(names) for names in named):
            raise ValueError("a form has two groups of one name")

    def read(self, frame: Frame, text: str) -> date | None:
        """The day meant; None when no form matches, Unsettled when it has to be asked about."""
        found = self._any.fullmatch(text)
        if found is None or found.lastindex is None:
            return None
        pattern, reader = self._forms[found.lastindex - 1]
        match = _compiled(pattern).fullmatch(text)
        return reader(frame, match) if match else None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """A form alone, once it is needed: few are, and all of them take a while."""
    return re.compile(pattern)
