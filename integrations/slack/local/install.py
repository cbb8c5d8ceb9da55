"""Getting the third-party server and its loopback shim onto this machine, once per folder."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
import platform
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path

from integrations.slack.local.process import run

VERSION = "0.1.8"
"""The version of local-slack that this project is tried with."""

_NPM_SECONDS = 300.0
_COMPILER_SECONDS = 60.0
_LOCK_SECONDS = 330.0
_LOCK_PAUSE = 0.1


class LocalWorkspacesUnavailable(Exception):
    """The local workspaces cannot be used here; `reason` says why, for an operator."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


async def install(folder: Path) -> tuple[Path, Path]:
    """Have the server and the shim in `folder`: the paths of both; at once when already there.

    Callers at the same time, in this or another process, wait for each other.
    Raises LocalWorkspacesUnavailable.
    """
    _check_platform()
    async with _only_one(_made(folder) / "install.lock"):
        for name in ("tokyo", "canberra"):
            place(folder, f"{name}.yaml")
        return await _server(folder), await _shim(folder)


def place(folder: Path, name: str) -> Path:
    """Copy a file shipped with this package into `folder`; its path there."""
    shipped = (resources.files(__package__) / name).read_bytes()
    target = folder / name
    if not target.exists() or target.read_bytes() != shipped:
        target.write_bytes(shipped)
    return target


def npm_package() -> str:
    """The package that carries the server for this machine."""
    if sys.platform == "linux" and platform.machine() in {"x86_64", "AMD64"}:
        return "local-slack-linux-x64"
    return "local-slack"


def outside_environment() -> dict[str, str]:
    """What another program may know of our environment: not our own settings and secrets."""
    return {name: value for name, value in os.environ.items() if not name.startswith("KAKEHASHI")}


def _check_platform() -> None:
    if sys.platform != "linux":
        raise LocalWorkspacesUnavailable(
            f"{sys.platform}: only on Linux can the server be kept to loopback and checked"
        )


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LocalWorkspacesUnavailable(f"{folder}: {error.strerror}") from error
    return folder


def _program(*names: str) -> str:
    for name in names:
        if found := shutil.which(name):
            return found
    raise LocalWorkspacesUnavailable(f"{' or '.join(names)} is not installed")


async def _server(folder: Path) -> Path:
    package = npm_package()
    binary = folder / "node_modules" / package / "bin" / "local-slack"
    if package == "local-slack":
        binary = folder / "node_modules" / ".bin" / "local-slack"
    # npm leaves a half-made tree when it is interrupted: only the mark says that it finished.
    mark = folder / f"installed-{package}-{VERSION}"
    if not (mark.exists() and os.access(binary, os.X_OK)):
        await _npm_install(folder, f"{package}@{VERSION}")
        if not os.access(binary, os.X_OK):
            raise LocalWorkspacesUnavailable(f"{package} {VERSION} came without its program")
        mark.touch()
    return binary


async def _npm_install(folder: Path, package: str) -> None:
    npm = _program("npm")
    (folder / "package.json").write_text('{"private": true}\n', encoding="utf-8")
    options = ["--no-audit", "--no-fund", "--no-update-notifier", "--no-package-lock"]
    options.append("--ignore-scripts")
    await _run_or_refuse(
        [npm, "install", *options, package], folder, "npm-install.log", _NPM_SECONDS
    )


async def _shim(folder: Path) -> Path:
    source = place(folder, "bind_loopback.c")
    digest = hashlib.sha256(source.read_bytes()).hexdigest()[:12]
    shim = folder / f"bind_loopback-{digest}.so"
    if not shim.exists():
        half_made = shim.with_suffix(".part")
        compiler = _program("cc", "gcc")
        command = [compiler, "-shared", "-fPIC", "-O2", "-o", str(half_made), str(source), "-ldl"]
        await _run_or_refuse(command, folder, "compile.log", _COMPILER_SECONDS)
        half_made.replace(shim)
    return shim


async def _run_or_refuse(command: list[str], folder: Path, log: str, seconds: float) -> None:
    what = Path(command[0]).name
    try:
        done = await run(
            command,
            folder=folder,
            log=folder / log,
            environment=outside_environment(),
            seconds=seconds,
        )
    except TimeoutError:
        raise LocalWorkspacesUnavailable(f"{what} did not finish in {seconds:.0f} s") from None
    except OSError as error:
        raise LocalWorkspacesUnavailable(f"{what} cannot be run: {error.strerror}") from error
    if done.exit_code != 0:
        raise LocalWorkspacesUnavailable(f"{what} failed: {done.last_words()}")


@asynccontextmanager
async def _only_one(lock: Path) -> AsyncIterator[None]:
    """Hold a lock that the kernel gives back when its holder dies."""
    with lock.open("ab") as handle:
        try:
            async with asyncio.timeout(_LOCK_SECONDS):
                await _lock(handle.fileno())
        except TimeoutError:
            raise LocalWorkspacesUnavailable("another installation holds the lock") from None
        yield


async def _lock(descriptor: int) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            await asyncio.sleep(_LOCK_PAUSE)
        else:
            return
