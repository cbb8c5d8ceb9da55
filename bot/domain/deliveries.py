"""A delivery: one thing the bot has promised to say in one place, and how far it has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Method(StrEnum):
    """How a delivery reaches its readers."""

    POST = "post"  # a message in a channel or thread
    UPDATE = "update"  # a message of ours, changed in place
    PRIVATE = "private"  # shown to one person in a channel
    DIRECT = "direct"  # a direct message to one person


class DeliveryState(StrEnum):
    """How far a delivery has come; nothing is ever given up without being parked."""

    WAITING = "waiting"  # to be sent at next_at
    SENDING = "sending"  # claimed by a dispatcher that holds the lane's lease
    DELIVERED = "delivered"  # Slack said so, or it was found there
    PARKED = "parked"  # Slack refused it for good: an operator decides
    WITHHELD = "withheld"  # policy no longer permitted it when it was about to leave
    DROPPED = "dropped"  # an operator let it go


ENDED_UNSENT = frozenset({DeliveryState.PARKED, DeliveryState.WITHHELD, DeliveryState.DROPPED})

# Slack's published limits (docs: rate limits): a post per second and channel; chat.update is Tier 3
# (50 a minute), chat.postEphemeral Tier 4 (100 a minute), both per workspace.
PACE: Mapping[Method, timedelta] = {
    Method.POST: timedelta(seconds=1),
    Method.DIRECT: timedelta(seconds=1),
    Method.UPDATE: timedelta(seconds=1.2),
    Method.PRIVATE: timedelta(seconds=0.6),
}

# A lane that starts with this mark belongs to a method of the whole workspace, not to a channel.
WORKSPACE_LANE = "~"
# Files take their time: beside their channel's lane, so that they hold nothing up, one after the
# other within a channel, with a longer lease.
FILE_LANE = f"{WORKSPACE_LANE}file:"
ERASE_LANE = f"{WORKSPACE_LANE}erase"
LONGER = 6

# Why something has to wait whose channel could not be read.
UNREAD = "channel_unread"

URGENT, ROUTINE, BACKGROUND = 1, 5, 9


def lane_of(method: Method, channel: str, user: str | None) -> str:
    """The lane whose pace and order the delivery obeys, within its workspace."""
    if method is Method.POST:
        return channel
    if method is Method.DIRECT:
        return f"@{user}"
    return f"{WORKSPACE_LANE}{method.value}"


def patience_along(lane: str) -> int:
    """How many times the usual lease an attempt along a lane may last."""
    return LONGER if lane.startswith(FILE_LANE) else 1


def retry_delay(attempts: int) -> timedelta:
    """How long to wait after the n-th failed attempt: 1, 2, 4 ... seconds, a minute at most."""
    return timedelta(seconds=min(60, 2 ** min(attempts - 1, 6)))


@dataclass(frozen=True)
class Delivery:
    """One row of the outbox. `key` is opaque and travels in the message's metadata."""

    id: int
    key: str
    kind: str
    facts: Mapping[str, object]
    method: Method
    team: str
    lane: str
    channel: str
    user: str | None
    thread_ts: str | None
    thread_of: int | None
    target: int | None
    advisory_id: int | None
    link_id: int | None
    state: DeliveryState
    next_at: datetime
    created_at: datetime
    attempts: int
    first_attempt_at: datetime | None
    last_attempt_at: datetime | None
    unknown: bool
    last_error: str | None
    delivered_at: datetime | None
    slack_ts: str | None
    posted_channel: str | None
    shown: str | None = None
    subject: str | None = None

    @property
    def may_stand(self) -> bool:
        """Whether it may stand in Slack without our knowing yet: on its way, or outcome unknown."""
        waits_unknown = self.state is DeliveryState.WAITING and self.unknown
        return self.state is DeliveryState.SENDING or waits_unknown

    @property
    def is_findable(self) -> bool:
        """Whether it can be looked for: only what was posted carries its key."""
        return self.method in (Method.POST, Method.DIRECT)
