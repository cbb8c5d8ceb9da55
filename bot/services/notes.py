"""Telling one person something, privately: stored with the decision it is about, then sent."""

from __future__ import annotations

from bot import errors
from bot.domain.deliveries import URGENT, Method
from bot.domain.officials import Official, Role
from bot.services.kinds import NOTE
from bot.storage.unit_of_work import UnitOfWork


def tell_here(
    uow: UnitOfWork, team: str, channel: str, user: str, key: str, **parameters: object
) -> None:
    """Shows a note to one person in a channel, whoever they are."""
    uow.outbox.add(
        NOTE,
        {"key": key, "parameters": parameters},
        Method.PRIVATE,
        team,
        channel,
        user=user,
        priority=URGENT,
    )


def tell_directly(uow: UnitOfWork, reader: Official, key: str, **parameters: object) -> None:
    """Sends a note to an official as a direct message."""
    uow.outbox.add(
        NOTE,
        {"key": key, "parameters": parameters},
        Method.DIRECT,
        reader.team,
        reader.user,
        user=reader.user,
        priority=URGENT,
    )


def tell_author(
    uow: UnitOfWork, author: Official, team: str, channel: str, key: str, **parameters: object
) -> None:
    """Shows a note to an author where they posted; of a feed, those who look after it are told."""
    if not author.is_source:
        tell_here(uow, team, channel, author.user, key, **parameters)
        return
    for reader in keepers_of(uow, author):
        tell_directly(uow, reader, key, **parameters)


def tell_refusal(
    uow: UnitOfWork,
    team: str,
    channel: str,
    user: str,
    author: Official | None,
    refusal: errors.BotError,
) -> None:
    """Tells an author why a post does not leave; for a feed, the admins of its side are told."""
    if author is None or not author.is_source:
        tell_here(uow, team, channel, user, refusal.key, **refusal.parameters)
    else:
        tell_author(uow, author, team, channel, refusal.key, **refusal.parameters)


def keepers_of(uow: UnitOfWork, source: Official) -> tuple[Official, ...]:
    """Who looks after a feed: the releasers and admins of its own side."""
    side = uow.officials.of(source.government)
    return tuple(o for o in side if o.has(Role.RELEASER) or o.has(Role.ADMIN))
