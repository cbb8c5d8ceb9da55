"""An upgrade that dies at any statement leaves a database from which the next upgrade goes on."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, text

from bot.domain.agencies import SEED
from bot.storage.schema import is_current, upgrade
from bot.storage.unit_of_work import UnitOfWork
from tests.storage.databases import KINDS, copied_url, empty_url, opened

pytestmark = pytest.mark.timeout(900)
ROOT = Path(__file__).parents[2]
# What a database says of its own make-up.
CATALOGUE = {
    "sqlite": ("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name",),
    "postgresql": (
        "SELECT table_name, column_name, data_type, is_nullable, column_default,"
        " character_maximum_length, numeric_precision, numeric_scale"
        " FROM information_schema.columns WHERE table_schema = 'public'"
        " ORDER BY table_name, column_name",
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexdef",
        "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2",
        "SELECT pg_get_functiondef(oid) FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace ORDER BY 1",
        "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1",
    ),
}
# At how many statements of each way up it dies; a release tries every one.
TRIED = {"sqlite": 8, "postgresql": 3}


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files("migrations")))
    config.attributes["connection"] = connection
    return config


def _earlier() -> list[str]:
    """Every schema there has been before the newest, and nothing at all."""
    scripts = ScriptDirectory.from_config(_config())
    older = [one.revision for one in scripts.walk_revisions()][1:]
    return ["base", *reversed(older)]


def _put_at(url: str, revision: str) -> None:
    def put(uow: UnitOfWork) -> None:
        if revision != "base":
            command.upgrade(_config(uow.connection), revision)

    with opened(url) as database:
        database.transact(put)


def _counted(url: str) -> int:
    """How many statements an upgrade to the newest schema takes."""
    counted = 0

    def count(*_about: Any) -> None:
        nonlocal counted
        counted += 1

    with opened(url) as database:
        event.listen(database.engine, "before_cursor_execute", count)
        upgrade(database)
    return counted


def _described(url: str) -> tuple[Any, ...]:
    """Tables, indexes and triggers as they are, whether it is the newest schema, the agencies."""

    def look(uow: UnitOfWork) -> tuple[Any, ...]:
        found = [
            uow.connection.execute(text(one)).all()
            for one in CATALOGUE[uow.connection.dialect.name]
        ]
        return found, {one.code for one in SEED} <= {one.code for one in uow.agencies.all()}

    with opened(url) as database:
        return database.transact(look), is_current(database)


@pytest.fixture(scope="module")
def dying() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.storage.dying_upgrade"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("revision", _earlier())
def test_an_upgrade_killed_at_any_statement_is_made_good_by_the_next(
    kind: str, revision: str, tmp_path: Path, dying: subprocess.Popen[str]
) -> None:
    with ExitStack() as made:
        earlier = made.enter_context(empty_url(kind, tmp_path))
        _put_at(earlier, revision)

        def before() -> str:
            return made.enter_context(copied_url(kind, tmp_path, earlier))

        whole = before()
        statements = range(1, _counted(whole) + 1)
        wanted = _described(whole)
        tried = len(statements) if os.environ.get("SOAK") else min(TRIED[kind], len(statements))
        for number in random.Random(revision).sample(statements, tried):
            url = before()
            assert dying.stdin is not None
            assert dying.stdout is not None
            dying.stdin.write(f"{url} {number}\n")
            dying.stdin.flush()
            assert dying.stdout.readline() == "done\n"
            with opened(url) as database:
                upgrade(database)
            assert _described(url) == wanted
