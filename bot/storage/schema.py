"""Brings a database to the newest schema, whatever version it is at."""

from __future__ import annotations

from importlib import resources

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.domain.agencies import SEED
from bot.storage.database import Database


def upgrade(database: Database) -> None:
    """Applies what is missing, in one transaction, and adds agencies the roster lacks."""

    def run(connection: Connection) -> None:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    database.transact(lambda uow: run(uow.connection))
    database.transact(lambda uow: uow.agencies.add_missing(SEED))


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
