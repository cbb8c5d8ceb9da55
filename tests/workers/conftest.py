"""The dispatcher's promises hold on SQLite and on PostgreSQL, on a clock turned by hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.storage.database import Database
from bot.workers.outbox import Dispatcher
from tests.cast import assemble
from tests.storage.databases import KINDS, HandClock, fresh_url, opened
from tests.workers.postman import HonestPostman


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with fresh_url(str(request.param), tmp_path) as address:
        yield address


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def database(url: str, clock: HandClock) -> Iterator[Database]:
    with opened(url, clock) as one:
        one.transact(assemble)
        yield one


@pytest.fixture
def postman(clock: HandClock) -> HonestPostman:
    return HonestPostman(clock)


@pytest.fixture
def dispatcher(database: Database, postman: HonestPostman) -> Dispatcher:
    return Dispatcher(database, postman)
