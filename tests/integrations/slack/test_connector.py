"""What counts as heard: over HTTP what was read back, and nothing before the bot knows itself."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest

from bot import errors
from bot.domain.officials import Government
from integrations.slack import stand_in
from integrations.slack.bolt import SOCKETS, Connector, Identities, Identity, Listener, build_bolt
from integrations.slack.connections import Connection
from integrations.slack.gateway import clients_for, new_session
from integrations.slack.stand_in import StandIn
from integrations.slack.stand_in.sockets import Connection as Socket
from integrations.slack.stand_in.sockets import Sockets
from tests.cast import TOKYO


class Notebook:
    """A listener that writes down what it is asked for, and is told when there is enough."""

    def __init__(self, wanted: int) -> None:
        self.asked: list[str] = []
        self.is_full = asyncio.Event()
        self._wanted = wanted

    async def catch_up(self, team: str) -> bool:
        self._note("catch_up")
        return True

    async def note_heard(self, team: str) -> None:
        self._note("heard")

    def note_lost(self, team: str) -> None:
        self._note("lost")

    def note_gaps(self, team: str) -> bool:
        return False

    async def wait_for_gap(self, team: str, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def note_doubt(self, team: str) -> None:
        self._note("doubt")

    def _note(self, what: str) -> None:
        self.asked.append(what)
        if len(self.asked) >= self._wanted:
            self.is_full.set()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with new_session() as one:
        yield one


@pytest.fixture
async def tokyo() -> AsyncIterator[StandIn]:
    async with StandIn(stand_in.TOKYO) as one:
        yield one


async def already_known(_identity: Identity) -> None:
    """Nothing is to be done about who the bot is."""


def connector(
    slack: StandIn,
    mode: str,
    session: aiohttp.ClientSession,
    listener: Listener,
    learned: Callable[[Identity], Awaitable[None]] = already_known,
    **paces: float,
) -> Connector:
    url = f"{slack.url}/api/"
    one = Connection(
        "tokyo", Government.JP, TOKYO, mode, url, "xoxb-tokyo", "xapp-tokyo", "tokyo-fake-secret"
    )
    client = clients_for((one,), session)[TOKYO]
    return Connector(one, client, build_bolt((one,), Identities()), learned, listener, **paces)


async def test_over_http_only_what_was_read_back_counts_as_heard(
    tokyo: StandIn, session: aiohttp.ClientSession
) -> None:
    notebook = Notebook(wanted=5)
    hearing = connector(tokyo, "http", session, notebook, watch_seconds=0, read_back_seconds=0)
    task = asyncio.create_task(hearing.run())
    await notebook.is_full.wait()
    task.cancel()
    assert notebook.asked[:5] == ["catch_up", "doubt", "catch_up", "doubt", "catch_up"]


async def test_no_socket_is_opened_before_the_bot_knows_who_it_is(
    tokyo: StandIn, session: aiohttp.ClientSession
) -> None:
    asked = asyncio.Event()

    async def learned(_identity: Identity) -> None:
        asked.set()
        raise errors.DatabaseBusy

    hearing = connector(tokyo, "socket", session, Notebook(wanted=1), learned)
    task = asyncio.create_task(hearing.run())
    await asked.wait()
    asked.clear()
    # A busy database is no reason to give up: it is tried again.
    await asked.wait()
    assert not task.done()
    assert not await hearing.is_connected()
    assert tokyo.sockets.connections() == []
    task.cancel()
    await hearing.close()


async def test_a_connection_whose_other_end_is_deaf_is_cut(
    tokyo: StandIn, session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Left standing, it would be given events that nobody takes in any more."""
    gone = asyncio.Event()

    async def deaf(_self: Sockets, connection: Socket) -> None:
        while connection.request.transport is not None:  # noqa: ASYNC110 nobody announces it
            await asyncio.sleep(0.01)
        if len(tokyo.sockets.connections()) == 1:
            gone.set()

    monkeypatch.setattr(Sockets, "_listen", deaf)
    notebook = Notebook(wanted=1)
    hearing = connector(tokyo, "socket", session, notebook)
    task = asyncio.create_task(hearing.run())
    await notebook.is_full.wait()
    assert len(tokyo.sockets.connections()) == SOCKETS
    # Whoever stops the bot waits that long for all of it; one farewell alone would take as much.
    async with asyncio.timeout(10):
        await hearing.close()
        await gone.wait()
    task.cancel()


async def test_a_connection_that_is_being_made_ends_with_its_maker(
    tokyo: StandIn, session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    stands = asyncio.Event()

    async def unanswered(_self: aiohttp.ClientWebSocketResponse, _message: bytes) -> None:
        stands.set()
        await asyncio.Event().wait()

    # The first thing that is said along a new connection.
    monkeypatch.setattr(aiohttp.ClientWebSocketResponse, "ping", unanswered)
    task = asyncio.create_task(connector(tokyo, "socket", session, Notebook(wanted=1)).run())
    async with asyncio.timeout(20):
        await stands.wait()
        await tokyo.sockets.connected.wait()
        task.cancel()
        await asyncio.wait([task])
        while tokyo.sockets.connections():  # noqa: ASYNC110 nobody announces it
            await asyncio.sleep(0.01)
