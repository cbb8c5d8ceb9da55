"""A rig on each database: SQLite in a file, and a real PostgreSQL where there is one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from integrations.slack.stand_in import StandIn
from tests.crash.rig import RETRIES, Rig, with_pairs
from tests.storage.databases import KINDS, fresh_url


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh database of each kind."""
    with fresh_url(str(request.param), tmp_path) as url:
        yield url


@pytest.fixture
def pairs() -> int:
    """How many pairs of channels are linked."""
    return 4


@pytest.fixture
async def rig(database_url: str, tmp_path: Path, pairs: int) -> AsyncIterator[Rig]:
    async with rig_on(database_url, tmp_path, pairs) as one:
        yield one


@asynccontextmanager
async def rig_on(url: str, folder: Path, pairs: int) -> AsyncIterator[Rig]:
    """A rig over the database at `url`; whatever it started is gone afterwards."""
    near, far = with_pairs(pairs)
    async with (
        aiohttp.ClientSession() as session,
        StandIn(near, retry_delays=RETRIES) as tokyo,
        StandIn(far, retry_delays=RETRIES) as canberra,
    ):
        rig = Rig(folder, url, session, (tokyo, canberra), pairs)
        try:
            yield rig
        finally:
            await rig.close()
