"""The clock: a few ticks defined in code. What is due lives in rows, never in a job store."""

from __future__ import annotations

from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import errors
from bot.storage.database import Database

log = structlog.get_logger()

BEAT_SECONDS = 5


class Clock:
    """Ticks in this process; `is_ticking` is what readiness asks."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._last_beat: datetime | None = None
        # A tick that comes late still counts, once: rows decide what it does.
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._scheduler.add_job(self._beat, "interval", seconds=BEAT_SECONDS)
        self._scheduler.add_job(self._tidy, "interval", hours=1)

    def start(self) -> None:
        self._scheduler.start()
        self._last_beat = datetime.now(UTC)

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    @property
    def is_ticking(self) -> bool:
        """Whether the last beat is recent enough to believe in the next one."""
        if self._last_beat is None:
            return False
        return (datetime.now(UTC) - self._last_beat).total_seconds() < BEAT_SECONDS * 4

    async def _beat(self) -> None:
        self._last_beat = datetime.now(UTC)

    async def _tidy(self) -> None:
        try:
            forgotten = await self._database.run(lambda uow: uow.requests.forget_old())
        except errors.TryAgain:
            log.warning("clock.tidy_skipped")
        else:
            log.info("clock.tidy", forgotten=forgotten)
