"""What Slack's answers mean: taken, not now, nobody knows, or never; one classification for all."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.services.ports import NotSent, OutcomeUnknown, Outgoing, Refused

HISTORY_PAGE = 200
HISTORY_PAGES = 20

# Slack's own words for "not now" and "something broke on our side" (Web API reference, errors).
NOT_NOW = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
BROKEN = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})


async def call(request: Any) -> dict[str, Any]:
    """Awaits one Web API call and turns every failure into one of the three of `ports`."""
    try:
        answer = await request
    except aiohttp.ClientConnectorError as error:
        raise NotSent("connect") from error
    except SlackApiError as error:
        raise _classified(error) from error
    except TimeoutError as error:
        raise OutcomeUnknown("timeout") from error
    except (aiohttp.ClientError, SlackClientError, OSError) as error:
        raise OutcomeUnknown(type(error).__name__) from error
    data: dict[str, Any] = answer.data
    return data


def _classified(error: SlackApiError) -> NotSent | OutcomeUnknown | Refused:
    response = error.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    data = getattr(response, "data", None)
    name = data.get("error") if isinstance(data, dict) else None
    if status == 429 or name in NOT_NOW:
        headers = getattr(response, "headers", {})
        seconds = headers.get("Retry-After") or headers.get("retry-after")
        return NotSent(
            name or "ratelimited", timedelta(seconds=float(seconds)) if seconds else None
        )
    if name is None or status >= 500 or name in BROKEN:
        return OutcomeUnknown(name or f"http_{status}")
    return Refused(name)


def history(
    client: AsyncWebClient,
    outgoing: Outgoing,
    channel: str,
    since: datetime,
    cursor: str | None,
) -> Any:
    """One page of what was said where a delivery goes, with the metadata of every message."""
    window: dict[str, Any] = {
        "channel": channel,
        "oldest": f"{since.timestamp():.6f}",
        "limit": HISTORY_PAGE,
        "include_all_metadata": True,
    }
    if cursor:
        window["cursor"] = cursor
    if outgoing.thread_ts:
        return client.conversations_replies(ts=outgoing.thread_ts, **window)
    return client.conversations_history(**window)
