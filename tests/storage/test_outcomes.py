"""What a transaction is said to have done is true; its errors tell nothing of what was in it."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from bot import errors
from bot.storage.database import Database
from bot.storage.schema import upgrade
from bot.storage.tables import thread_replies
from bot.storage.unit_of_work import UnitOfWork
from tests.storage.databases import empty_url, opened

SECRET = "the words of a message"


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What work waits for; opened at the end in any case."""
    event = threading.Event()
    yield event
    event.set()


def count(uow: UnitOfWork) -> int:
    return uow.sequences.next("counted")


async def test_work_that_began_and_did_not_end_is_not_said_to_have_done_nothing(
    database: Database, gate: threading.Event
) -> None:
    def slow(uow: UnitOfWork) -> None:
        count(uow)
        gate.wait()

    with pytest.raises(errors.OutcomeUncertain):
        await database.run(slow, 0.05)
    gate.set()
    assert await database.run(count) == 2


async def test_work_that_had_not_begun_in_time_never_begins(
    database: Database, gate: threading.Event
) -> None:
    held = [asyncio.create_task(database.run(lambda _uow: gate.wait())) for _ in range(8)]
    await asyncio.sleep(0)
    with pytest.raises(errors.DatabaseBusy):
        await database.run(count, 0.05)
    gate.set()
    await asyncio.gather(*held)
    assert await database.run(count) == 1


def test_an_error_of_the_database_carries_no_parameter(database: Database) -> None:
    def fail(uow: UnitOfWork) -> None:
        row = {"advisory_id": 9, "team": SECRET[:9], "author_id": 9, "body": SECRET}
        uow.connection.execute(insert(thread_replies).values(row))

    with pytest.raises(IntegrityError) as refused:
        database.transact(fail)
    assert "thread_replies" in str(refused.value)
    assert SECRET not in str(refused.value)


@pytest.mark.postgres
def test_replicas_that_start_together_bring_the_schema_up_to_date_once(tmp_path: Path) -> None:
    start = threading.Barrier(2)

    def replica(url: str) -> None:
        with opened(url) as database:
            start.wait()
            upgrade(database)

    with empty_url("postgresql", tmp_path) as url, ThreadPoolExecutor(2) as threads:
        for one in [threads.submit(replica, url) for _ in range(2)]:
            one.result()
        with opened(url) as database:
            assert database.transact(lambda uow: uow.agencies.get("NPA")) is not None
