"""`kakehashi serve` in a hurry: the same application, with a shorter hold-off and lease.

Both are constants of the product, not settings; with them every kill would cost half a minute.
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path

from bot import logs
from bot.app import build
from bot.settings import load_settings

HOLD_OFF = timedelta(seconds=1)
LEASE = timedelta(seconds=3)


async def _run(config: Path) -> None:
    settings = load_settings(config, os.environ)
    logs.set_up(settings.log_level)
    await build(settings, hold_off=HOLD_OFF, lease=LEASE).run()


if __name__ == "__main__":
    asyncio.run(_run(Path(sys.argv[-1])))
