"""Programs started here end here: each has a session of its own and never outlives its owner."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import signal
import subprocess  # nosec B404
from collections.abc import Mapping, Sequence
from pathlib import Path

PAUSE = 0.02
"""Seconds between two looks at a process."""

GRACE = 5.0
"""Seconds a process is given to end by itself after SIGTERM."""


class OwnProcess:
    """One running program, its output appended to a log; ended by its id, at exit at the latest."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        folder: Path,
        log: Path,
        environment: Mapping[str, str],
    ) -> None:
        """Start `command` in `folder`; OSError when the program cannot be run."""
        with log.open("ab") as output:
            self._popen = subprocess.Popen(  # noqa: S603 - words of ours  # nosec B603
                [str(word) for word in command],
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.log = log
        atexit.register(self._kill)

    @property
    def pid(self) -> int:
        """Its process id, which is also the id of its session."""
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs."""
        return self._popen.poll()

    async def wait(self, seconds: float) -> int:
        """Its exit code; TimeoutError when it still runs after `seconds`."""
        async with asyncio.timeout(seconds):
            while True:
                if (code := self.exit_code) is not None:
                    return code
                await asyncio.sleep(PAUSE)

    async def end(self) -> None:
        """Ask it to end, then insist; also when the caller is cancelled meanwhile."""
        try:
            self._signal(signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                await self.wait(GRACE)
        finally:
            self._kill()
            atexit.unregister(self._kill)

    def last_words(self, lines: int = 5) -> str:
        """The end of its log, on one line."""
        text = self.log.read_text(encoding="utf-8", errors="replace")
        return " | ".join(line.strip() for line in text.splitlines()[-lines:] if line.strip())

    def _kill(self) -> None:
        if self.exit_code is None:
            self._signal(signal.SIGKILL)
            self._popen.wait()

    def _signal(self, number: signal.Signals) -> None:
        # Only while the leader is not reaped: afterwards its id may belong to somebody else.
        if self.exit_code is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)


async def run(
    command: Sequence[str | Path],
    *,
    folder: Path,
    log: Path,
    environment: Mapping[str, str],
    seconds: float,
) -> OwnProcess:
    """Run `command` to its end; the finished process.

    TimeoutError after `seconds` and OSError when it cannot be run; nothing is left running.
    """
    process = OwnProcess(command, folder=folder, log=log, environment=environment)
    try:
        await process.wait(seconds)
    finally:
        await process.end()
    return process
