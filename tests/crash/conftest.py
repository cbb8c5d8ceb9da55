"""A rig on each database: SQLite in a file, and a real PostgreSQL where there is one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from integrations.slack.stand_in import StandIn
from tests.crash.process import Nursery
from tests.crash.rig import RETRIES, Layout, Rig, workspaces
from tests.storage.databases import KINDS, fresh_url

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Two hands tell them, one for each database: they mostly wait while others compute."""
    for item in items:
        if item.path.is_relative_to(HERE):
            is_postgresql = item.get_closest_marker("postgres") or "postgresql" in item.name
            kind = "postgresql" if is_postgresql else "sqlite"
            item.add_marker(pytest.mark.xdist_group(f"crash-{kind}"))
            item.add_marker(pytest.mark.long)


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh database of each kind."""
    with fresh_url(str(request.param), tmp_path) as url:
        yield url


@pytest.fixture
def layout() -> Layout:
    """Which channels there are, and which are linked."""
    return Layout()


@pytest.fixture
async def nursery() -> AsyncIterator[Nursery]:
    """Where the processes of the bot are born."""
    one = Nursery()
    yield one
    await one.close()


@pytest.fixture
async def rig(
    database_url: str, tmp_path: Path, layout: Layout, nursery: Nursery
) -> AsyncIterator[Rig]:
    async with rig_on(database_url, tmp_path, layout, nursery) as one:
        yield one


@asynccontextmanager
async def rig_on(url: str, folder: Path, layout: Layout, nursery: Nursery) -> AsyncIterator[Rig]:
    """A rig over the database at `url`; whatever it started is gone afterwards."""
    ours, theirs = workspaces(layout.size)
    async with (
        aiohttp.ClientSession() as session,
        StandIn(ours, retry_delays=RETRIES) as tokyo,
        StandIn(theirs, retry_delays=RETRIES) as canberra,
    ):
        rig = Rig(folder, url, session, (tokyo, canberra), layout, nursery)
        try:
            yield rig
        finally:
            await rig.close()
