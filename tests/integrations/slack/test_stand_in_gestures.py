"""Commands, buttons, shortcuts, modals and Home, as a person at the stand-in uses them."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from integrations.slack.stand_in import CANBERRA, TOKYO, StandIn
from tests.integrations.slack.stand_in_app import (
    POST,
    SILENCE,
    Clock,
    Payload,
    SocketApp,
    button,
    client,
    heard,
    look,
    modal,
    order,
    plain,
    section,
    text_input,
)

COMMAND = {"channel": "C01ADV", "user": "U01SATO", "command": "/action", "text": "list"}


class Script:
    """The app's next answers, in order; afterwards it acks without a word."""

    def __init__(self) -> None:
        self.answers: list[Any] = []

    async def __call__(self, _envelope: Payload) -> Any:
        return self.answers.pop(0) if self.answers else None


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def stand_in(clock: Clock) -> AsyncIterator[StandIn]:
    async with StandIn(TOKYO, pace=False, clock=clock, retry_delays=()) as running:
        yield running


@pytest.fixture
def web(stand_in: StandIn) -> AsyncWebClient:
    return client(stand_in)


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
async def app(stand_in: StandIn, script: Script) -> AsyncIterator[SocketApp]:
    async with SocketApp(stand_in, script) as running:
        yield running


async def error_of(call: Any) -> Payload:
    with pytest.raises(SlackApiError) as caught:
        await call
    found: Payload = caught.value.response.data
    return found


async def trigger(stand_in: StandIn, app: SocketApp) -> str:
    """The trigger of a command typed just now."""
    assert (await order(stand_in, "command", **COMMAND))["ok"]
    found: str = app.envelopes[-1]["payload"]["trigger_id"]
    return found


async def open_modal(
    stand_in: StandIn, app: SocketApp, web: AsyncWebClient, view: Payload | None = None
) -> Payload:
    opened = await web.views_open(trigger_id=await trigger(stand_in, app), view=view or modal())
    found: Payload = opened["view"]
    return found


def typed(value: str) -> Payload:
    return {"b": {"a": {"type": "plain_text_input", "value": value}}}


async def test_a_commands_answer_is_whispered_and_returned(
    stand_in: StandIn, app: SocketApp, script: Script
) -> None:
    script.answers = [{"text": "two actions", "response_type": "ephemeral"}]
    answer = await order(stand_in, "command", **COMMAND)
    assert answer["response"]["text"] == "two actions"
    kept = (await look(stand_in, "messages/C01ADV"))["messages"][0]
    assert (kept["subtype"], kept["ephemeral_to"]) == ("ephemeral", "U01SATO")
    payload = app.envelopes[0]["payload"]
    assert (payload["command"], payload["text"]) == ("/action", "list")
    assert payload["channel_name"] == "au-advisories"


async def test_an_answer_in_channel_is_seen_by_everybody(
    stand_in: StandIn, app: SocketApp, script: Script
) -> None:
    script.answers = [{"text": "all", "response_type": "in_channel"}]
    await order(stand_in, "command", **COMMAND)
    assert "ephemeral_to" not in stand_in.messages("C01ADV")[0]


async def test_a_command_without_ack_is_told_to_have_timed_out(
    stand_in: StandIn, app: SocketApp, script: Script
) -> None:
    stand_in.deliveries.ack_timeout = 0.05
    script.answers = [SILENCE]
    assert (await order(stand_in, "command", **COMMAND))["error"] == "operation_timeout"
    assert len(app.envelopes) == 1


async def test_a_trigger_lives_three_seconds_and_works_once(
    stand_in: StandIn, app: SocketApp, web: AsyncWebClient, clock: Clock
) -> None:
    first = await trigger(stand_in, app)
    clock.now += 3.0
    assert (await web.views_open(trigger_id=first, view=modal()))["ok"]
    again = await error_of(web.views_open(trigger_id=first, view=modal()))
    assert again["error"] == "exchanged_trigger_id"
    late = await trigger(stand_in, app)
    clock.now += 3.1
    answer = await error_of(web.views_open(trigger_id=late, view=modal()))
    assert answer["error"] == "expired_trigger_id"
    answer = await error_of(web.views_open(trigger_id="1.2.x", view=modal()))
    assert answer["error"] == "invalid_trigger_id"


async def respond(url: str, **body: Any) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as response:
        return response.status, await response.text()


async def test_a_response_url_is_used_five_times(stand_in: StandIn, app: SocketApp) -> None:
    await trigger(stand_in, app)
    url = app.envelopes[-1]["payload"]["response_url"]
    for number in range(5):
        assert await respond(url, text=str(number)) == (200, "ok")
    status, text = await respond(url, text="6")
    assert status == 404
    assert "used_url" in text
    assert [m["text"] for m in stand_in.messages("C01ADV")] == ["0", "1", "2", "3", "4"]


