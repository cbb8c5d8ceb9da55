"""Brings a database to the newest schema, whatever version it is at."""

from __future__ import annotations

from importlib import resources

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.domain.agencies import SEED
from bot.storage.database import Database
from bot.storage.unit_of_work import UnitOfWork

# SQLite's IMMEDIATE transactions give one writer at a time already.
UPGRADE_LOCK = text("SELECT pg_advisory_xact_lock(7257124)")


def upgrade(database: Database) -> None:
    """Applies what is missing, in one transaction, and adds agencies the roster lacks.

    Replicas that start together do so one after the other.
    """

    def run(connection: Connection) -> None:
        if not database.is_sqlite:
            connection.execute(UPGRADE_LOCK)
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    def add_agencies(uow: UnitOfWork) -> None:
        if not database.is_sqlite:
            uow.connection.execute(UPGRADE_LOCK)
        uow.agencies.add_missing(SEED)

    database.transact(lambda uow: run(uow.connection))
    database.transact(add_agencies)


def is_current(database: Database) -> bool:
    """Whether the database is at the newest schema."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    return database.transact(
        lambda uow: MigrationContext.configure(uow.connection).get_current_revision() == head
    )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files("migrations")))
    return config
