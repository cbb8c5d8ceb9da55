"""The stand-in's rate limits and the faults it injects: what is stored, and what is answered."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from integrations.slack.stand_in import CANBERRA, TOKYO, StandIn
from tests.integrations.slack.stand_in_app import POST, Clock, Payload, client, heard, order


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def stand_in(clock: Clock) -> AsyncIterator[StandIn]:
    async with StandIn(TOKYO, clock=clock) as running:
        yield running


@pytest.fixture
async def web(stand_in: StandIn) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield client(stand_in, session=session)


async def failure(call: Any) -> Any:
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response


async def raw(stand_in: StandIn, **more: Any) -> tuple[int, bytes]:
    """A post with plain aiohttp; no client in the way."""
    headers = {"Authorization": "Bearer xoxb-tokyo"}
    url = stand_in.api_url + "chat.postMessage"
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, json=POST | more, headers=headers) as response,
    ):
        return response.status, await response.read()


async def test_a_second_post_within_the_second_is_told_when_to_come_back(
    stand_in: StandIn, web: AsyncWebClient, clock: Clock
) -> None:
    await web.chat_postMessage(**POST)
    clock.now += 0.5
    response = await failure(web.chat_postMessage(**POST))
    assert response.status_code == 429
    assert response.data == {"ok": False, "error": "ratelimited"}
    assert response.headers["Retry-After"] == "1"
    assert stand_in.self_caused_429 == 1
    assert len(stand_in.messages("C01ADV")) == 1


async def test_each_channel_has_its_own_second(
    stand_in: StandIn, web: AsyncWebClient, clock: Clock
) -> None:
    await web.chat_postMessage(**POST)
    await web.chat_postMessage(**(POST | {"channel": "C02DLG"}))
    clock.now += 1.0
    await web.chat_postMessage(**POST)
    assert stand_in.self_caused_429 == 0
    assert stand_in.post_times == {
        "C01ADV": [clock.now - 1.0, clock.now],
        "C02DLG": [clock.now - 1.0],
    }


async def test_a_refused_post_does_not_use_up_the_second(
    web: AsyncWebClient, stand_in: StandIn
) -> None:
    await failure(web.chat_postMessage(**(POST | {"parse": "full"})))
    assert (await web.chat_postMessage(**POST))["ok"]
    assert stand_in.self_caused_429 == 0


async def test_without_pace_posts_come_as_they_like() -> None:
    async with StandIn(TOKYO, pace=False, clock=Clock()) as stand_in:
        for _ in range(3):
            await client(stand_in).chat_postMessage(**POST)
        assert len(stand_in.post_times["C01ADV"]) == 3


@pytest.mark.parametrize(
    ("method", "args", "most"),
    [
        ("users.list", {}, 20),
        ("conversations.list", {}, 20),
        ("conversations.history", {"channel": "C01ADV"}, 50),
        ("conversations.info", {"channel": "C01ADV"}, 50),
        ("users.info", {"user": "U01SATO"}, 100),
    ],
)
async def test_a_method_is_refused_beyond_its_tier_until_the_minute_has_passed(
    web: AsyncWebClient, clock: Clock, method: str, args: Payload, most: int
) -> None:
    for _ in range(most):
        assert (await web.api_call(method, params=args))["ok"]
    clock.now += 20
    response = await failure(web.api_call(method, params=args))
    assert (response.status_code, response.headers["Retry-After"]) == (429, "40")
    clock.now += 40
    assert (await web.api_call(method, params=args))["ok"]


async def test_workspaces_are_paced_apart(clock: Clock) -> None:
    async with StandIn(TOKYO, clock=clock) as tokyo, StandIn(CANBERRA, clock=clock) as canberra:
        await client(tokyo).chat_postMessage(**POST)
        await client(canberra, "xoxb-canberra").chat_postMessage(**(POST | {"channel": "C11ADV"}))
        assert tokyo.self_caused_429 == canberra.self_caused_429 == 0


async def test_an_injected_429_is_not_counted_as_self_caused(
    stand_in: StandIn, web: AsyncWebClient
) -> None:
    stand_in.faults.add("429", "chat.postMessage", retry_after=7)
    response = await failure(web.chat_postMessage(**POST))
    assert (response.status_code, response.headers["Retry-After"]) == (429, "7")
    assert stand_in.self_caused_429 == 0
    assert stand_in.faults.injected["429"] == 1
    assert (await web.chat_postMessage(**POST))["ok"]


@pytest.mark.parametrize(("kind", "kept"), [("5xx_before", 0), ("5xx_after", 1)])
async def test_a_server_error_leaves_the_post_or_not(
    stand_in: StandIn, kind: str, kept: int
) -> None:
    stand_in.faults.add(kind)
    assert (await raw(stand_in))[0] == 503
    assert len(stand_in.messages("C01ADV")) == kept


@pytest.mark.parametrize(("kind", "kept"), [("cut_before", 0), ("cut_after", 1)])
async def test_a_cut_connection_leaves_the_post_or_not(
    stand_in: StandIn, kind: str, kept: int
) -> None:
    stand_in.faults.add(kind)
    with pytest.raises(aiohttp.ClientError):
        await raw(stand_in)
    assert len(stand_in.messages("C01ADV")) == kept


async def test_a_hanging_call_is_cut_when_its_time_is_over(stand_in: StandIn) -> None:
    stand_in.faults.add("hang", seconds=0.01)
    with pytest.raises(aiohttp.ClientError):
        await raw(stand_in)
    assert stand_in.messages("C01ADV") == []


async def test_a_hanging_call_that_was_stored_is_answered_late(stand_in: StandIn) -> None:
    stand_in.faults.add("hang", seconds=0.01, stored=True)
    assert (await raw(stand_in))[0] == 200
    assert len(stand_in.messages("C01ADV")) == 1


async def test_stopping_releases_a_call_that_hangs() -> None:
    stand_in = StandIn(TOKYO)
    await stand_in.start()
    stand_in.faults.add("hang", seconds=600, stored=True)
    async with aiohttp.ClientSession() as session, session.ws_connect(stand_in.url + "/ui") as ui:
        waiting = asyncio.create_task(raw(stand_in))
        await heard(ui, "message")
        await stand_in.stop()
    with pytest.raises(aiohttp.ClientError):
        await waiting


async def test_named_errors_and_the_limit_in_a_200(stand_in: StandIn, web: AsyncWebClient) -> None:
    stand_in.faults.add("error:fatal_error", "chat.postMessage")
    stand_in.faults.add("limited_200", "chat.postMessage")
    assert (await failure(web.chat_postMessage(**POST))).data["error"] == "fatal_error"
    limited = await failure(web.chat_postMessage(**POST))
    assert (limited.status_code, limited.data["error"]) == (200, "message_limit_exceeded")
    assert (await web.chat_postMessage(**POST))["ok"]


async def test_a_fault_meets_only_its_method_and_channel(
    stand_in: StandIn, web: AsyncWebClient
) -> None:
    stand_in.faults.add("5xx_before", "chat.postMessage", channel="C02DLG", times=2)
    assert (await web.chat_postMessage(**POST))["ok"]
    assert (await web.auth_test())["ok"]
    assert (await raw(stand_in, channel="C02DLG"))[0] == 503
    assert (await raw(stand_in, channel="C02DLG"))[0] == 503
    assert (await raw(stand_in, channel="C02DLG"))[0] == 200


async def test_random_faults_are_the_same_for_the_same_seed() -> None:
    async def run() -> list[int]:
        async with StandIn(TOKYO, pace=False) as stand_in:
            kinds = ["429", "5xx_before", "5xx_after"]
            stand_in.faults.add(kinds, "chat.postMessage", probability=0.5, seed=3)
            return [(await raw(stand_in))[0] for _ in range(20)]

    first = await run()
    assert first == await run()
    assert set(first) == {200, 429, 503}


async def test_lagging_history_shows_a_message_later(
    stand_in: StandIn, web: AsyncWebClient, clock: Clock
) -> None:
    stand_in.faults.history_lag = 5.0
    ts = (await web.chat_postMessage(**POST))["ts"]
    assert (await web.conversations_history(channel="C01ADV"))["messages"] == []
    assert (await failure(web.conversations_replies(channel="C01ADV", ts=ts))).data["error"]
    clock.now += 5.0
    assert len((await web.conversations_history(channel="C01ADV"))["messages"]) == 1
    assert len((await web.conversations_replies(channel="C01ADV", ts=ts))["messages"]) == 1


async def test_faults_are_ordered_and_cleared_through_control(stand_in: StandIn) -> None:
    assert (await order(stand_in, "fault", kind="5xx_before", times=5))["ok"]
    assert (await raw(stand_in))[0] == 503
    assert (await order(stand_in, "fault", clear=True, history_lag=2))["ok"]
    assert stand_in.faults.history_lag == 2
    assert (await raw(stand_in))[0] == 200
    assert (await order(stand_in, "fault", kind="plague"))["error"] == "invalid_order"
    assert (await order(stand_in, "fault", events={"plague": 1}))["error"] == "invalid_order"


async def test_an_outage_keeps_the_port_and_the_state(stand_in: StandIn) -> None:
    await raw(stand_in)
    port = stand_in.port
    await stand_in.stop()
    with pytest.raises(aiohttp.ClientError):
        await raw(stand_in)
    await stand_in.start()
    assert stand_in.port == port
    assert len(stand_in.messages("C01ADV")) == 1


async def test_reset_forgets_everything(stand_in: StandIn) -> None:
    await raw(stand_in)
    stand_in.faults.add("5xx_before")
    assert (await order(stand_in, "reset"))["ok"]
    assert stand_in.messages("C01ADV") == []
    assert stand_in.post_times == {}
    assert (await raw(stand_in))[0] == 200