async def test_a_response_url_lives_thirty_minutes(
    stand_in: StandIn, app: SocketApp, clock: Clock
) -> None:
    await trigger(stand_in, app)
    url = app.envelopes[-1]["payload"]["response_url"]
    clock.now += 1800
    assert (await respond(url, text="in time"))[0] == 200
    clock.now += 1
    status, text = await respond(url, text="late")
    assert status == 404
    assert "expired_url" in text


async def test_a_response_url_keeps_the_limits(stand_in: StandIn, app: SocketApp) -> None:
    await trigger(stand_in, app)
    url = app.envelopes[-1]["payload"]["response_url"]
    assert (await respond(url, text="x", blocks=[section("x")] * 51))[0] == 400
    assert (await respond(url))[0] == 400


async def test_a_button_tells_who_pressed_what_where(
    stand_in: StandIn, app: SocketApp, web: AsyncWebClient
) -> None:
    blocks = [{"type": "actions", "block_id": "row", "elements": [button(value="v1")]}]
    ts = (await web.chat_postMessage(**POST, blocks=blocks))["ts"]
    press = {"channel": "C01ADV", "messageTs": ts, "user": "U02TANAKA"}
    await order(stand_in, "interact", **press, action={"type": "button", "action_id": "go"})
    payload = app.envelopes[-1]["payload"]
    assert payload["type"] == "block_actions"
    assert payload["user"]["id"] == "U02TANAKA"
    assert payload["container"]["message_ts"] == ts
    action = payload["actions"][0]
    assert (action["block_id"], action["value"]) == ("row", "v1")
    assert "metadata" not in payload["message"]


async def test_a_pressed_message_is_replaced_and_deleted_through_its_url(
    stand_in: StandIn, app: SocketApp, web: AsyncWebClient
) -> None:
    ts = (await web.chat_postMessage(**POST))["ts"]
    press = {"channel": "C01ADV", "messageTs": ts, "user": "U01SATO"}
    await order(stand_in, "interact", **press, action={"type": "button", "action_id": "go"})
    url = app.envelopes[-1]["payload"]["response_url"]
    assert (await respond(url, replace_original=True, text="done"))[0] == 200
    assert stand_in.messages("C01ADV")[0]["text"] == "done"
    assert (await respond(url, delete_original=True))[0] == 200
    assert stand_in.messages("C01ADV") == []


async def test_shortcuts_stand_on_a_message_or_alone(
    stand_in: StandIn, app: SocketApp, web: AsyncWebClient
) -> None:
    ts = (await web.chat_postMessage(**POST))["ts"]
    place = {"channel": "C01ADV", "ts": ts}
    await order(stand_in, "shortcut", user="U01SATO", callback_id="make", **place)
    await order(stand_in, "shortcut", user="U01SATO", callback_id="alone")
    message, alone = (e["payload"] for e in app.envelopes[-2:])
    assert (message["type"], message["callback_id"]) == ("message_action", "make")
    assert (message["message"]["ts"], message["channel"]["id"]) == (ts, "C01ADV")
    assert (alone["type"], "message" in alone) == ("shortcut", False)


VIEW_LIMITS = [
    (lambda n: modal(*[section("x") for _ in range(n)]), 100, "/view/blocks"),
    (lambda n: modal(title=plain("x" * n)), 24, "/view/title/text"),
    (lambda n: modal(submit=plain("x" * n)), 24, "/view/submit/text"),
    (lambda n: modal(private_metadata="x" * n), 3000, "/view/private_metadata"),
    (lambda n: modal(callback_id="x" * n), 255, "/view/callback_id"),
]


@pytest.mark.parametrize(("view", "most", "pointer"), VIEW_LIMITS)
async def test_a_views_limit_is_met_exactly_and_its_breach_is_pointed_at(
    stand_in: StandIn, app: SocketApp, web: AsyncWebClient, view: Any, most: int, pointer: str
) -> None:
    assert await open_modal(stand_in, app, web, view(most))
    trigger_id = await trigger(stand_in, app)
    answer = await error_of(web.views_open(trigger_id=trigger_id, view=view(most + 1)))
    assert answer["error"] == "invalid_arguments"
    assert any(pointer in message for message in answer["response_metadata"]["messages"])


async def test_a_view_over_250_kilobytes_is_too_large(
    stand_in: StandIn, app: SocketApp, web: AsyncWebClient
) -> None:
    heavy = modal(*[section("字" * 2900) for _ in range(40)])
    answer = await error_of(web.views_open(trigger_id=await trigger(stand_in, app), view=heavy))
    assert answer["error"] == "view_too_large"


