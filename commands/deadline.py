"""One deadline for everything that is done while a person waits for Slack's answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot import errors
from bot.storage.database import GRACE_SECONDS

# Slack waits three seconds; the way back takes some of them.
ANSWER_SECONDS = 2.8
# Kept for the transaction when lookups are slow, and for the words of a refusal after everything.
STORE_SECONDS, WORDS_SECONDS = 0.9, 0.2


class Deadline:
    """Begins when the request is taken in."""

    def __init__(self, seconds: float = ANSWER_SECONDS) -> None:
        self._at = asyncio.get_running_loop().time() + seconds

    @asynccontextmanager
    async def looking_up(self) -> AsyncIterator[None]:
        """What is asked of Slack meanwhile; raises SlackUnreachable when it takes too long."""
        try:
            async with asyncio.timeout_at(self._at - STORE_SECONDS - WORDS_SECONDS):
                yield
        except TimeoutError as error:
            raise errors.SlackUnreachable from error

    @asynccontextmanager
    async def ending(self) -> AsyncIterator[None]:
        """The last that is asked of Slack; raises SlackUnreachable when it takes too long."""
        try:
            async with asyncio.timeout_at(self._at - WORDS_SECONDS):
                yield
        except TimeoutError as error:
            raise errors.SlackUnreachable from error

    @property
    def patience(self) -> float:
        """How long a transaction may take to begin, in seconds; raises DatabaseBusy when none."""
        left = self._at - asyncio.get_running_loop().time() - GRACE_SECONDS - WORDS_SECONDS
        if left <= 0:
            raise errors.DatabaseBusy
        return left
