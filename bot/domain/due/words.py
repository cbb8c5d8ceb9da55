"""English number words as they stand in due phrases: counts, and ordinals written out."""

from __future__ import annotations

import re

_ONES = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
]
_TEENS = ["fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90}

# Counts in letters; `a week` is one.
COUNTS = {
    **{word: n for n, word in enumerate(_ONES + _TEENS, start=1)},
    **_TENS,
    **{f"twenty-{word}": 20 + n for n, word in enumerate(_ONES[:9], start=1)},
    "a": 1,
    "an": 1,
}
# Which one of a month: the first Monday, the last working day.
PLACES = {"1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5, "last": -1, "final": -1}

_WRITTEN = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
    "twenty-first",
    "twenty-second",
    "twenty-third",
    "twenty-fourth",
    "twenty-fifth",
    "twenty-sixth",
    "twenty-seventh",
    "twenty-eighth",
    "twenty-ninth",
    "thirtieth",
    "thirty-first",
]
_ENDINGS = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}
_ORDINALS = {word: f"{n}{_ENDINGS.get(n, 'th')}" for n, word in enumerate(_WRITTEN, start=1)}
_ORDINAL = re.compile(rf"\b(?:{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})\b(?!-)")


def ordinals_in_digits(text: str) -> str:
    """`the thirtieth of September` as `the 30th of September`."""
    return _ORDINAL.sub(lambda word: _ORDINALS[word.group()], text)


def count_of(word: str) -> int | None:
    """The count a word or a run of digits means."""
    return int(word) if word.isdecimal() else COUNTS.get(word)
