"""The web addresses of messages, asked of Slack when a reminder is said; none is no obstacle."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import aiohttp
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.services.escalation_facts import EscalationFacts
from bot.services.facts import Facts
from bot.services.follow_up_facts import ReminderFacts

PATIENCE_SECONDS = 1.0
REMEMBERED = 2_000
FAILURES = (aiohttp.ClientError, SlackClientError, TimeoutError, OSError)


class Permalinks:
    """Finds the address of a message that stands in the reader's own workspace."""

    def __init__(self, clients: dict[str, AsyncWebClient]) -> None:
        self._clients = clients
        self._known: dict[tuple[str, str, str], str] = {}

    async def put_into(self, facts: Facts, team: str) -> Facts:
        """The same facts, with the addresses of what they lead back to."""
        if isinstance(facts, EscalationFacts):
            return replace(facts, link=await self._address(facts.message, team))
        if not isinstance(facts, ReminderFacts):
            return facts
        links = await asyncio.gather(*(self._address(item.message, team) for item in facts.items))
        pairs = zip(facts.items, links, strict=True)
        return replace(facts, items=tuple(replace(item, link=link) for item, link in pairs))

    async def _address(self, message: tuple[str, str, str] | None, team: str) -> str:
        client = self._clients.get(team)
        if message is None or message[0] != team or client is None:
            return ""
        if message not in self._known:
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    answer = await client.chat_getPermalink(
                        channel=message[1], message_ts=message[2]
                    )
            except FAILURES:
                return ""
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[message] = str(answer.get("permalink") or "")
        return self._known[message]
