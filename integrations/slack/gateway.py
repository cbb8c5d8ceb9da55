"""Saying deliveries in Slack: one shared session, no retries of its own, every answer classified.

Retrying belongs to the outbox: the client's default retry handler posts twice when a connection
drops after Slack has taken the message.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.deliveries import Method
from bot.domain.fingerprints import Fingerprint
from bot.services.digest_charts import ChartFacts
from bot.services.facts import FileFacts, FileGoneFacts, TombstoneFacts
from bot.services.kinds import UPLOADED
from bot.services.ports import OutcomeUnknown, Outgoing, Posted, Refused
from bot.texts.catalog import Language
from integrations.slack.answers import HISTORY_PAGE, HISTORY_PAGES, call, history
from integrations.slack.connections import Connection
from integrations.slack.courier import Courier
from integrations.slack.people import People
from integrations.slack.permalinks import Permalinks
from integrations.slack.render import Renderer
from integrations.slack.sightings import Sightings
from integrations.slack.skew import ClockSkew

CALL_SECONDS = 8
EVENT_TYPE = "kakehashi_delivery"
# What every post says, so that nothing in it notifies, links or unfurls.
QUIET: dict[str, Any] = {"parse": "none", "link_names": False}
NO_UNFURL: dict[str, Any] = {"unfurl_links": False, "unfurl_media": False}


def new_session(skew: ClockSkew | None = None) -> aiohttp.ClientSession:
    """The one session of the process; its timeout bounds every call."""
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=CALL_SECONDS),
        connector=aiohttp.TCPConnector(limit=100),
        trace_configs=[skew.tracing()] if skew else None,
    )


def clients_for(
    connections: Iterable[Connection], session: aiohttp.ClientSession
) -> dict[str, AsyncWebClient]:
    """A client per workspace, by team."""
    return {
        one.team: AsyncWebClient(
            token=one.bot_token,
            base_url=one.api_url,
            session=session,
            retry_handlers=[],
            timeout=CALL_SECONDS,
        )
        for one in connections
    }


class SlackPostman:
    """Says deliveries in Slack and finds them again by their key; see `ports.Postman`."""

    def __init__(
        self,
        clients: dict[str, AsyncWebClient],
        renderer: Renderer,
        people: People,
        courier: Courier | None = None,
    ) -> None:
        self._clients = clients
        self._courier = courier
        self._renderer = renderer
        self._people = people
        self._permalinks = Permalinks(clients)
        self._sightings = Sightings(clients, people)

    async def prepare(self, outgoing: Outgoing) -> Outgoing:
        if outgoing.payload is not None or isinstance(outgoing.facts, FileGoneFacts):
            return outgoing
        reader = await self._reader_language(outgoing)
        facts = await self._permalinks.put_into(outgoing.facts, outgoing.delivery.team)
        shown = self._renderer.show(facts, reader)
        if not self._renderer.is_inert(shown):
            raise Refused("not_inert")
        return replace(outgoing, payload={"text": shown.text, "blocks": shown.blocks, **QUIET})

    async def deliver(self, outgoing: Outgoing) -> Posted:
        client = self._client(outgoing)
        outgoing = await self.prepare(outgoing)
        if isinstance(outgoing.facts, FileGoneFacts):
            return await self._files.erase(outgoing)
        if isinstance(outgoing.facts, FileFacts | ChartFacts):
            comment = str((outgoing.payload or {}).get("text"))
            return await self._files.deliver(outgoing, outgoing.facts, comment)
        answer = await call(_method(client, outgoing, dict(outgoing.payload or {})))
        ts = answer.get("ts") or answer.get("message_ts")
        return Posted(answer.get("channel") or outgoing.channel, ts)

    async def find(self, outgoing: Outgoing, since: datetime) -> Posted | None:
        if outgoing.delivery.kind in UPLOADED:
            return await self._files.find(outgoing, since)
        return next(iter(await self._standing(outgoing, since, most=1)), None)

    async def find_all(self, outgoing: Outgoing, since: datetime) -> list[Posted]:
        if outgoing.delivery.kind in UPLOADED:
            # It is shown once or not at all: see `courier`.
            return []
        found = await self._standing(outgoing, since, most=HISTORY_PAGE * HISTORY_PAGES)
        return sorted(found, key=lambda posted: posted.ts or "")

    async def remove(self, outgoing: Outgoing, posted: Posted) -> None:
        client = self._client(outgoing)
        await call(client.chat_delete(channel=posted.channel or "", ts=posted.ts or ""))

    async def look(self, team: str, channel: str) -> Fingerprint:
        return await self._sightings.look(team, channel)

    async def _standing(self, outgoing: Outgoing, since: datetime, most: int) -> list[Posted]:
        client = self._client(outgoing)
        channel = outgoing.channel
        if outgoing.delivery.method is Method.DIRECT:
            opened = await call(client.conversations_open(users=outgoing.delivery.user or ""))
            channel = opened["channel"]["id"]
        cursor = None
        found: list[Posted] = []
        for _ in range(HISTORY_PAGES):
            page = await call(history(client, outgoing, channel, since, cursor))
            for message in page.get("messages", ()):
                payload = (message.get("metadata") or {}).get("event_payload") or {}
                if payload.get("key") == outgoing.delivery.key:
                    found.append(Posted(channel, message["ts"]))
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor or len(found) >= most:
                return found
        # Too much was said since: whether it is there cannot be known, so it is not repeated yet.
        raise OutcomeUnknown("history_too_long")

    @property
    def _files(self) -> Courier:
        if self._courier is None:
            raise Refused("no_courier")
        return self._courier

    def _client(self, outgoing: Outgoing) -> AsyncWebClient:
        client = self._clients.get(outgoing.delivery.team)
        if client is None:
            raise Refused("workspace_not_configured")
        return client

    async def _reader_language(self, outgoing: Outgoing) -> Language:
        if outgoing.language != "auto":
            return Language(outgoing.language)
        return await self._people.language(outgoing.delivery.team, outgoing.delivery.user)


def _method(client: AsyncWebClient, outgoing: Outgoing, payload: dict[str, Any]) -> Any:
    delivery = outgoing.delivery
    if delivery.method is Method.UPDATE:
        if isinstance(outgoing.facts, TombstoneFacts) and outgoing.target_key:
            # Told from a text by whoever finds it later, without reading its words.
            marked = {"key": outgoing.target_key, "mark": outgoing.facts.why}
            payload["metadata"] = {"event_type": EVENT_TYPE, "event_payload": marked}
        return client.chat_update(channel=outgoing.channel, ts=outgoing.target_ts or "", **payload)
    if delivery.method is Method.PRIVATE:
        if outgoing.thread_ts:
            payload["thread_ts"] = outgoing.thread_ts
        return client.chat_postEphemeral(
            channel=outgoing.channel, user=delivery.user or "", **payload
        )
    metadata = {"event_type": EVENT_TYPE, "event_payload": {"key": delivery.key}}
    if outgoing.thread_ts:
        payload["thread_ts"] = outgoing.thread_ts
    return client.chat_postMessage(
        channel=outgoing.channel, metadata=metadata, **payload, **NO_UNFURL
    )
