"""The demonstration: two workspaces, the bot between them, and the main job told in the terminal.

The workspaces are third-party ones with a page that people can use, or, where those cannot be had,
our own strict stand-in. Everything listens on loopback, remembers in a temporary folder, and is
gone when the demonstration ends.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot.app import build
from bot.narrator import Narrator
from bot.settings import load_settings
from bot.story import SATO, WALSH, NotSo, Story, sides_of
from bot.texts.catalog import Language, load
from integrations.slack.driver import ControlRefused, NothingToPress, Workspace
from integrations.slack.local.picture import NoPicture, take_picture
from integrations.slack.local.side_by_side import serve_page
from integrations.slack.local.workspaces import LocalWorkspaces, LocalWorkspacesUnavailable
from integrations.slack.stand_in import CANBERRA, TOKYO, StandIn

CACHE = Path(".demo")
READY_SECONDS = 60.0
PICTURE_SIZE = (882, 900)
DONE, FAILED, INTERRUPTED = 0, 1, 130

# All that can go wrong while people's hands are driven and what they see is read.
TROUBLE = (NotSo, TimeoutError, ControlRefused, NothingToPress, aiohttp.ClientError)

SIDES = (
    {
        "name": "tokyo",
        "government": "JP",
        "team_id": "T0TOKYO",
        "user_id": SATO,
        "agency": "MOFA",
    },
    {
        "name": "canberra",
        "government": "AU",
        "team_id": "T0CANB",
        "user_id": WALSH,
        "agency": "DFAT",
    },
)
HEAD = """\
[database]
url = "sqlite:///{database}"
[http]
port = {port}
"""
WORKSPACE = """\
[[workspaces]]
name = "{name}"
government = "{government}"
team_id = "{team_id}"
mode = "socket"
bot_token = "xoxb-{name}"
app_token = "xapp-{name}"
api_url = "{url}/api/"
[[admins]]
workspace = "{name}"
user_id = "{user_id}"
agency = "{agency}"
"""


class NotTold(Exception):
    """The story did not come to its end; why has been told."""


@dataclass(frozen=True)
class Stage:
    """Where the story takes place: both workspaces' addresses, and the page to watch, if any."""

    urls: Mapping[str, str]
    page: str | None


def run_demo(language: Language, *, once: bool, picture: Path | None, stand_in: bool) -> int:
    """Tell the story; 0 when every step happened. Unless `once`, stay until SIGINT or SIGTERM."""
    return asyncio.run(_perform(Narrator(load(), language), once, picture, stand_in))


async def tell(narrator: Narrator, story: Story) -> bool:
    """Tell each step as it happens; False as soon as one does not."""
    steps = story.steps()
    for name, step in steps:
        try:
            proof = await narrator.step(name, step())
        except TROUBLE as trouble:
            narrator.failed(name, _reason(trouble))
            for missed, _ in steps:
                narrator.missed(missed)
            return False
        if proof is not None:
            narrator.show(name, proof)
    return True


@asynccontextmanager
async def bot_on(urls: Mapping[str, str]) -> AsyncIterator[None]:
    """The bot, connected to both workspaces, with a database that is thrown away afterwards.

    Raises TimeoutError when it does not get ready.
    """
    with tempfile.TemporaryDirectory(prefix="kakehashi-", ignore_cleanup_errors=True) as name:
        path = Path(name) / "kakehashi.toml"
        path.write_text(_settings(urls, Path(name)), encoding="utf-8")
        # The operator's own KAKEHASHI_ variables belong to another bot.
        application = build(load_settings(path, {}))
        try:
            await application.start()
            await application.wait_until_ready(READY_SECONDS)
            yield
        finally:
            await application.stop()