@pytest.mark.parametrize(
    "view",
    [
        {"type": "home", "blocks": []},
        {"type": "modal", "title": plain("x"), "blocks": [text_input()]},
        {"type": "modal", "title": plain("x")},
        {"type": "modal", "blocks": []},
        "words",
        ["words"],
    ],
)
async def test_an_unlawful_modal_is_refused(
    stand_in: StandIn, app: SocketApp, web: AsyncWebClient, view: Any
) -> None:
    trigger_id = await trigger(stand_in, app)
    answer = await error_of(
        web.api_call("views.open", json={"trigger_id": trigger_id, "view": view})
    )
    assert answer["error"] == "invalid_arguments"


async def test_a_modal_is_submitted_with_what_it_held_and_what_was_typed(
    stand_in: StandIn, app: SocketApp, web: AsyncWebClient
) -> None:
    element = {"type": "plain_text_input", "action_id": "a", "initial_value": "as it was"}
    both = modal(text_input(), text_input("c", element=element), private_metadata="pm")
    await open_modal(stand_in, app, web, both)
    answer = await order(stand_in, "submit", user="U01SATO", values=typed("new"))
    assert answer == {"ok": True}
    payload = app.envelopes[-1]["payload"]
    held = payload["view"]["state"]["values"]
    assert (held["b"]["a"]["value"], held["c"]["a"]["value"]) == ("new", "as it was")
    assert (payload["type"], payload["view"]["private_metadata"]) == ("view_submission", "pm")
    assert (await look(stand_in, "views/U01SATO"))["views"] == []


async def test_an_empty_required_input_never_reaches_the_app(
    stand_in: StandIn, app: SocketApp, web: AsyncWebClient
) -> None:
    await open_modal(stand_in, app, web)
    answer = await order(stand_in, "submit", user="U01SATO", values={})
    assert (answer["ok"], answer["errors"]) == (False, {"b": "required"})
    assert app.envelopes[-1]["type"] == "slash_commands"
    await open_modal(stand_in, app, web, modal(text_input(optional=True)))
    assert (await order(stand_in, "submit", user="U01SATO", values={}))["ok"]


async def test_errors_keep_the_modal_open(
    stand_in: StandIn, app: SocketApp, web: AsyncWebClient, script: Script
) -> None:
    await open_modal(stand_in, app, web)
    script.answers = [{"response_action": "errors", "errors": {"b": "no such day"}}]
    answer = await order(stand_in, "submit", user="U01SATO", values=typed("x"))
    assert (answer["response_action"], answer["errors"]) == ("errors", {"b": "no such day"})
    assert len((await look(stand_in, "views/U01SATO"))["views"]) == 1


async def test_an_answer_updates_pushes_and_clears(
    stand_in: StandIn, app: SocketApp, web: AsyncWebClient, script: Script
) -> None:
    first = await open_modal(stand_in, app, web)
    script.answers = [
        {"response_action": "update", "view": modal(callback_id="second")},
        {"response_action": "push", "view": modal(callback_id="third")},
        {"response_action": "clear"},
    ]
    updated = await order(stand_in, "submit", user="U01SATO", values=typed("x"))
    assert (updated["view"]["id"], updated["view"]["callback_id"]) == (first["id"], "second")
    pushed = await order(stand_in, "submit", user="U01SATO", values=typed("x"))
    assert pushed["view"]["previous_view_id"] == first["id"]
    stack = (await look(stand_in, "views/U01SATO"))["views"]
    assert [view["callback_id"] for view in stack] == ["second", "third"]
    await order(stand_in, "submit", user="U01SATO", values=typed("x"))
    assert (await look(stand_in, "views/U01SATO"))["views"] == []


async def test_an_unlawful_answer_to_a_submission_is_named(
    stand_in: StandIn, app: SocketApp, web: AsyncWebClient, script: Script
) -> None:
    await open_modal(stand_in, app, web)
    script.answers = [
        {"response_action": "update", "view": modal(title=plain("x" * 25))},
        {"response_action": "vanish"},
    ]
    answer = await order(stand_in, "submit", user="U01SATO", values=typed("x"))
    assert answer["error"] == "invalid_arguments"
    answer = await order(stand_in, "submit", user="U01SATO", values=typed("x"))
    assert answer["error"] == "invalid_response_action"


