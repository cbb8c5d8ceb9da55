"""How much memory the process takes: idle, and after many deliveries."""

from __future__ import annotations

import asyncio
import gc
import os
from contextlib import suppress
from pathlib import Path

from tests.bench.engine import Finding, engine, promise
from tests.bench.far import far_slack

CHANNELS = 500
MEGA = 1 << 20
# The first deliveries fill what is kept on purpose: statements, languages, letters.
WARM = 1_000
WAIT_SECONDS = 0.2


async def measure(folder: Path, count: int) -> list[Finding]:
    """The dispatcher's process after its first deliveries and after so many more."""
    async with (
        far_slack(CHANNELS, pace=False) as slack,
        engine(slack, f"sqlite:///{folder / 'memory.db'}") as (database, dispatcher),
    ):
        running = asyncio.create_task(dispatcher.run())
        idle = 0.0
        for done in range(0, WARM + count, CHANNELS):
            await database.run(lambda uow: promise(uow, CHANNELS, 1))
            while await database.run(lambda uow: uow.outbox.count_open()):  # noqa: ASYNC110
                await asyncio.sleep(WAIT_SECONDS)
            if done + CHANNELS == WARM:
                idle = _resident()
        grown = _resident()
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    return [
        Finding(
            f"memory after {count:,} deliveries",
            f"{grown:.1f} MB",
            f"after the first {WARM:,} {idle:.1f} MB",
            grown / idle,
            "< 150 MB, ≤ 1.05",
        )
    ]


def _resident() -> float:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MEGA
