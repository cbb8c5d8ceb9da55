"""What was said in a channel since an instant, or in an older part of it, oldest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from integrations.slack.bolt import Identities
from integrations.slack.budget import Budget

log = structlog.get_logger()

PAGE = 200
PAGES = 25
# Slack's word for a head that is gone, replies and all (conversations.replies, errors).
GONE = "thread_not_found"
FAILURES = (SlackClientError, aiohttp.ClientError, TimeoutError)


@dataclass(frozen=True)
class Span:
    """Messages of a channel from `oldest` on; incomplete when Slack failed or it was too much.

    `is_listed`: all that was said in the channel itself is there, perhaps not all replies. `wait`:
    seconds for which Slack wants to be left alone (its `Retry-After`).
    """

    oldest: str
    messages: tuple[Mapping[str, Any], ...]
    is_complete: bool
    is_listed: bool = True
    wait: float = 0.0


class History:
    """Reads channels back; a workspace that does not answer gives an incomplete span."""

    def __init__(
        self,
        clients: dict[str, AsyncWebClient],
        identities: Identities,
        budget: Budget | None = None,
    ) -> None:
        self._clients = clients
        self._identities = identities
        self._budget = budget or Budget()

    async def since(
        self, team: str, channel: str, start: datetime, *, with_replies: bool = True
    ) -> Span:
        """The messages of a channel from an instant on, with replies in threads among them.

        Without them, where there may be some, the span is not complete.
        """
        oldest = f"{start.timestamp():.6f}"
        found: list[Mapping[str, Any]] = []
        replies: list[Mapping[str, Any]] = []
        cursor: str | None = None
        is_listed = False
        try:
            for _ in range(PAGES):
                page = await self._page(team, channel, {"oldest": oldest}, cursor)
                found += page.get("messages") or ()
                cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
                if cursor is None:
                    break
            is_listed = True
            heads = [one for one in found if self._has_replies(team, one, oldest)]
            if heads and not with_replies:
                return Span(oldest, _in_order(found, oldest), False)
            for head in heads:
                replies += await self._replies(team, channel, str(head["ts"]), oldest)
        except FAILURES as error:
            log.warning("history.unread", team=team, channel=channel, reason=type(error).__name__)
            # Pages come newest first: half a list would let the newer overtake the older.
            known = _in_order(found + replies, oldest) if is_listed else ()
            return Span(oldest, known, False, is_listed, retry_after(error))
        return Span(oldest, _in_order(found + replies, oldest), cursor is None)

    async def window(self, team: str, channel: str, oldest: str, latest: str) -> Span:
        """The heads between two messages, both included; slowly, within the budget."""
        found: list[Mapping[str, Any]] = []
        cursor: str | None = None
        window = {"oldest": oldest, "latest": latest, "inclusive": True}
        try:
            for _ in range(PAGES):
                await self._budget.turn(team, "conversations.history")
                page = await self._page(team, channel, window, cursor)
                found += page.get("messages") or ()
                cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
                if cursor is None:
                    return Span(oldest, _in_order(found, oldest), True)
        except FAILURES as error:
            return self._unread(team, channel, oldest, error)
        return Span(oldest, (), False)

    async def thread(self, team: str, channel: str, head: str) -> Span:
        """A whole thread with its head; complete and empty when there is none any more."""
        found: list[Mapping[str, Any]] = []
        cursor: str | None = None
        try:
            for _ in range(PAGES):
                await self._budget.turn(team, "conversations.replies")
                more: dict[str, Any] = {"cursor": cursor} if cursor else {}
                answer = await self._clients[team].conversations_replies(
                    channel=channel, ts=head, limit=PAGE, **more
                )
                found += answer.get("messages") or ()
                cursor = (answer.get("response_metadata") or {}).get("next_cursor") or None
                if cursor is None:
                    return Span(head, _in_order(found, head), True)
        except SlackApiError as error:
            if error.response.get("error") == GONE:
                return Span(head, (), True)
            return self._unread(team, channel, head, error)
        except FAILURES as error:
            return self._unread(team, channel, head, error)
        return Span(head, (), False)

    def _unread(self, team: str, channel: str, oldest: str, error: Exception) -> Span:
        log.warning("history.unread", team=team, channel=channel, reason=type(error).__name__)
        return Span(oldest, (), False, False, retry_after(error))

    def _has_replies(self, team: str, head: Mapping[str, Any], oldest: str) -> bool:
        """Whether somebody replied since; a thread with nothing but our own card needs no call."""
        identity = self._identities.get(team)
        own = [identity.bot_user] if identity else []
        only_own = head.get("reply_users_count") == 1 and head.get("reply_users") == own
        return float(head.get("latest_reply") or 0) >= float(oldest) and not only_own

    async def _page(
        self, team: str, channel: str, window: Mapping[str, Any], cursor: str | None
    ) -> dict[str, Any]:
        asked: dict[str, Any] = {"channel": channel, "limit": PAGE, **window}
        if cursor:
            asked["cursor"] = cursor
        answer = await self._clients[team].conversations_history(**asked)
        page: dict[str, Any] = answer.data  # type: ignore[assignment]
        return page

    async def _replies(
        self, team: str, channel: str, ts: str, oldest: str
    ) -> list[Mapping[str, Any]]:
        answer = await self._clients[team].conversations_replies(
            channel=channel, ts=ts, oldest=oldest, limit=PAGE
        )
        return [one for one in answer.get("messages") or () if one.get("ts") != ts]


def retry_after(error: Exception) -> float:
    """The seconds for which Slack asks to be left alone; 0 when it does not say."""
    headers = getattr(error.response, "headers", {}) if isinstance(error, SlackApiError) else {}
    return float(headers.get("Retry-After") or headers.get("retry-after") or 0)


def _in_order(found: list[Mapping[str, Any]], oldest: str) -> tuple[Mapping[str, Any], ...]:
    # Not every server heeds `oldest`; what is older was heard already.
    fresh = {str(one["ts"]): one for one in found if float(one.get("ts") or 0) >= float(oldest)}
    return tuple(fresh[ts] for ts in sorted(fresh, key=float))