async def _perform(narrator: Narrator, once: bool, picture: Path | None, stand_in: bool) -> int:
    stopping = _set_by_signals()
    # What was started is ended out here, where no signal interrupts it any more.
    async with AsyncExitStack() as ending:
        playing = asyncio.create_task(_play(narrator, ending, picture, stand_in))
        result = await _result(narrator, playing, stopping)
        if result == DONE and not once and picture is None:
            await _stay(narrator, playing.result(), stopping)
    if stopping.is_set():
        narrator.say("ending.over", "dim")
    return result


async def _result(
    narrator: Narrator, playing: asyncio.Task[str | None], stopping: asyncio.Event
) -> int:
    """How the play ended, by itself or by a signal."""
    stopped = asyncio.create_task(stopping.wait())
    await asyncio.wait({playing, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not playing.done():
        playing.cancel()
        await asyncio.wait({playing})
    if playing.cancelled():
        narrator.say("ending.interrupted", "yellow")
        return INTERRUPTED
    try:
        playing.result()
    except NotTold:
        narrator.say("ending.failed", "bold red")
        return FAILED
    narrator.say("ending.told", "bold green")
    return DONE


async def _play(
    narrator: Narrator, ending: AsyncExitStack, picture: Path | None, stand_in: bool
) -> str | None:
    """Everything up to the end of the story; the address of the page. Raises NotTold."""
    narrator.say("opening.title", "bold")
    stage = await narrator.step("workspaces", _open(narrator, ending, stand_in))
    if picture is not None and stage.page is None:
        narrator.say("ending.no_page", "bold red")
        raise NotTold
    session = await ending.enter_async_context(aiohttp.ClientSession())
    try:
        await narrator.step("connected", ending.enter_async_context(bot_on(stage.urls)))
    except TimeoutError as trouble:
        narrator.failed("connected", _reason(trouble))
        raise NotTold from trouble
    workspaces = {name: Workspace(url, session) for name, url in stage.urls.items()}
    story = Story(load(), *sides_of(workspaces))
    if not await tell(narrator, story):
        raise NotTold
    if picture is not None and stage.page is not None:
        await _take(narrator, stage.page, story, picture)
    return stage.page


async def _open(narrator: Narrator, ending: AsyncExitStack, stand_in: bool) -> Stage:
    if stand_in:
        narrator.say("opening.asked", "dim")
    else:
        try:
            local = await ending.enter_async_context(LocalWorkspaces(CACHE))
        except LocalWorkspacesUnavailable as refusal:
            narrator.say("opening.unavailable", "yellow", reason=refusal.reason)
        else:
            page = await serve_page(local.urls["tokyo"], local.urls["canberra"])
            ending.push_async_callback(page.close)
            return Stage(local.urls, page.url)
    tokyo = await ending.enter_async_context(StandIn(TOKYO))
    canberra = await ending.enter_async_context(StandIn(CANBERRA))
    return Stage({"tokyo": tokyo.url, "canberra": canberra.url}, None)


async def _take(narrator: Narrator, page: str, story: Story, picture: Path) -> None:
    try:
        await take_picture(f"{page}?focus={story.focus}&close", picture, *PICTURE_SIZE)
    except NoPicture as refusal:
        narrator.say("ending.no_picture", "bold red", reason=refusal.reason)
        raise NotTold from refusal
    narrator.say("ending.picture", file=picture)


async def _stay(narrator: Narrator, page: str | None, stopping: asyncio.Event) -> None:
    if page is None:
        narrator.say("ending.no_page", "yellow")
        return
    narrator.say("ending.page")
    narrator.address(page)
    await stopping.wait()


def _set_by_signals() -> asyncio.Event:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    return stopping


def _settings(urls: Mapping[str, str], folder: Path) -> str:
    head = HEAD.format(database=folder / "kakehashi.db", port=_free_port())
    sides = [WORKSPACE.format(url=urls[side["name"]], **side) for side in SIDES]
    return "".join((head, *sides))


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _reason(trouble: BaseException) -> str:
    return str(trouble) or type(trouble).__name__