async def test_an_update_needs_the_right_hash_and_keeps_what_was_typed(
    stand_in: StandIn, app: SocketApp, web: AsyncWebClient
) -> None:
    view = await open_modal(stand_in, app, web)
    stand_in.state.stacks["U01SATO"][0]["state"]["values"] = typed("half done")
    new = (await web.views_update(view_id=view["id"], hash=view["hash"], view=modal()))["view"]
    assert new["state"]["values"]["b"]["a"]["value"] == "half done"
    answer = await error_of(web.views_update(view_id=view["id"], hash=view["hash"], view=modal()))
    assert answer["error"] == "hash_conflict"
    answer = await error_of(web.views_update(view_id="V0NONE", view=modal()))
    assert answer["error"] == "not_found"


async def test_modals_are_stacked_three_deep(
    stand_in: StandIn, app: SocketApp, web: AsyncWebClient
) -> None:
    await open_modal(stand_in, app, web, modal(actions_block()))
    for _ in range(2):
        await web.views_push(trigger_id=await pressed(stand_in, app), view=modal(actions_block()))
    answer = await error_of(web.views_push(trigger_id=await pressed(stand_in, app), view=modal()))
    assert answer["error"] == "push_limit_reached"


def actions_block() -> Payload:
    return {"type": "actions", "elements": [button()]}


async def pressed(stand_in: StandIn, app: SocketApp) -> str:
    await order(stand_in, "interact", user="U01SATO", action={"type": "button", "action_id": "go"})
    payload = app.envelopes[-1]["payload"]
    assert payload["container"]["type"] == "view"
    found: str = payload["trigger_id"]
    return found


async def test_closing_is_told_to_an_app_that_asked(
    stand_in: StandIn, app: SocketApp, web: AsyncWebClient
) -> None:
    await open_modal(stand_in, app, web, modal(notify_on_close=True))
    assert (await order(stand_in, "close-view", user="U01SATO"))["ok"]
    assert app.envelopes[-1]["payload"]["type"] == "view_closed"
    await open_modal(stand_in, app, web)
    assert (await order(stand_in, "close-view", user="U01SATO"))["ok"]
    assert app.envelopes[-1]["type"] == "slash_commands"


async def test_home_is_opened_published_and_pressed(
    stand_in: StandIn, app: SocketApp, web: AsyncWebClient
) -> None:
    await order(stand_in, "open-home", user="U01SATO")
    assert app.event("app_home_opened")["tab"] == "home"
    assert (await look(stand_in, "home/U01SATO"))["view"] is None
    home = {"type": "home", "blocks": [actions_block()]}
    await web.views_publish(user_id="U01SATO", view=home)
    assert (await look(stand_in, "home/U01SATO"))["view"]["type"] == "home"
    await pressed(stand_in, app)
    state = await look(stand_in, "state")
    direct = next(c for c in state["channels"] if c["is_im"])
    assert set(direct["members"]) == {"U01SATO", "U0TOKYOBOT"}


async def test_a_page_sees_and_submits_modals(
    stand_in: StandIn, app: SocketApp, web: AsyncWebClient, script: Script
) -> None:
    script.answers = [None, {"response_action": "errors", "errors": {"b": "no"}}]
    async with aiohttp.ClientSession() as session, session.ws_connect(stand_in.url + "/ui") as ui:
        first = await ui.receive_json()
        assert first["t"] == "init"
        assert first["state"]["modalStack"] == []
        await open_modal(stand_in, app, web)
        assert (await heard(ui, "view"))["stack"][0]["callback_id"] == "cb"
        await ui.send_json({"t": "view_submit", "user": "U01SATO", "values": typed("x")})
        assert (await heard(ui, "view_errors"))["errors"] == {"b": "no"}
        await ui.send_json({"t": "view_submit", "user": "U01SATO", "values": typed("x")})
        assert (await heard(ui, "view"))["stack"] == []
        await ui.send_json({"t": "view_submit", "user": "U01SATO", "values": typed("x")})
        assert "view_not_found" in (await heard(ui, "error"))["error"]


async def test_impossible_orders_are_refused_by_name(stand_in: StandIn) -> None:
    message = {"channel": "C01ADV", "user": "U01SATO", "text": "x"}
    for name, body, error in (
        ("message", message | {"channel": "C0NONE"}, "channel_not_found"),
        ("message", message | {"user": "U0NOBODY"}, "user_not_found"),
        ("message", {"channel": "C01ADV"}, "invalid_order"),
        ("submit", {"user": "U01SATO", "values": {}}, "view_not_found"),
        ("command", COMMAND | {"app_id": "A0NONE"}, "app_not_found"),
        ("nonsense", {}, "unknown_order"),
    ):
        assert (await order(stand_in, name, **body))["error"] == error


def test_both_presets_have_a_guest_and_their_own_language() -> None:
    for spec, locale in ((TOKYO, "ja-JP"), (CANBERRA, "en-AU")):
        assert {user.locale for user in spec.users} == {locale}
        assert [user.is_restricted for user in spec.users].count(True) == 1
