"""The same bridge where Slack calls us: signed requests in, the same promises kept."""

from __future__ import annotations

import asyncio

import pytest
from pytest_socket import SocketConnectBlockedError

from tests.journeys.bridge import Bridge, code_in

PARTS = ("database", "clock", "dispatcher", "slack:tokyo", "slack:canberra")


async def test_the_whole_way_over_signed_requests(over_http: Bridge) -> None:
    bridge = over_http
    await bridge.enrol_everybody()
    await bridge.link()
    ts = await bridge.suzuki.says("#advisory [TLP:GREEN] over HTTP")
    copy = await bridge.nguyen.sees("over HTTP", "TLP:GREEN")
    assert "Receipt of" in await bridge.baker.hears_on_pressing(copy, "acknowledge")
    await bridge.suzuki.sees_on_card(ts, "Tom Baker", "転送済み")
    await bridge.nguyen.says("＃ａｄｖｉｓｏｒｙ 【ＴＬＰ：ＧＲＥＥＮ】 back over HTTP")
    await bridge.suzuki.sees("back over HTTP")
    await bridge.tanaka.opens("/link propose")
    faults = await bridge.tanaka.sends(to="DFAT", tags="!!!")
    assert faults is not None
    assert "tags" in faults
    assert await bridge.tanaka.sends(to="DFAT", tags="worm") is None
    assert code_in(await bridge.tanaka.reads_the_form())
    assert "You are not enrolled" in await bridge.contractor.types("/link list")
    await bridge.order(bridge.tokyo, "redeliver", n=5, fresh_ids=True)
    await bridge.suzuki.says("#advisory TLP:GREEN the sentinel")
    await bridge.nguyen.sees("the sentinel")
    assert len(await bridge.nguyen.posts_with("over HTTP", "鈴木")) == 1
    await _health_is_told(bridge)


async def test_unsigned_requests_are_turned_away(over_http: Bridge) -> None:
    body = {"type": "event_callback", "team_id": "T0TOKYO", "event": {"type": "message"}}
    async with over_http.session.post(f"{over_http.url}/slack/events", json=body) as answer:
        assert answer.status == 401


async def test_health_and_metrics_are_served_in_socket_mode_too(strict: Bridge) -> None:
    await _health_is_told(strict)
    body = {"type": "event_callback", "team_id": "T0TOKYO", "event": {"type": "message"}}
    async with strict.session.post(f"{strict.url}/slack/events", json=body) as answer:
        assert answer.status == 401


@pytest.mark.filterwarnings("ignore:A test tried to use socket")
async def test_no_journey_leaves_this_machine() -> None:
    with pytest.raises(SocketConnectBlockedError):
        await asyncio.open_connection("192.0.2.1", 80)


async def _health_is_told(bridge: Bridge) -> None:
    async with bridge.session.get(f"{bridge.url}/healthz") as answer:
        assert answer.status == 200
    async with bridge.session.get(f"{bridge.url}/readyz") as answer:
        assert answer.status == 200
        parts = await answer.json()
    assert parts == dict.fromkeys(PARTS, True)
    async with bridge.session.get(f"{bridge.url}/metrics") as answer:
        assert answer.status == 200
        metrics = await answer.text()
    assert "kakehashi_database_up 1.0" in metrics
    assert 'kakehashi_deliveries{state="waiting"}' in metrics
