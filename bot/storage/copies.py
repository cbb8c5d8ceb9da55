"""Copies of an SQLite database: taken while the bot runs, put back while it does not.

A database that was put back does not know what happened since its copy was taken. So what it still
had to say is looked for in Slack before it is said, and no number is given that may be in use.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import func, update

from bot import errors
from bot.domain.officials import Government
from bot.storage.audit import Operator
from bot.storage.database import Database
from bot.storage.schema import upgrade
from bot.storage.tables import outbox, sequences
from bot.storage.unit_of_work import UnitOfWork

# More than are ever given between two backups.
NUMBERS_SKIPPED = 100
UNSENT = ("waiting", "sending", "parked")


def back_up(database: Database, target: Path) -> None:
    """A consistent copy, readable by its owner alone, by SQLite's own online backup."""
    path = file_of(database)
    if not path.is_file():
        raise errors.SchemaNotCurrent
    with _opened(path) as source, _opened(target) as copy:
        source.backup(copy)
    target.chmod(0o600)


def put_back(database: Database, source: Path) -> None:
    """Replaces the database by a copy, whatever state it is in; closes it.

    Raises BackupUnusable before anything is touched, DatabaseBusy while the bot is running.
    """
    path = file_of(database)
    _require_backup(source)
    database.close()
    _make_room(path)
    with _opened(source) as copy, _opened(path) as target:
        copy.backup(target)
    restored = Database(str(database.engine.url), database.clock, keys=database.keys)
    try:
        upgrade(restored)
        restored.transact(after_restore)
    finally:
        restored.close()


def after_restore(uow: UnitOfWork) -> None:
    """What was still to be said may have been said since, and numbers may have been given."""
    uow.connection.execute(
        update(outbox)
        .where(outbox.c.state.in_(UNSENT))
        .values(
            unknown=True,
            first_attempt_at=func.coalesce(outbox.c.first_attempt_at, outbox.c.created_at),
        )
    )
    uow.connection.execute(update(sequences).values(value=sequences.c.value + NUMBERS_SKIPPED))
    uow.restores.begin()
    for side in Government:
        uow.audit.record(Operator(side), "database.restore", "database")


def file_of(database: Database) -> Path:
    """The file of an SQLite database; raises NotAnSqliteDatabase."""
    path = database.engine.url.database
    if not database.is_sqlite or not path:
        raise errors.NotAnSqliteDatabase
    return Path(path)


def _require_backup(source: Path) -> None:
    if not source.is_file():
        raise errors.BackupUnusable(path=source)
    try:
        with _opened(source) as copy:
            sound = copy.execute("PRAGMA quick_check").fetchone() == ("ok",)
            ours = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise errors.BackupUnusable(path=source) from error
    if not sound or not ours:
        raise errors.BackupUnusable(path=source)


def _make_room(path: Path) -> None:
    """Leaves a file that can be written over, or none where what stood there is no database."""
    try:
        # Only who is alone with a database can take it out of WAL.
        with _opened(path) as target:
            target.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        raise errors.DatabaseBusy from error
    except sqlite3.DatabaseError:
        for broken in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
            broken.unlink(missing_ok=True)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, timeout=1)) as connection:
        yield connection
