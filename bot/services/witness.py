"""Showing outside where the log ends: both sides hold both heads, so neither is rewritten alone.

A side is shown its own head with its number, and the other's as the hash alone, so that it does not
learn how much the other does. The event that notes the showing carries a random number: the hash
changes every time and cannot be guessed, even when nothing happened in between.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from bot import errors
from bot.domain.chain import Head
from bot.domain.deliveries import Delivery, Method
from bot.domain.officials import Government, Official
from bot.domain.rights import Act
from bot.domain.schedules import Occasion
from bot.domain.slots import Recurrence, Unit
from bot.services.access import require_right
from bot.services.composing import Composers, side_of
from bot.services.facts import Facts
from bot.services.kinds import Withheld
from bot.services.schedules import Duty, Standing, each
from bot.storage.audit import AuditEvent
from bot.storage.unit_of_work import UnitOfWork
from bot.storage.walls import Purpose

AUDIT_HEAD = "audit.head"
SHOW_HEADS = "heads"
# Events in one page of `/kakehashi audit`.
PAGE = 10


@dataclass(frozen=True)
class HeadFacts(Facts):
    """Where both chains ended: the side's own by number, the other's by its hash alone."""

    side: Government
    own: str
    other: str


def show_heads(uow: UnitOfWork, slot: str) -> bool:
    """Signs both chains where they end and posts the heads to every audit channel, once a slot.

    False when there is no such channel, or the slot was taken by another.
    """
    channels = [one for one in uow.workspaces.all() if one.audit_channel]
    if not channels or uow.audit.shown_head(Government.JP, slot) is not None:
        return False
    for side in Government:
        uow.audit.record(side, "audit.show_head", "audit", slot=slot, salt=secrets.token_hex(16))
        uow.audit.sign_head(side)
        uow.audit.show_head(side, slot)
    for one in channels:
        facts = {"slot": slot}
        uow.outbox.add(AUDIT_HEAD, facts, Method.POST, one.team, one.audit_channel)
    return True


def show_heads_on_demand(uow: UnitOfWork, actor: Official) -> bool:
    """The same when an admin asks; at most once a minute. Raises NoAuditChannel."""
    require_right(uow, actor, Act.READ_AUDIT)
    own = [one for one in uow.workspaces.all() if one.government == actor.government]
    if not any(one.audit_channel for one in own):
        raise errors.NoAuditChannel
    with uow.walls.lifted(Purpose.SHOW_HEADS):
        return show_heads(uow, f"{uow.now:%Y-%m-%dT%H:%M}Z")


def list_events(uow: UnitOfWork, actor: Official, before: int | None) -> Sequence[AuditEvent]:
    """The newest events of the admin's own side, or those before a number, newest first."""
    require_right(uow, actor, Act.READ_AUDIT)
    return uow.audit.newest(actor.government, before, PAGE)


def _head(uow: UnitOfWork, delivery: Delivery) -> HeadFacts:
    side, slot = side_of(uow, delivery), str(delivery.facts["slot"])
    own, other = uow.audit.shown_head(side, slot), uow.audit.shown_head(side.other, slot)
    if own is None or other is None:
        raise Withheld("incomplete")
    return HeadFacts(side, str(Head(own[1], own[0], side.value)), other[1])


def _daily(uow: UnitOfWork, occasion: Occasion) -> None:
    show_heads(uow, occasion.slot.key)


COMPOSERS: Composers = {AUDIT_HEAD: _head}
DUTY: Duty = each(_daily)
# At nine in Tokyo it is ten or eleven in Canberra: both sides are at their desks.
STANDING = Standing(
    SHOW_HEADS, SHOW_HEADS, Recurrence("Asia/Tokyo", date(2026, 11, 1), time(9), Unit.DAY)
)
