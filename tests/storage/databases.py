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
    with _url(kind, folder, migrated=False) as url:
        yield url


@contextmanager
def fresh_url(kind: str, folder: Path) -> Iterator[str]:
    """The address of a database at the newest schema, with the agencies and nothing else."""
    with _url(kind, folder, migrated=True) as url:
        yield url


@contextmanager
def opened(url: str, clock: Callable[[], datetime] | None = None) -> Iterator[Database]:
    database = Database(url, clock)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def _url(kind: str, folder: Path, *, migrated: bool) -> Iterator[str]:
    name = f"k{uuid.uuid4().hex}"
    if kind == "sqlite":
        path = folder / f"{name}.db"
        if migrated:
            shutil.copyfile(_sqlite_template(), path)
        yield f"sqlite:///{path}"
        return
    found = server()
    if not found.port:
        pytest.skip(f"no PostgreSQL: {found.reason}")
    url = found.create(name, _postgres_template() if migrated else None)
    try:
        yield url
    finally:
        found.drop(name)


@functools.cache
def _sqlite_template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="kakehashi-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "template.db"
    with opened(f"sqlite:///{path}") as database:
        upgrade(database)
    return path


@functools.cache
def _postgres_template() -> str:
    with opened(server().create(TEMPLATE)) as database:
        upgrade(database)
    return TEMPLATE
