"""P8: while the database is locked people are answered, and no event is forgotten."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import make_url

from bot.storage.database import BUSY_SECONDS
from bot.texts.catalog import Language, load
from integrations.slack.driver import text_of
from tests.crash.process import Way
from tests.crash.rig import Rig
from tests.crash.verdict import verdict_on

pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]
LOCKED_SECONDS = 5.0


async def test_people_are_answered_and_events_come_again_while_the_database_is_locked(
    rig: Rig,
) -> None:
    bot = await rig.serve(Way.PATIENT)
    await rig.settle_in()
    hand = rig.hand("tokyo", "U02TANAKA")
    before = len(await hand.workspace.private_replies(hand.channel, hand.user))
    with locked(rig.url):
        asked = []
        for route in rig.routes:
            rig.post(route)
            asked.append(asyncio.create_task(_asks(rig)))
            # Spread over the time of the lock.
            await asyncio.sleep(LOCKED_SECONDS / len(rig.routes))
    # The workspace waits three seconds for an answer, as Slack does.
    assert all(await asyncio.gather(*asked))
    replies = await hand.workspace.private_replies(hand.channel, hand.user)
    busy = load().say(Language.JA, "errors.database_busy")
    words = [text_of(reply) for reply in replies[before:]]
    assert len(words) == len(asked)
    assert all(busy in said or "LNK-" in said for said in words), words
    assert any(busy in said for said in words), words
    drained = await rig.drained(90)
    verdict = verdict_on(rig)
    print(f"locked: {verdict}; {sum(busy in said for said in words)} of {len(words)} told busy")
    assert verdict.faults == {}, bot.last_words()
    assert drained


async def test_after_a_lock_longer_than_anybody_waits_the_bot_still_reads_back(rig: Rig) -> None:
    bot = await rig.serve(Way.PATIENT)
    await rig.settle_in()
    with locked(rig.url):
        # Longer than the database itself waits for a lock.
        await asyncio.sleep(BUSY_SECONDS + 5)
    for place in (rig.tokyo, rig.canberra):
        # Events of the outage never come again: only reading back can find these posts.
        place.deliveries.retry_delays = (0.0,)
        place.sockets.drop()
    for route in rig.routes:
        rig.post(route)
    drained = await rig.drained(90)
    verdict = verdict_on(rig)
    print(f"read back after a long lock: {verdict}")
    assert verdict.faults == {}, bot.last_words()
    assert drained


async def _asks(rig: Rig) -> bool:
    hand = rig.hand("tokyo", "U02TANAKA")
    answer = await rig.tokyo.people.command(hand.channel, hand.user, "/link", "list")
    return bool(answer["ok"])


@contextmanager
def locked(url: str) -> Iterator[None]:
    path = make_url(url).database
    assert path is not None
    holder = sqlite3.connect(path, isolation_level=None)
    try:
        holder.execute("BEGIN IMMEDIATE")
        yield
        holder.execute("ROLLBACK")
    finally:
        holder.close()
