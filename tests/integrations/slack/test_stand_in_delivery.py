"""Events on their way to an app: their shapes, Socket Mode, redelivery, signed HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import ClientSession, WSMsgType
from aiohttp import web as server
from slack_sdk.signature import Clock as SlackClock
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse

from integrations.slack.stand_in import TOKYO, StandIn, WorkspaceSpec
from tests.integrations.slack.stand_in_app import (
    POST,
    SILENCE,
    Clock,
    Payload,
    SocketApp,
    client,
    look,
    order,
)


@pytest.fixture
async def stand_in() -> AsyncIterator[StandIn]:
    async with StandIn(TOKYO, pace=False, clock=Clock(), retry_delays=(0.0,)) as running:
        yield running


@pytest.fixture
async def app(stand_in: StandIn) -> AsyncIterator[SocketApp]:
    async with SocketApp(stand_in) as running:
        yield running


async def test_a_message_is_answered_after_the_app_has_acked(
    stand_in: StandIn, app: SocketApp
) -> None:
    said = await order(stand_in, "message", channel="C01ADV", user="U01SATO", text="a <b> & c")
    event = app.event("message")
    assert said["acked"]
    assert event["text"] == "a <b> & c"
    assert event["ts"] == event["event_ts"] == said["message"]["ts"]
    assert (event["channel"], event["channel_type"], event["team"]) == (
        "C01ADV",
        "channel",
        "T0TOKYO",
    )
    assert app.envelopes[0]["payload"]["authorizations"][0]["user_id"] == "U0TOKYOBOT"
    assert app.envelopes[0]["payload"]["event_id"].startswith("Ev")


async def test_text_is_escaped_as_slack_does_when_entities_are_asked_for(
    stand_in: StandIn, app: SocketApp
) -> None:
    text = "a<b & <@U01SATO> <!here> <!alarm> <https://a.example|x> &amp;"
    await order(stand_in, "message", channel="C01ADV", user="U01SATO", text=text, entities=True)
    wanted = "a&lt;b &amp; <@U01SATO> <!here> &lt;!alarm&gt; <https://a.example|x> &amp;amp;"
    assert app.event("message")["text"] == wanted


async def test_naming_the_bot_raises_a_mention(stand_in: StandIn, app: SocketApp) -> None:
    await order(stand_in, "message", channel="C01ADV", user="U01SATO", text="<@U0TOKYOBOT> hi")
    assert app.event("app_mention")["ts"] == app.event("message")["ts"]


async def test_own_posts_come_back_as_events_without_their_metadata(
    stand_in: StandIn, app: SocketApp
) -> None:
    ts = (await client(stand_in).chat_postMessage(**POST))["ts"]
    await app.received(1)
    event = app.event("message")
    assert (event["ts"], event["bot_id"], event["app_id"]) == (ts, "B0TOKYOBOT", "A0TOKYO")
    assert event["user"] == "U0TOKYOBOT"
    assert "metadata" not in event


async def test_a_foreign_bot_is_heard_and_known(stand_in: StandIn, app: SocketApp) -> None:
    await order(stand_in, "bot-message", channel="C01ADV", bot_id="B0FEED", text="<@U0TOKYOBOT>")
    assert app.event("message")["bot_id"] == "B0FEED"
    assert app.event("app_mention")["app_id"] == "A0FEED"
    assert (await client(stand_in).bots_info(bot="B0FEED"))["bot"]["user_id"] == "U0FEED"


async def test_edits_and_deletions_tell_before_and_after(stand_in: StandIn, app: SocketApp) -> None:
    place = {"channel": "C01ADV", "user": "U01SATO"}
    ts = (await order(stand_in, "message", **place, text="one"))["message"]["ts"]
    await order(stand_in, "edit-message", **place, ts=ts, text="two")
    await order(stand_in, "delete-message", **place, ts=ts)
    changed = app.event("message", "message_changed")
    assert changed["message"]["text"] == "two"
    assert changed["message"]["edited"]["user"] == "U01SATO"
    assert changed["previous_message"]["text"] == "one"
    deleted = app.event("message", "message_deleted")
    assert (deleted["deleted_ts"], deleted["previous_message"]["text"]) == (ts, "two")
    assert app.event("message")["text"] == "one"


async def test_reactions_threads_and_files_are_told(stand_in: StandIn, app: SocketApp) -> None:
    place = {"channel": "C01ADV", "user": "U01SATO"}
    ts = (await order(stand_in, "message", **place, text="one"))["message"]["ts"]
    attached = [{"name": "a.txt", "content": "x", "mimetype": "text/plain"}]
    await order(stand_in, "message", **place, text="two", thread_ts=ts, files=attached)
    await order(stand_in, "reaction", **place, ts=ts, name="eyes")
    await order(stand_in, "reaction", **place, ts=ts, name="eyes", present=False)
    reply = app.event("message", "file_share")
    assert (reply["thread_ts"], reply["files"][0]["name"]) == (ts, "a.txt")
    assert app.event("reaction_added")["item"] == {
        "type": "message",
        "channel": "C01ADV",
        "ts": ts,
    }
    assert app.event("reaction_removed")["reaction"] == "eyes"


async def test_changes_of_a_channel_are_told(stand_in: StandIn, app: SocketApp) -> None:
    await order(stand_in, "join", channel="C01ADV", user="U08GUEST")
    await order(stand_in, "leave", channel="C01ADV", user="U08GUEST")
    await order(stand_in, "rename", channel="C01ADV", name="new-name")
    await order(stand_in, "share", channel="C01ADV", teams=["T0OTHER"])
    about = (await client(stand_in).conversations_info(channel="C01ADV"))["channel"]
    await order(stand_in, "share", channel="C01ADV", teams=[])
    await order(stand_in, "archive", channel="C01ADV")
    assert app.event("member_joined_channel")["user"] == "U08GUEST"
    assert app.event("member_left_channel")["user"] == "U08GUEST"
    assert app.event("channel_rename")["channel"]["name"] == "new-name"
    assert app.event("channel_shared")["connected_team_id"] == "T0OTHER"
    assert app.event("channel_unshared")["previously_connected_team_id"] == "T0OTHER"
    assert app.event("channel_archive")["channel"] == "C01ADV"
    assert about["is_ext_shared"]
    assert about["shared_team_ids"] == ["T0TOKYO", "T0OTHER"]


async def test_any_event_can_be_raised_and_any_account_made(
    stand_in: StandIn, app: SocketApp
) -> None:
    await order(stand_in, "event", event={"type": "app_uninstalled"})
    assert app.event("app_uninstalled")
    await order(stand_in, "user", id="U0NEW", name="new", is_stranger=True, team_id="T0OTHER")
    await order(stand_in, "user", id="U0NEW", is_ultra_restricted=True)
    user = (await client(stand_in).users_info(user="U0NEW"))["user"]
    assert (user["team_id"], user["is_stranger"]) == ("T0OTHER", True)
    assert user["is_ultra_restricted"]


async def test_an_app_hears_nothing_from_channels_it_is_not_in(
    stand_in: StandIn, app: SocketApp
) -> None:
    await order(stand_in, "leave", channel="C02DLG", user="U0TOKYOBOT")
    await order(stand_in, "message", channel="C02DLG", user="U01SATO", text="alone")
    assert app.event("channel_left")["channel"] == "C02DLG"
    assert [e["type"] for e in app.events] == ["channel_left"]


async def test_each_envelope_goes_to_one_connection_in_turn(stand_in: StandIn) -> None:
    async with SocketApp(stand_in) as one, SocketApp(stand_in) as two:
        for number in range(4):
            await stand_in.people.message("C01ADV", "U01SATO", str(number))
        assert [e["text"] for e in one.events] == ["0", "2"]
        assert [e["text"] for e in two.events] == ["1", "3"]
        assert two.control[0]["num_connections"] == 2


async def test_an_eleventh_connection_is_sent_away(stand_in: StandIn, app: SocketApp) -> None:
    more = [SocketApp(stand_in) for _ in range(10)]
    for one in more:
        await one.__aenter__()
    assert more[-1].control[0]["reason"] == "too_many_websockets"
    assert len(stand_in.sockets.connections()) == 10
    for one in more:
        await one.__aexit__(None, None, None)


async def test_an_event_without_ack_comes_again_at_once(stand_in: StandIn) -> None:
    stand_in.deliveries.ack_timeout = 0.05
    stand_in.deliveries.retry_delays = (0.0,) * 400

    async def silent_at_first(envelope: Payload) -> Any:
        return None if envelope["retry_attempt"] else SILENCE

    async with SocketApp(stand_in, silent_at_first) as app:
        said = await stand_in.people.message("C01ADV", "U01SATO", "x")
        assert said["acked"]
        assert [e["retry_attempt"] for e in app.envelopes[:2]] == [0, 1]
        assert app.envelopes[1]["retry_reason"] == "timeout"
        assert app.envelopes[0]["payload"]["event_id"] == app.envelopes[1]["payload"]["event_id"]


async def test_an_event_survives_the_loss_of_its_connection(stand_in: StandIn) -> None:
    async def cut(_envelope: Payload) -> Any:
        stand_in.sockets.drop(count=1)
        return SILENCE

    async with SocketApp(stand_in, cut), SocketApp(stand_in) as other:
        assert (await stand_in.people.message("C01ADV", "U01SATO", "x"))["acked"]
        assert other.events[0]["text"] == "x"


async def test_with_no_connection_an_event_waits_for_its_retry(stand_in: StandIn) -> None:
    stand_in.deliveries.retry_delays = (0.0, *[0.05] * 400)
    said = await stand_in.people.message("C01ADV", "U01SATO", "x")
    assert not said["acked"]
    async with SocketApp(stand_in) as app:
        await app.received(1)
        assert app.envelopes[0]["retry_attempt"] >= 2


async def test_a_disconnect_is_asked_for_and_the_connection_gets_nothing_more(
    stand_in: StandIn,
) -> None:
    async with SocketApp(stand_in) as one, SocketApp(stand_in) as two:
        assert (await order(stand_in, "disconnect", count=1))["asked"] == 1
        for _ in range(2):
            await stand_in.people.message("C01ADV", "U01SATO", "x")
        await one.received(2, "control")
        assert one.control[1]["reason"] == "refresh_requested"
        assert (len(one.events), len(two.events)) == (0, 2)


async def test_sockets_are_dropped_through_control(stand_in: StandIn, app: SocketApp) -> None:
    assert (await order(stand_in, "fault", drop="all"))["dropped"] == 1
    await app.reader
    assert stand_in.sockets.connections() == []


async def test_events_are_delivered_several_times_and_shuffled(
    stand_in: StandIn, app: SocketApp
) -> None:
    stand_in.faults.disturb_events(duplicates=4, window=5, fresh_ids=True, seed=1)
    texts = [str(n) for n in range(20)]
    await asyncio.gather(*(stand_in.people.message("C01ADV", "U01SATO", t) for t in texts))
    heard = [e["text"] for e in app.events]
    assert set(heard) == set(texts)
    assert len(heard) > len(texts)
    assert list(dict.fromkeys(heard)) != texts
    ids = [e["payload"]["event_id"] for e in app.envelopes]
    assert len(set(ids)) == len(ids)


async def test_the_last_events_are_delivered_again_on_request(
    stand_in: StandIn, app: SocketApp
) -> None:
    for number in range(3):
        await stand_in.people.message("C01ADV", "U01SATO", str(number))
    assert (await order(stand_in, "redeliver", n=2))["redelivered"] == 2
    assert [e["text"] for e in app.events] == ["0", "1", "2", "1", "2"]
    ids = [e["payload"]["event_id"] for e in app.envelopes]
    assert ids[1:3] == ids[3:]


async def test_a_ticket_is_good_for_one_connection(stand_in: StandIn, app: SocketApp) -> None:
    opened = await app.call("apps.connections.open", "xapp-tokyo")
    async with app.session.ws_connect(opened["url"]):
        pass
    async with app.session.get(opened["url"].replace("ws://", "http://")) as response:
        assert response.status == 403
    assert (await app.call("apps.connections.open", "xoxb-tokyo"))["ok"] is False


async def test_the_server_pings() -> None:
    async with StandIn(TOKYO, ping_interval=0.01) as stand_in, ClientSession() as session:
        address = stand_in.sockets.ticket(stand_in.state.apps["A0TOKYO"])
        async with session.ws_connect(address, autoping=False) as socket:
            assert (await socket.receive_json())["type"] == "hello"
            assert (await socket.receive()).type == WSMsgType.PING


async def test_slack_sdks_own_socket_client_is_served(stand_in: StandIn) -> None:
    heard: list[str] = []

    async def listen(socket: Any, request: Any) -> None:
        heard.append(request.payload["event"]["text"])
        await socket.send_socket_mode_response(SocketModeResponse(request.envelope_id))

    socket: Any = SocketModeClient("xapp-tokyo", web_client=client(stand_in))
    socket.socket_mode_request_listeners.append(listen)
    await socket.connect()
    await stand_in.sockets.connected.wait()
    assert (await stand_in.people.message("C01ADV", "U01SATO", "x"))["acked"]
    assert heard == ["x"]
    await socket.close()


async def test_the_log_tells_both_directions(stand_in: StandIn, app: SocketApp) -> None:
    await client(stand_in).chat_postMessage(**POST)
    await app.received(1)
    kinds = {(e["direction"], e["kind"]) for e in (await look(stand_in, "log"))["log"]}
    assert {("from_bot", "web_api"), ("to_bot", "events_api")} <= kinds
    assert "xoxb-" not in json.dumps(await look(stand_in, "log"))


@dataclass
class RequestUrl:
    """A request URL that keeps what it receives and answers from a list."""

    answers: list[tuple[int, str]] = field(default_factory=list)
    received: list[tuple[dict[str, str], str]] = field(default_factory=list)
    url: str = ""

    async def serve(self, request: server.Request) -> server.Response:
        headers = {key.lower(): value for key, value in request.headers.items()}
        self.received.append((headers, await request.text()))
        status, text = self.answers.pop(0) if self.answers else (200, "")
        return server.Response(status=status, text=text)


@pytest.fixture
async def target() -> AsyncIterator[RequestUrl]:
    request_url = RequestUrl()
    application = server.Application()
    application.router.add_post("/slack/events", request_url.serve)
    runner = server.AppRunner(application)
    await runner.setup()
    await server.TCPSite(runner, "127.0.0.1", 0).start()
    request_url.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    yield request_url
    await runner.cleanup()


def over_http(url: str) -> WorkspaceSpec:
    return replace(TOKYO, apps=(replace(TOKYO.apps[0], mode="http", request_url=url),))


class Fixed(SlackClock):
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock.now


async def test_http_requests_are_signed_and_retried(target: RequestUrl) -> None:
    target.answers = [(500, "")]
    clock = Clock()
    verifier = SignatureVerifier("tokyo-signing-secret", Fixed(clock))
    async with StandIn(over_http(target.url), clock=clock, retry_delays=(0.0,)) as stand_in:
        assert (await stand_in.people.message("C01ADV", "U01SATO", "挨拶"))["acked"]
    (first, body), (second, same) = target.received
    assert verifier.is_valid_request(body, first)
    assert not verifier.is_valid_request(body + " ", first)
    assert json.loads(body)["event"]["text"] == "挨拶"
    assert body == same
    assert "x-slack-retry-num" not in first
    assert (second["x-slack-retry-num"], second["x-slack-retry-reason"]) == ("1", "http_timeout")


async def test_an_http_command_is_a_form_and_is_answered_in_the_body(target: RequestUrl) -> None:
    target.answers = [(200, json.dumps({"text": "done"})), (200, "plain words"), (500, "")]
    async with StandIn(over_http(target.url)) as stand_in:
        args = ("C01ADV", "U01SATO", "/action", "list")
        assert (await stand_in.people.command(*args))["response"] == {"text": "done"}
        assert (await stand_in.people.command(*args))["response"] == {"text": "plain words"}
        assert (await stand_in.people.command(*args))["error"] == "operation_timeout"
        assert len(stand_in.messages("C01ADV")) == 2
    form = parse_qs(target.received[0][1])
    assert form["command"] == ["/action"]
    assert len(target.received) == 3


async def test_an_http_gesture_is_a_form_with_a_payload(target: RequestUrl) -> None:
    async with StandIn(over_http(target.url)) as stand_in:
        assert (await stand_in.people.shortcut("U01SATO", "cb"))["ok"]
    payload = json.loads(parse_qs(target.received[0][1])["payload"][0])
    assert (payload["type"], payload["callback_id"]) == ("shortcut", "cb")


async def test_an_address_outside_this_machine_is_never_called() -> None:
    async with StandIn(over_http("https://slack.example/events")) as stand_in:
        with pytest.raises(ValueError, match="loopback"):
            await stand_in.people.command("C01ADV", "U01SATO", "/action", "list")
