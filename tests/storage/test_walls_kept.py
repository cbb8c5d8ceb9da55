"""Walls are kept by whoever operates the bot: an ordinary role, and backups that know of them."""

from __future__ import annotations

import os
import subprocess
import uuid
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import make_url, text

from bot.domain.officials import Government
from bot.setup import run_check
from bot.storage.schema import upgrade
from bot.storage.unit_of_work import UnitOfWork
from bot.texts.catalog import Language, load
from tests.cast import assemble
from tests.storage.databases import empty_url, fresh_url, opened
from tests.storage.postgres import HOST, OWNER, SUPERUSER, server
from tests.test_setup import interview

pytestmark = pytest.mark.postgres
CATALOG = load()
DEPLOY = Path(__file__).parents[2] / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))


@pytest.mark.parametrize("language", Language)
def test_check_warns_of_a_role_that_walls_do_not_bind(language: Language, tmp_path: Path) -> None:
    with fresh_url("postgresql", tmp_path) as url:
        superuser = server().superuser_url(url.rpartition("/")[2])
        warning = CATALOG.say(language, "setup.check.database_superuser")
        for address, is_warned in ((url, False), (superuser, True)):
            file, lines = tmp_path / "kakehashi.toml", list[str]()
            interview(file, force=True, database_url=[address])
            assert run_check(file, language, lines.append, {}) == 0
            assert (warning in lines) is is_warned


def test_a_backup_by_the_ordinary_role_is_whole_and_its_walls_stand_again(tmp_path: Path) -> None:
    if not (programs := server().programs):
        pytest.skip("no pg_dump beside the server")
    with fresh_url("postgresql", tmp_path) as url, empty_url("postgresql", tmp_path) as again:
        with opened(url) as database:
            database.transact(_write_in_both_logs)
        dump = tmp_path / "dump"
        # The words of docs/operating.md.
        refused = _ran(programs / "pg_dump", f"--file={dump}", _plain(url))
        assert "row-level security" in refused.stderr
        save = ("--enable-row-security", "--format=custom", f"--file={dump}")
        _run(programs / "pg_dump", *save, _plain(url))
        _run(programs / "pg_restore", "--exit-on-error", f"--dbname={_plain(again)}", dump)
        with opened(again) as database:
            assert database.transact(_sides_in_the_log) == ["AU", "JP"]

            def behind(uow: UnitOfWork) -> list[str]:
                uow.walls.take(Government.JP)
                return _sides_in_the_log(uow)

            assert database.transact(behind) == ["JP"]


def test_the_role_of_the_compose_file_is_bound_by_walls(tmp_path: Path) -> None:
    if not (programs := server().programs):
        pytest.skip("no psql beside the server")
    service = COMPOSE["services"]["postgres"]
    assert service["environment"]["BOT_USER"] != service["environment"]["POSTGRES_USER"]
    assert "./postgres-role.sh:/docker-entrypoint-initdb.d/role.sh:ro" in service["volumes"]
    role, secret = f"bot{uuid.uuid4().hex}", tmp_path / "secret"
    secret.write_text("it's-fake\n")
    _run(
        DEPLOY / "postgres-role.sh",
        PATH=f"{programs}:{os.environ['PATH']}",
        PGHOST=HOST,
        PGPORT=str(server().port),
        POSTGRES_USER=SUPERUSER,
        BOT_USER=role,
        BOT_PASSWORD_FILE=str(secret),
    )
    try:
        with opened(server().url(role).replace(f"{OWNER}@", f"{role}@")) as database:
            upgrade(database)
            assert database.transact(lambda uow: uow.walls.bind_this_role())
    finally:
        server().drop(role)


def _write_in_both_logs(uow: UnitOfWork) -> None:
    assemble(uow)
    for side in Government:
        uow.audit.record(side, "link.test", "LNK-TEST")


def _sides_in_the_log(uow: UnitOfWork) -> list[str]:
    found = uow.connection.execute(text("SELECT DISTINCT government FROM audit_events"))
    return sorted(found.scalars())


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string()


def _run(program: Path, *words: object, **variables: str) -> None:
    done = _ran(program, *words, **variables)
    assert done.returncode == 0, done.stderr


def _ran(program: Path, *words: object, **variables: str) -> subprocess.CompletedProcess[str]:
    line, surroundings = [str(one) for one in (program, *words)], {**os.environ, **variables}
    return subprocess.run(line, check=False, capture_output=True, text=True, env=surroundings)
