"""The clock: a few ticks defined in code. What is due lives in rows, never in a job store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import groupby

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.exc import OperationalError

from bot import errors
from bot.domain.deliveries import retry_delay
from bot.domain.schedules import Schedule
from bot.services.duties import DUTIES
from bot.services.schedules import Duty, take
from bot.storage.database import Database
from bot.storage.unit_of_work import UnitOfWork

log = structlog.get_logger()

BEAT_SECONDS = 5
TICK_SECONDS = 1
# A tick that finds more than this goes on with the next transaction.
CLAIMED_AT_ONCE = 200


def _nothing() -> None:
    """Nobody is to be woken."""


class Clock:
    """Ticks in this process; `is_ticking` is what readiness asks. Any number may tick."""

    def __init__(
        self,
        database: Database,
        wake: Callable[[], None] = _nothing,
        duties: Mapping[str, Duty] = DUTIES,
    ) -> None:
        self._database = database
        self._wakes = [wake]
        self._duties = duties
        self._last_beat: datetime | None = None
        # A tick that comes late still counts, once: rows decide what it does.
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._scheduler.add_job(self._beat, "interval", seconds=BEAT_SECONDS)
        self._scheduler.add_job(self.tick, "interval", seconds=TICK_SECONDS)
        self._scheduler.add_job(self._tidy, "interval", hours=1)

    def also_wake(self, wake: Callable[[], None]) -> None:
        """Somebody else who is told after a tick that promised something."""
        self._wakes.append(wake)

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

    async def tick(self) -> None:
        """Takes every slot that is due, in transactions of bounded size."""
        claimed = CLAIMED_AT_ONCE
        while claimed == CLAIMED_AT_ONCE:
            try:
                claimed, promised = await self._database.run(self._take_due)
            except errors.TryAgain:
                log.warning("clock.tick_skipped")
                return
            except Exception:
                log.exception("clock.tick_fault")
                return
            if promised:
                for wake in self._wakes:
                    wake()

    async def _beat(self) -> None:
        self._last_beat = datetime.now(UTC)

    async def _tidy(self) -> None:
        try:
            forgotten = await self._database.run(lambda uow: uow.requests.forget_old())
        except errors.TryAgain:
            log.warning("clock.tidy_skipped")
        else:
            log.info("clock.tidy", forgotten=forgotten)

    def _take_due(self, uow: UnitOfWork) -> tuple[int, bool]:
        claimed = uow.schedules.claim(CLAIMED_AT_ONCE)
        by_kind = sorted(claimed, key=lambda schedule: schedule.kind)
        for kind, group in groupby(by_kind, key=lambda schedule: schedule.kind):
            self._take_kind(uow, kind, list(group))
        return len(claimed), uow.has_promised

    def _take_kind(self, uow: UnitOfWork, kind: str, schedules: list[Schedule]) -> None:
        """All of a kind together; when that fails, each alone, and the one at fault later."""
        try:
            with uow.part():
                take(uow, self._duties[kind], schedules)
        except OperationalError:
            raise
        except Exception:
            names = [schedule.name for schedule in schedules]
            log.exception("clock.duty_fault", kind=kind, schedules=names[:10])
            if len(schedules) > 1:
                for schedule in schedules:
                    self._take_kind(uow, kind, [schedule])
            else:
                self._defer(uow, schedules[0])

    def _defer(self, uow: UnitOfWork, schedule: Schedule) -> None:
        delay: timedelta = retry_delay(schedule.failures + 1)
        uow.schedules.defer(schedule, uow.now + delay)
