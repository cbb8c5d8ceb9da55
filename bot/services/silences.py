"""A link over which nothing has passed for a while is reported to the admins of each side, once.

A side's settings say how long (`workspaces[].silent_days`; 0: never). What passes ends a silence.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from bot.domain.deliveries import Method
from bot.domain.links import End, Link, LinkState
from bot.domain.officials import Role
from bot.domain.schedules import Occasion
from bot.domain.slots import Recurrence, Unit
from bot.services.kinds import SILENT
from bot.services.schedules import Duty, Standing, each
from bot.storage.unit_of_work import UnitOfWork

LOOK_FOR_SILENCE = "silences"


def tell_silences(uow: UnitOfWork) -> int:
    """Reports every silence that has lasted long enough for a side; returns how many it told."""
    told = 0
    for link in sorted(uow.links.all(), key=lambda one: one.id):
        if link.state is not LinkState.ACTIVE or link.flows_since is None:
            continue
        since = max(filter(None, (uow.fingerprints.last_traffic(link), link.flows_since)))
        for end in filter(None, (link.near, link.far)):
            if _is_to_be_told(uow, link, end, since):
                _tell(uow, link, end, (uow.now - since).days)
                told += 1
    return told


def _is_to_be_told(uow: UnitOfWork, link: Link, end: End, since: datetime) -> bool:
    workspace = uow.workspaces.of_team(end.team)
    if workspace is None or not workspace.silent_days:
        return False
    told = uow.fingerprints.silence_told(link.id, end.government)
    is_new = told is None or told < since
    return is_new and uow.now - since >= timedelta(days=workspace.silent_days)


def _tell(uow: UnitOfWork, link: Link, end: End, days: int) -> None:
    uow.fingerprints.note_silence_told(link.id, end.government)
    uow.audit.record(end.government, "link.silent", link.code, days=days)
    for admin in uow.officials.of(end.government, Role.ADMIN):
        facts, place = {"days": days}, (admin.team, admin.user)
        uow.outbox.add(SILENT, facts, Method.DIRECT, *place, user=admin.user, link_id=link.id)


def _daily(uow: UnitOfWork, _occasion: Occasion) -> None:
    tell_silences(uow)


DUTY: Duty = each(_daily)
# At eleven in Tokyo it is noon or one in Canberra: both sides are at their desks.
STANDING = Standing(
    LOOK_FOR_SILENCE,
    LOOK_FOR_SILENCE,
    Recurrence("Asia/Tokyo", date(2026, 11, 1), time(11), Unit.DAY),
)
