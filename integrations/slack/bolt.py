"""Bolt and its connections: handlers finish before Slack is answered, in both modes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackClientError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import TryAgain
from integrations.slack.connections import Connection

log = structlog.get_logger()

# Slack sends each envelope along one of an app's connections: while one is renewed the other hears.
SOCKETS = 2
WATCH_SECONDS = 5
# Between two looks, even where something is missing.
GAP_SECONDS = 1
# For both sides of a connection to take their leave.
FAREWELL_SECONDS = 1
READ_BACK_SECONDS = 300
FAILURES = (SlackClientError, aiohttp.ClientError, TimeoutError, OSError)
RECONNECT_SECONDS = (0.5, 1, 2, 5, 10, 30)


class Listener(Protocol):
    """Who takes in what was missed. `catch_up` is False when it has to be tried again."""

    def note_lost(self, team: str) -> None: ...

    def note_gaps(self, team: str) -> bool: ...

    async def wait_for_gap(self, team: str, seconds: float) -> None: ...

    async def catch_up(self, team: str) -> bool: ...

    async def note_heard(self, team: str) -> None: ...

    def note_doubt(self, team: str) -> None: ...


@dataclass(frozen=True)
class Identity:
    """Who the bot is in one workspace, as `auth.test` says."""

    team: str
    bot_user: str
    bot_id: str


class Identities:
    """The bot's identity per workspace, known once each has been asked."""

    def __init__(self) -> None:
        self._known: dict[str, Identity] = {}

    def note(self, identity: Identity) -> None:
        self._known[identity.team] = identity

    def get(self, team: str) -> Identity | None:
        return self._known.get(team)


def build_bolt(connections: tuple[Connection, ...], identities: Identities) -> AsyncApp:
    """One app for every workspace: the team of a request decides which token answers it.

    Signatures are checked by the ingress guard before a request gets here.
    """
    tokens = {one.team: one.bot_token for one in connections}

    async def authorize(enterprise_id: str | None, team_id: str | None) -> Any:
        # What Slack never sends may be of any kind.
        identity = identities.get(team_id) if isinstance(team_id, str) else None
        if identity is None or team_id is None:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_token=tokens[team_id],
            bot_id=identity.bot_id,
            bot_user_id=identity.bot_user,
        )

    return AsyncApp(
        # Without one Bolt looks through every module that is loaded for who called it.
        name="kakehashi",
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=False,
        attaching_function_token_enabled=False,
    )


async def _end(socket: SocketModeClient) -> None:
    with suppress(TimeoutError, aiohttp.ClientError, OSError):
        async with asyncio.timeout(FAREWELL_SECONDS):
            await socket.close()  # type: ignore[no-untyped-call]
    # A connection that stood on would be given events that nobody takes in any more.
    tasks = (socket.message_processor, socket.current_session_monitor, socket.message_receiver)
    for task in filter(None, tasks):
        task.cancel()
    await socket.aiohttp_client_session.close()


class Connector:
    """Learns who the bot is in one workspace and keeps its Socket Mode connections.

    After every (re)connection what was said while nobody listened is read back. Over HTTP nobody
    can tell whether Slack reached us: there the channels are read back every few minutes, and only
    what was read counts as heard.
    """

    def __init__(
        self,
        connection: Connection,
        client: AsyncWebClient,
        app: AsyncApp,
        learned: Callable[[Identity], Awaitable[None]],
        listener: Listener,
        *,
        watch_seconds: float = WATCH_SECONDS,
        read_back_seconds: float = READ_BACK_SECONDS,
    ) -> None:
        self._connection = connection
        self._client = client
        self._app = app
        self._learned = learned
        self._listener = listener
        self._sockets: list[SocketModeClient] = []
        self._sessions: set[str] = set()
        self._watch_seconds = watch_seconds
        self._read_back_seconds = read_back_seconds
        self._heard = False
        self._doubted_at = 0.0
        self._known = False

    @property
    def name(self) -> str:
        return self._connection.name

    async def is_connected(self) -> bool:
        """Whether requests of this workspace reach the bot."""
        if self._connection.mode == "http":
            return self._known
        return any([await socket.is_connected() for socket in self._sockets])

    async def run(self) -> None:
        """Connects, trying again for as long as it takes, then watches until it is cancelled."""
        for attempt in range(1_000_000):
            try:
                await self._connect()
            except (*FAILURES, TryAgain) as error:
                pause = RECONNECT_SECONDS[min(attempt, len(RECONNECT_SECONDS) - 1)]
                log.warning(
                    "slack.not_connected",
                    workspace=self.name,
                    reason=type(error).__name__,
                    next_try_seconds=pause,
                )
                await asyncio.sleep(pause)
            else:
                break
        log.info("slack.connected", workspace=self.name, mode=self._connection.mode)
        await self._watch()

    async def close(self) -> None:
        """Ends every connection: with a farewell, or without one where that takes too long.

        One that is being made belongs to `run` until it stands, and ends when that is cancelled.
        """
        await asyncio.gather(*(_end(socket) for socket in self._sockets))

    async def _connect(self) -> None:
        who = await self._client.auth_test()
        if str(who["team_id"]) != self._connection.team:
            log.error("slack.other_team", workspace=self.name, expected=self._connection.team)
        bot_user, bot_id = str(who["user_id"]), str(who.get("bot_id") or "")
        await self._learned(Identity(self._connection.team, bot_user, bot_id))
        self._known = True
        while self._connection.mode == "socket" and len(self._sockets) < SOCKETS:
            handler = AsyncSocketModeHandler(
                self._app, self._connection.app_token, web_client=self._client
            )
            try:
                await handler.client.connect()  # type: ignore[no-untyped-call]
            except BaseException:
                await _end(handler.client)
                raise
            self._sockets.append(handler.client)

    async def _watch(self) -> None:
        """Reads back after every (re)connection; only then does the clock of the heard go on."""
        pause = min(GAP_SECONDS, self._watch_seconds)
        while True:
            rest = self._watch_seconds - pause
            try:
                await self._look()
            except TryAgain:
                log.warning("slack.watch_database_busy", workspace=self.name)
                rest = 0
            except Exception:
                # Without its watch a workspace would never again be read back.
                log.exception("slack.watch_fault", workspace=self.name)
            await asyncio.sleep(pause)
            # Something that could not be stored holds up its channel until that is read back.
            await self._listener.wait_for_gap(self._connection.team, rest)

    async def _look(self) -> None:
        team = self._connection.team
        sessions = {await socket.session_id() for socket in self._sockets}
        if sessions != self._sessions:
            self._sessions, self._heard = sessions, False
            self._listener.note_lost(team)
        if self._listener.note_gaps(team):
            self._heard = False
        if not await self.is_connected():
            return
        if self._heard and self._connection.mode == "http":
            self._doubt()
        elif self._heard:
            await self._listener.note_heard(team)
        else:
            self._heard = await self._listener.catch_up(team)

    def _doubt(self) -> None:
        """Over HTTP: time and again what has been heard is read back."""
        now = asyncio.get_running_loop().time()
        if now - self._doubted_at >= self._read_back_seconds:
            self._doubted_at, self._heard = now, False
            self._listener.note_doubt(self._connection.team)
