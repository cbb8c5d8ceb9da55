"""Slack is down ten minutes while a thousand deliveries wait; the other side is not held up."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from itertools import cycle

from bot.domain.budgets import POSTS_PER_MINUTE
from bot.domain.deliveries import DeliveryState, Method
from bot.services.kinds import NOTE
from bot.services.ports import NotSent, OutcomeUnknown, Outgoing, Posted
from bot.storage.database import Database
from bot.storage.unit_of_work import UnitOfWork
from bot.workers.outbox import Dispatcher
from tests import cast
from tests.storage.databases import HandClock
from tests.workers.postman import HonestPostman

CHANNELS, EACH = 25, 40
OUTAGE = timedelta(minutes=10)
MEANWHILE = 600


class FailingPostman(HonestPostman):
    """Canberra's Slack fails in every way until an instant: refused, silent, silent but taken."""

    def __init__(self, clock: HandClock, until: datetime) -> None:
        super().__init__(clock)
        self._until = until
        self._ways = cycle(("connect", "timeout", "taken"))
        self.failed: defaultdict[str, int] = defaultdict(int)

    def _is_down(self, outgoing: Outgoing) -> bool:
        return outgoing.delivery.team == cast.CANBERRA and self._clock() < self._until

    async def deliver(self, outgoing: Outgoing) -> Posted:
        if not self._is_down(outgoing):
            return await super().deliver(outgoing)
        way = next(self._ways)
        self.failed[way] += 1
        if way == "connect":
            raise NotSent("connect")
        if way == "taken":
            await super().deliver(outgoing)
        raise OutcomeUnknown("timeout")

    async def find(self, outgoing: Outgoing, since: datetime) -> Posted | None:
        if self._is_down(outgoing):
            raise NotSent("connect")
        return await super().find(outgoing, since)


def promise(uow: UnitOfWork, team: str, channel: str, mark: str) -> None:
    facts = {"key": "links.none", "parameters": {}, "mark": mark}
    uow.outbox.add(NOTE, facts, Method.POST, team, channel)


def queue(uow: UnitOfWork) -> None:
    for number in range(EACH):
        for channel in range(CHANNELS):
            promise(uow, cast.CANBERRA, f"C{channel:02}", f"{number:03}")


async def tell(database: Database, clock: HandClock, outage: timedelta) -> FailingPostman:
    """The whole story; somebody in Tokyo's channels is told something every second."""
    postman = FailingPostman(clock, clock.now + outage)
    dispatcher = Dispatcher(database, postman)
    database.transact(queue)
    for second in range(MEANWHILE):
        database.transact(
            lambda uow, s=second: promise(uow, cast.TOKYO, f"C9{s % 3}", f"{uow.now.isoformat()}")
        )
        await dispatcher.drain()
        clock.advance(1)
    # The longest pause after a failure is a minute; a minute goes to look-ups, and then a post a
    # second in each channel as far as the workspace's budget goes.
    for _ in range(60 + 60 + EACH + 60 * CHANNELS * EACH // POSTS_PER_MINUTE):
        await dispatcher.drain()
        clock.advance(1)
    return postman


def waits(postman: FailingPostman) -> list[float]:
    """How long each of Tokyo's posts waited, in seconds."""
    return sorted(
        (one.at - datetime.fromisoformat(str(one.outgoing.delivery.facts["mark"]))).total_seconds()
        for one in postman.said
        if one.outgoing.delivery.team == cast.TOKYO
    )


async def test_ten_minutes_without_slack_lose_and_double_nothing_and_keep_the_order(
    database: Database, clock: HandClock
) -> None:
    postman = await tell(database, clock, OUTAGE)
    assert min(postman.failed[way] for way in ("connect", "timeout", "taken")) > 0
    by_channel: defaultdict[str, list[str]] = defaultdict(list)
    for one in postman.said:
        if one.outgoing.delivery.team == cast.CANBERRA:
            by_channel[one.outgoing.channel].append(str(one.outgoing.delivery.facts["mark"]))
    assert len(by_channel) == CHANNELS
    expected = [f"{number:03}" for number in range(EACH)]
    assert [one for one in by_channel.values() if one != expected] == []
    left = database.transact(lambda uow: uow.outbox.count_open())
    assert left == {}
    ended = database.transact(lambda uow: uow.outbox.in_state(DeliveryState.PARKED))
    assert ended == ()
    # The other workspace waited no longer than it would have on any other day.
    told = waits(postman)
    assert len(told) == MEANWHILE
    assert told[int(MEANWHILE * 0.95)] == 0.0
    assert told[-1] <= 1.0
