"""A picture of a local page, taken with a headless Chromium found on this machine."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from integrations.slack.local.install import outside_environment
from integrations.slack.local.process import run

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_SECONDS = 60.0
_SETTLING_MILLISECONDS = 4000

_QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-breakpad",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
    # Only this machine may be asked for anything.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


class NoPicture(Exception):
    """The picture could not be taken; `reason` says why, for an operator."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def browser() -> str | None:
    """The path of a Chromium; None when this machine has none."""
    return next((found for name in _BROWSERS if (found := shutil.which(name))), None)


async def take_picture(url: str, target: Path, width: int = 1600, height: int = 900) -> None:
    """Write what a person would see at `url` (on 127.0.0.1) to `target`, a PNG, in pixels.

    Raises NoPicture, within a minute at the latest, and ValueError for an address elsewhere.
    """
    if urlsplit(url).hostname != "127.0.0.1":
        raise ValueError(f"not on this machine: {url}")
    program = browser()
    if program is None:
        raise NoPicture(f"none of {', '.join(_BROWSERS)} is installed")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        fresh = Path(name)
        taken = fresh / "picture.png"
        words = await _shoot([program, *_options(fresh, taken, width, height), url], fresh)
        _keep(taken, target, words)


def _options(fresh: Path, taken: Path, width: int, height: int) -> list[str]:
    return [
        *_QUIET,
        f"--user-data-dir={fresh / 'profile'}",
        f"--window-size={width},{height}",
        f"--virtual-time-budget={_SETTLING_MILLISECONDS}",
        f"--screenshot={taken}",
    ]


def _keep(taken: Path, target: Path, words: str) -> None:
    if not taken.exists():
        raise NoPicture(f"the browser wrote no picture: {words}")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(taken, target)


async def _shoot(command: list[str], folder: Path) -> str:
    try:
        done = await run(
            command,
            folder=folder,
            log=folder / "browser.log",
            environment=outside_environment(),
            seconds=_SECONDS,
        )
    except TimeoutError:
        raise NoPicture(f"the browser did not finish in {_SECONDS:.0f} s") from None
    except OSError as error:
        raise NoPicture(f"the browser cannot be run: {error.strerror}") from error
    return done.last_words()
