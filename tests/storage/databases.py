"""Databases for tests: SQLite files and PostgreSQL databases, each copied from a migrated one."""

import atexit
import functools
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.storage.database import Database
from bot.storage.schema import upgrade
from tests.storage.postgres import server

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
BEGINNING = datetime(2026, 9, 16, 1, 0, tzinfo=UTC)
TEMPLATE = "kakehashi_template"
SQLITE = "sqlite:///"


class HandClock:
    """Time that moves only when told to; an aware UTC instant, as the database wants it."""

    def __init__(self, now: datetime = BEGINNING) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now


@contextmanager
def empty_url(kind: str, folder: Path) -> Iterator[str]:
    """The address of a database in which nothing is yet."""
    with _url(kind, folder) as url:
        yield url


@contextmanager
def copied_url(kind: str, folder: Path, original: str) -> Iterator[str]:
    """The address of a copy of a database that nobody has open."""
    with _url(kind, folder, lambda: original) as url:
        yield url


@contextmanager
def fresh_url(kind: str, folder: Path) -> Iterator[str]:
    """The address of a database at the newest schema, with the agencies and nothing else."""
    with _url(kind, folder, _sqlite_template if kind == "sqlite" else _postgres_template) as url:
        yield url


@contextmanager
def opened(url: str, clock: Callable[[], datetime] | None = None) -> Iterator[Database]:
    database = Database(url, clock)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def _url(kind: str, folder: Path, template: Callable[[], str] | None = None) -> Iterator[str]:
    """A new database, empty or a copy of the one whose address `template` knows."""
    name = f"k{uuid.uuid4().hex}"
    if kind == "sqlite":
        path = folder / f"{name}.db"
        if template is not None:
            shutil.copyfile(template().removeprefix(SQLITE), path)
        yield f"{SQLITE}{path}"
        return
    found = server()
    if not found.port:
        pytest.skip(f"no PostgreSQL: {found.reason}")
    url = found.create(name, template().rpartition("/")[2] if template is not None else None)
    try:
        yield url
    finally:
        found.drop(name)


@functools.cache
def _sqlite_template() -> str:
    folder = Path(tempfile.mkdtemp(prefix="kakehashi-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    url = f"{SQLITE}{folder / 'template.db'}"
    with opened(url) as database:
        upgrade(database)
    return url


@functools.cache
def _postgres_template() -> str:
    url = server().create(TEMPLATE)
    with opened(url) as database:
        upgrade(database)
    return url
