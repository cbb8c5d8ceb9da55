"""Upgrades a database and dies at the n-th statement: `python -m tests.storage.dying_upgrade`.

Orders are lines `URL N` on standard input; each is carried out by a child of its own, killed by
SIGKILL at that statement. One line `done` is said for each.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import psycopg  # noqa: F401 - imported once, not in each child
from sqlalchemy import event

from bot.storage.database import Database
from bot.storage.schema import upgrade


def main() -> None:
    """Ends with its input."""
    for line in sys.stdin:
        url, number = line.split()
        pid = os.fork()
        if not pid:
            _die_at(url, int(number))
        os.waitpid(pid, 0)
        print("done", flush=True)


def _die_at(url: str, number: int) -> None:
    left = number
    database = Database(url)

    def count(*_about: Any) -> None:
        nonlocal left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(database.engine, "before_cursor_execute", count)
    upgrade(database)
    os._exit(0)


if __name__ == "__main__":
    main()
