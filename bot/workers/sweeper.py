"""Takes away what stands twice: the last resort, should Slack's history have lagged for too long.

A delivery whose outcome was unknown is looked for before it is posted again. Had the first post not
shown in the history yet, it stands twice now. So what was posted again is looked for once more a
little later; of two, the earlier stays, the later is taken away, and the audit log has it.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from bot import errors
from bot.domain.deliveries import Delivery
from bot.services.announcements import look_up
from bot.services.kinds import Withheld
from bot.services.outcomes import note_swept
from bot.services.ports import NotSent, OutcomeUnknown, Outgoing, Posted, Postman, Refused
from bot.storage.database import Database
from bot.storage.unit_of_work import UnitOfWork

log = structlog.get_logger()

# How long after it was posted again; histories lag by seconds.
SWEEP_AFTER = timedelta(minutes=2)
# When the search itself failed.
AGAIN_AFTER = timedelta(minutes=5)
# History is searched from a little before the first attempt: clocks differ.
LOOK_BACK = timedelta(seconds=60)
AT_ONCE = 5
PAUSE_SECONDS = 15.0


class Sweeper:
    """Looks again for what was posted again."""

    def __init__(self, database: Database, postman: Postman) -> None:
        self._database = database
        self._postman = postman

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.sweep()
            except errors.TryAgain:
                log.warning("sweeper.database_busy")
            except Exception:
                log.exception("sweeper.fault")
            await asyncio.sleep(PAUSE_SECONDS)

    async def sweep(self) -> int:
        """Looks for everything that is due; returns how many messages were taken away."""
        removed = 0
        for outgoing, since in await self._database.run(_due):
            try:
                removed += await self._sweep_one(outgoing, since)
            except (NotSent, OutcomeUnknown, Refused) as failure:
                # It stays put off for a while: until then nobody looks for it.
                log.info("sweeper.failed", key=outgoing.delivery.key, reason=failure.reason)
        return removed

    async def _sweep_one(self, outgoing: Outgoing, since: datetime) -> int:
        standing = await self._postman.find_all(outgoing, since)
        for later in standing[1:]:
            await self._postman.remove(outgoing, later)
        await self._database.run(lambda uow: _note(uow, outgoing.delivery, standing))
        return len(standing[1:])


def _due(uow: UnitOfWork) -> list[tuple[Outgoing, datetime]]:
    found = []
    for delivery in uow.outbox.to_sweep(uow.now + AGAIN_AFTER, AT_ONCE):
        since = (delivery.first_attempt_at or delivery.created_at) - LOOK_BACK
        try:
            found.append((look_up(uow, delivery, "sweep"), since))
        except Withheld:
            uow.outbox.swept(delivery.id)
    return found


def _note(uow: UnitOfWork, delivery: Delivery, standing: list[Posted]) -> None:
    removed = len(standing[1:])
    uow.outbox.swept(delivery.id, standing[0].ts if removed else None)
    if removed:
        note_swept(uow, delivery, removed)
