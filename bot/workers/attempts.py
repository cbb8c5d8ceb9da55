"""An attempt at a delivery: how it ended, and what a transaction claimed for itself."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.services.kinds import Withheld
from bot.services.ports import NotSent, OutcomeUnknown, Outgoing, Posted, Refused
from bot.storage.outbox_rows import Claim

MOST_AGO = timedelta(seconds=1)

Attempt = Posted | NotSent | OutcomeUnknown | Refused | Withheld


@dataclass(frozen=True)
class Ended:
    """An attempt that ended, still to be written down."""

    claim: Claim
    outgoing: Outgoing
    attempt: Attempt
    at: datetime

    def since(self, now: datetime) -> timedelta:
        """How long ago, by the same clock; a clock that was set meanwhile is not believed."""
        return min(max(now - self.at, timedelta()), MOST_AGO)


@dataclass(eq=False)
class Batch:
    """What a transaction claimed for itself, and whether it was committed, once that is known."""

    claims: list[tuple[Claim, Outgoing]] = field(default_factory=list)
    committed: asyncio.Future[bool] | None = None
