"""The words of a slash command, declared once: parsed, shown as a form, documented from here.

`key:value` words, quotation marks for spaces, full-width characters accepted everywhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from bot import errors
from bot.domain.labels import Label, parse_label
from bot.domain.tags import parse_tags

E = TypeVar("E", bound=StrEnum)

QUOTES = {'"': '"', "“": "”", "”": "”", "＂": "＂", "「": "」", "『": "』", "„": "“"}
KEY = re.compile(r"([A-Za-zＡ-Ｚａ-ｚ_]+)[:：]")
PERSON = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>|@?([UWB][A-Z0-9]{4,})")
YEAR = re.compile(r"(19[5-9][0-9]|20[0-9]{2})")
LIST_GOES_ON = (",", "、", "，")


class Kind(StrEnum):
    """What a field holds, and so how its form element looks."""

    TEXT = "text"
    LONG = "long"
    CHOICE = "choice"
    CHOICES = "choices"
    AGENCY = "agency"
    TAGS = "tags"
    LABEL = "label"
    PERSON = "person"
    CODE = "code"
    DATE = "date"
    DUE = "due"


@dataclass(frozen=True)
class Field:
    """One word of a command. `positional` may be typed without its key."""

    name: str
    kind: Kind
    required: bool = True
    choices: tuple[str, ...] = ()
    default: str | None = None
    positional: bool = False

    @property
    def is_needed(self) -> bool:
        """Whether nothing happens without it."""
        return self.required and self.default is None

    @property
    def usage(self) -> str:
        """`ceiling:AMBER`, in brackets when it may be left out."""
        shown = EXAMPLES.get(self.name) or "|".join(self.choices) or self.name
        word = shown if self.positional else f"{self.name}:{shown}"
        return word if self.is_needed else f"[{word}]"


# What stands for a value in usage lines; examples people can type as they are.
EXAMPLES = {
    "to": "ASD",
    "tags": "advisory,ransomware",
    "ceiling": "GREEN|AMBER|CLEAR",
    "code": "LNK-7Q3F",
    "number": "ADV-2026-0001",
    "user": "@user",
    "agency": "NPA",
    "releasability": "ASD,DFAT",
    "roles": "liaison,releaser",
    "label": "GREEN",
    "title": '"…"',
    "text": '"…"',
    "reason": '"…"',
    "by": "ADV-2026-0002",
    "item": "ACT-2026-0001",
    "card": "CAP-AU-0001",
    "emoji": ":memo:",
    "into": "ACT-2026-0002",
    "owner": "NPA,@user",
    "due": '"30 Sep"',
    "rendering": '"…"',
    "dialogue": "DLG-07",
    "start": "2026-11-30",
    "end": "2026-12-01",
    "agree": "D-1",
    "venue": '"…"',
    "lead": "NPA",
    "minutes": "30",
    "entry": "1",
    "round": "7",
    "english": '"…"',
    "japanese": '"…"',
    "next": '"…"',
    "date": "2026-12-24",
    "name": '"…"',
    "year": "2027",
    "followup": "FUP-JP-2026-0001",
    "when": '"next Friday 10:00"',
    "for": "@user|ASD|here",
    "about": "ACT-2026-0001",
    "every": '"2 weeks"',
    "until": "2026-12-18",
    "opens": "09:30",
    "closes": "17:00",
    "before": "128",
    "purge": "PRG-7Q3F",
    "person": "name@agency",
}


class Arguments:
    """The values given for a verb's fields, as typed; each getter converts or refuses."""

    def __init__(self, fields: tuple[Field, ...], given: Mapping[str, str], usage: str) -> None:
        defaults = {field.name: field.default for field in fields if field.default is not None}
        self._given = {**defaults, **{k: v for k, v in given.items() if v.strip()}}
        for field in fields:
            if field.required and field.name not in self._given:
                raise errors.MissingWord(word=field.name, usage=usage)

    def text(self, name: str) -> str:
        """The words as typed, without surrounding space; empty when left out."""
        return self._given.get(name, "").strip()

    def short(self, name: str, limit: int) -> str:
        """The words as typed; raises TooLong beyond `limit` characters."""
        words = self.text(name)
        if len(words) > limit:
            raise errors.TooLong(word=name, limit=limit)
        return words

    def choice(self, name: str, kind: type[E]) -> E:
        """One of the declared choices, any case or width."""
        return self._one_of(name, folded(self.text(name)), kind)

    def choices(self, name: str, kind: type[E]) -> tuple[E, ...]:
        """Several of the declared choices, separated by commas or spaces."""
        words = re.split(r"[\s,、，;]+", folded(self.text(name)))
        return tuple(self._one_of(name, word, kind) for word in words if word)

    def label(self, name: str) -> Label:
        """A TLP label in any written form; raises BadLabel."""
        label = parse_label(self.text(name))
        if label is None:
            raise errors.BadLabel(value=self.text(name))
        return label

    def tags(self, name: str) -> tuple[str, ...]:
        """Tags separated by commas; raises BadTags."""
        try:
            return parse_tags(self.text(name))
        except ValueError:
            raise errors.BadTags(value=self.text(name)) from None

    def date(self, name: str) -> date:
        """A day written as 2026-12-24 or 2026/12/24; raises BadDate."""
        try:
            return date.fromisoformat(folded(self.text(name)).replace("/", "-"))
        except ValueError:
            raise errors.BadDate(value=self.text(name)) from None

    def year(self, name: str) -> int | None:
        """A year of four digits, None when left out; raises BadDate."""
        typed = folded(self.text(name))
        if typed and not YEAR.fullmatch(typed):
            raise errors.BadDate(value=self.text(name))
        return int(typed) if typed else None

    def person(self, name: str) -> str:
        """The id of the user mentioned; raises NotAPerson."""
        found = PERSON.fullmatch(self.text(name))
        if found is None:
            raise errors.NotAPerson(value=self.text(name))
        return found.group(1) or found.group(2)

    def _one_of(self, name: str, word: str, kind: type[E]) -> E:
        try:
            return kind(word)
        except ValueError:
            choices = ", ".join(one.value for one in kind)
            raise errors.UnknownChoice(word=name, value=word, choices=choices) from None


