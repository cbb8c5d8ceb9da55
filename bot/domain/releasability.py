"""Releasability: which agencies may read an advisory, apart from its label.

Promise: a statement is read, never guessed. A name that is no agency's and no side's stands for
nobody; of several statements only those count whom all of them name. No statement leaves it to the
links.

A statement runs to the end of its line: `Releasability: ASD, DFAT`, `提供可能範囲：ASD、豪州`.
It is no national marking: REL TO with nations is screened for (`marking_tables`), blocks or asks.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.agencies import Agency, resolve_agency
from bot.domain.characters import fold
from bot.domain.officials import Government

# Who is named: `AU:ASD`, or `AU` for every agency of a side. None at all: the links alone decide.
Named = tuple[str, ...]
NOBODY = "-"

# What only looks like one, wherever it stands, lets nobody in, and its author is told.
_STATEMENT = re.compile(
    r"(?:(?:releasability|提供可能範囲|開示先)[ \])】」』]*(?:[:=\-–—]|(?<=[\])】」』]))"
    r"|releasable (?:only )?to\b[ :]*)[ \t]*(?P<names>[^\n]*?)[\s.。]*$",
    re.I | re.M,
)
_SEPARATORS = re.compile(r"\s*[,、;]\s*")
_SIDES = {
    **dict.fromkeys(("jp", "japan", "日本", "日本側"), Government.JP),
    **dict.fromkeys(("au", "australia", "豪州", "豪側", "オーストラリア"), Government.AU),
}
_ALL = frozenset({"all", "制限なし"})


@dataclass(frozen=True, slots=True)
class Statement:
    """Whom a text names, and which of its names are nobody's."""

    named: Named = ()
    unknown: tuple[str, ...] = ()


def statements_in(text: str) -> tuple[str, ...]:
    """The names of each statement of a text, as they are written."""
    return tuple(line["names"] for line in _STATEMENT.finditer(fold(text, drop="*_~`").text))


def read_releasability(statements: Iterable[str], on: date, table: Sequence[Agency]) -> Statement:
    """What several statements say together."""
    read = [parse_releasability(one, on, table) for one in statements]
    named: Named = ()
    for one in read:
        named = narrowed(named, one.named)
    return Statement(named, tuple(name for one in read for name in one.unknown))


def parse_releasability(typed: str, on: date, table: Sequence[Agency]) -> Statement:
    """What a list of names says: agencies, sides, or `all` to leave it to the links."""
    names = [name for name in _SEPARATORS.split(fold(typed).text.strip()) if name]
    if len(names) == 1 and names[0].casefold() in _ALL:
        return Statement()
    read = {name: _read(name, on, table) for name in names or ("–",)}
    known = sorted({who for who in read.values() if who is not None})
    unknown = tuple(name for name, who in read.items() if who is None)
    return Statement(tuple(known) or (NOBODY,), unknown)


def permits(named: Named, government: Government, agency: str) -> bool:
    """Whether an agency of a side may read what is for those who are named."""
    return not named or _covers(named, f"{government.value}:{agency}")


def narrowed(one: Named, other: Named) -> Named:
    """Only those whom both name."""
    if not one or not other:
        return one or other
    both = {who for who in one if _covers(other, who)} | {who for who in other if _covers(one, who)}
    return tuple(sorted(both - {NOBODY})) or (NOBODY,)


def is_within(one: Named, other: Named) -> bool:
    """Whether nobody is named that the other does not name."""
    return not other or (bool(one) and all(who == NOBODY or _covers(other, who) for who in one))


def _covers(named: Named, who: str) -> bool:
    return who in named or who.partition(":")[0] in named


def _read(name: str, on: date, table: Sequence[Agency]) -> str | None:
    side = _SIDES.get(name.casefold())
    if side is not None:
        return side.value
    agency = resolve_agency(name, on, table)
    return f"{agency.government}:{agency.code}" if agency else None
