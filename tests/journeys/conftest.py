"""The bridge every journey crosses: on the strict stand-in, and on third-party workspaces."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Literal

import aiohttp
import pytest
import structlog

from integrations.slack.local.workspaces import LocalWorkspaces, LocalWorkspacesUnavailable
from integrations.slack.stand_in import CANBERRA, TOKYO, StandIn, WorkspaceSpec
from tests.journeys.bridge import BEGINNING, Bridge, ShiftedClock
from tests.journeys.hands import SECONDS

CACHE = Path(__file__).parents[2] / ".demo"
THIRD_PARTY = pytest.param(
    "third_party", marks=[pytest.mark.third_party, pytest.mark.xdist_group("third_party")]
)
FAULTS = ("edge.surprise", "outbox.attempt_fault")


@pytest.fixture(scope="session")
def third_party_urls() -> Iterator[Mapping[str, str]]:
    """Tokyo and Canberra of the third-party server, one pair for all journeys of this worker."""
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        workspaces = LocalWorkspaces(CACHE)
        try:
            runner.run(workspaces.start())
        except LocalWorkspacesUnavailable as refusal:
            pytest.skip(f"the third-party workspaces are not available: {refusal.reason}")
        yield workspaces.urls
        runner.run(workspaces.stop())


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture(params=["strict", THIRD_PARTY])
def others_urls(request: pytest.FixtureRequest) -> Mapping[str, str] | None:
    """The third-party workspaces, or None where the journey is on our own stand-in."""
    if request.param == "strict":
        return None
    urls: Mapping[str, str] = request.getfixturevalue("third_party_urls")
    return urls


@pytest.fixture
async def bridge(
    others_urls: Mapping[str, str] | None, tmp_path: Path, session: aiohttp.ClientSession
) -> AsyncIterator[Bridge]:
    """The bridge on each kind of workspace: for journeys that hold wherever Slack is spoken."""
    if others_urls is None:
        async with strict_bridge(tmp_path, session) as bridge:
            yield bridge
        return
    for url in others_urls.values():
        async with session.post(f"{url}/_control/reset", json={}) as answer:
            assert answer.ok
    async with running(Bridge(tmp_path, others_urls, session, {})) as bridge:
        yield bridge


@pytest.fixture
async def strict(tmp_path: Path, session: aiohttp.ClientSession) -> AsyncIterator[Bridge]:
    """The bridge on the stand-in that enforces Slack's limits and fails on demand."""
    async with strict_bridge(tmp_path, session) as bridge:
        yield bridge


@pytest.fixture
async def over_http(tmp_path: Path, session: aiohttp.ClientSession) -> AsyncIterator[Bridge]:
    """The bridge to which both workspaces send signed requests instead of holding a socket."""
    async with strict_bridge(tmp_path, session, "http") as bridge:
        yield bridge


@asynccontextmanager
async def strict_bridge(
    folder: Path, session: aiohttp.ClientSession, mode: Literal["socket", "http"] = "socket"
) -> AsyncIterator[Bridge]:
    # How old a signature is the application judges by the machine's clock, which is not moved.
    clock = ShiftedClock(BEGINNING if mode == "socket" else None)
    async with AsyncExitStack() as standing:
        stand_ins = {
            name: await standing.enter_async_context(
                StandIn(_in_mode(spec, mode), ack_timeout=SECONDS, clock=clock.seconds)
            )
            for name, spec in (("tokyo", TOKYO), ("canberra", CANBERRA))
        }
        urls = {name: one.url for name, one in stand_ins.items()}
        async with running(Bridge(folder, urls, session, stand_ins, mode, clock)) as bridge:
            yield bridge
        for name, one in stand_ins.items():
            assert one.self_caused_429 == 0, f"{name} was asked for more than Slack permits"


@asynccontextmanager
async def running(bridge: Bridge) -> AsyncIterator[Bridge]:
    """The application from start to stop; whatever it did not foresee fails the journey."""
    with structlog.testing.capture_logs() as bridge.logs:
        try:
            await bridge.start()
            yield bridge
        finally:
            await bridge.app.stop()
            for line in bridge.logs:
                print(line)
    assert [line for line in bridge.logs if line["event"] in FAULTS] == []


def _in_mode(spec: WorkspaceSpec, mode: Literal["socket", "http"]) -> WorkspaceSpec:
    return replace(spec, apps=tuple(replace(app, mode=mode) for app in spec.apps))
