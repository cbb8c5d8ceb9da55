"""A line under the reader's knife: what has been cut away, and where the rest stood as typed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.domain.characters import fold, is_invisible

_EDGES = " \t\u3000,、;:。.|"
_BLANKS = " \t"
_BLANK = -1  # the place of a blank that nobody typed


@dataclass(frozen=True, slots=True)
class Slice:
    """Folded characters and the place of each in the line as typed."""

    text: str
    places: tuple[int, ...]

    @classmethod
    def of(cls, line: str, start: int = 0) -> Slice:
        """The line from `start` on, as a person sees it."""
        seen = fold(line[start:], at=start)
        return cls(seen.text, seen.origin)

    def part(self, start: int, end: int | None = None) -> Slice:
        """The characters from `start` to `end`, and no others."""
        return Slice(self.text[start:end], self.places[start:end])

    def without(self, start: int, end: int) -> Slice:
        """Everything but the characters from `start` to `end`; of two blanks that meet, one."""
        before, after = self.part(0, start), self.part(end)
        if before.text[-1:] in _BLANKS and after.text[:1] in _BLANKS:
            after = after.part(len(after.text) - len(after.text.lstrip(_BLANKS)))
        return Slice(before.text + after.text, before.places + after.places)

    def drop(self, pattern: re.Pattern[str]) -> Slice:
        """Without anything the pattern finds."""
        left = self
        for found in reversed(list(pattern.finditer(self.text))):
            left = left.without(found.start(), found.end())
        return left

    def after(self, found: re.Match[str]) -> Slice:
        """What follows a finding."""
        return self.part(found.end()).trimmed()

    def trimmed(self, edges: str = _EDGES) -> Slice:
        """Without blanks and separators at both ends."""
        text = self.text
        start = len(text) - len(text.lstrip(edges))
        return self.part(start, max(start, len(text.rstrip(edges))))

    def joined(self, other: Slice) -> Slice:
        """This, a blank, and the other."""
        return Slice(f"{self.text} {other.text}", (*self.places, _BLANK, *other.places))

    def as_typed(self, line: str) -> str:
        """What is left, in the characters that were typed; what cannot be seen is left out."""
        kept = dict.fromkeys(self.places)
        typed = "".join(
            " " if place == _BLANK else line[place] + _voicing(line, place) for place in kept
        )
        return " ".join("".join(char for char in typed if not is_invisible(char)).split())


def _voicing(line: str, place: int) -> str:
    """A half-width voicing mark belongs to the letter before it."""
    return line[place + 1] if line[place + 1 : place + 2] in {"ﾞ", "ﾟ"} else ""
