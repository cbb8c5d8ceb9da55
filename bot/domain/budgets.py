"""How often Slack may be called in a workspace: a budget for each kind of call.

Slack's published limits (docs: rate limits): `chat.postMessage` a post per second and channel and
"several hundred messages per minute" per workspace; `chat.update` and `conversations.history` and
`.replies` are Tier 3 (50 a minute), `chat.postEphemeral` is Tier 4 (100 a minute); `files.delete`
is Tier 3; `files.info`, `files.getUploadURLExternal` and `files.completeUploadExternal` are Tier 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.deliveries import WORKSPACE_LANE

MINUTE = timedelta(minutes=1)
# "Several hundred" is no number: this is what is certainly within it.
POSTS_PER_MINUTE = 300


class Spending(StrEnum):
    """What a call counts as; each has a budget of its own in each workspace."""

    POST = "post"  # chat.postMessage, in channels and to people
    UPDATE = "update"  # chat.update
    PRIVATE = "private"  # chat.postEphemeral
    FILE = (
        "file"  # files.getUploadURLExternal and .completeUploadExternal, one each, and files.info
    )
    ERASE = "erase"  # files.delete
    SEARCH = "search"  # conversations.history and .replies, to find a delivery again


def spent_along(lane: str) -> Spending:
    """What a delivery along a lane counts as."""
    name = lane.removeprefix(WORKSPACE_LANE).partition(":")[0]
    return (
        Spending(name) if lane.startswith(WORKSPACE_LANE) and name in OWN_LANES else Spending.POST
    )


# Methods that have a lane of their own in each workspace.
OWN_LANES = (
    Spending.UPDATE.value,
    Spending.PRIVATE.value,
    Spending.FILE.value,
    Spending.ERASE.value,
)


@dataclass(frozen=True)
class Budget:
    """So many calls in any minute: a few at once, the others at an even pace."""

    per_minute: int
    at_once: int = 1

    @property
    def pace(self) -> timedelta:
        """The pause between two calls that, after a burst, keeps every minute within the budget."""
        return MINUTE / max(1, self.per_minute - self.at_once + 1)

    def left(self, open_at: datetime, now: datetime) -> int:
        """How many calls may be made now."""
        if open_at > now:
            return 0
        return int((now - self._since(open_at, now)) / self.pace) + 1

    def after(self, open_at: datetime, now: datetime, calls: int) -> datetime:
        """From when on the next may be made, once so many were made now."""
        return self._since(open_at, now) + calls * self.pace

    def untouched(self, now: datetime) -> datetime:
        """From when on calls may be made, when none was made for long: a burst is saved up."""
        return now - (self.at_once - 1) * self.pace

    def _since(self, open_at: datetime, now: datetime) -> datetime:
        return max(open_at, self.untouched(now))


BUDGETS: Mapping[Spending, Budget] = {
    Spending.POST: Budget(POSTS_PER_MINUTE, at_once=10),
    Spending.UPDATE: Budget(50),
    Spending.PRIVATE: Budget(100),
    # Far below the limit of any of its calls: so many transfers at once leave room for texts.
    Spending.FILE: Budget(20, at_once=4),
    Spending.ERASE: Budget(50, at_once=5),
    Spending.SEARCH: Budget(50, at_once=5),
}
