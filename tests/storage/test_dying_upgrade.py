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
from sqlalchemy import Connection, MetaData, event

from bot.domain.agencies import SEED
from bot.storage.schema import is_current, upgrade
from tests.storage.databases import KINDS, empty_url, opened

pytestmark = pytest.mark.timeout(900)
ROOT = Path(__file__).parents[2]
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
    with opened(url) as database:
        if revision != "base":
            database.transact(lambda uow: command.upgrade(_config(uow.connection), revision))


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
    """The tables as they are, whether it is the newest schema, and the agencies in it."""
    with opened(url) as database:
        found = MetaData()
        found.reflect(database.engine)
        tables = {
            table.name: sorted(f"{one.name} {one.type!r} {one.nullable}" for one in table.columns)
            for table in found.tables.values()
        }
        known = database.transact(lambda uow: {one.code for one in uow.agencies.all()})
        return tables, is_current(database), {one.code for one in SEED} <= known


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

        def before() -> str:
            url = made.enter_context(empty_url(kind, tmp_path))
            _put_at(url, revision)
            return url

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
