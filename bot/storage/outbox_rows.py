"""A row of the outbox as the delivery it is, what is claimed of it, and where it arrived."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from bot.domain.deliveries import (
    FILE_LANE,
    PACE,
    UNREAD,
    Delivery,
    DeliveryState,
    Method,
    patience_along,
)

# The columns of the table that a delivery shows.
IN_A_DELIVERY = frozenset(one.name for one in fields(Delivery))
# What a delivery has that nobody has tried yet.
UNTRIED: Mapping[str, Any] = {
    "attempts": 0,
    "first_attempt_at": None,
    "last_attempt_at": None,
    "unknown": False,
    "last_error": None,
    "delivered_at": None,
    "slack_ts": None,
    "posted_channel": None,
}


@dataclass(frozen=True)
class Claim:
    """A delivery and the fence of the lane under which it may be sent; was_unknown: look first.

    `since`: when its lease began, on the process's monotonic clock.
    """

    delivery: Delivery
    fence: int
    was_unknown: bool
    since: float = field(default_factory=time.monotonic)

    @property
    def subject(self) -> str:
        """What a failpoint may be about: `advisory.copy/post`."""
        return f"{self.delivery.kind}/{self.delivery.method}"

    @property
    def stretch(self) -> int:
        """How many times the usual lease this one lasts."""
        return patience_along(self.delivery.lane)

    def lets_pass(self, error: str) -> bool:
        """Whether others of its lane go on when it has to wait: of a file, and of a change of a
        message in a channel that cannot be read.
        """
        is_unread = error == UNREAD and self.delivery.method is Method.UPDATE
        return is_unread or self.delivery.lane.startswith(FILE_LANE)


@dataclass(frozen=True)
class Arrival:
    """Where a claimed delivery stands now, and how long ago Slack said so."""

    claim: Claim
    ts: str | None
    channel: str | None
    ago: timedelta = timedelta()
    sweep_at: datetime | None = None


def arrived(one: Arrival, now: datetime) -> dict[str, Any]:
    """What is written down of a delivery that stands."""
    return {
        "wanted": one.claim.delivery.id,
        "state": DeliveryState.DELIVERED,
        "slack_ts": one.ts,
        "posted_channel": one.channel,
        "delivered_at": now,
        "unknown": False,
        "last_error": None,
        "sweep_at": one.sweep_at,
    }


def rested(one: Arrival, now: datetime) -> dict[str, Any]:
    """Its lane, given back: it rests from when Slack said so, not from when that is written."""
    delivery = one.claim.delivery
    return {
        "its_team": delivery.team,
        "its_name": delivery.lane,
        "its_fence": one.claim.fence,
        "lease_until": None,
        "next_at": now - one.ago + PACE[delivery.method],
    }


def delivery_of(row: Row[Any]) -> Delivery:
    """The delivery of a row with every column."""
    return Delivery(
        row.id,
        row.key,
        row.kind,
        row.facts,
        Method(row.method),
        row.team,
        row.lane,
        row.channel,
        row.user,
        row.thread_ts,
        row.thread_of,
        row.target,
        row.advisory_id,
        row.link_id,
        DeliveryState(row.state),
        row.next_at,
        row.created_at,
        row.attempts,
        row.first_attempt_at,
        row.last_attempt_at,
        row.unknown,
        row.last_error,
        row.delivered_at,
        row.slack_ts,
        row.posted_channel,
        row.shown,
        row.subject,
    )
