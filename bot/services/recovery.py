"""After a database was put back: what it has forgotten is recognised where it stands in Slack.

What stands is never said a second time, and what was withdrawn meanwhile is never shown again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.domain import policy
from bot.domain.advisories import Advisory, RouteState
from bot.domain.deliveries import URGENT, Delivery
from bot.domain.links import Link
from bot.domain.officials import Government
from bot.services.attachments import take_away
from bot.services.cards import refresh_status
from bot.services.kinds import COPY, SOURCE, TOMBSTONE
from bot.storage.outbox_rows import Claim
from bot.storage.restores import Restore, StandingPost
from bot.storage.unit_of_work import UnitOfWork

WITHDRAWN, RECALLED = "withdrawn", "recalled"
# How often one part may have been promised: each time it was withheld it is promised anew.
PROMISES = 4
# Nobody holds a lane for what is found: none is given back.
NO_FENCE = -1


@dataclass(frozen=True)
class Tally:
    """What was found: posts the database knows, posts it has forgotten, tombstones news to it."""

    known: int = 0
    forgotten: int = 0
    withdrawn: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.known + other.known,
            self.forgotten + other.forgotten,
            self.withdrawn + other.withdrawn,
        )


def take_standing(uow: UnitOfWork, posts: Iterable[StandingPost]) -> Tally:
    """Takes note of posts of ours as they stand in a channel, tombstones among them."""
    tally = Tally()
    for post in posts:
        delivery_id = uow.restores.known(post)
        if delivery_id is None:
            uow.restores.keep(post)
            tally += Tally(forgotten=1)
        else:
            tally += _take_known(uow, uow.outbox.get(delivery_id), post)
    return tally


def finish(uow: UnitOfWork, restore: Restore, tally: Tally) -> None:
    """Everything that stands has been read: from now on the bot may speak again."""
    uow.restores.finish(restore)
    for side in Government:
        uow.audit.record(
            side,
            "database.reconcile",
            f"restore/{restore.id}",
            unknown_from=restore.until.isoformat(),
            unknown_to=restore.at.isoformat(),
            known=tally.known,
            forgotten=tally.forgotten,
            withdrawn=tally.withdrawn,
        )


def copy_key(uow: UnitOfWork, advisory: Advisory, link: Link, part: int, promised: int) -> str:
    """The key of a part of a copy: the same for the same source, whenever it is derived."""
    source = advisory.source_ts or advisory.number
    of_source = ("copy", advisory.team, advisory.channel, source)
    return uow.delivery_keys.of(*of_source, link.code, part, promised)


def found_copy(
    uow: UnitOfWork, advisory: Advisory, link: Link, part: int = 1
) -> StandingPost | None:
    """The post that stands already where a part of a copy would go, if it was forgotten."""
    if uow.delivery_keys.doubted_since(advisory.posted_at) is None:
        return None
    keys = (copy_key(uow, advisory, link, part, promised) for promised in range(PROMISES))
    return next((post for post in map(uow.restores.found, keys) if post is not None), None)


def numbered_as_known(
    uow: UnitOfWork, advisory: Advisory, links: Iterable[Link]
) -> Advisory | None:
    """The advisory under the number its readers know it by; None where no copy of it stands."""
    found = (found_copy(uow, advisory, link) for link in links)
    numbers = (post.number for post in found if post is not None and post.number)
    free = (number for number in numbers if not uow.advisories.is_taken(number))
    number = next(free, None)
    return replace(advisory, number=number) if number else None


def state_as_found(
    uow: UnitOfWork, advisory: Advisory, link: Link, state: RouteState
) -> RouteState:
    """Where a copy stands already, its route is what it must have been."""
    post = found_copy(uow, advisory, link)
    if post is None:
        return state
    fits = post.mark != RECALLED and policy.barrier(advisory, link) is None
    return RouteState.QUEUED if fits else RouteState.RECALLED


def adopt(uow: UnitOfWork, delivery_id: int, post: StandingPost) -> None:
    """The delivery is the post that was found; it will show the newest facts unless it is over."""
    stands = Claim(uow.outbox.get(delivery_id), fence=NO_FENCE, was_unknown=True)
    uow.outbox.delivered(stands, post.ts, post.channel)
    uow.outbox.note_shown(delivery_id, TOMBSTONE if post.mark else None)
    uow.restores.claim(post)
    if not post.mark:
        uow.outbox.refresh(uow.outbox.get(delivery_id), URGENT)


def withdraw_as_found(uow: UnitOfWork, advisory: Advisory) -> Advisory:
    """A tombstone stands: it was withdrawn, nobody knows why. Whatever does not say so yet will."""
    withdrawn = advisory.withdraw("", uow.now, final=True)
    uow.advisories.save(withdrawn)
    uow.audit.record(advisory.government, "advisory.withdraw", advisory.number, found=True)
    for said in uow.outbox.of_advisory(advisory.id, COPY, SOURCE):
        if said.shown != TOMBSTONE:
            uow.outbox.refresh(said, URGENT)
    take_away(uow, withdrawn)
    refresh_status(uow, advisory.id)
    return withdrawn


def _take_known(uow: UnitOfWork, delivery: Delivery, post: StandingPost) -> Tally:
    # Also what was restored, and that was forgotten: it is a tombstone again.
    if delivery.slack_ts is None or bool(post.mark) is not (delivery.shown == TOMBSTONE):
        adopt(uow, delivery.id, post)
    news = 0
    if post.mark and delivery.kind in (COPY, SOURCE) and delivery.advisory_id is not None:
        news = _follow_tombstone(uow, delivery, uow.advisories.lock(delivery.advisory_id), post)
    return Tally(known=1, withdrawn=news)


def _follow_tombstone(
    uow: UnitOfWork, delivery: Delivery, advisory: Advisory, post: StandingPost
) -> int:
    if not advisory.is_out:
        return 0
    if post.mark == WITHDRAWN:
        withdraw_as_found(uow, advisory)
        return 1
    if delivery.link_id is not None:
        uow.advisories.put_route(advisory.id, delivery.link_id, RouteState.RECALLED, at=uow.now)
        take_away(uow, advisory, delivery.link_id)
        refresh_status(uow, advisory.id)
    return 0
