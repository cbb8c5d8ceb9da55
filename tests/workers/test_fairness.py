"""A flood towards one side, or a Slack that hangs there, is no delay for the other."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.deliveries import Method
from bot.services.kinds import NOTE
from bot.storage.database import Database
from bot.storage.unit_of_work import UnitOfWork
from bot.workers.outbox import LANES_AT_ONCE, Dispatcher
from tests import cast
from tests.storage.databases import HandClock
from tests.workers.postman import HonestPostman

SECONDS = 20


def say(uow: UnitOfWork, team: str, channel: str) -> None:
    uow.outbox.add(NOTE, {"key": "commands.help"}, Method.POST, team, channel)


async def delays(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock, flood: int
) -> list[float]:
    """How late each of Tokyo's notes comes, one a second, while Canberra's Slack hangs."""
    for _ in range(flood):
        postman.expect(hangs=True, wanted=lambda one: one.delivery.team == cast.CANBERRA)

    def fill(uow: UnitOfWork) -> None:
        for number in range(flood):
            say(uow, cast.CANBERRA, f"C2{number:03}")

    database.transact(fill)
    found = []
    for number in range(SECONDS):
        database.transact(lambda uow, number=number: say(uow, cast.TOKYO, f"C1{number:03}"))  # type: ignore[misc]
        said_at = clock.now
        while len(postman.said) == number:
            clock.advance(0.1)
            await dispatcher._turn()
            if dispatcher._sending:
                await asyncio.wait(
                    dispatcher._sending, timeout=0.05, return_when=asyncio.FIRST_COMPLETED
                )
        found.append((postman.said[-1].at - said_at).total_seconds())
        clock.advance(0.9)
    return sorted(found)


@pytest.mark.parametrize("flood", [0, LANES_AT_ONCE + 10])
async def test_the_other_side_is_no_later_than_without(
    database: Database,
    dispatcher: Dispatcher,
    postman: HonestPostman,
    clock: HandClock,
    flood: int,
) -> None:
    found = await delays(database, dispatcher, postman, clock, flood)
    assert found == pytest.approx([0.1] * SECONDS, rel=0.1)
    assert sum(dispatcher._busy.values()) == min(flood, LANES_AT_ONCE)
    postman.goes_on.set()
    if dispatcher._sending:
        await asyncio.wait(dispatcher._sending)
    assert sum(dispatcher._busy.values()) == 0
