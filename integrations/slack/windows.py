"""Opening forms and answering gestures: the few calls that are made while a person waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot import errors
from integrations.slack.blocks import Block
from integrations.slack.connections import Connection
from integrations.slack.speech import Safe

log = structlog.get_logger()

# Where Slack lets answers be sent (docs: handling interaction payloads, response_url).
ANSWER_HOSTS = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})
RESPONSE_SECONDS = 5
# Slack's words for a message that is not there, or a channel the bot is not in (Web API, errors).
GONE = frozenset({"thread_not_found", "message_not_found", "channel_not_found", "not_in_channel"})


class Windows:
    """Forms and private answers; nothing here is worth a retry, the decision is stored already."""

    def __init__(
        self,
        clients: dict[str, AsyncWebClient],
        connections: tuple[Connection, ...],
        session: aiohttp.ClientSession,
    ) -> None:
        self._clients = clients
        self._session = session
        local = {urlsplit(one.api_url).hostname or "" for one in connections}
        self._hosts = ANSWER_HOSTS | local

    async def open(self, team: str, trigger: str, view: dict[str, Any]) -> None:
        """Opens a form; raises SlackUnreachable when Slack does not."""
        try:
            await self._clients[team].views_open(trigger_id=trigger, view=view)
        except (SlackClientError, aiohttp.ClientError, TimeoutError) as error:
            raise errors.SlackUnreachable from error

    async def message(self, team: str, channel: str, ts: str) -> Mapping[str, Any] | None:
        """The message somebody points at, as it stands now; None when it is not there.

        Raises SlackUnreachable, so that whoever asks can ask again.
        """
        window: dict[str, Any] = {"oldest": ts, "latest": ts, "inclusive": True, "limit": 2}
        try:
            answer = await self._clients[team].conversations_replies(
                channel=channel, ts=ts, **window
            )
        except SlackApiError as error:
            if error.response.get("error") in GONE:
                return None
            raise errors.SlackUnreachable from error
        except (SlackClientError, aiohttp.ClientError, TimeoutError) as error:
            raise errors.SlackUnreachable from error
        return next((one for one in answer.get("messages") or () if one.get("ts") == ts), None)

    async def publish(self, team: str, user: str, blocks: list[Block]) -> None:
        """Shows somebody their Home tab; raises SlackUnreachable."""
        view = {"type": "home", "blocks": blocks}
        try:
            await self._clients[team].views_publish(user_id=user, view=view)
        except (SlackClientError, aiohttp.ClientError, TimeoutError) as error:
            raise errors.SlackUnreachable from error

    async def answer(
        self, url: str, text: Safe, blocks: Sequence[Block] = (), *, replace: bool
    ) -> None:
        """Shows a private answer to a gesture; an address that is not Slack's is not called."""
        if urlsplit(url).hostname not in self._hosts:
            log.warning("windows.foreign_response_url")
            return
        payload: dict[str, Any] = {
            "text": text,
            "response_type": "ephemeral",
            "replace_original": replace,
        }
        if blocks:
            payload["blocks"] = list(blocks)
        timeout = aiohttp.ClientTimeout(total=RESPONSE_SECONDS)
        try:
            async with self._session.post(url, json=payload, timeout=timeout) as response:
                if response.status >= 400:
                    log.warning("windows.answer_refused", status=response.status)
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("windows.answer_failed", reason=type(error).__name__)
