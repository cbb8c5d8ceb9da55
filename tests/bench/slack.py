"""Slack for the measurements: strict stand-ins, unpaced, in a process of their own.

The other process is told what to do over a pipe and reports every post at the moment it takes it.
Times are seconds of the system's clock, which both processes share.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from integrations.slack.stand_in import CANBERRA, TOKYO, ChannelSpec, StandIn, WorkspaceSpec

LINKS = 60
OFFICIAL = "U01SATO"
COMMAND_CHANNEL = "C01ADV"
CONTENDERS = ("bare", "ours")
STOP = None


def source_channel(link: int) -> str:
    """The channel in Tokyo where a message of that link is posted."""
    return f"C7SRC{link:03d}"


def destination_channel(link: int) -> str:
    """The channel in Canberra where it has to appear."""
    return f"C7DST{link:03d}"


@dataclass(frozen=True)
class Addresses:
    """Where one contender finds its two workspaces."""

    tokyo: str
    canberra: str


class Slack:
    """The parent's end: four workspaces, two for each contender."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._arrivals: dict[tuple[str, str], asyncio.Future[float]] = {}
        self.addresses: dict[str, Addresses] = {}

    async def start(self) -> None:
        """Returns once every workspace listens."""
        self._process.start()
        asyncio.get_running_loop().add_reader(self._pipe.fileno(), self._hear)
        self.addresses = await self._answer

    async def stop(self) -> None:
        asyncio.get_running_loop().remove_reader(self._pipe.fileno())
        self._pipe.send(STOP)
        await asyncio.to_thread(self._process.join)
        self._pipe.close()

    async def move(self, seconds: float) -> None:
        """Puts every workspace that far away: each call reaches it after so many seconds."""
        await self._order("move", seconds)

    async def commands(self, contender: str, texts: list[str], at_once: int) -> list[float]:
        """Has slash commands typed, `at_once` at a time; seconds until each was acknowledged."""
        taken: list[float] = await self._order("type", contender, texts, at_once)
        return taken

    def arrival(self, contender: str, channel: str) -> asyncio.Future[float]:
        """When the next post is taken in that channel of Canberra."""
        waiting: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._arrivals[(contender, channel)] = waiting
        return waiting

    async def _order(self, *order: Any) -> Any:
        self._answer = asyncio.get_running_loop().create_future()
        self._pipe.send(order)
        return await self._answer

    def _hear(self) -> None:
        try:
            kind, said = self._pipe.recv()
        except EOFError:
            asyncio.get_running_loop().remove_reader(self._pipe.fileno())
            for waiting in (*self._arrivals.values(), self._answer):
                waiting.cancel()
            return
        if kind == "answer":
            self._answer.set_result(said)
            return
        contender, channel, at = said
        if (contender, channel) in self._arrivals:
            self._arrivals.pop((contender, channel)).set_result(at)


def _serve(pipe: Connection) -> None:
    asyncio.run(_Workspaces(pipe).run())


class _Workspaces:
    """The other process: serves until told to stop."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._orders: asyncio.Queue[Any] = asyncio.Queue()
        self._tokyo = {one: _Distant(_with_links(TOKYO), pace=False) for one in CONTENDERS}
        self._canberra = {one: _Distant(_with_links(CANBERRA), pace=False) for one in CONTENDERS}

    async def run(self) -> None:
        asyncio.get_running_loop().add_reader(
            self._pipe.fileno(), lambda: self._orders.put_nowait(self._pipe.recv())
        )
        everywhere = [*self._tokyo.values(), *self._canberra.values()]
        for one in everywhere:
            await one.start()
        for contender, canberra in self._canberra.items():
            self._report_posts(contender, canberra)
        self._pipe.send(("answer", {one: self._addresses(one) for one in CONTENDERS}))
        doing: dict[str, Callable[..., Awaitable[Any]]] = {"type": self._type, "move": self._move}
        while (order := await self._orders.get()) is not STOP:
            self._pipe.send(("answer", await doing[order[0]](*order[1:])))
        asyncio.get_running_loop().remove_reader(self._pipe.fileno())
        for one in everywhere:
            await one.stop()

    def _addresses(self, contender: str) -> Addresses:
        return Addresses(self._tokyo[contender].api_url, self._canberra[contender].api_url)

    def _report_posts(self, contender: str, canberra: StandIn) -> None:
        def notice(news: dict[str, Any]) -> None:
            if news["t"] == "message":
                place = news["message"]["channel"]
                self._pipe.send(("post", (contender, place, time.time())))

        canberra.state.notify = notice

    async def _move(self, seconds: float) -> None:
        for one in (*self._tokyo.values(), *self._canberra.values()):
            one.distance = seconds

    async def _type(self, contender: str, texts: list[str], at_once: int) -> list[float]:
        people = self._tokyo[contender].people

        async def type_each(mine: Iterable[str]) -> list[float]:
            taken = []
            for text in mine:
                began = time.perf_counter()
                answer = await people.command(COMMAND_CHANNEL, OFFICIAL, "/kakehashi", text)
                taken.append(time.perf_counter() - began)
                if not answer["ok"]:
                    raise RuntimeError(f"{contender}: {answer}")
            return taken

        hands = [type_each(texts[start::at_once]) for start in range(at_once)]
        return [seconds for one in await asyncio.gather(*hands) for seconds in one]


class _Distant(StandIn):
    """A workspace some way off: what is called reaches it after `distance` seconds."""

    distance = 0.0

    def _application(self) -> web.Application:
        application = super()._application()
        application.middlewares.append(self._travel)
        return application

    @web.middleware
    async def _travel(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self.distance:
            await asyncio.sleep(self.distance)
        return await handler(request)


def _with_links(spec: WorkspaceSpec) -> WorkspaceSpec:
    """The workspace with a channel for every link, its app and first official in each."""
    name = source_channel if spec is TOKYO else destination_channel
    members = (spec.users[0].id, spec.apps[0].bot_user_id)
    more = tuple(ChannelSpec(name(n), name(n).lower(), members) for n in range(LINKS))
    return replace(spec, channels=(*spec.channels, *more))
