"""Bears processes of the bot: what they import is imported once, what they do is done by each.

A child is a process of its own with the real application in it, and is killed for real; only the
second in which Python reads its libraries is saved. Orders come as JSON lines on standard input,
news ({"born": pid} and {"ended": pid, "code": code}) go as JSON lines to standard output.
"""

from __future__ import annotations

import gc
import json
import os
import selectors
import signal
import sys
import traceback
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn

import psycopg  # noqa: F401 - the dialect of a PostgreSQL address asks for it only then

from tests.crash import serve


def main() -> None:
    """Serves until its input ends; then every child is gone as well."""
    heard, told = os.pipe()
    os.set_blocking(told, False)
    os.set_blocking(heard, False)
    signal.set_wakeup_fd(told)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    # Copies of what never changes are not made in the children.
    gc.collect()
    gc.freeze()
    children: set[int] = set()
    watched = selectors.DefaultSelector()
    watched.register(sys.stdin.fileno(), selectors.EVENT_READ)
    watched.register(heard, selectors.EVENT_READ)
    unread = b""
    while True:
        ready = {key.fd for key, _ in watched.select()}
        if heard in ready:
            os.read(heard, 1024)
            _bury(children)
        if sys.stdin.fileno() in ready:
            more = os.read(sys.stdin.fileno(), 65_536)
            if not more:
                break
            *orders, unread = (unread + more).split(b"\n")
            for order in orders:
                children.add(_bear(json.loads(order)))
    for pid in children:
        os.kill(pid, signal.SIGKILL)


def _bear(order: dict[str, Any]) -> int:
    pid = os.fork()
    if not pid:
        _live(order)
    _tell({"born": pid})
    return pid


def _live(order: dict[str, Any]) -> NoReturn:
    """The life of one child; it never comes back here."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        log = os.open(order["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for wanted, one in ((0, nothing), (1, log), (2, log)):
            os.dup2(one, wanted)
        os.closerange(3, 256)
        os.environ.update(order["environment"])
        lease, unlimited = timedelta(seconds=order["lease"]), order["unlimited"]
        serve.main(Path(order["config"]), lease, order["point"], unlimited=unlimited)
        code = 0
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        sys.stderr.flush()
        os._exit(code)


def _bury(children: set[int]) -> None:
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        children.discard(pid)
        _tell({"ended": pid, "code": os.waitstatus_to_exitcode(status)})


def _tell(news: dict[str, int]) -> None:
    os.write(sys.stdout.fileno(), json.dumps(news).encode() + b"\n")


if __name__ == "__main__":
    main()
