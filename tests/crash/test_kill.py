"""P1: each advisory stands exactly once at each destination, in order, whatever dies and fails."""

from __future__ import annotations

import asyncio
import os
import random
import time
from dataclasses import dataclass

import pytest

from tests.crash.process import Bot
from tests.crash.rig import LEASE_ALONE, Layout, Rig
from tests.crash.verdict import verdict_on


@dataclass(frozen=True)
class Figures:
    """How much is tried; `slack` is how long the end may take in seconds."""

    layout: Layout
    deliveries: int
    kills: int
    slack: float
    limit: float


# Sixteen channels a side, each advisory to all sixteen opposite.
LAYOUT = Layout(groups=1, across=16)
FIGURES = (
    Figures(
        LAYOUT,
        deliveries=int(os.environ.get("DELIVERIES", "20000")),
        kills=int(os.environ.get("KILLS", "1000")),
        slack=7_200,
        limit=86_400,
    )
    if os.environ.get("SOAK")
    else Figures(LAYOUT, deliveries=2_000, kills=100, slack=600, limit=1_800)
)
SEED = int(os.environ.get("SEED", "20261122"))
FAULTS = 0.2
# Kills: at any sign of life from the start on; or between a post and its answer. Both are counted,
# not timed, so that a slow machine is not a machine on which nothing happens.
AT_ANY_SIGN, SIGNS, POSTS, SILENCE = 0.25, 60, 40, 2.0
EVERY = 25


@pytest.fixture
def layout() -> Layout:
    return FIGURES.layout


@pytest.mark.timeout(FIGURES.limit)
async def test_no_advisory_is_lost_doubled_or_overtaken_by_kills_and_faults(rig: Rig) -> None:
    await asyncio.to_thread(rig.prepare)
    rig.unlimited()
    rig.lease = LEASE_ALONE
    rig.trouble(SEED, FAULTS)
    dice = random.Random(SEED)
    began = time.monotonic()
    left = FIGURES.deliveries // FIGURES.layout.across
    for kill in range(FIGURES.kills):
        bot = rig.bot()
        await bot.start()
        share = left // (FIGURES.kills - kill)
        left -= share
        _post(rig, dice, share)
        await _kill_at_random(rig, bot, dice)
        if not kill % EVERY:
            print(
                f"{time.monotonic() - began:.0f} s: {kill} kills, {rig.posts_seen} posts",
                flush=True,
            )
    rig.calm()
    bot = await rig.serve()
    drained = await rig.drained(FIGURES.slack, posts_alone=True)
    verdict = verdict_on(rig)
    known, states = rig.stored(posts_alone=True)
    print(
        f"seed {SEED}: kills {FIGURES.kills}, {verdict}; {dict(rig.troubles())}; "
        f"smallest gap {rig.smallest_gap():.2f} s; "
        f"{time.monotonic() - began:.0f} s; {known} advisories, {dict(states)}"
    )
    assert verdict.faults == {}, bot.last_words()
    assert drained, (dict(states), bot.last_words())
    assert set(states) == {"delivered"}
    across = FIGURES.layout.across
    assert verdict.delivered == FIGURES.deliveries // across * across, "each to all opposite"


async def _kill_at_random(rig: Rig, bot: Bot, dice: random.Random) -> None:
    if dice.random() < AT_ANY_SIGN:
        await rig.kill_at_sign(bot, dice.randint(1, SIGNS), SILENCE)
    else:
        await rig.kill_at_post(bot, dice.randint(1, POSTS), SILENCE)


def _post(rig: Rig, dice: random.Random, number: int) -> None:
    """Some are heard by the bot that is just starting, some by nobody, some twice."""
    for _ in range(number):
        rig.post(dice.choice(rig.routes))
