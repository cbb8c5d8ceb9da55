"""What is held, and who is told: what has no usable label, and what is too much of one feed.

People's posts are never counted. A feed that runs wild drowns the other side's channel no more than
its own side's settings allow (`workspaces[].feed_per_hour`; 0: as much as it posts).
"""

from __future__ import annotations

from datetime import timedelta

from bot.domain.advisories import Advisory
from bot.domain.deliveries import URGENT, Method
from bot.domain.officials import Official
from bot.services.kinds import HELD
from bot.services.notes import keepers_of, tell_directly
from bot.storage.unit_of_work import UnitOfWork

SPAN = timedelta(hours=1)


def is_too_much(uow: UnitOfWork, author: Official) -> bool:
    """Whether a feed has had an hour's worth relayed within the last hour."""
    limit = _limit(uow, author)
    return bool(limit) and uow.advisories.count_issued(author.id, uow.now - SPAN) >= limit


def tell_too_much(uow: UnitOfWork, advisory: Advisory, author: Official) -> None:
    """Those who look after the feed are told at the first one within an hour."""
    if uow.requests.is_new(f"feed:{author.id}:{uow.now:%Y-%m-%dT%H}"):
        about = {"number": advisory.number, "n": _limit(uow, author), "name": author.name}
        for keeper in keepers_of(uow, author):
            tell_directly(uow, keeper, "advisories.feed_held", **about)


def tell_unlabelled(
    uow: UnitOfWork, advisory: Advisory, author: Official, *, unknown: bool
) -> None:
    """Its author is asked for a label; of a feed, those who look after it."""
    told = [(Method.PRIVATE, advisory.team, advisory.channel, author.user)]
    if author.is_source:
        keepers = keepers_of(uow, author)
        told = [(Method.DIRECT, one.team, one.user, one.user) for one in keepers]
    for method, team, channel, user in told:
        uow.outbox.add(
            HELD,
            {"unknown_label": unknown},
            method,
            team,
            channel,
            user=user,
            advisory_id=advisory.id,
            priority=URGENT,
        )


def _limit(uow: UnitOfWork, author: Official) -> int:
    workspace = uow.workspaces.of_team(author.team) if author.is_source else None
    return workspace.feed_per_hour if workspace else 0
