"""One real process of the bot: started, killed, or asked to stop."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections import deque
from contextlib import suppress
from enum import Enum
from pathlib import Path

import aiohttp

from tests.ports import free_port

PROJECT = Path(__file__).parents[2]
READY_SECONDS = 60.0
LOOK_AGAIN = 0.05


class Way(Enum):
    """How a bot is started."""

    PATIENT = "as an operator starts it"
    OVER_HTTP = "the same, in HTTP mode: Slack's requests come to it"
    HURRIED = "by the nursery: the same application with a shorter hold-off and lease"


class Nursery:
    """Where hurried bots are born, see `tests.crash.nursery`; started when it is first needed."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        # Two who ask for the first birth at once must not open two of these.
        self._opening = asyncio.Lock()
        self._births: deque[asyncio.Future[int]] = deque()
        self._ends: dict[int, asyncio.Future[int]] = {}

    async def bear(self, order: dict[str, object]) -> tuple[int, asyncio.Future[int]]:
        """A new process: its number, and its exit code once it has ended."""
        async with self._opening:
            if self._process is None:
                await self._open()
        assert self._process is not None
        assert self._process.stdin is not None
        birth: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._births.append(birth)
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        pid = await birth
        return pid, self._ends[pid]

    async def close(self) -> None:
        """Whoever was born there is gone afterwards."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            await self._process.wait()
        if self._reading is not None:
            await self._reading

    async def _open(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.crash.nursery"),
            cwd=PROJECT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        self._reading = asyncio.create_task(self._read(self._process))

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            news = json.loads(line)
            if "born" in news:
                self._ends[news["born"]] = asyncio.get_running_loop().create_future()
                self._births.popleft().set_result(news["born"])
            else:
                self._ends.pop(news["ended"]).set_result(news["code"])
        for one in (*self._births, *self._ends.values()):
            one.cancel()


class Bot:
    """A process over the settings at `config` and the database at `url`; `log` gets its words.

    Hurried, its lease is so many seconds, and `point` is where it ends itself (`bot.failpoints`);
    `unlimited`, it keeps no budget of calls.
    """

    def __init__(
        self,
        config: Path,
        url: str,
        log: Path,
        nursery: Nursery,
        way: Way,
        lease: float,
        point: str,
        *,
        unlimited: bool = False,
    ) -> None:
        self._config = config
        self._log = log
        self._way = way
        self._lease = lease
        self._point = point
        self._unlimited = unlimited
        self._nursery = nursery
        self._port = free_port()
        self.address = f"http://127.0.0.1:{self._port}"
        self._environment = {
            "KAKEHASHI_DATABASE__URL": url,
            "KAKEHASHI_HTTP__PORT": str(self._port),
        }
        self._pid = 0
        self._ended: asyncio.Future[int] | None = None

    @property
    def is_running(self) -> bool:
        return self._ended is not None and not self._ended.done()

    async def start(self) -> None:
        """Returns when the process exists; it is not ready yet."""
        if self._way is Way.HURRIED:
            order = {
                "config": str(self._config),
                "log": str(self._log),
                "environment": self._environment,
                "lease": self._lease,
                "point": self._point,
                "unlimited": self._unlimited,
            }
            self._pid, self._ended = await self._nursery.bear(order)
            return
        with self._log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "serve", "--config", str(self._config)),
                cwd=PROJECT,
                env={**os.environ, **self._environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._pid, self._ended = process.pid, asyncio.ensure_future(process.wait())

    async def is_ready(self, session: aiohttp.ClientSession) -> None:
        """Returns once it is connected on both sides; AssertionError with its words otherwise."""
        address = f"{self.address}/readyz"
        try:
            async with asyncio.timeout(READY_SECONDS):
                while not await _answers(session, address):
                    assert self.is_running, f"the bot ended by itself:\n{self.last_words()}"
                    await asyncio.sleep(LOOK_AGAIN)
        except TimeoutError:
            raise AssertionError(f"never ready:\n{self.last_words()}") from None

    def strike(self) -> None:
        """SIGKILL, this instant; safe on a process that is gone."""
        self._send(signal.SIGKILL)

    async def kill(self) -> None:
        """SIGKILL; returns when the process is gone."""
        self.strike()
        if self._ended is not None:
            await asyncio.wait((self._ended,))

    async def stop(self, seconds: float) -> int:
        """SIGTERM; its exit code. TimeoutError when it has not gone after that many seconds."""
        self._send(signal.SIGTERM)
        return await self.ends(seconds)

    async def ends(self, seconds: float) -> int:
        """Its exit code, minus the signal that ended it; TimeoutError when it still lives then."""
        assert self._ended is not None
        async with asyncio.timeout(seconds):
            return await asyncio.shield(self._ended)

    def last_words(self) -> str:
        """The end of its log."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-4_000:]

    def _send(self, what: signal.Signals) -> None:
        if self.is_running:
            with suppress(ProcessLookupError):
                os.kill(self._pid, what)


async def _answers(session: aiohttp.ClientSession, address: str) -> bool:
    try:
        async with session.get(address) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False
