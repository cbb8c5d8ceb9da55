"""A person's hands in a local workspace: says, types, presses and reads, for demo and tests.

Speaks the `/_control` interface that local-slack and our own stand-in share. Nothing here belongs
to the running bot, and nothing here knows what the bot does.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from integrations.slack.words import button, pressable, text_of

__all__ = ["ControlRefused", "Message", "NothingToPress", "Workspace", "button", "text_of"]

Message = dict[str, Any]

_REQUEST = aiohttp.ClientTimeout(total=30)
"""local-slack answers a command only after the bot has, or after five seconds without it."""

_LOOK_AGAIN = 0.03
_SHOWN = 5
_NOT_FOUND = 404
_JSON = "application/json"
_REASON = 300


class ControlRefused(Exception):
    """The workspace did not accept what was asked of its control interface."""


class NothingToPress(Exception):
    """The message is not there, or carries no such button; a modal that is not open."""


class Workspace:
    """One workspace, driven through its control interface at `url`; the session stays the caller's.

    Raises ControlRefused when the workspace refuses, aiohttp.ClientError when it cannot be reached.
    """

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url = url.rstrip("/")
        self._session = session

    async def say(self, channel: str, user: str, text: str, thread_ts: str | None = None) -> str:
        """Post as that person; the `ts` of the message, once the bot has acknowledged it."""
        body = {"channel": channel, "user": user, "text": text, "thread_ts": thread_ts}
        answer = await self._post("message", {k: v for k, v in body.items() if v is not None})
        return str(answer["message"]["ts"])

    async def command(self, channel: str, user: str, command: str, text: str = "") -> None:
        """Type a slash command; returns once the bot has acknowledged it."""
        await self._post(
            "command", {"channel": channel, "user": user, "command": command, "text": text}
        )

    async def press(
        self,
        channel: str,
        message_ts: str,
        user: str,
        action_id: str,
        *,
        block_id: str | None = None,
        value: str | None = None,
    ) -> None:
        """Press a button, or choose the option `value` of a select, in a message as it stands now.

        `block_id` and `value` pick one of several buttons with the same `action_id`.
        Raises NothingToPress.
        """
        message = await self._message(channel, message_ts)
        action = _action(message, action_id, block_id, value)
        await self._post(
            "interact",
            {"channel": channel, "messageTs": message_ts, "user": user, "action": action},
        )

    async def press_at_home(self, user: str, action_id: str, value: str) -> None:
        """Press the button of that value on the Home tab; only our own stand-in has it there."""
        view = await self.home(user) or {}
        action = _action(view, action_id, None, value)
        await self._post("interact", {"user": user, "viewId": view.get("id"), "action": action})

    async def submit(
        self, user: str, values: Mapping[str, Mapping[str, Any]]
    ) -> dict[str, str] | None:
        """Submit the open modal with `{block_id: {action_id: {"type": ..., "value": ...}}}`.

        The errors by `block_id` when the bot keeps the modal open with them, otherwise None.
        Raises NothingToPress when no modal is open.
        """
        answer = await self._post_if_known("submit", {"user": user, "values": values})
        if answer is None:
            return await self._submit_by_page(user, values)
        return answer.get("errors") or None

    async def shortcut(self, channel: str, message_ts: str, user: str, callback_id: str) -> None:
        """Use a message shortcut; only our own stand-in has them."""
        body = {"channel": channel, "ts": message_ts, "user": user, "callback_id": callback_id}
        await self._post("shortcut", body)

    async def bot_says(self, channel: str, bot_id: str, text: str) -> str:
        """Let another bot post, a feed say; its `ts`; only our own stand-in has other bots."""
        body = {"channel": channel, "bot_id": bot_id, "text": text}
        return str((await self._post("bot-message", body))["message"]["ts"])

    async def react(
        self, channel: str, ts: str, user: str, name: str, *, present: bool = True
    ) -> None:
        """Add a reaction, or take it away when not `present`."""
        body = {"channel": channel, "ts": ts, "user": user, "name": name, "present": present}
        await self._post("reaction", body)

    async def edit(self, channel: str, ts: str, user: str, text: str) -> None:
        """Change the text of one's own message."""
        await self._post("edit-message", {"channel": channel, "ts": ts, "user": user, "text": text})

    async def delete(self, channel: str, ts: str, user: str) -> None:
        """Delete one's own message."""
        await self._post("delete-message", {"channel": channel, "ts": ts, "user": user})

    async def open_home(self, user: str) -> None:
        """Look at the bot's Home tab."""
        await self._post("open-home", {"user": user})

    async def messages(self, channel: str) -> list[Message]:
        """Everything in a channel, oldest first, with threads and everybody's private replies."""
        return list((await self._get(f"messages/{channel}"))["messages"])

    async def log(self) -> list[dict[str, Any]]:
        """What went between the workspace and the bot, oldest first."""
        return list((await self._get("log"))["log"])

    async def state(self) -> dict[str, Any]:
        """The workspace, its people and its channels, direct messages included."""
        return await self._get("state")

    async def modal(self) -> dict[str, Any] | None:
        """The view on top of the modal that was opened last; None when none is open."""
        async with self._page() as (_, state):
            return _top(state)

    async def home(self, user: str) -> dict[str, Any] | None:
        """The Home tab the bot has drawn for that person; None when it has drawn none."""
        async with self._page() as (_, state):
            views = state.get("homeViews", {}).get(user) or {}
        # local-slack keeps one view for each app, our stand-in the view itself.
        return views if "type" in views else next(iter(views.values()), None)

    async def private_replies(self, channel: str, user: str) -> list[Message]:
        """What only that person sees in a channel, oldest first."""
        return [
            message
            for message in await self.messages(channel)
            if message.get("subtype") == "ephemeral" and message.get("ephemeral_to") == user
        ]

    async def direct_messages(self, user: str) -> list[Message]:
        """What stands between that person and the bot; empty before the first message."""
        channels = (await self.state())["channels"]
        mine = [c["id"] for c in channels if c.get("is_im") and user in c.get("members", ())]
        return [message for channel in mine for message in await self.messages(channel)]

    async def wait_for(
        self, channel: str, predicate: Callable[[Message], bool], seconds: float = 5.0
    ) -> Message:
        """The first message in the channel that `predicate` accepts, as soon as it is there.

        TimeoutError after `seconds`, naming the channel and its last messages.
        """
        seen: list[Message] = []
        try:
            async with asyncio.timeout(seconds):
                while True:
                    seen = await self.messages(channel)
                    for message in seen:
                        if predicate(message):
                            return message
                    await asyncio.sleep(_LOOK_AGAIN)
        except TimeoutError:
            raise TimeoutError(_not_seen(self.url, channel, seconds, seen)) from None

    async def _message(self, channel: str, ts: str) -> Message:
        for message in await self.messages(channel):
            if message.get("ts") == ts:
                return message
        raise NothingToPress(f"no message {ts} in {channel}")

    async def _submit_by_page(
        self, user: str, values: Mapping[str, Mapping[str, Any]]
    ) -> dict[str, str] | None:
        acknowledged = False
        async with self._page() as (socket, state):
            if _top(state) is None:
                raise NothingToPress("no modal is open")
            await socket.send_json({"t": "view_submit", "user": user, "values": values})
            async for frame in socket:
                event = frame.json()
                match event.get("t"):
                    case "log":
                        acknowledged = acknowledged or _is_acknowledgement(event["entry"])
                    case "view_errors":
                        return dict(event.get("errors") or {})
                    # An earlier "view" comes from the bot redrawing the modal while it thinks.
                    case "view" if acknowledged:
                        return None
                    case "view" if not event.get("stack"):
                        break
        raise ControlRefused("the bot never answered the submission")

    @asynccontextmanager
    async def _page(
        self,
    ) -> AsyncIterator[tuple[aiohttp.ClientWebSocketResponse, dict[str, Any]]]:
        """The socket of the web page, and the state that the page is told when it opens."""
        async with (
            asyncio.timeout(_REQUEST.total),
            self._session.ws_connect(f"{self.url}/ui", max_msg_size=0) as socket,
        ):
            yield socket, (await socket.receive_json())["state"]

    async def _get(self, path: str) -> dict[str, Any]:
        address = f"{self.url}/_control/{path}"
        async with self._session.get(address, timeout=_REQUEST) as answer:
            return await _accepted(path, answer)

    async def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        answer = await self._post_if_known(path, body)
        if answer is None:
            raise ControlRefused(f"{path}: this workspace knows no such control")
        return answer

    async def _post_if_known(self, path: str, body: Mapping[str, Any]) -> dict[str, Any] | None:
        address = f"{self.url}/_control/{path}"
        async with self._session.post(address, json=body, timeout=_REQUEST) as answer:
            # A refusal may be a 404 too, but then it says in JSON what was not found.
            if answer.status == _NOT_FOUND and answer.content_type != _JSON:
                return None
            return await _accepted(path, answer)


