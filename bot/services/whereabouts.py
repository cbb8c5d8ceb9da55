"""Where an advisory's deliveries have come, one by one, for the side it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot import errors
from bot.domain.advisories import Advisory
from bot.domain.agencies import Agency
from bot.domain.deliveries import UNREAD, Delivery, DeliveryState
from bot.domain.officials import Official
from bot.services.cards import agency_of, receipts_of, route_facts
from bot.services.facts import ReceiptFacts, RouteFacts
from bot.services.kinds import COPY, FILE
from bot.storage.unit_of_work import UnitOfWork

# Words for what went wrong, ours and Slack's, by what an official can make of them: the word after
# the dot of a text key. The sources of the words: chat.postMessage, errors; `gateway`, `outbox`.
CAUSES = {
    "no_access": ("not_in_channel", "channel_not_found"),
    "archived": ("is_archived",),
    "token": ("invalid_auth", "token_revoked", "account_inactive", "missing_scope", "not_authed"),
    "busy": ("ratelimited", "rate_limited", "message_limit_exceeded", "download_busy"),
    "unread": (UNREAD,),
    "no_answer": ("timeout", "too_long", "stopped", "connect", "history_too_long"),
    "slack_broken": ("internal_error", "fatal_error", "service_unavailable", "request_timeout"),
    "policy": (
        "policy",
        "link_stopped",
        "no_longer_shown",
        "withdrawn",
        "superseded",
        "parent_not_delivered",
    ),
    "fault": ("fault", "not_inert", "invalid_blocks", "msg_too_long"),
}
CAUSE_OF = {word: cause for cause, words in CAUSES.items() for word in words}


@dataclass(frozen=True)
class DeliveryView:
    """One delivery to one destination; `cause` is the key under `deliveries.cause`."""

    code: str
    agency: Agency
    part: int
    state: DeliveryState
    is_update: bool
    attempts: int
    at: datetime | None  # when it was delivered, or is tried next
    cause: str | None
    is_file: bool = False  # then `part` is its place among the files it came with


@dataclass(frozen=True)
class Whereabouts:
    """An advisory, what became of it on each link, each of its deliveries, and the receipts."""

    advisory: Advisory
    routes: tuple[RouteFacts, ...]
    deliveries: tuple[DeliveryView, ...]
    receipts: tuple[ReceiptFacts, ...]


def find_out(uow: UnitOfWork, actor: Official, number: str) -> Whereabouts:
    """Raises AdvisoryNotFound for unknown advisories and for those of the other side alike."""
    advisory = uow.advisories.by_number(number.strip().upper())
    if advisory is None or advisory.government != actor.government:
        raise errors.AdvisoryNotFound(number=number)
    routes = tuple(route_facts(uow, advisory, one) for one in uow.advisories.routes(advisory.id))
    sent = uow.outbox.of_advisory(advisory.id, COPY, FILE)
    # What came back with a reply is no delivery of the advisory.
    copies = [one for one in sent if one.team != advisory.team]
    said = [one for copy in copies for one in (copy, *uow.outbox.undone_updates(copy.id))]
    deliveries = tuple(_view(uow, advisory, one) for one in said)
    return Whereabouts(advisory, routes, deliveries, receipts_of(uow, advisory.id))


def cause_of(error: str | None) -> str | None:
    """The key of what an official is told about an error; None when there was none."""
    if not error:
        return None
    # Whatever kept a file from being fetched lies with the workspace it was posted in.
    return CAUSE_OF.get(error, "download" if error.startswith("download") else "unclear")


def _view(uow: UnitOfWork, advisory: Advisory, delivery: Delivery) -> DeliveryView:
    link = uow.links.get(delivery.link_id or 0)
    other = link.end_of(advisory.government.other)
    is_over = delivery.state is DeliveryState.DELIVERED
    return DeliveryView(
        link.code,
        agency_of(uow, other.agency if other else link.to_agency),
        _place_of(uow, delivery),
        delivery.state,
        delivery.target is not None,
        delivery.attempts,
        delivery.delivered_at if is_over else delivery.next_at,
        cause_of(delivery.last_error),
        is_file=delivery.kind == FILE,
    )


def _place_of(uow: UnitOfWork, delivery: Delivery) -> int:
    """Which part of a text, or which of its files."""
    if delivery.kind == FILE:
        return uow.attachments.get(int(str(delivery.facts["file"]))).position
    return int(str(delivery.facts.get("part", 1)))
