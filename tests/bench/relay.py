"""A message event in, its post out: from the dispatch until the other workspace has taken the post.

Every message has a source channel and a destination of its own that have rested for longer than the
pace of a lane: what is measured is the relay, not the pause that Slack asks for between two posts.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from integrations.slack.stand_in import TOKYO
from tests.bench.slack import LINKS, OFFICIAL, Slack, destination_channel, source_channel
from tests.bench.timing import Comparison, Round, compared

TARGET = 2.0
REST_SECONDS = 1.5
# Officials post minutes apart: what follows a relay (its status card) is over before the next.
APART_SECONDS = 0.1
ARRIVAL_SECONDS = 20
# How long a call takes to reach Slack where it is said to be some way off.
DISTANCE_SECONDS = 0.02
TEXT = "#advisory [TLP:GREEN] Citrix の脆弱性 CVE-2026-1234\nPatch now, then rotate sessions."


async def measure(slack: Slack, bare: AsyncApp, ours: AsyncApp, rounds: int) -> list[Comparison]:
    """One message at a time, ten posted at the same moment, one with Slack some way off."""
    both = _Messages(slack, "bare", bare), _Messages(slack, "ours", ours)

    async def relayed(name: str, at_once: int, size: int, target: float | None) -> Comparison:
        theirs, mine = (one.round(at_once, size) for one in both)
        return await compared(f"relay, {name}", theirs, mine, rounds, target)

    found = [
        await relayed("1 at a time", 1, 10, TARGET),
        await relayed("10 at a time", 10, 40, None),
    ]
    await slack.move(DISTANCE_SECONDS)
    found.append(await relayed("Slack 20 ms away, 1 at a time", 1, 10, None))
    await slack.move(0)
    return found


class _Messages:
    """Posts messages along links in turn, each link only after it has rested."""

    def __init__(self, slack: Slack, contender: str, app: AsyncApp) -> None:
        self._slack = slack
        self._contender = contender
        self._app = app
        self._links = deque((0.0, n) for n in range(LINKS))

    def round(self, at_once: int, size: int) -> Round:
        async def run() -> list[float]:
            taken: list[float] = []
            for _ in range(size // at_once):
                links = [await self._rested() for _ in range(at_once)]
                taken += await asyncio.gather(*(self._relayed(link) for link in links))
                await asyncio.sleep(APART_SECONDS)
            return taken

        return run

    async def _rested(self) -> int:
        used, link = self._links.popleft()
        await asyncio.sleep(max(0.0, used + REST_SECONDS - time.monotonic()))
        self._links.append((time.monotonic(), link))
        return link

    async def _relayed(self, link: int) -> float:
        arrival = self._slack.arrival(self._contender, destination_channel(link))
        body = _event(source_channel(link))
        began = time.time()
        answer = await self._app.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))
        if answer.status != 200:
            raise RuntimeError(f"answered {answer.status}: {answer.body}")
        return await asyncio.wait_for(arrival, ARRIVAL_SECONDS) - began


def _event(channel: str) -> dict[str, Any]:
    ts = f"{time.time():.6f}"
    return {
        "token": "not-a-token",
        "team_id": TOKYO.team_id,
        "api_app_id": TOKYO.apps[0].app_id,
        "type": "event_callback",
        "event_id": f"Ev{ts}",
        "event_time": int(time.time()),
        "event": {
            "type": "message",
            "channel": channel,
            "channel_type": "channel",
            "user": OFFICIAL,
            "text": TEXT,
            "ts": ts,
            "event_ts": ts,
            "team": TOKYO.team_id,
        },
    }
