"""What the stand-in refuses and keeps when an app posts, and how history gives it back."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from integrations.slack.stand_in import TOKYO, StandIn
from tests.integrations.slack.stand_in_app import (
    FLAGS,
    POST,
    Clock,
    Payload,
    button,
    client,
    plain,
    section,
)


@pytest.fixture
async def stand_in() -> AsyncIterator[StandIn]:
    async with StandIn(TOKYO, pace=False, clock=Clock()) as running:
        yield running


@pytest.fixture
def web(stand_in: StandIn) -> AsyncWebClient:
    return client(stand_in)


async def refusal(call: Any) -> Payload:
    with pytest.raises(SlackApiError) as caught:
        await call
    found: Payload = caught.value.response.data
    return found


async def test_a_post_with_all_flags_is_kept(stand_in: StandIn, web: AsyncWebClient) -> None:
    answer = await web.chat_postMessage(**POST, blocks=[section("hello")], link_names=False)
    kept = stand_in.messages("C01ADV")
    assert [m["ts"] for m in kept] == [answer["ts"]]
    assert kept[0]["bot_id"] == "B0TOKYOBOT"
    assert kept[0]["metadata"]["event_payload"] == {"key": "k-1"}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"parse": None}, "parse=none"),
        ({"parse": "full"}, "parse=none"),
        ({"link_names": True}, "link_names=false"),
        ({"link_names": "1"}, "link_names=false"),
        ({"unfurl_links": None}, "unfurl_links=false"),
        ({"unfurl_links": True}, "unfurl_links=false"),
        ({"unfurl_media": None}, "unfurl_media=false"),
        ({"unfurl_media": "true"}, "unfurl_media=false"),
        ({"metadata": None}, "metadata"),
        ({"metadata": {"event_type": "x", "event_payload": {}}}, "event_payload.key"),
        ({"metadata": {"event_type": "", "event_payload": {"key": "k"}}}, "event_type"),
        ({"text": "", "blocks": [section("x")]}, "text"),
        ({"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x"}}]}, "verbatim"),
        ({"blocks": [{"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}]}]}, "/0/el"),
    ],
)
async def test_a_post_that_misses_a_forced_flag_is_refused_by_name(
    stand_in: StandIn, web: AsyncWebClient, change: Payload, named: str
) -> None:
    answer = await refusal(web.api_call("chat.postMessage", json=POST | change))
    assert answer["error"] == "stand_in_missing_flag"
    assert named in answer["detail"]
    assert stand_in.messages("C01ADV") == []


async def test_an_ephemeral_needs_parse_and_verbatim_only(web: AsyncWebClient) -> None:
    where: Payload = {"channel": "C01ADV", "user": "U01SATO", "text": "psst"}
    assert (await web.chat_postEphemeral(**where, parse="none"))["message_ts"]
    assert (await refusal(web.chat_postEphemeral(**where)))["error"] == "stand_in_missing_flag"
    loose = [{"type": "section", "text": {"type": "mrkdwn", "text": "x"}}]
    answer = await refusal(web.chat_postEphemeral(**where, parse="none", blocks=loose))
    assert answer["error"] == "stand_in_missing_flag"
    outside = where | {"user": "U08GUEST"}
    answer = await refusal(web.chat_postEphemeral(**outside, parse="none"))
    assert answer["error"] == "user_not_in_channel"


def actions(**more: Any) -> Payload:
    return {"type": "actions", "elements": [button(**more)]}


def context(count: int) -> Payload:
    return {"type": "context", "elements": [plain("x")] * count}


LIMITS = [
    (lambda n: [section("x")] * n, 50, "/blocks]"),
    (lambda n: [section("x" * n)], 3000, "/blocks/0/text/text"),
    (lambda n: [{"type": "section", "fields": [plain("x" * n)]}], 2000, "/blocks/0/fields/0/text"),
    (lambda n: [{"type": "section", "fields": [plain("x")] * n}], 10, "/blocks/0/fields"),
    (lambda n: [{"type": "header", "text": plain("x" * n)}], 150, "/blocks/0/text/text"),
    (lambda n: [actions(text=plain("x" * n))], 75, "/blocks/0/elements/0/text/text"),
    (lambda n: [actions(value="x" * n)], 2000, "/blocks/0/elements/0/value"),
    (lambda n: [actions(action_id="x" * n)], 255, "/blocks/0/elements/0/action_id"),
    (lambda n: [context(n)], 10, "/blocks/0/elements"),
    (lambda n: [section("x", block_id="x" * n)], 255, "/blocks/0/block_id"),
    (
        lambda n: [{"type": "actions", "elements": [button(action_id=str(i)) for i in range(n)]}],
        25,
        "/blocks/0/elements",
    ),
]


@pytest.mark.parametrize(("blocks", "most", "pointer"), LIMITS)
async def test_a_limit_is_met_exactly_and_its_breach_is_pointed_at(
    web: AsyncWebClient, blocks: Any, most: int, pointer: str
) -> None:
    assert (await web.chat_postMessage(**POST, blocks=blocks(most)))["ok"]
    answer = await refusal(web.chat_postMessage(**POST, blocks=blocks(most + 1)))
    assert answer["error"] == "invalid_blocks"
    assert any(pointer in message for message in answer["response_metadata"]["messages"])


@pytest.mark.parametrize(
    "blocks",
    [
        [{"type": "header", "text": {"type": "mrkdwn", "text": "x", "verbatim": True}}],
        [section("a", block_id="same"), section("b", block_id="same")],
        [{"type": "actions", "elements": [button(), button()]}],
        [section("")],
        [{"type": "section"}],
        [{"type": "nonsense"}],
        ["words"],
        [{"type": "actions", "elements": [{"type": "nonsense"}]}],
        [{"type": "actions", "elements": ["words"]}],
        [{"type": "actions", "elements": []}],
        [{"type": "actions", "elements": [button(style="loud")]}],
        [{"type": "actions", "elements": [{"type": "static_select", "action_id": "s"}]}],
        [{"type": "actions", "elements": [button(text={"type": "mrkdwn", "text": "x"})]}],
        [{"type": "input", "label": plain("x")}],
        [{"type": "section", "text": {"type": "mrkdwn", "text": 5, "verbatim": True}}],
        [{"type": "section", "text": "words"}],
        [section("x", accessory=button(confirm={"title": plain("x")}))],
        [{"type": "image", "image_url": "https://files.example/x.png"}],
    ],
)
async def test_malformed_blocks_are_refused(web: AsyncWebClient, blocks: list[Any]) -> None:
    answer = await refusal(web.chat_postMessage(**POST, blocks=blocks))
    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"]


async def test_blocks_that_are_no_array_are_refused(web: AsyncWebClient) -> None:
    for blocks in ('{"type": "section"}', "{not json"):
        answer = await refusal(web.chat_postMessage(**POST, blocks=blocks))
        assert answer["error"] == "invalid_blocks_format"


async def test_broken_metadata_is_refused(web: AsyncWebClient) -> None:
    for metadata in ("{not json", {"event_type": 5, "event_payload": {}}, ["x"]):
        answer = await refusal(web.chat_postMessage(**(POST | {"metadata": metadata})))
        assert answer["error"] == "invalid_metadata_format"


async def test_text_over_forty_thousand_characters_is_cut(
    stand_in: StandIn, web: AsyncWebClient
) -> None:
    await web.chat_postMessage(**(POST | {"text": "x" * 40_001}))
    assert len(stand_in.messages("C01ADV")[0]["text"]) == 40_000


async def test_nothing_to_say_is_refused(web: AsyncWebClient) -> None:
    answer = await refusal(web.api_call("chat.postMessage", json=POST | {"text": ""}))
    assert answer["error"] == "no_text"


async def test_an_update_changes_the_text_and_keeps_the_metadata(
    stand_in: StandIn, web: AsyncWebClient
) -> None:
    ts = (await web.chat_postMessage(**POST, blocks=[section("one")]))["ts"]
    await web.chat_update(channel="C01ADV", ts=ts, text="two", blocks=[section("two")])
    message = stand_in.messages("C01ADV")[0]
    assert (message["text"], message["blocks"][0]["text"]["text"]) == ("two", "two")
    assert message["edited"]["user"] == "U0TOKYOBOT"
    assert message["metadata"]["event_payload"]["key"] == "k-1"


async def test_an_update_over_four_thousand_characters_is_too_long(web: AsyncWebClient) -> None:
    ts = (await web.chat_postMessage(**POST))["ts"]
    assert (await web.chat_update(channel="C01ADV", ts=ts, text="x" * 4000))["ok"]
    answer = await refusal(web.chat_update(channel="C01ADV", ts=ts, text="x" * 4001))
    assert answer["error"] == "msg_too_long"


async def test_only_own_messages_are_updated_or_deleted(
    stand_in: StandIn, web: AsyncWebClient
) -> None:
    theirs = (await stand_in.people.message("C01ADV", "U01SATO", "mine"))["message"]["ts"]
    answer = await refusal(web.chat_update(channel="C01ADV", ts=theirs, text="x"))
    assert answer["error"] == "cant_update_message"
    answer = await refusal(web.chat_delete(channel="C01ADV", ts=theirs))
    assert answer["error"] == "cant_delete_message"
    answer = await refusal(web.chat_delete(channel="C01ADV", ts="1.000001"))
    assert answer["error"] == "message_not_found"
    own = (await web.chat_postMessage(**POST))["ts"]
    await web.chat_delete(channel="C01ADV", ts=own)
    assert [m["ts"] for m in stand_in.messages("C01ADV")] == [theirs]


async def test_places_a_bot_may_not_write_to_are_named(
    stand_in: StandIn, web: AsyncWebClient
) -> None:
    stand_in.state.channel("C02DLG").members.remove("U0TOKYOBOT")
    stand_in.state.channel("C04OPS").is_archived = True
    for channel, error in (
        ("C02DLG", "not_in_channel"),
        ("C04OPS", "is_archived"),
        ("C0NOWHERE", "channel_not_found"),
    ):
        assert (await refusal(web.chat_postMessage(**(POST | {"channel": channel}))))[
            "error"
        ] == error
    assert (await refusal(web.conversations_history(channel="C02DLG")))["error"] == "not_in_channel"


async def test_a_post_to_a_person_opens_the_direct_conversation(
    stand_in: StandIn, web: AsyncWebClient
) -> None:
    posted = await web.chat_postMessage(**(POST | {"channel": "U01SATO"}))
    opened = await web.conversations_open(users="U01SATO")
    assert posted["channel"] == opened["channel"]["id"]
    direct = stand_in.state.channel(posted["channel"])
    assert direct.is_im
    assert set(direct.members) == {"U01SATO", "U0TOKYOBOT"}


async def test_metadata_comes_back_only_when_asked_for(web: AsyncWebClient) -> None:
    parent = (await web.chat_postMessage(**POST))["ts"]
    await web.chat_postMessage(**POST, thread_ts=parent)
    reads: tuple[Any, ...] = (
        lambda **more: web.conversations_history(channel="C01ADV", **more),
        lambda **more: web.conversations_replies(channel="C01ADV", ts=parent, **more),
    )
    for read in reads:
        shown = (await read(include_all_metadata=True))["messages"]
        assert all(m["metadata"]["event_payload"] == {"key": "k-1"} for m in shown)
        assert all("metadata" not in m for m in (await read())["messages"])


async def test_history_leaves_out_replies_and_whispers(web: AsyncWebClient) -> None:
    parent = (await web.chat_postMessage(**POST))["ts"]
    await web.chat_postMessage(**POST, thread_ts=parent)
    loud = (await web.chat_postMessage(**POST, thread_ts=parent, reply_broadcast=True))["ts"]
    await web.chat_postEphemeral(channel="C01ADV", user="U01SATO", text="x", parse="none")
    shown = (await web.conversations_history(channel="C01ADV"))["messages"]
    assert [m["ts"] for m in shown] == [loud, parent]
    assert shown[1]["reply_count"] == 2
    replies = (await web.conversations_replies(channel="C01ADV", ts=parent))["messages"]
    assert len(replies) == 3
    assert replies[0]["ts"] == parent


async def test_history_honours_its_bounds(web: AsyncWebClient) -> None:
    ts = [(await web.chat_postMessage(**POST))["ts"] for _ in range(5)]

    async def read(**bounds: Any) -> list[str]:
        answer = await web.conversations_history(channel="C01ADV", **bounds)
        return [m["ts"] for m in answer["messages"]]

    assert await read(oldest=ts[1], latest=ts[3]) == [ts[2]]
    assert await read(oldest=ts[1], latest=ts[3], inclusive=True) == [ts[3], ts[2], ts[1]]
    assert await read(oldest="0", limit=2) == [ts[4], ts[3]]


async def test_history_is_read_in_pages(web: AsyncWebClient) -> None:
    ts = [(await web.chat_postMessage(**POST))["ts"] for _ in range(5)]
    seen: list[str] = []
    cursor = ""
    while True:
        page = await web.conversations_history(channel="C01ADV", limit=2, cursor=cursor)
        seen += [m["ts"] for m in page["messages"]]
        cursor = page["response_metadata"]["next_cursor"]
        assert page["has_more"] == bool(cursor)
        if not cursor:
            break
    assert seen == ts[::-1]
    answer = await refusal(web.conversations_history(channel="C01ADV", cursor="bm9uc2Vuc2U="))
    assert answer["error"] == "invalid_cursor"


async def test_replies_are_read_in_pages(web: AsyncWebClient) -> None:
    parent = (await web.chat_postMessage(**POST))["ts"]
    ts = [(await web.chat_postMessage(**POST, thread_ts=parent))["ts"] for _ in range(5)]
    seen: list[str] = []
    cursor = ""
    while True:
        page = await web.conversations_replies(channel="C01ADV", ts=parent, limit=2, cursor=cursor)
        seen += [m["ts"] for m in page["messages"]]
        cursor = page["response_metadata"]["next_cursor"]
        if not cursor:
            break
    assert seen == [parent, *ts]


async def test_timestamps_are_never_given_twice(web: AsyncWebClient) -> None:
    ts = [(await web.chat_postMessage(**POST))["ts"] for _ in range(5)]
    assert len(set(ts)) == 5
    assert ts == sorted(ts)


@pytest.mark.parametrize(
    ("token", "error"),
    [("", "not_authed"), ("xoxb-other", "invalid_auth"), ("xapp-tokyo", "not_allowed_token_type")],
)
async def test_a_wrong_token_is_refused(stand_in: StandIn, token: str, error: str) -> None:
    assert (await refusal(client(stand_in, token).auth_test()))["error"] == error


async def test_an_unknown_method_is_refused_politely(web: AsyncWebClient) -> None:
    answer = await refusal(web.api_call("chat.scheduleMessage"))
    assert answer["error"] == "unknown_method"


async def test_arguments_arrive_as_json_as_a_form_and_as_a_query(stand_in: StandIn) -> None:
    headers = {"Authorization": "Bearer xoxb-tokyo"}
    url = stand_in.api_url + "chat.postMessage"
    form = {
        **{key: str(value).lower() for key, value in FLAGS.items()},
        "channel": "C01ADV",
        "text": "form",
        "metadata": '{"event_type": "e", "event_payload": {"key": "k"}}',
        "token": "xoxb-tokyo",
    }
    async with aiohttp.ClientSession() as session:
        async with session.post(url, data=form) as response:
            assert (await response.json())["ok"]
        async with session.post(url, headers=headers, json=POST) as response:
            assert (await response.json())["ok"]
        query = {"user": "U01SATO", "include_locale": "1"}
        async with session.get(
            stand_in.api_url + "users.info", headers=headers, params=query
        ) as response:
            assert (await response.json())["user"]["locale"] == "ja-JP"
        async with session.post(url, headers=headers, data=b"\xff") as response:
            assert (await response.json())["ok"] is False


async def test_who_is_who(web: AsyncWebClient) -> None:
    assert (await web.auth_test())["bot_id"] == "B0TOKYOBOT"
    assert (await web.team_info())["team"]["id"] == "T0TOKYO"
    assert (await web.bots_info(bot="B0TOKYOBOT"))["bot"]["app_id"] == "A0TOKYO"
    guest = (await web.users_info(user="U08GUEST", include_locale=True))["user"]
    assert guest["is_restricted"]
    assert guest["tz"] == "Asia/Tokyo"
    assert "locale" not in (await web.users_info(user="U08GUEST"))["user"]
    assert (await refusal(web.users_info(user="U0NOBODY")))["error"] == "user_not_found"
    page = await web.users_list(limit=3)
    assert len(page["members"]) == 3
    assert page["response_metadata"]["next_cursor"]


async def test_what_is_known_of_channels(stand_in: StandIn, web: AsyncWebClient) -> None:
    about = (await web.conversations_info(channel="C01ADV", include_num_members=True))["channel"]
    assert about["num_members"] == 6
    assert about["is_member"]
    assert about["shared_team_ids"] == ["T0TOKYO"]
    assert "U01SATO" in (await web.conversations_members(channel="C01ADV"))["members"]
    every = await web.conversations_list(types="public_channel,private_channel")
    assert len(every["channels"]) == 4
    assert len((await web.conversations_list())["channels"]) == 2
    stand_in.state.channel("C03NPA").members.remove("U0TOKYOBOT")
    hidden = await refusal(web.conversations_info(channel="C03NPA"))
    assert hidden["error"] == "channel_not_found"
    stand_in.state.channel("C02DLG").members.remove("U0TOKYOBOT")
    assert (await web.conversations_join(channel="C02DLG"))["channel"]["is_member"]


async def test_reactions_are_added_once_and_removed_once(
    stand_in: StandIn, web: AsyncWebClient
) -> None:
    ts = (await web.chat_postMessage(**POST))["ts"]
    mark = {"channel": "C01ADV", "timestamp": ts, "name": "eyes"}
    await web.reactions_add(**mark)
    assert (await refusal(web.reactions_add(**mark)))["error"] == "already_reacted"
    assert stand_in.messages("C01ADV")[0]["reactions"][0]["users"] == ["U0TOKYOBOT"]
    await web.reactions_remove(**mark)
    assert (await refusal(web.reactions_remove(**mark)))["error"] == "no_reaction"
    assert (await refusal(web.reactions_add(**(mark | {"name": "NO!"}))))["error"] == "invalid_name"


async def test_a_permalink_names_channel_and_time(web: AsyncWebClient) -> None:
    ts = (await web.chat_postMessage(**POST))["ts"]
    link = (await web.chat_getPermalink(channel="C01ADV", message_ts=ts))["permalink"]
    assert link.endswith(f"/archives/C01ADV/p{ts.replace('.', '')}")


async def test_a_file_travels_up_and_down(stand_in: StandIn, web: AsyncWebClient) -> None:
    content = "指標一覧".encode()
    done = await web.files_upload_v2(channel="C01ADV", filename="ioc.csv", content=content)
    file_id = done["files"][0]["id"]
    info = (await web.files_info(file=file_id))["file"]
    assert (info["size"], info["name"]) == (len(content), "ioc.csv")
    assert stand_in.messages("C01ADV")[0]["files"][0]["id"] == file_id
    async with aiohttp.ClientSession() as session:
        headers = {"Authorization": "Bearer xoxb-tokyo"}
        async with session.get(info["url_private"], headers=headers) as response:
            assert await response.read() == content
        async with session.get(info["url_private"]) as response:
            assert response.content_type == "text/html"


async def test_an_upload_of_another_length_is_refused(
    stand_in: StandIn, web: AsyncWebClient
) -> None:
    step = await web.files_getUploadURLExternal(filename="x", length=5)
    async with (
        aiohttp.ClientSession() as session,
        session.post(step["upload_url"], data=b"four") as response,
    ):
        assert response.status == 400
    files = [{"id": step["file_id"], "title": "x"}]
    answer = await refusal(web.files_completeUploadExternal(files=files, channel_id="C01ADV"))
    assert answer["error"] == "file_not_found"
