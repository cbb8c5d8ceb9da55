"""Bolt and its connections: handlers finish before Slack is answered, in both modes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from integrations.slack.connections import Connection

log = structlog.get_logger()

RECONNECT_SECONDS = (0.5, 1, 2, 5, 10, 30)


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
        identity = identities.get(team_id or "")
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
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=False,
        attaching_function_token_enabled=False,
    )


class Connector:
    """Learns who the bot is in one workspace and keeps its Socket Mode connection."""

    def __init__(
        self,
        connection: Connection,
        client: AsyncWebClient,
        app: AsyncApp,
        learned: Callable[[Identity], Awaitable[None]],
    ) -> None:
        self._connection = connection
        self._client = client
        self._app = app
        self._learned = learned
        self._handler: AsyncSocketModeHandler | None = None
        self._known = False

    @property
    def name(self) -> str:
        return self._connection.name

    async def is_connected(self) -> bool:
        """Whether requests of this workspace reach the bot."""
        if self._connection.mode == "http":
            return self._known
        return self._handler is not None and await self._handler.client.is_connected()

    async def run(self) -> None:
        """Connects, trying again for as long as it takes; the SDK reconnects afterwards."""
        for attempt in range(10_000):
            try:
                await self._connect()
            except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as error:
                pause = RECONNECT_SECONDS[min(attempt, len(RECONNECT_SECONDS) - 1)]
                log.warning(
                    "slack.not_connected",
                    workspace=self.name,
                    reason=type(error).__name__,
                    next_try_seconds=pause,
                )
                await asyncio.sleep(pause)
            else:
                log.info("slack.connected", workspace=self.name, mode=self._connection.mode)
                return

    async def close(self) -> None:
        if self._handler is not None:
            with suppress(aiohttp.ClientError, OSError):
                await self._handler.client.close()  # type: ignore[no-untyped-call]

    async def _connect(self) -> None:
        who = await self._client.auth_test()
        team, bot_user = str(who["team_id"]), str(who["user_id"])
        if team != self._connection.team:
            log.error("slack.other_team", workspace=self.name, expected=self._connection.team)
        await self._learned(Identity(self._connection.team, bot_user, str(who.get("bot_id") or "")))
        self._known = True
        if self._connection.mode == "socket" and self._handler is None:
            handler = AsyncSocketModeHandler(
                self._app, self._connection.app_token, web_client=self._client
            )
            await handler.client.connect()  # type: ignore[no-untyped-call]
            self._handler = handler
