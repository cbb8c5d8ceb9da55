"""A bot that stops leaves nothing behind that listens without hearing."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from slack_sdk.socket_mode.aiohttp import SocketModeClient

from tests.journeys.bridge import Bridge

# Long for a connection on loopback; how long it is waited for one that must not come.
A_WHILE = 1.0


async def test_no_connection_is_made_any_more_while_those_that_stand_are_ended(
    strict: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    sockets = strict.stand_ins["tokyo"].sockets
    may_go_on = asyncio.Event()
    issue = SocketModeClient.issue_new_wss_url

    async def slow_for_the_second(self: SocketModeClient) -> str:
        if sockets.connections() and self.app_token == "xapp-tokyo":
            await may_go_on.wait()
        return await issue(self)

    monkeypatch.setattr(SocketModeClient, "issue_new_wss_url", slow_for_the_second)
    await strict.restart()
    settle = strict.app.edge.settle

    async def settle_late() -> None:
        """Called once the connections that stood are ended."""
        may_go_on.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(A_WHILE):
                await sockets.connected.wait()
        await settle()

    monkeypatch.setattr(strict.app.edge, "settle", settle_late)
    assert len(sockets.connections()) == 1
    await strict.app.stop()
    assert sockets.connections() == []
