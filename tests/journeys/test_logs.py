"""A whole story at the most talkative level: nothing anybody wrote, and no token, is in the log."""

from __future__ import annotations

import io
import logging

import structlog

from bot import logs
from tests.journeys.bridge import Bridge

CANARY = "canary7391"


async def test_nothing_anybody_wrote_is_logged(strict: Bridge) -> None:
    root = logging.getLogger()
    before, level, configured = list(root.handlers), root.level, structlog.get_config()
    stream = io.StringIO()
    logs.set_up("DEBUG", stream)
    structlog.configure(cache_logger_on_first_use=False)
    try:
        await _story(strict)
    finally:
        structlog.configure(**configured)
        root.handlers[:] = before
        root.setLevel(level)
    said = stream.getvalue() + repr(strict.logs)
    assert CANARY not in said
    assert "xoxb-" not in said
    assert "xapp-" not in said


async def _story(bridge: Bridge) -> None:
    await bridge.enrol_everybody()
    await bridge.link("tags:advisory ceiling:AMBER")
    ts = await bridge.suzuki.says(f"#advisory [TLP:GREEN] {CANARY} one")
    await bridge.nguyen.sees(f"{CANARY} one")
    await bridge.suzuki.edits(ts, f"#advisory [TLP:GREEN] {CANARY} two")
    await bridge.nguyen.sees(f"{CANARY} two")
    await bridge.suzuki.says(f"{CANARY} reply", thread_ts=ts)
    await bridge.suzuki.says("#advisory [TLP:GREEN] the last one")
    await bridge.nguyen.sees("the last one")
    await bridge.suzuki.says(f"#advisory [TLP:GREEN]\nSECRET\n{CANARY}")
    await bridge.suzuki.types(f"/advisory new {CANARY} {CANARY}:x")
    await bridge.suzuki.types(f"/link accept {CANARY}")
