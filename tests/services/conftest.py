"""Use cases on a real database: one open transaction per test, taken back at its end."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.storage.unit_of_work import UnitOfWork
from tests.cast import assemble
from tests.storage.databases import BEGINNING, fresh_url, opened


@pytest.fixture
def uow(tmp_path: Path) -> Iterator[UnitOfWork]:
    """A unit of work over a database with the cast on its roster."""
    with (
        fresh_url("sqlite", tmp_path) as url,
        opened(url) as database,
        database.engine.connect() as connection,
        connection.begin(),
    ):
        one = UnitOfWork(connection, BEGINNING)
        assemble(one)
        yield one