async def _accepted(path: str, answer: aiohttp.ClientResponse) -> dict[str, Any]:
    if answer.content_type != _JSON:
        raise ControlRefused(f"{path}: {answer.status} {(await answer.text())[:_REASON]}")
    body: dict[str, Any] = await answer.json()
    if body.get("errors") or (answer.ok and body.get("ok") is not False):
        return body
    if body.get("error") == "view_not_found":
        raise NothingToPress("no modal is open")
    raise ControlRefused(f"{path}: {answer.status} {body.get('error')}")


def _action(
    message: Message, action_id: str, block_id: str | None, value: str | None
) -> dict[str, Any]:
    for block, element in pressable(message, action_id):
        chosen = _chosen(element, value)
        if chosen is not None and block_id in {None, block}:
            place = {"block_id": block} if block else {}
            return {"type": element.get("type"), "action_id": action_id, **place, **chosen}
    raise NothingToPress(f"no {action_id} {block_id or ''} {value or ''} in {text_of(message)!r}")


def _chosen(element: Mapping[str, Any], value: str | None) -> dict[str, Any] | None:
    """What pressing sends beside the ids; None when this element has no such value."""
    if "options" in element:
        options = [option for option in element["options"] if option.get("value") == value]
        return {"selected_option": options[0]} if options else None
    if value is not None and element.get("value") != value:
        return None
    return {key: element[key] for key in ("value", "text") if key in element}


def _top(state: Mapping[str, Any]) -> dict[str, Any] | None:
    stack = state.get("modalStack") or [None]
    view: dict[str, Any] | None = stack[-1]
    return view


def _is_acknowledgement(entry: Mapping[str, Any]) -> bool:
    return entry.get("direction") == "from_bot" and entry.get("kind") in {"ack", "interactive"}


def _not_seen(url: str, channel: str, seconds: float, seen: list[Message]) -> str:
    last = "\n".join(f"  {text_of(message)!r}" for message in seen[-_SHOWN:]) or "  (nothing)"
    return f"not seen in {channel} of {url} within {seconds:g} s; last messages:\n{last}"
