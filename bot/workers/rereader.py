"""The loop that looks again at what is older than a gap: step by step, whatever goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from bot import errors

log = structlog.get_logger()

FAULT_PAUSE = timedelta(seconds=30)


class Rereader:
    """Calls `step` again and again; each says how long to wait before the next."""

    def __init__(self, step: Callable[[], Awaitable[timedelta]]) -> None:
        self._step = step

    async def run(self) -> None:
        """Runs until cancelled."""
        # There is nothing to wait for but the next step's time.
        while True:  # noqa: ASYNC110
            await asyncio.sleep((await self._step_or_pause()).total_seconds())

    async def _step_or_pause(self) -> timedelta:
        try:
            return await self._step()
        except errors.TryAgain:
            log.warning("rereader.database_busy")
        except Exception:
            log.exception("rereader.fault")
        return FAULT_PAUSE
