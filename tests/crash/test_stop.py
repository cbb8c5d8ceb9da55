"""SIGTERM while sending: out within ten seconds, nothing left in doubt, nothing lost or doubled."""

from __future__ import annotations

import asyncio

import pytest

from tests.crash.process import Way
from tests.crash.rig import Rig
from tests.crash.verdict import verdict_on

pytestmark = pytest.mark.timeout(240)
ROUNDS = 3
OUT_WITHIN = 10.0


@pytest.mark.parametrize("slack", ["answers", "hangs"])
async def test_a_bot_told_to_stop_leaves_nothing_in_doubt(rig: Rig, slack: str) -> None:
    bot = await rig.serve(Way.PATIENT)
    await rig.settle_in()
    for _ in range(ROUNDS):
        for route in rig.routes:
            rig.post(route)
            await asyncio.sleep(0.02)
    await rig.posts(len(rig.routes), seconds=30)
    if slack == "hangs":
        # Slack takes every post and answers none.
        for place in (rig.tokyo, rig.canberra):
            place.faults.add("hang", "chat.postMessage", probability=1.0, seconds=30.0, stored=True)
        await rig.posts(2, seconds=30)
    assert await bot.stop(OUT_WITHIN) == 0, bot.last_words()
    _, states = await asyncio.to_thread(rig.stored)
    assert not states["sending"], bot.last_words()
    rig.calm()
    await rig.serve(Way.PATIENT)
    drained = await rig.drained(90)
    verdict = verdict_on(rig)
    print(f"stopped while Slack {slack}: {verdict}; at the stop {dict(states)}")
    assert verdict.faults == {}, bot.last_words()
    assert drained
