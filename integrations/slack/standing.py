"""Posts of the bot that stand in a channel, as Slack shows them: key, number, tombstone or text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.storage.restores import StandingPost
from integrations.slack.budget import Budget
from integrations.slack.gateway import EVENT_TYPE
from integrations.slack.words import text_of

PAGE = 200
# A copy names its advisory right after its label, before any word of its author's.
NUMBER = re.compile(r"ADV-\d{4}-[0-9A-Z]{4,}")


class Standing:
    """Reads channels for posts of ours; raises what the client raises when Slack fails."""

    def __init__(self, clients: dict[str, AsyncWebClient], budget: Budget | None = None) -> None:
        self._clients = clients
        self._budget = budget or Budget(calls=45)

    async def posts(self, team: str, channel: str, since: datetime) -> list[StandingPost]:
        """Every post of ours in the channel itself from an instant on."""
        client = self._clients[team]
        own = str((await client.auth_test()).get("bot_id") or "")
        found: list[StandingPost] = []
        cursor = ""
        while True:
            await self._budget.turn(team, "conversations.history")
            asked: dict[str, Any] = {"cursor": cursor} if cursor else {}
            page = await client.conversations_history(
                channel=channel,
                oldest=f"{since.timestamp():.6f}",
                limit=PAGE,
                include_all_metadata=True,
                **asked,
            )
            found += _ours(team, channel, own, page.get("messages") or ())
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return found


def _ours(team: str, channel: str, own: str, messages: Any) -> Iterator[StandingPost]:
    for message in messages:
        # Anybody may write metadata that looks like ours: only our own posts are believed.
        metadata: Mapping[str, Any] = message.get("metadata") or {}
        payload = metadata.get("event_payload") or {}
        if metadata.get("event_type") != EVENT_TYPE or message.get("bot_id") != own:
            continue
        named = NUMBER.search(str(message.get("text") or "") or text_of(message))
        yield StandingPost(
            key=str(payload.get("key"))[:32],
            team=team,
            channel=channel,
            ts=str(message["ts"]),
            number=named[0] if named else "",
            mark=str(payload.get("mark") or "")[:16],
        )
