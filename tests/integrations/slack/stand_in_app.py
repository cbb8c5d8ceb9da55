"""A tiny app and a hand-turned clock with which the tests meet the stand-in."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from integrations.slack.stand_in import StandIn

Payload = dict[str, Any]
Answer = Callable[[Payload], Awaitable[Any]]
SILENCE = object()

FLAGS: Payload = {"parse": "none", "unfurl_links": False, "unfurl_media": False}
POST: Payload = {
    "channel": "C01ADV",
    "text": "hello",
    **FLAGS,
    "metadata": {"event_type": "kakehashi", "event_payload": {"key": "k-1"}},
}


@dataclass
class Clock:
    """Time that moves only when told to."""

    now: float = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now


async def no_answer(_envelope: Payload) -> Any:
    """Acknowledges without a word."""
    return None


@dataclass
class SocketApp:
    """An app in Socket Mode: keeps every envelope, acks each with what `answer` returns."""

    stand_in: StandIn
    answer: Answer = no_answer
    token: str = "xapp-tokyo"
    envelopes: list[Payload] = field(default_factory=list)
    control: list[Payload] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def __aenter__(self) -> Self:
        self.session = aiohttp.ClientSession()
        opened = await self.call("apps.connections.open", self.token)
        self.socket = await self.session.ws_connect(opened["url"])
        self.control.append(await self.socket.receive_json())
        self.reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        await self.socket.close()
        await self.reader
        await self.session.close()

    async def call(self, method: str, token: str, **args: Any) -> Payload:
        headers = {"Authorization": f"Bearer {token}"}
        url = self.stand_in.api_url + method
        async with self.session.post(url, headers=headers, json=args) as response:
            answer: Payload = await response.json()
            return answer

    async def received(self, count: int, what: str = "envelopes") -> None:
        """Returns once that many `envelopes` (or `control` messages) have come."""
        while len(getattr(self, what)) < count:
            self.news.clear()
            await self.news.wait()

    @property
    def events(self) -> list[Payload]:
        return [e["payload"]["event"] for e in self.envelopes if e["type"] == "events_api"]

    def event(self, kind: str, subtype: str | None = None) -> Payload:
        """The one event of that type."""
        found = [e for e in self.events if e["type"] == kind and e.get("subtype") == subtype]
        assert len(found) == 1, self.events
        return found[0]

    async def _read(self) -> None:
        async for message in self.socket:
            if message.type != aiohttp.WSMsgType.TEXT:
                continue
            envelope = json.loads(message.data)
            if "envelope_id" not in envelope:
                self.control.append(envelope)
                self.news.set()
                continue
            self.envelopes.append(envelope)
            self.news.set()
            answer = await self.answer(envelope)
            if answer is not SILENCE:
                ack = {"envelope_id": envelope["envelope_id"]}
                await self.socket.send_json(ack if answer is None else ack | {"payload": answer})


def client(stand_in: StandIn, token: str = "xoxb-tokyo", **more: Any) -> AsyncWebClient:
    """A Slack client as the house builds them: it never retries by itself."""
    return AsyncWebClient(token, base_url=stand_in.api_url, retry_handlers=[], **more)


async def order(stand_in: StandIn, name: str, /, **body: Any) -> Payload:
    """POST /_control/NAME."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{stand_in.url}/_control/{name}", json=body) as response,
    ):
        answer: Payload = await response.json()
        return answer


async def look(stand_in: StandIn, what: str) -> Payload:
    """GET /_control/WHAT."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{stand_in.url}/_control/{what}") as response,
    ):
        answer: Payload = await response.json()
        return answer


async def heard(ui: aiohttp.ClientWebSocketResponse, kind: str) -> Payload:
    """The next news of that kind on a page's socket."""
    while True:
        news: Payload = await ui.receive_json()
        if news["t"] == kind:
            return news


def section(text: str, **more: Any) -> Payload:
    """A section whose mrkdwn is verbatim, as the house writes them."""
    body = {"type": "mrkdwn", "text": text, "verbatim": True}
    return {"type": "section", "text": body, **more}


def plain(text: str) -> Payload:
    return {"type": "plain_text", "text": text}


def button(**more: Any) -> Payload:
    return {"type": "button", "text": plain("Go"), "action_id": "go", "value": "v", **more}


def modal(*blocks: Payload, **more: Any) -> Payload:
    """A modal with one text input, unless other blocks are given."""
    given = list(blocks) or [text_input()]
    start = {"type": "modal", "title": plain("Title"), "submit": plain("Send")}
    return {**start, "callback_id": "cb", "blocks": given, **more}


def text_input(block_id: str = "b", **more: Any) -> Payload:
    element = {"type": "plain_text_input", "action_id": "a"}
    return {"type": "input", "block_id": block_id, "label": plain("L"), "element": element, **more}
