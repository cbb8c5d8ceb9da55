"""The WebSocket /ui: what an onlooker's page is told, and modals submitted through it."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from aiohttp import WSMsgType, web

from integrations.slack.stand_in.modals import Modals
from integrations.slack.stand_in.refusals import Payload, SlackError
from integrations.slack.stand_in.state import Workspace


class Page:
    """Broadcasts {"t": ...} news to every connected page, in order."""

    def __init__(
        self, workspace: Workspace, modals: Modals, summary: Callable[[], Payload]
    ) -> None:
        self._workspace = workspace
        self._modals = modals
        self._summary = summary
        self._queues: set[asyncio.Queue[str | None]] = set()

    def notify(self, news: Payload) -> None:
        """Tell every page; costs nothing when there is none."""
        if self._queues:
            text = json.dumps(news, ensure_ascii=False)
            for queue in self._queues:
                queue.put_nowait(text)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Hold one page's connection."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        await socket.send_json({"t": "init", "state": self._initial()})
        self._queues.add(queue)
        writer = asyncio.create_task(_write(socket, queue))
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    await self._hear(message.data)
        finally:
            self._queues.discard(queue)
            queue.put_nowait(None)
            await writer
        return socket

    def close(self) -> None:
        """Send every page away."""
        for queue in self._queues:
            queue.put_nowait(None)

    def _initial(self) -> Payload:
        workspace = self._workspace
        stacks = [stack for stack in workspace.stacks.values() if stack]
        return self._summary() | {
            "messages": {c.id: c.messages for c in workspace.channels.values()},
            "modalStack": stacks[-1] if stacks else [],
            "homeViews": {user: view for (_, user), view in workspace.homes.items()},
            "log": list(workspace.log)[-200:],
        }

    async def _hear(self, text: str) -> None:
        try:
            said: Any = json.loads(text)
            if said.get("t") == "view_submit":
                await self._submit(said)
            elif said.get("t") in {"view_close", "view_closed"}:
                await self._modals.close_view(said["user"])
        except (SlackError, ValueError, KeyError, AttributeError) as error:
            self.notify({"t": "error", "error": f"{type(error).__name__}: {error}"})

    async def _submit(self, said: Payload) -> None:
        answer = await self._modals.submit(said["user"], said.get("values") or {})
        if not answer["ok"]:
            errors = answer.get("errors", {})
            self.notify({"t": "view_errors", "errors": errors, "error": answer["error"]})


async def _write(socket: web.WebSocketResponse, queue: asyncio.Queue[str | None]) -> None:
    while (text := await queue.get()) is not None:
        try:
            await socket.send_str(text)
        except ConnectionError:
            return
    await socket.close()
