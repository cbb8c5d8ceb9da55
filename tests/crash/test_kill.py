"""P1: each advisory stands exactly once at its destination, in order, whatever dies and fails."""

from __future__ import annotations

import asyncio
import os
import random
import time
from dataclasses import dataclass

import pytest

from tests.crash.process import Bot
from tests.crash.rig import Rig
from tests.crash.verdict import verdict_on


@dataclass(frozen=True)
class Figures:
    """How much is tried; `slack` is how long the end may take in seconds."""

    pairs: int
    deliveries: int
    kills: int
    slack: float
    limit: float


FIGURES = (
    Figures(pairs=4, deliveries=2_000, kills=100, slack=1_800, limit=7_200)
    if os.environ.get("SOAK")
    else Figures(pairs=4, deliveries=80, kills=10, slack=90, limit=240)
)
SEED = int(os.environ.get("SEED", "20261122"))
FAULTS = 0.2
# Kills: at any moment, the start included; soon after it is connected; between a post and its
# answer, counted in posts.
AT_ANY_MOMENT, FROM_THE_START, POSTS_LATER, UNLESS_SILENT = 0.25, 3.0, 6, 4.0


@pytest.fixture
def pairs() -> int:
    return FIGURES.pairs


@pytest.mark.timeout(FIGURES.limit)
async def test_no_advisory_is_lost_doubled_or_overtaken_by_kills_and_faults(rig: Rig) -> None:
    dice = random.Random(SEED)
    bot = await rig.serve()
    await rig.settle_in()
    rig.trouble(SEED, FAULTS)
    began = time.monotonic()
    posting = asyncio.create_task(_post(rig, random.Random(SEED + 1)))
    for _ in range(FIGURES.kills):
        await _kill_at_random(rig, bot, dice)
        # What is posted now finds nobody listening.
        await asyncio.sleep(dice.uniform(0, 1.5))
        bot = rig.bot()
        await bot.start()
    await posting
    rig.calm()
    drained = await rig.drained(FIGURES.slack)
    verdict = verdict_on(rig)
    known, states = rig.stored()
    print(
        f"seed {SEED}: kills {FIGURES.kills}, {verdict}; {dict(rig.troubles())}; "
        f"own 429 {rig.tokyo.self_caused_429 + rig.canberra.self_caused_429}; "
        f"{time.monotonic() - began:.0f} s; {known} advisories, {dict(states)}"
    )
    assert verdict.faults == {}, bot.last_words()
    assert drained, (dict(states), bot.last_words())
    assert set(states) == {"delivered"}


async def _kill_at_random(rig: Rig, bot: Bot, dice: random.Random) -> None:
    if dice.random() < AT_ANY_MOMENT:
        await asyncio.sleep(dice.uniform(0, FROM_THE_START))
    else:
        await bot.is_ready(rig.session)
        await rig.kill_at_post(bot, dice.randint(1, POSTS_LATER), UNLESS_SILENT)
    await bot.kill()


async def _post(rig: Rig, dice: random.Random) -> None:
    """A stream in bursts, spread over about the time that the kills take."""
    left = FIGURES.deliveries
    burst_every = 5.0 * FIGURES.kills / (FIGURES.deliveries / 2.5)
    while left:
        way = dice.choice(rig.ways)
        for _ in range(min(left, dice.randint(1, 4))):
            rig.post(way)
            left -= 1
            await asyncio.sleep(dice.uniform(0.05, 0.3))
        await asyncio.sleep(dice.uniform(0, 1.2 * burst_every))
