"""Tokyo and Canberra on this machine: started, proved to be on loopback only, and ended with us.

The server is local-slack, third-party software with no flag against listening on every interface.
It is started with a preloaded shim, and the kernel's socket tables are read before anyone is told
its address: a server that is not on loopback alone is ended at once.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import aiohttp

from integrations.slack.local.install import LocalWorkspacesUnavailable, install
from integrations.slack.local.process import PAUSE, OwnProcess
from integrations.slack.local.sockets import Listener, listeners_of

__all__ = ["LocalWorkspaces", "LocalWorkspacesUnavailable"]

_START_SECONDS = 30.0
_KNOWN_TO_SERVERS = ("HOME", "LANG", "PATH", "TMPDIR", "TZ")


class LocalWorkspaces:
    """Both workspaces, running between `start` and `stop` or inside `async with`.

    `folder` keeps the installed server and the logs between runs. Port 0 lets the kernel choose.
    """

    def __init__(self, folder: Path, tokyo_port: int = 0, canberra_port: int = 0) -> None:
        self._folder = folder.absolute()
        self._ports = {"tokyo": tokyo_port, "canberra": canberra_port}
        self._running = AsyncExitStack()
        self.urls: dict[str, str] = {}
        self.pids: dict[str, int] = {}

    async def start(self) -> None:
        """Install when needed, start both, and prove where they listen; then `urls` is filled.

        Raises LocalWorkspacesUnavailable and leaves nothing running when any of it cannot be done;
        the same when cancelled. Does nothing when both run already.
        """
        if self.urls:
            return
        server, shim = await install(self._folder)
        urls, pids = {}, {}
        async with AsyncExitStack() as started:
            for name, port in self._ports.items():
                process = self._start_one(name, port, server, shim)
                started.push_async_callback(process.end)
                pids[name] = process.pid
                urls[name] = await _address_of(name, port, process)
            self._running = started.pop_all()
        self.urls, self.pids = urls, pids

    async def stop(self) -> None:
        """End both servers; nothing to do when they never started."""
        self.urls, self.pids = {}, {}
        await self._running.aclose()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    def _start_one(self, name: str, port: int, server: Path, shim: Path) -> OwnProcess:
        # A path in LD_PRELOAD may hold neither space nor colon: name the shim relative to here.
        environment = {key: os.environ[key] for key in _KNOWN_TO_SERVERS if key in os.environ}
        environment["LD_PRELOAD"] = f"./{shim.name}"
        config = self._folder / f"{name}.yaml"
        options = ("--config", config, "--port", str(port), "--base-host", "127.0.0.1")
        try:
            return OwnProcess(
                [server, *options],
                folder=self._folder,
                log=self._folder / f"{name}.log",
                environment=environment,
            )
        except OSError as error:
            raise LocalWorkspacesUnavailable(f"{name} cannot run: {error.strerror}") from error


async def _address_of(name: str, port: int, process: OwnProcess) -> str:
    try:
        async with asyncio.timeout(_START_SECONDS):
            listeners = await _listening(name, process)
            url = f"http://127.0.0.1:{_loopback_port(name, port, listeners)}"
            await _answering(name, url, process)
            _loopback_port(name, port, listeners_of(process.pid))
    except TimeoutError:
        raise LocalWorkspacesUnavailable(
            f"{name} did not answer in {_START_SECONDS:.0f} s: {process.last_words()}"
        ) from None
    return url


async def _listening(name: str, process: OwnProcess) -> list[Listener]:
    while not (listeners := listeners_of(process.pid)):
        _must_run(name, process)
        await asyncio.sleep(PAUSE)
    return listeners


async def _answering(name: str, url: str, process: OwnProcess) -> None:
    async with aiohttp.ClientSession() as session:
        while not await _has_state(session, url):
            _must_run(name, process)
            await asyncio.sleep(PAUSE)


async def _has_state(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(f"{url}/_control/state") as answer:
            return answer.ok
    except aiohttp.ClientError:
        return False


def _loopback_port(name: str, wanted: int, listeners: list[Listener]) -> int:
    outside = [listener for listener in listeners if not listener.is_loopback]
    if outside:
        raise LocalWorkspacesUnavailable(
            f"{name} listens on {outside[0].address}, not on loopback alone: ended"
        )
    ports = {listener.port for listener in listeners}
    if len(ports) != 1 or (wanted and ports != {wanted}):
        raise LocalWorkspacesUnavailable(f"{name} listens on unexpected ports: {sorted(ports)}")
    return ports.pop()


def _must_run(name: str, process: OwnProcess) -> None:
    if process.exit_code is not None:
        raise LocalWorkspacesUnavailable(f"{name} ended at once: {process.last_words()}")
