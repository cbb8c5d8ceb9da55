"""Whom an advisory is for: what its text says of it, and who of the other side may look."""

from __future__ import annotations

from dataclasses import replace

from bot import errors
from bot.domain.advisories import Advisory
from bot.domain.inert import plain
from bot.domain.officials import Official
from bot.domain.releasability import (
    Named,
    Statement,
    narrowed,
    parse_releasability,
    permits,
    read_releasability,
    statements_in,
)
from bot.services.notes import tell_author
from bot.storage.unit_of_work import UnitOfWork


def stated(uow: UnitOfWork, text: str) -> Statement:
    """Whom a text names, as Slack delivered it."""
    statements = statements_in(plain(text))
    if not statements:
        return Statement()
    return read_releasability(statements, uow.now.date(), uow.agencies.all())


def after_edit(uow: UnitOfWork, known: Advisory, text: str) -> Statement:
    """The same of an edited text of which nothing has left.

    It is read afresh; what a command has narrowed stays as narrow.
    """
    said = stated(uow, text)
    if known.releasable == stated(uow, known.body).named:
        return said
    return replace(said, named=narrowed(known.releasable, said.named))


def typed(uow: UnitOfWork, names: str) -> Named:
    """Whom a list names that was typed as an option; raises UnknownAgency for nobody's name."""
    if not names:
        return ()
    found = parse_releasability(names, uow.now.date(), uow.agencies.all())
    if found.unknown:
        raise errors.UnknownAgency(value=found.unknown[0])
    return found.named


def may_read(advisory: Advisory, official: Official) -> bool:
    """Whether an advisory is for somebody's agency; for its own side it always is."""
    own = advisory.government == official.government
    return own or permits(advisory.releasable, official.government, official.agency)


def tell_unknown(
    uow: UnitOfWork, advisory: Advisory, author: Official, names: tuple[str, ...]
) -> None:
    """Its author learns which names are nobody's; of a feed, those who look after it."""
    if not names:
        return
    key, place = "advisories.unknown_agencies", (advisory.team, advisory.channel)
    tell_author(uow, author, *place, key, number=advisory.number, names=list(names))
