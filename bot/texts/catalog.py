"""Every word the bot says, in both languages, loaded once and checked against each other.

A key is `file.section.name`: `links.proposed` stands in `en/links.toml` and `ja/links.toml` under
`proposed`. A table with `one` and `other` is chosen by the parameter `n` (in Japanese only `other`
is ever used).
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from importlib import resources
from typing import Any


class Language(StrEnum):
    """The two languages the bot speaks; peers, neither is the default of the other."""

    EN = "en"
    JA = "ja"

    @property
    def other(self) -> Language:
        return Language.JA if self is Language.EN else Language.EN


class Catalog:
    """Looks words up by key and fills their parameters; an unknown one is a KeyError."""

    def __init__(self, entries: Mapping[Language, Mapping[str, str]]) -> None:
        self._entries = entries

    def say(self, language: Language, key: str, **parameters: object) -> str:
        """The words of `key` in `language`."""
        words = self._entries[language]
        if key not in words and "n" in parameters:
            one = parameters["n"] == 1 and language is Language.EN
            key += ".one" if one else ".other"
        return words[key].format_map(parameters)

    def has(self, key: str) -> bool:
        """Whether the key has words (in both languages: their equality is tested)."""
        return key in self._entries[Language.EN]

    def keys(self, language: Language) -> set[str]:
        return set(self._entries[language])

    def parameters(self, language: Language, key: str) -> set[str]:
        """The names a text expects to be filled."""
        parsed = string.Formatter().parse(self._entries[language][key])
        return {name for _, name, _, _ in parsed if name}


def load(*files: str) -> Catalog:
    """Read every text file shipped with the package; or those named alone, which is quicker."""
    return Catalog({language: dict(_entries_of(language, files)) for language in Language})


def _entries_of(language: Language, files: Collection[str]) -> Iterator[tuple[str, str]]:
    folder = resources.files(__package__) / language.value
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        name = file.name.removesuffix(".toml")
        if file.name.endswith(".toml") and (not files or name in files):
            yield from _flatten(name, tomllib.loads(file.read_text(encoding="utf-8")))


def _flatten(prefix: str, table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flatten(f"{prefix}.{name}", value)
        else:
            yield f"{prefix}.{name}", value
