"""Every promise of the store is kept by SQLite and by PostgreSQL alike."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.storage.database import Database
from tests.cast import assemble
from tests.storage.databases import KINDS, HandClock, empty_url, fresh_url, opened


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def nothing(kind: str, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database."""
    with empty_url(kind, tmp_path) as url:
        yield url


@pytest.fixture
def url(kind: str, tmp_path: Path) -> Iterator[str]:
    """The address of a database at the newest schema."""
    with fresh_url(kind, tmp_path) as address:
        yield address


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def database(url: str, clock: HandClock) -> Iterator[Database]:
    """A database with the cast on its roster, on a clock turned by hand."""
    with opened(url, clock) as one:
        one.transact(assemble)
        yield one
