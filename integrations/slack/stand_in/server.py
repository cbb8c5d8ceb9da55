"""The stand-in itself: one Slack workspace on loopback, from start to stop."""

import asyncio
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from aiohttp import web

from integrations.slack.stand_in import files, hooks
from integrations.slack.stand_in.control import Control
from integrations.slack.stand_in.deliveries import Deliveries
from integrations.slack.stand_in.gestures import Gestures
from integrations.slack.stand_in.modals import Modals
from integrations.slack.stand_in.model import WorkspaceSpec
from integrations.slack.stand_in.page import Page
from integrations.slack.stand_in.refusals import Payload
from integrations.slack.stand_in.sockets import Sockets
from integrations.slack.stand_in.state import Workspace
from integrations.slack.stand_in.web_api import WebApi

HOST = "127.0.0.1"
BODY_MOST = 64 << 20


class StandIn:
    """A strict Slack workspace on 127.0.0.1; `port=0` takes a free one and keeps it.

    `pace=False` lifts the rate limits; `clock` gives seconds since the epoch (default: the real
    time). Stopping and starting again keeps the state, as an outage would. Times in seconds.
    """

    def __init__(
        self,
        spec: WorkspaceSpec,
        port: int = 0,
        pace: bool = True,
        clock: Callable[[], float] | None = None,
        *,
        ack_timeout: float = 3.0,
        retry_delays: tuple[float, ...] = (0.0, 60.0, 300.0),
        ping_interval: float = 30.0,
        log_limit: int = 20_000,
    ) -> None:
        self.port = port
        self.state = Workspace(spec, clock or time.time, pace=pace, log_limit=log_limit)
        self.sockets = Sockets(self.state, ping_interval)
        self.deliveries = Deliveries(
            self.state, self.sockets, ack_timeout=ack_timeout, retry_delays=retry_delays
        )
        self.people = Gestures(self.state, self.deliveries)
        self.modals = Modals(self.state, self.deliveries)
        self.control = Control(self.state, self.people, self.modals, self.deliveries, self.sockets)
        self.page = Page(self.state, self.modals, self.control.summary)
        self.state.emit = self.deliveries.emit
        self.state.notify = self.page.notify
        self.faults = self.state.faults
        self.pacing = self.state.pacing
        self._stopping = asyncio.Event()
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`, once started."""
        return self.state.url

    @property
    def api_url(self) -> str:
        """The base address for a Slack client, with its closing slash."""
        return f"{self.url}/api/"

    @property
    def self_caused_429(self) -> int:
        """How often a client was refused for coming too fast (injected 429s not counted)."""
        return self.pacing.self_caused_429

    @property
    def post_times(self) -> dict[str, list[float]]:
        """When posts were accepted, per channel id, in clock seconds."""
        return self.pacing.post_times

    def messages(self, channel: str) -> list[Payload]:
        """All messages of a channel, ephemeral ones too, oldest first."""
        return self.state.channel(channel).messages

    async def start(self) -> None:
        """Listen; returns when connections are accepted."""
        self._stopping.clear()
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.state.url = f"http://{HOST}:{self.port}"

    async def stop(self) -> None:
        """Close every connection and give up what was under way; safe to call twice."""
        self._stopping.set()
        self.page.close()
        await self.sockets.close()
        await self.deliveries.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        await self.stop()

    def _application(self) -> web.Application:
        app = web.Application(client_max_size=BODY_MOST)
        api = WebApi(self.state, self.sockets, self._stopping)
        control = self.control
        app.router.add_route("*", "/api/{method}", api.serve)
        app.router.add_get("/link", self.sockets.serve)
        app.router.add_get("/ui", self.page.serve)
        app.router.add_post("/_hooks/response/{hook_id}", self._hook)
        app.router.add_post("/upload/v1/{file_id}", self._upload)
        app.router.add_get("/files/{file_id}/{name}", self._download)
        app.router.add_get("/_control/messages/{channel}", control.messages)
        app.router.add_get("/_control/log", control.log)
        app.router.add_get("/_control/state", control.state)
        app.router.add_get("/_control/views/{user}", control.views)
        app.router.add_get("/_control/home/{user}", control.home)
        app.router.add_post("/_control/{name}", control.order)
        return app

    async def _hook(self, request: web.Request) -> web.Response:
        return await hooks.serve(self.state, request)

    async def _upload(self, request: web.Request) -> web.Response:
        return await files.upload(self.state, request)

    async def _download(self, request: web.Request) -> web.Response:
        return await files.download(self.state, request)
