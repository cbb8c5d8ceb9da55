"""The edge over a real SQLite database, without Slack: nobody is asked who anybody is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.domain.officials import Government
from bot.storage.database import Database
from bot.texts.catalog import Catalog, load
from commands.edge import Edge
from integrations.slack.connections import Connection
from integrations.slack.people import People
from tests import cast
from tests.storage.databases import HandClock, fresh_url, opened

CONNECTIONS = (
    Connection("tokyo", Government.JP, cast.TOKYO, "http", "http://127.0.0.1:1/api/", "xoxb-fake"),
    Connection(
        "canberra", Government.AU, cast.CANBERRA, "http", "http://127.0.0.1:1/api/", "xoxb-fake"
    ),
)


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load()


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with fresh_url("sqlite", tmp_path) as address:
        yield address


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    with opened(url, HandClock()) as one:
        one.transact(cast.assemble)
        yield one


@pytest.fixture
def woken() -> list[None]:
    """One entry each time the dispatcher was woken."""
    return []


@pytest.fixture
def edge(database: Database, catalog: Catalog, woken: list[None]) -> Edge:
    return Edge(database, catalog, People({}, CONNECTIONS), lambda: woken.append(None))
