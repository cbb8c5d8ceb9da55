"""NOTIFY is heard by other processes, and a lost connection is found again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.domain.deliveries import Method
from bot.storage.database import Database
from bot.storage.unit_of_work import UnitOfWork
from tests import cast
from tests.storage.databases import fresh_url, opened

pytestmark = pytest.mark.postgres
LISTENERS = "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"


@pytest.fixture
async def heard(tmp_path: Path) -> AsyncIterator[tuple[Database, asyncio.Semaphore]]:
    """A database that one process promises in, and a count of what another one hears."""
    times = asyncio.Semaphore(0)
    with fresh_url("postgresql", tmp_path) as url, opened(url) as here, opened(url) as there:
        here.transact(cast.assemble)
        listener = asyncio.create_task(there.listen(times.release))
        yield here, times
        listener.cancel()
        with suppress(asyncio.CancelledError):
            await listener


def promise(uow: UnitOfWork) -> None:
    uow.outbox.add("note", {"key": "commands.help"}, Method.POST, cast.TOKYO, cast.TOKYO_ADV)


async def _hears(times: asyncio.Semaphore) -> None:
    async with asyncio.timeout(60):
        await times.acquire()


async def test_another_process_hears_of_a_promise(
    heard: tuple[Database, asyncio.Semaphore],
) -> None:
    here, times = heard
    await _hears(times)  # once, when it begins to listen
    await here.run(promise)
    await _hears(times)


async def test_who_changes_nothing_to_be_said_disturbs_nobody(
    heard: tuple[Database, asyncio.Semaphore],
) -> None:
    here, times = heard
    await _hears(times)
    await here.run(lambda uow: uow.requests.is_new("once"))
    # Notifications come in the order of the commits: this one is the first.
    await here.run(promise)
    await _hears(times)
    assert times.locked()


async def test_a_lost_connection_is_found_again(heard: tuple[Database, asyncio.Semaphore]) -> None:
    here, times = heard
    await _hears(times)
    ended = text(f"SELECT pg_terminate_backend(pid) {LISTENERS}")
    await here.run(lambda uow: uow.connection.execute(ended).all())
    await _hears(times)  # it listens again, and looks for what it missed
    await here.run(promise)
    await _hears(times)
