"""One real process of the bot: started, killed, or asked to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import aiohttp

PROJECT = Path(__file__).parents[2]
# As an operator starts it, and the same application with a shorter hold-off and lease.
PATIENT = ("-m", "bot", "serve", "--config")
HURRIED = ("-m", "tests.crash.serve")
READY_SECONDS = 60.0
LOOK_AGAIN = 0.05


class Bot:
    """A process over the settings at `config` and the database at `url`; `log` gets its words."""

    def __init__(self, config: Path, url: str, log: Path, way: tuple[str, ...] = HURRIED) -> None:
        self._config = config
        self._log = log
        self._way = way
        self._port = _free_port()
        self._environment = {
            **os.environ,
            "KAKEHASHI_DATABASE__URL": url,
            "KAKEHASHI_HTTP__PORT": str(self._port),
        }
        self._process: asyncio.subprocess.Process | None = None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Returns when the process exists; it is not ready yet."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *self._way,
                str(self._config),
                cwd=PROJECT,
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def is_ready(self, session: aiohttp.ClientSession) -> None:
        """Returns once it is connected on both sides; AssertionError with its words otherwise."""
        address = f"http://127.0.0.1:{self._port}/readyz"
        try:
            async with asyncio.timeout(READY_SECONDS):
                while not await _answers(session, address):
                    assert self.is_running, f"the bot ended by itself:\n{self.last_words()}"
                    await asyncio.sleep(LOOK_AGAIN)
        except TimeoutError:
            raise AssertionError(f"never ready:\n{self.last_words()}") from None

    def strike(self) -> None:
        """SIGKILL, this instant; safe on a process that is gone."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)

    async def kill(self) -> None:
        """SIGKILL; returns when the process is gone."""
        self.strike()
        if self._process is not None:
            await self._process.wait()

    async def stop(self, seconds: float) -> int:
        """SIGTERM; its exit code. TimeoutError when it has not gone after that many seconds."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(seconds):
            return await self._process.wait()

    def last_words(self) -> str:
        """The end of its log."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-4_000:]


async def _answers(session: aiohttp.ClientSession, address: str) -> bool:
    try:
        async with session.get(address) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
