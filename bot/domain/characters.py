"""Characters that deceive: what cannot be seen, what reverses a line, what only looks Latin.

Promise: `fold` reads a text as a person would see it (NFKC, nothing invisible) and remembers where
every character stood, so that a finding can be reported by position and never by its text.

Sources: Unicode Standard Annex #15 (NFKC, stream-safe text), UTS #39 (confusables, a hand-picked
subset), UAX #9 (bidirectional controls).
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

STREAM_SAFE_MARKS = 30
"""Longest run of combining marks kept on one letter (UAX #15, stream-safe text format)."""

LETTERS_KEPT = 8192
"""How many letters are remembered at most with what was found out about them."""

CIRCLED_HI = "㊙"
"""A marking of its own; NFKC would flatten it into an ordinary 秘, so `fold` keeps it."""

_LINE_ENDS = frozenset("\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
_OTHER_LINE_END = re.compile(r"\r\n|[\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")
_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")
_HALF_WIDTH_VOICING = frozenset("ﾞﾟ")
_KANA_VOICING = frozenset("\u3099\u309a")


@lru_cache(maxsize=8192)
def is_invisible(char: str) -> bool:
    """Say whether a character shows nothing, steers direction, or may never stand in a text.

    Format characters (bidi, zero-width, tags), variation selectors, blank letters, lone surrogates,
    noncharacters and controls other than tab and line ends.
    """
    code = ord(char)
    if char in "\t\n" or 0x20 <= code < 0x7F:
        return False
    return (
        unicodedata.category(char) in {"Cf", "Cc", "Cs"}
        or char in _BLANK_LETTERS
        or 0xFE00 <= code <= 0xFE0F
        or 0xE0000 <= code <= 0xE0FFF
        or 0xFDD0 <= code <= 0xFDEF
        or code & 0xFFFE == 0xFFFE
    )


def is_mark(char: str) -> bool:
    """Say whether a character only modifies the one before it."""
    return unicodedata.category(char) in {"Mn", "Me", "Mc"}


def unify_line_ends(text: str) -> str:
    """Write every kind of line end as a single line feed."""
    return _OTHER_LINE_END.sub("\n", text)


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as it is seen, and where each of its characters stood in the text as written."""

    text: str
    origin: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Translate a span of the folded text into one of the original text."""
        if start >= end or not self.origin:
            return (0, 0)
        return (self.origin[start], self.origin[end - 1] + 1)


def fold(text: str, drop: str = "", at: int = 0) -> Folded:
    """Fold a text with NFKC, without invisible characters, without the characters in `drop`.

    `at` is where the text stands inside a larger one: positions are counted from there.
    """
    if text.isascii() and text.isprintable() and not any(char in text for char in drop):
        return Folded(text, tuple(range(at, at + len(text))))
    alone = "".join(map(_ALONE.__getitem__, text))
    if len(alone) == len(text) and not any(char in alone for char in drop):
        return Folded(alone, tuple(range(at, at + len(text))))
    letters: list[str] = []
    origin: list[int] = []
    for start, cluster in _clusters(text):
        for char in _seen(cluster):
            if char not in drop:
                letters.append(char)
                origin.append(at + start)
    return Folded("".join(letters), tuple(origin))


def _clusters(text: str) -> list[tuple[int, str]]:
    """Cut a text into letters with the marks that belong to them, at most a stream-safe number."""
    clusters: list[tuple[int, str]] = []
    for index, char in enumerate(text):
        if clusters and _joins(clusters[-1][1], char):
            start, letter = clusters[-1]
            clusters[-1] = (start, letter + char)
        else:
            clusters.append((index, char))
    return clusters


def _joins(letter: str, char: str) -> bool:
    if char < "\u0300" or len(letter) > STREAM_SAFE_MARKS:
        return False
    return char in _HALF_WIDTH_VOICING or unicodedata.combining(char) != 0


@lru_cache(maxsize=8192)
def _seen(cluster: str) -> str:
    if cluster in _LINE_ENDS:
        return "\n"
    if cluster[0] == CIRCLED_HI:
        return CIRCLED_HI
    plain = unicodedata.normalize("NFKC", cluster)
    return "".join(
        char
        for char in plain
        if not is_invisible(char) and (char in _KANA_VOICING or not unicodedata.combining(char))
    )


class _Alone(dict[str, str]):
    """A letter as it is seen when it is seen as one and joins none; otherwise nothing."""

    def __missing__(self, char: str) -> str:
        seen = _seen(char)
        joins = char in _HALF_WIDTH_VOICING or unicodedata.combining(char) != 0
        if len(self) >= LETTERS_KEPT:
            self.clear()
        self[char] = "" if joins or len(seen) != 1 else seen
        return self[char]


_ALONE = _Alone()


class Plainly:
    """Tells at once that a text has nothing but letters for which `rule` holds not."""

    def __init__(self, rule: Callable[[str], bool]) -> None:
        self._rule = rule
        self._clear: set[str] = set()

    def clear_of(self, text: str) -> bool:
        """Whether no letter of the text falls under the rule."""
        if self._clear.issuperset(text):
            return True
        new = set(text) - self._clear
        if any(map(self._rule, new)):
            return False
        if len(self._clear) >= LETTERS_KEPT:
            self._clear.clear()
        self._clear |= new
        return True


def _pairs(lookalikes: str, latin: str) -> dict[int, str]:
    return dict(zip(map(ord, lookalikes), latin, strict=True))


def _alphabet(first: int) -> dict[int, str]:
    return {first + step: chr(ord("A") + step) for step in range(26)}


_LOOKALIKES: dict[int, str] = {
    **_pairs("АВСЕНІЈКМОРЅТХУԚԜԌҮ", "ABCEHIJKMOPSTXYQWGY"),
    **_pairs("асԁеһіјӏорԛѕԝхуѵ", "acdehijlopqswxyv"),
    **_pairs("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹϺ", "ABEZHIKMNOPTYXCM"),
    **_pairs("αοννρϲιτ", "aovvpcit"),
    **_pairs("ᎠᎡᎢᎬᏟᏚᏞᏢᎷᏴᎪᎳᎻᏀᏦ", "DRTECSLPMBAWHGK"),
    **_pairs("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "ABCDEFGHIJKLMNOPRSTUVWYZ"),
    **_pairs("祕", "秘"),
    **_alphabet(0x1F150),
    **_alphabet(0x1F170),
    **_alphabet(0x1F1E6),
}


def skeleton(text: str) -> str:
    """Write letters that only look Latin as the Latin letters they imitate; same length."""
    return text if text.isascii() else text.translate(_LOOKALIKES)
