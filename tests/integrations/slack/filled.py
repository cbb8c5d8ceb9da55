"""Any announcement, with a text in every field that people or feeds can fill.

Built from the declared types alone, so that a new noun and a new field are filled, too. What comes
from the bot itself (numbers, ids, keys of the catalogue) stands in `OURS`.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from bot.services.facts import Facts
from bot.texts.catalog import Catalog, Language

USER = "U123ABC"
NOW = datetime(2026, 9, 16, 1, 0, tzinfo=UTC)


def kinds_of_facts() -> list[type[Facts]]:
    """Every class of announcement there is, whatever noun it is kept with."""
    found, waiting = [], [Facts]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            found.append(kind)
            waiting.append(kind)
    return sorted(found, key=lambda kind: (kind.__module__, kind.__name__))


class Filler:
    """Fills by turns: the n-th filling takes the n-th member of each enumeration, and so on."""

    def __init__(self, catalog: Catalog, ours: Mapping[str, Any]) -> None:
        self._catalog = catalog
        self._ours = ours

    def fill(self, kind: type, text: str, turn: int) -> Any:
        """One of that class with `text` wherever words of people stand."""
        hints = get_type_hints(kind)
        return kind(
            **{
                one.name: self._field(kind, one.name, hints[one.name], text, turn)
                for one in fields(kind)
                if one.init
            }
        )

    def _field(self, kind: type, name: str, hint: Any, text: str, turn: int) -> Any:
        for key in (f"{kind.__name__}.{name}", name):
            if key in self._ours:
                ours = self._ours[key]
                return ours(text, turn) if callable(ours) else ours
        return self._value(hint, text, turn)

    def _value(self, hint: Any, text: str, turn: int) -> Any:
        if is_dataclass(hint) and isinstance(hint, type):
            return self.fill(hint, text, turn)
        if isinstance(hint, type) and issubclass(hint, Enum):
            members = list(hint)
            return members[turn % len(members)]
        plain = self._plain(text, turn).get(hint)
        if plain is not None:
            return plain
        return self._compound(hint, text, turn)

    @staticmethod
    def _plain(text: str, turn: int) -> Mapping[Any, Any]:
        return {
            str: text,
            object: text,
            bool: bool(turn % 2),
            int: 1 + turn % 3,
            date: date(2026, 9, 16) + timedelta(days=turn % 40 - 20),
            datetime: NOW,
            time: time(17),
        }

    def _compound(self, hint: Any, text: str, turn: int) -> Any:
        origin, parts = get_origin(hint), get_args(hint)
        if origin in (Union, types.UnionType):
            some = [one for one in parts if one is not type(None)]
            absent = type(None) in parts and turn % 5 == 4
            return None if absent else self._value(some[turn % len(some)], text, turn)
        if origin is tuple and parts[-1] is Ellipsis:
            return tuple(self._value(parts[0], text, turn + n) for n in range(2))
        if origin is tuple:
            return tuple(self._value(one, text, turn) for one in parts)
        if origin is frozenset:
            return frozenset({self._value(parts[0], text, turn)})
        if origin is not None and issubclass(origin, Mapping):
            return {USER: self._value(parts[1], text, turn)}
        raise TypeError(f"nothing is known to fill {hint} with")

    def keys(self, under: str) -> Callable[[str, int], str]:
        """The keys of the catalogue under one of its headings, by turns."""
        start = f"{under}."
        heads = (key.removeprefix(start) for key in self._catalog.keys(Language.EN))
        there = {key for key in self._catalog.keys(Language.EN) if key.startswith(start)}
        found = sorted({head.split(".")[0] for head in heads if f"{start}{head}" in there})
        return lambda _text, turn: found[turn % len(found)]
