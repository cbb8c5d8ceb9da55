"""What the bot is compared with: a default Bolt app that stores nothing.

Its command does `await ack()` and nothing else; its message handler posts at once, by a client with
a shared session.
"""

from __future__ import annotations

from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from integrations.slack.stand_in import CANBERRA, TOKYO
from tests.bench.slack import LINKS, Addresses, destination_channel, source_channel

DESTINATIONS = {source_channel(n): destination_channel(n) for n in range(LINKS)}
# What the strict stand-in asks of every post.
FORCED: dict[str, Any] = {
    "parse": "none",
    "link_names": False,
    "unfurl_links": False,
    "unfurl_media": False,
    "metadata": {"event_type": "bench", "event_payload": {"key": "opaque"}},
}


class BareApp:
    """The app, connected over Socket Mode to its Tokyo."""

    def __init__(self, addresses: Addresses) -> None:
        self._session = aiohttp.ClientSession()
        self._far = AsyncWebClient(
            CANBERRA.apps[0].bot_token, base_url=addresses.canberra, session=self._session
        )
        client = AsyncWebClient(
            TOKYO.apps[0].bot_token, base_url=addresses.tokyo, session=self._session
        )
        self.bolt = AsyncApp(client=client)
        self.bolt.command("/kakehashi")(_acknowledge)
        self.bolt.event("message")(self._relay)
        self._handler = AsyncSocketModeHandler(
            self.bolt, TOKYO.apps[0].app_token, web_client=client
        )

    async def start(self) -> None:
        await self._handler.connect_async()  # type: ignore[no-untyped-call]

    async def stop(self) -> None:
        await self._handler.close_async()  # type: ignore[no-untyped-call]
        await self._session.close()

    async def _relay(self, event: dict[str, Any]) -> None:
        channel = DESTINATIONS[event["channel"]]
        await self._far.chat_postMessage(channel=channel, text=event["text"], **FORCED)


async def _acknowledge(ack: AsyncAck) -> None:
    await ack()
