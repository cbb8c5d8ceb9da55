"""Reads linked channels again: before something is sent there, and now and then.

A reading is believed for a short while (`fingerprints.BELIEVED`). What events say puts it in doubt
at once; what no event said shows in the next one. Where Slack cannot be asked, nothing is sent.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from bot import errors
from bot.domain.deliveries import UNREAD, Delivery
from bot.domain.fingerprints import BELIEVED
from bot.services.announcements import compose
from bot.services.kinds import Withheld
from bot.services.ports import NotSent, OutcomeUnknown, Outgoing, Postman, Refused
from bot.services.suspensions import NO_TOKEN, NO_WAY_IN, note_reading, note_refused
from bot.storage.database import Database
from bot.storage.unit_of_work import UnitOfWork

log = structlog.get_logger()

# How long a delivery that was claimed waits for its channel to be read.
PATIENCE_SECONDS = 4.0
PAUSE_SECONDS = 10.0
# Soon enough that what is sent seldom has to wait for a reading.
RENEWED = BELIEVED * 0.75
# At most so many of a workspace in each round: half of what Slack permits is left to others.
IN_A_ROUND = 4
# When nobody could be asked, the next round comes later.
TROUBLED_SECONDS = 30.0

Place = tuple[str, str]


class Lookout:
    """Whoever wants a channel read while that is under way waits for the same reading."""

    def __init__(self, database: Database, postman: Postman) -> None:
        self._database = database
        self._postman = postman
        self._under_way: dict[Place, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """A channel has come into doubt."""
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            pause = PAUSE_SECONDS
            try:
                await self.look_round()
            except errors.TryAgain:
                log.warning("lookout.database_busy")
            except (NotSent, OutcomeUnknown) as failure:
                log.warning("lookout.unread", reason=failure.reason)
                pause = TROUBLED_SECONDS
            except Exception:
                log.exception("lookout.fault")
                pause = TROUBLED_SECONDS
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            self._wake.clear()

    async def look_round(self) -> int:
        """Reads what is in doubt, then what was read longest ago; returns how many channels."""
        places = await self._database.run(_watched)
        results = await asyncio.gather(
            *(self.read(*place) for place in places), return_exceptions=True
        )
        for failure in results:
            if failure is not None:
                raise failure
        return len(places)

    async def renew(self, delivery: Delivery) -> Outgoing:
        """What may be said of a claimed delivery once its channel has been read.

        Raises Withheld where it may not, NotSent while the channel cannot be read.
        """
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self.read(delivery.team, delivery.channel)
            found = await self._database.run(lambda uow: _composed(uow, delivery))
        except (TimeoutError, NotSent, OutcomeUnknown, errors.TryAgain) as error:
            # It is the reading that has to wait: posting is not closed for anybody else.
            raise NotSent(UNREAD) from error
        if isinstance(found, Withheld):
            raise found
        if found.is_unread:
            raise NotSent(UNREAD)
        return found

    async def read(self, team: str, channel: str) -> None:
        """Reads a channel and writes down what follows; raises NotSent or OutcomeUnknown."""
        task = self._under_way.get((team, channel))
        if task is None:
            task = asyncio.create_task(self._read(team, channel))
            self._under_way[team, channel] = task
            task.add_done_callback(lambda ended: self._end((team, channel), ended))
        # Whoever waits no longer leaves the reading to the others, and to the next who asks.
        await asyncio.shield(task)

    async def stop(self) -> None:
        """Gives up what is being read."""
        for task in list(self._under_way.values()):
            task.cancel()
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    def _end(self, place: Place, ended: asyncio.Task[None]) -> None:
        self._under_way.pop(place, None)
        # Nobody may be waiting any more for what it raises.
        if not ended.cancelled():
            ended.exception()

    async def _read(self, team: str, channel: str) -> None:
        def begin(uow: UnitOfWork) -> tuple[datetime, int]:
            return uow.now, uow.fingerprints.begin_reading(team, channel)

        began_at, doubts = await self._database.run(begin)
        try:
            found = await self._postman.look(team, channel)
        except Refused as refusal:
            if refusal.reason not in NO_WAY_IN | NO_TOKEN:
                # Nothing is known of the channel: as if nobody had answered.
                raise NotSent(refusal.reason) from refusal
            reason = refusal.reason
            await self._database.run(lambda uow: note_refused(uow, team, channel, reason))
            return
        await self._database.run(
            lambda uow: note_reading(uow, team, channel, found, began_at=began_at, doubts=doubts)
        )


def _watched(uow: UnitOfWork) -> list[Place]:
    old: datetime = uow.now - timedelta(seconds=RENEWED.total_seconds())
    return [
        (one.team, channel)
        for one in uow.workspaces.all()
        for channel in uow.fingerprints.watched(one.team, old, IN_A_ROUND)
    ]


def _composed(uow: UnitOfWork, delivery: Delivery) -> Outgoing | Withheld:
    """Policy asked anew; what being withheld does to an advisory's route is written down."""
    try:
        return compose(uow, delivery)
    except Withheld as withheld:
        return withheld
