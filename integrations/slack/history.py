"""What was said in a channel since an instant, read back from Slack, oldest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

log = structlog.get_logger()

PAGE = 200
PAGES = 25


@dataclass(frozen=True)
class Span:
    """Messages of a channel from `oldest` on; incomplete when Slack failed or it was too much."""

    oldest: str
    messages: tuple[Mapping[str, Any], ...]
    is_complete: bool


class History:
    """Reads channels back; a workspace that does not answer gives an incomplete span."""

    def __init__(self, clients: dict[str, AsyncWebClient]) -> None:
        self._clients = clients

    async def since(self, team: str, channel: str, start: datetime) -> Span:
        """The messages of a channel from an instant on, with replies in threads among them."""
        oldest = f"{start.timestamp():.6f}"
        found: list[Mapping[str, Any]] = []
        cursor: str | None = None
        try:
            for _ in range(PAGES):
                page = await self._page(team, channel, oldest, cursor)
                found += page.get("messages") or ()
                cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
                if cursor is None:
                    break
            for head in [m for m in found if float(m.get("latest_reply") or 0) >= float(oldest)]:
                found += await self._replies(team, channel, str(head["ts"]), oldest)
        except (SlackClientError, aiohttp.ClientError, TimeoutError) as error:
            log.warning("history.unread", team=team, channel=channel, reason=type(error).__name__)
            return Span(oldest, _in_order(found, oldest), False)
        return Span(oldest, _in_order(found, oldest), cursor is None)

    async def _page(
        self, team: str, channel: str, oldest: str, cursor: str | None
    ) -> dict[str, Any]:
        window: dict[str, Any] = {"channel": channel, "oldest": oldest, "limit": PAGE}
        if cursor:
            window["cursor"] = cursor
        answer = await self._clients[team].conversations_history(**window)
        page: dict[str, Any] = answer.data  # type: ignore[assignment]
        return page

    async def _replies(
        self, team: str, channel: str, ts: str, oldest: str
    ) -> list[Mapping[str, Any]]:
        answer = await self._clients[team].conversations_replies(
            channel=channel, ts=ts, oldest=oldest, limit=PAGE
        )
        return [one for one in answer.get("messages") or () if one.get("ts") != ts]


def _in_order(found: list[Mapping[str, Any]], oldest: str) -> tuple[Mapping[str, Any], ...]:
    # Not every server heeds `oldest`; what is older was heard already.
    fresh = {str(one["ts"]): one for one in found if float(one.get("ts") or 0) >= float(oldest)}
    return tuple(fresh[ts] for ts in sorted(fresh, key=float))
