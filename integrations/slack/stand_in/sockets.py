"""Socket Mode: up to ten connections per app, each envelope to exactly one of them, in turn."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from aiohttp import WSMsgType, web

from integrations.slack.stand_in.refusals import Payload
from integrations.slack.stand_in.state import App, Workspace

CONNECTIONS_MOST = 10
_CLOSING = (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR)


@dataclass(slots=True)
class Reply:
    """An acknowledgement, with what the app answered in it."""

    payload: Any = None


@dataclass(slots=True, eq=False)
class Connection:
    """One open socket of an app; `draining` ones get no further envelopes."""

    app: App
    socket: web.WebSocketResponse
    request: web.Request
    waiting: dict[str, asyncio.Future[Reply | None]] = field(default_factory=dict)
    draining: bool = False
    received: int = 0


class Sockets:
    """All Socket Mode connections of a workspace.

    `connected` is set while at least one connection stands. `ping_interval` in seconds.
    """

    def __init__(self, workspace: Workspace, ping_interval: float) -> None:
        self._workspace = workspace
        self._ping_interval = ping_interval
        self._tickets: dict[str, App] = {}
        self._next: dict[str, int] = {}
        self._connections: dict[str, list[Connection]] = {}
        self.connected = asyncio.Event()
        self.on_connect: Callable[[App], None] = lambda _app: None

    def connections(self, app_id: str | None = None) -> list[Connection]:
        """The standing connections of one app, or of all."""
        if app_id is not None:
            return list(self._connections.get(app_id, ()))
        return [c for connections in self._connections.values() for c in connections]

    def ticket(self, app: App) -> str:
        """A WebSocket address good for one connection."""
        ticket = uuid4().hex
        self._tickets[ticket] = app
        address = self._workspace.url.replace("http://", "ws://", 1)
        return f"{address}/link?ticket={ticket}&app_id={app.id}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Hold one connection until either side ends it."""
        app = self._tickets.pop(request.query.get("ticket", ""), None)
        if app is None:
            return web.Response(status=403)
        socket = web.WebSocketResponse(heartbeat=self._ping_interval, max_msg_size=8 << 20)
        await socket.prepare(request)
        connections = self._connections.setdefault(app.id, [])
        if len(connections) >= CONNECTIONS_MOST:
            await socket.send_json(_disconnect("too_many_websockets"))
            await socket.close()
            return socket
        connection = Connection(app, socket, request)
        connections.append(connection)
        try:
            await socket.send_json(self._hello(app, len(connections)))
            self._stands(app)
            await self._listen(connection)
        finally:
            self._gone(connection)
        return socket

    async def attempt(self, app: App, envelope: Payload, timeout: float) -> Reply | None:  # noqa: ASYNC109
        """Send to one connection, wait at most `timeout` seconds for its ack; None if none came."""
        connection = self._choose(app.id)
        if connection is None:
            return None
        envelope_id = str(envelope["envelope_id"])
        waiting: asyncio.Future[Reply | None] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope_id] = waiting
        connection.received += 1
        try:
            await connection.socket.send_str(json.dumps(envelope, ensure_ascii=False))
            return await asyncio.wait_for(waiting, timeout)
        except (TimeoutError, ConnectionError):
            return None
        finally:
            connection.waiting.pop(envelope_id, None)

    async def request_disconnect(
        self, app_id: str | None = None, reason: str = "refresh_requested", count: int | None = None
    ) -> int:
        """Ask the oldest `count` connections (None: all) to go; returns how many were asked."""
        chosen = self.connections(app_id)[:count]
        for connection in chosen:
            connection.draining = reason != "warning"
            await connection.socket.send_json(_disconnect(reason))
        return len(chosen)

    def drop(self, app_id: str | None = None, count: int | None = None) -> int:
        """Cut the oldest `count` connections (None: all) without a word; returns how many."""
        chosen = self.connections(app_id)[:count]
        for connection in chosen:
            self._gone(connection)
            if connection.request.transport is not None:
                connection.request.transport.abort()
        return len(chosen)

    async def close(self) -> None:
        """Close every connection, as a stopping server does."""
        for connection in self.connections():
            self._gone(connection)
            await connection.socket.close()

    def _hello(self, app: App, count: int) -> Payload:
        info = {"host": "stand-in", "approximate_connection_time": 18060}
        return {
            "type": "hello",
            "num_connections": count,
            "connection_info": {"app_id": app.id},
            "debug_info": info,
        }

    def _stands(self, app: App) -> None:
        self._workspace.record("to_bot", "socket", f"socket connected (hello) [{app.id}]")
        self.connected.set()
        self.on_connect(app)

    async def _listen(self, connection: Connection) -> None:
        while True:
            message = await connection.socket.receive()
            if message.type in _CLOSING:
                return
            if message.type == WSMsgType.TEXT:
                self._hear(connection, message.data)

    def _hear(self, connection: Connection, text: str) -> None:
        try:
            said = json.loads(text)
        except ValueError:
            return
        envelope_id = said.get("envelope_id") if isinstance(said, dict) else None
        waiting = connection.waiting.get(str(envelope_id))
        if waiting is not None and not waiting.done():
            waiting.set_result(Reply(said.get("payload")))
            self._workspace.record("from_bot", "ack", f"ack {envelope_id}", said.get("payload"))

    def _choose(self, app_id: str) -> Connection | None:
        able = [
            c
            for c in self._connections.get(app_id, ())
            if not (c.draining or c.socket.closed or c.request.transport is None)
        ]
        if not able:
            return None
        turn = self._next.get(app_id, 0)
        self._next[app_id] = turn + 1
        return able[turn % len(able)]

    def _gone(self, connection: Connection) -> None:
        connections = self._connections.get(connection.app.id, [])
        if connection not in connections:
            return
        connections.remove(connection)
        for waiting in connection.waiting.values():
            if not waiting.done():
                waiting.set_result(None)
        if not self.connections():
            self.connected.clear()
        self._workspace.record("to_bot", "socket", f"socket gone [{connection.app.id}]")


def _disconnect(reason: str) -> Payload:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "stand-in"}}