def parse(fields: tuple[Field, ...], text: str, usage: str) -> Arguments:
    """Reads what was typed after the verb; raises a NotUnderstood naming the word at fault."""
    positional = [field for field in fields if field.positional]
    if len(fields) == 1 and positional and fields[0].kind is Kind.LONG:
        return Arguments(fields, {fields[0].name: _unquoted(text)}, usage)
    known = {field.name for field in fields}
    given: dict[str, str] = {}
    for key, value in _words(text):
        name = folded(key) if key else None
        if name is None:
            free = next((f.name for f in positional if f.name not in given), None)
            if free is None:
                raise errors.UnknownWord(word=value, usage=usage)
            name = free
        if name not in known:
            raise errors.UnknownWord(word=name, usage=usage)
        if name in given:
            raise errors.TwiceGiven(word=name)
        given[name] = value
    return Arguments(fields, given, usage)


def _words(text: str) -> list[tuple[str | None, str]]:
    """The (key, value) pairs of a command line, in order; key is None for a bare word."""
    found: list[tuple[str | None, str]] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        key = KEY.match(text, at)
        at = key.end() if key else at
        quoted = text[at : at + 1] in QUOTES
        value, at = _value(text, at)
        # A list goes on after its comma; a quotation is whole, and the next key:value is its own.
        while not quoted and value.endswith(LIST_GOES_ON):
            after = _skip_space(text, at)
            if after == len(text) or KEY.match(text, after):
                break
            more, at = _value(text, after)
            value += more
        found.append((key.group(1) if key else None, value))
    return found


def _value(text: str, at: int) -> tuple[str, int]:
    if at < len(text) and text[at] in QUOTES:
        end = text.find(QUOTES[text[at]], at + 1)
        if end < 0:
            raise errors.UnclosedQuote
        return text[at + 1 : end], end + 1
    end = at
    while end < len(text) and not text[end].isspace():
        end += 1
    return text[at:end], end


def _skip_space(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _unquoted(text: str) -> str:
    stripped = text.strip()
    if len(stripped) > 1 and QUOTES.get(stripped[0]) == stripped[-1]:
        return stripped[1:-1]
    return stripped


def folded(typed: str) -> str:
    """A typed word in one spelling, whatever its case and width."""
    return unicodedata.normalize("NFKC", typed).strip().casefold()
