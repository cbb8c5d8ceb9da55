"""`kakehashi serve` in a hurry: the same application, with a shorter hold-off and lease.

Both are constants of the product, not settings; with them every kill would cost half a minute.
"""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from pathlib import Path

from bot import failpoints, logs
from bot.app import build
from bot.domain.budgets import BUDGETS, Budget
from bot.settings import load_settings

HOLD_OFF = timedelta(seconds=1)
# Where Slack counts no calls a minute: at fifty look-ups a minute nobody recovers from a crash
# every second.
LIFTED = dict.fromkeys(BUDGETS, Budget(1_000_000, at_once=100_000))


def main(config: Path, lease: timedelta, point: str = "", *, unlimited: bool = False) -> None:
    """Serves until it is told to stop, or dies at a failpoint: `sent advisory.copy/post`."""
    if point:
        name, _, subject = point.partition(" ")
        failpoints.arm(name, subject)
    settings = load_settings(config, os.environ)
    logs.set_up(settings.log_level)

    async def run() -> None:
        limits = LIFTED if unlimited else BUDGETS
        await build(settings, hold_off=HOLD_OFF, lease=lease, limits=limits).run()

    asyncio.run(run())
