"""One workspace in a process of its own, with as many channels as are asked for."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from multiprocessing.connection import Connection
from typing import Any

from integrations.slack.stand_in import CANBERRA, ChannelSpec, StandIn


@dataclass(frozen=True)
class Seen:
    """What Slack saw: refusals we brought upon ourselves, and the posts of each channel."""

    refused: int
    posts: dict[str, list[float]]

    @property
    def count(self) -> int:
        return sum(map(len, self.posts.values()))

    @property
    def seconds(self) -> float:
        """From the first post to the last."""
        every = [at for posts in self.posts.values() for at in posts]
        return max(every) - min(every)

    @property
    def smallest_gap(self) -> float:
        """The least time between two posts in one channel."""
        gaps = [late - early for posts in self.posts.values() for early, late in pairwise(posts)]
        return min(gaps, default=0.0)


class FarSlack:
    """The parent's end."""

    def __init__(self, pipe: Connection, api_url: str) -> None:
        self._pipe = pipe
        self.api_url = api_url

    async def seen(self) -> Seen:
        """Everything since the last time this was asked."""
        self._pipe.send("seen")
        return Seen(*await asyncio.to_thread(self._pipe.recv))


@asynccontextmanager
async def far_slack(channels: int, *, pace: bool) -> AsyncIterator[FarSlack]:
    """Canberra with that many channels `C900000` and so on, the bot in each."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, channels, pace), daemon=True)
    process.start()
    try:
        yield FarSlack(ours, await asyncio.to_thread(ours.recv))
    finally:
        ours.send(None)
        await asyncio.to_thread(process.join)


def channel(number: int) -> str:
    return f"C9{number:05d}"


def _serve(pipe: Connection, channels: int, pace: bool) -> None:
    asyncio.run(_run(pipe, channels, pace))


async def _run(pipe: Connection, channels: int, pace: bool) -> None:
    members = (CANBERRA.apps[0].bot_user_id,)
    more = tuple(ChannelSpec(channel(n), channel(n).lower(), members) for n in range(channels))
    workspace = StandIn(replace(CANBERRA, channels=(*CANBERRA.channels, *more)), pace=pace)
    await workspace.start()
    orders: asyncio.Queue[Any] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    loop.add_reader(pipe.fileno(), lambda: orders.put_nowait(pipe.recv()))
    pipe.send(workspace.api_url)
    while await orders.get() is not None:
        pacing = workspace.pacing
        pipe.send((pacing.self_caused_429, dict(pacing.post_times)))
        pacing.reset()
    loop.remove_reader(pipe.fileno())
    await workspace.stop()
