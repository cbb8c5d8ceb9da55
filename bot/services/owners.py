"""Who is to carry an action, read from the words people type for it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot import errors
from bot.domain.actions import Owner
from bot.domain.characters import fold
from bot.domain.officials import Government, Official
from bot.domain.sides import BOTH, sides_named
from bot.storage.unit_of_work import UnitOfWork

# A comma separates owners; a slash or a middle dot may belong to a name (JPCERT/CC, ASD/ACSC).
BETWEEN = re.compile(r"\s*[,，、;；]\s*|\s+(?:and|と)\s+", re.IGNORECASE)
WITHIN = re.compile(r"\s*[/／・&＆]\s*")
PERSON = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
ME = frozenset({"me", "myself", "私", "自分"})
MOST_OWNERS = 20


@dataclass(frozen=True)
class OwnersRead:
    """The owners found; with `each_side`, the item is to be opened once for each side."""

    owners: tuple[Owner, ...] = ()
    each_side: bool = False


NOBODY = OwnersRead()


def read_owners(uow: UnitOfWork, actor: Official, typed: str) -> OwnersRead:
    """People, agencies and sides in the words typed; raises UnknownOwner naming the word.

    A person is mentioned, named as on the roster, or is "me".
    """
    words = [word for word in BETWEEN.split(typed.strip()) if word]
    owners: list[Owner] = []
    each_side = False
    for word in words:
        sides = sides_named(word)
        if sides == BOTH:
            each_side = True
        else:
            owners += _owners_named(uow, actor, word)
    if len(owners) > MOST_OWNERS:
        raise errors.TooLong(word="owner", limit=MOST_OWNERS)
    return OwnersRead(tuple(dict.fromkeys(owners)), each_side)


def owner_of(official: Official) -> Owner:
    return Owner(official.government, official.agency, official.id)


def _owners_named(uow: UnitOfWork, actor: Official, word: str) -> list[Owner]:
    found = _owner_named(uow, actor, word)
    if found is not None:
        return [found]
    parts = [part for part in WITHIN.split(word) if part]
    owners = [_owner_named(uow, actor, part) for part in parts] if len(parts) > 1 else []
    known = [owner for owner in owners if owner is not None]
    if not known or len(known) < len(owners):
        raise errors.UnknownOwner(value=word)
    return known


def _owner_named(uow: UnitOfWork, actor: Official, word: str) -> Owner | None:
    mentioned = PERSON.fullmatch(word)
    if mentioned is not None:
        person = uow.officials.find(actor.team, mentioned[1])
        return owner_of(person) if person else None
    seen = fold(word).text.casefold().strip()
    if seen in ME:
        return owner_of(actor)
    sides = sides_named(word)
    if sides is not None and sides != BOTH:
        return Owner(next(iter(sides)))
    agency = uow.agencies.find(word, uow.now.date())
    if agency is not None:
        return Owner(Government(agency.government), agency.code)
    return _person_named(uow, actor, seen)


def _person_named(uow: UnitOfWork, actor: Official, seen: str) -> Owner | None:
    """The one official of that name; two of one name are nobody.

    Each side's roster is its own: of the other side, only who has already acted before both eyes.
    """
    named = [
        official
        for side in Government
        for official in uow.officials.of(side)
        if fold(official.name).text.casefold().strip() == seen
        and (side == actor.government or uow.officials.has_acted_jointly(official.id))
    ]
    return owner_of(named[0]) if len(named) == 1 else None
