"""PostgreSQL goes away and comes back while the bot relays: nothing is lost, doubled, reordered."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.crash.rig import Rig
from tests.crash.verdict import verdict_on
from tests.storage.databases import fresh_url

pytestmark = [pytest.mark.timeout(1_200), pytest.mark.postgres]
# Three minutes for a release, away every two to ten seconds.
TIMES_AWAY = 30 if os.environ.get("SOAK") else 6
STANDS, AWAY = (2.0, 8.0), (0.2, 3.0)
POSTS_EACH_TIME = 8


class Line:
    """The line to the server: when it is cut nothing gets through, and every connection ends."""

    def __init__(self, port: int) -> None:
        self._behind = port
        self._open: set[asyncio.StreamWriter] = set()
        self._listening: asyncio.Server | None = None
        self.port = 0

    async def mend(self) -> None:
        """From now on whoever calls gets through."""
        self._listening = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self.port = self._listening.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """As when the server is stopped at once: in the middle of whatever it was doing."""
        if self._listening is not None:
            self._listening.close()
        for one in self._open:
            one.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._behind)
        ends = {writer, far_writer}
        self._open |= ends
        try:
            await asyncio.gather(_flow(reader, far_writer), _flow(far_reader, writer))
        finally:
            self._open -= ends
            for one in ends:
                one.transport.abort()


async def _flow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while more := await reader.read(65_536):
            writer.write(more)
            await writer.drain()
    writer.transport.abort()


@pytest.fixture
def database_url(tmp_path: Path) -> Iterator[str]:
    with fresh_url("postgresql", tmp_path) as url:
        yield url


@pytest.fixture
async def line(rig: Rig) -> AsyncIterator[Line]:
    async with _line_to(rig) as one:
        yield one


@asynccontextmanager
async def _line_to(rig: Rig) -> AsyncIterator[Line]:
    """The bots of the rig reach the database along it; the test itself goes straight there."""
    one = Line(make_url(rig.url).port or 0)
    await one.mend()
    rig.url_of_bots = make_url(rig.url).set(port=one.port).render_as_string(hide_password=False)
    yield one
    await one.cut()


async def test_a_database_that_comes_and_goes_loses_and_doubles_nothing(
    rig: Rig, line: Line
) -> None:
    await asyncio.to_thread(rig.prepare)
    dice = random.Random(20261128)
    bot = await rig.serve()
    for _ in range(TIMES_AWAY):
        for _ in range(POSTS_EACH_TIME):
            rig.post(dice.choice(rig.routes))
        await asyncio.sleep(dice.uniform(*STANDS))
        await line.cut()
        await asyncio.sleep(dice.uniform(*AWAY))
        await line.mend()
    drained = await rig.drained(600, posts_alone=True)
    verdict = verdict_on(rig)
    _, states = await asyncio.to_thread(rig.stored, posts_alone=True)
    print(f"database away {TIMES_AWAY} times: {verdict}; {dict(states)}")
    assert bot.is_running
    assert verdict.faults == {}, bot.last_words()
    assert drained, (dict(states), bot.last_words())
