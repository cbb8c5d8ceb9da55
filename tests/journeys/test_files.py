"""Files travel with their text: after it, once, no further than it, and away again with it."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest

from integrations.slack.driver import Message
from integrations.slack.stand_in import StandIn
from tests.journeys.bridge import Bridge, number_in
from tests.journeys.hands import Hand, eventually, text_of
from tests.journeys.test_restore import forgetting, settled

GREEN = "#advisory TLP:GREEN"
PDF = b"%PDF-1.7\nCANARY of the annex\n%%EOF"
CSV = b"indicator,kind\n192.0.2.7,ip\nCANARY\n"
LARGE = b"indicator\n" * 1_000
PROGRAM = b"MZ\x90\x00CANARY"
STEPS = ("download", "files.getUploadURLExternal", "upload", "files.completeUploadExternal")
TROUBLES = ("429", "5xx_before", "5xx_after", "cut_before", "cut_after")


@pytest.fixture
async def linked(strict: Bridge) -> Bridge:
    await strict.enrol_everybody()
    await strict.link()
    return strict


async def says(hand: Hand, bridge: Bridge, text: str, *files: Any, **more: Any) -> str:
    """Posts with files (name, content, what Slack says otherwise); the `ts` of the message."""
    said = {"channel": hand.channel, "user": hand.user, "text": text, **more}
    sent = [_sent(*file) for file in files]
    done = await bridge.order(hand.workspace, "message", **said, files=sent)
    return str(done["message"]["ts"])


def _sent(name: str, content: bytes, other: Any = None, times: int = 1) -> dict[str, Any]:
    encoded = base64.b64encode(content).decode()
    return {"name": name, "content_base64": encoded, "said": other or {}, "times": times}


def place_of(bridge: Bridge, hand: Hand) -> StandIn:
    """The workspace somebody sits in."""
    return next(one for one in bridge.stand_ins.values() if one.url == hand.workspace.url)


def shown(bridge: Bridge, hand: Hand) -> list[tuple[str, bytes, Message]]:
    """Every file the bot has put into somebody's channel: title, bytes, and its message."""
    place = place_of(bridge, hand)
    return [
        (str(file["title"]), place.state.files[file["id"]].content or b"", message)
        for message in place.messages(hand.channel)
        if message.get("bot_id")
        for file in message.get("files", ())
        if file.get("mode") != "tombstone"
    ]


async def arrive(bridge: Bridge, hand: Hand, count: int) -> list[tuple[str, bytes, Message]]:
    """The files in somebody's channel, once there are so many."""

    async def look() -> list[tuple[str, bytes, Message]] | None:
        found = shown(bridge, hand)
        return found if len(found) >= count else None

    return await eventually(look, f"{count} files")


async def none_stands(bridge: Bridge, hand: Hand) -> None:
    """Waits until the bot has no file in somebody's channel."""

    async def look() -> bool | None:
        return None if shown(bridge, hand) else True

    await eventually(look, "no file")


async def test_files_follow_their_text_into_its_thread_in_both_directions(linked: Bridge) -> None:
    for sender, reader in ((linked.suzuki, linked.nguyen), (linked.baker, linked.tanaka)):
        ts = await says(sender, linked, f"{GREEN} two files", ("annex.pdf", PDF), ("ioc.csv", CSV))
        found = await arrive(linked, reader, 2)
        assert [(title, content) for title, content, _ in found] == [
            ("annex.pdf", PDF),
            ("ioc.csv", CSV),
        ]
        copy = await reader.sees("two files")
        for _, _, message in found:
            assert message["thread_ts"] == copy["ts"]
            assert float(message["ts"]) > float(copy["ts"])
            assert message["text"].startswith("*TLP:GREEN*")
            assert not message["files"][0]["is_public"]
        assert "2 files, in the thread" in text_of(copy)
        card = await sender.sees_on_card(ts, "annex.pdf")
        assert "ioc.csv" in text_of(card)
    for stand_in in linked.stand_ins.values():
        assert not any("sharedPublicURL" in one["summary"] for one in stand_in.state.log)


async def test_a_file_in_a_reply_follows_the_reply_both_ways(linked: Bridge) -> None:
    ts = await linked.suzuki.says(f"{GREEN} ask me")
    copy = await linked.nguyen.sees("ask me")
    await says(linked.nguyen, linked, "our findings", ("found.csv", CSV), thread_ts=copy["ts"])
    (title, content, message), *more = await arrive(linked, linked.suzuki, 1)
    assert (title, content, more) == ("found.csv", CSV, [])
    assert message["thread_ts"] == ts
    await says(linked.tanaka, linked, "and ours", ("ours.pdf", PDF), thread_ts=ts)
    (title, content, message), *more = await arrive(linked, linked.nguyen, 1)
    assert (title, content, more) == ("ours.pdf", PDF, [])
    assert message["thread_ts"] == copy["ts"]


@pytest.mark.parametrize(
    ("name", "content", "said", "why", "told"),
    [
        ("CANARY.exe", PROGRAM, None, "its type is not one", "プログラム"),
        ("CANARY\u202efdp.exe", PROGRAM, None, "its type is not one", "プログラム"),
        ("CANARY.pdf", PROGRAM, None, "its type is not one", "プログラム"),
        ("CANARY.docx", b"PK\x03\x04 no document", None, "its type is not one", "プログラム"),
        ("CANARY.csv", LARGE, {"size": 10}, "larger than may", "大きさ"),
        ("CANARY.csv", CSV, {"size": 30_000_000}, "larger than may", "大きさ"),
        ("CANARY.csv", b"", {"size": 10}, "it is empty", "空です"),
        ("CANARY.csv", CSV, {"mode": "external"}, "keeps it elsewhere", "外部"),
    ],
)
async def test_a_file_that_stays_is_said_without_its_name(
    linked: Bridge, name: str, content: bytes, said: Any, why: str, told: str
) -> None:
    times = 20_000_001 // len(content) + 1 if content is LARGE else 1
    ts = await says(linked.suzuki, linked, f"{GREEN} one stays", (name, content, said, times))
    copy = await linked.nguyen.sees("one stays", "1 file stays with the sender", why)
    assert "CANARY" not in text_of(copy) + copy["text"]
    await linked.suzuki.is_told(told)
    await linked.suzuki.sees_on_card(ts, "CANARY")
    assert shown(linked, linked.nguyen) == []
    assert "CANARY" not in await linked.nguyen.everything()


async def test_a_marked_file_name_holds_the_whole_post_back(linked: Bridge) -> None:
    await says(linked.suzuki, linked, f"{GREEN} marked", ("SECRET.pdf", PDF))
    await linked.suzuki.says(f"{GREEN} after it")
    await linked.nguyen.sees("after it")
    assert "marked" not in await linked.nguyen.everything()


async def test_a_file_waits_for_both_releasers_with_its_text(linked: Bridge) -> None:
    await says(linked.suzuki, linked, "#advisory TLP:AMBER released", ("annex.pdf", PDF))
    card = await linked.tanaka.is_written("released", "annex.pdf")
    assert shown(linked, linked.nguyen) == []
    await linked.tanaka.presses(card, "release")
    second = await linked.sato.is_written("released", "annex.pdf")
    await linked.sato.presses(second, "release")
    assert [one[0] for one in await arrive(linked, linked.nguyen, 1)] == ["annex.pdf"]


async def test_a_withdrawal_deletes_the_files_on_the_other_side(linked: Bridge) -> None:
    ts = await says(linked.suzuki, linked, f"{GREEN} wrong", ("annex.pdf", PDF))
    await arrive(linked, linked.nguyen, 1)
    number = number_in((await linked.nguyen.sees("ADV-"))["text"])
    await linked.suzuki.types(f"/advisory withdraw {number} reason:mistaken")
    await none_stands(linked, linked.nguyen)
    await linked.suzuki.sees_on_card(ts, "deleted there")
    await linked.suzuki.sees_on_card(ts, "no copy stands")


async def test_a_deleted_source_takes_its_files_with_it(linked: Bridge) -> None:
    ts = await says(linked.suzuki, linked, f"{GREEN} wrong", ("annex.pdf", PDF))
    await arrive(linked, linked.nguyen, 1)
    gone = {"channel": linked.suzuki.channel, "ts": ts}
    await linked.order(linked.tokyo, "delete-message", **gone)
    await none_stands(linked, linked.nguyen)


async def test_a_file_taken_out_of_the_post_goes_and_the_others_stay(linked: Bridge) -> None:
    ts = await says(
        linked.suzuki, linked, f"{GREEN} two files", ("annex.pdf", PDF), ("ioc.csv", CSV)
    )
    await arrive(linked, linked.nguyen, 2)
    tokyo = place_of(linked, linked.suzuki)
    file = next(one for one in tokyo.state.files.values() if one.info["name"] == "annex.pdf")
    await linked.order(linked.tokyo, "delete-file", file=file.info["id"])

    async def look() -> bool | None:
        return True if [one[0] for one in shown(linked, linked.nguyen)] == ["ioc.csv"] else None

    await eventually(look, "one file left")
    await linked.nguyen.sees("two files", "1 file, in the thread")
    await linked.suzuki.sees_on_card(ts, "deleted there")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("trouble", TROUBLES)
async def test_a_file_comes_once_whatever_happens_on_the_way(
    linked: Bridge, step: str, trouble: str
) -> None:
    place = linked.suzuki if step == "download" else linked.nguyen
    place_of(linked, place).faults.add(trouble, step, times=1)
    await says(linked.suzuki, linked, f"{GREEN} stormy", ("annex.pdf", PDF))
    await arrive(linked, linked.nguyen, 1)
    await linked.suzuki.says(f"{GREEN} after it")
    await linked.nguyen.sees("after it")
    await linked.app.database.run(lambda uow: uow.now)
    assert [one[1] for one in shown(linked, linked.nguyen)] == [PDF]
    assert place_of(linked, place).faults.injected[trouble] == 1


async def test_the_status_of_an_advisory_lists_its_files(linked: Bridge) -> None:
    await says(linked.suzuki, linked, f"{GREEN} catalogued", ("a.csv", CSV), ("annex.pdf", PDF))
    await arrive(linked, linked.nguyen, 2)
    number = number_in((await linked.nguyen.sees("catalogued"))["text"])

    async def look() -> str | None:
        answer = await linked.suzuki.types(f"/advisory status {number}")
        files = [line for line in answer.splitlines() if "添付ファイル" in line]
        return answer if sum("配信済み" in line for line in files) == 2 else None

    assert "添付ファイル2" in await eventually(look, "two files delivered")


async def test_a_database_put_back_shows_no_file_twice(linked: Bridge) -> None:
    async with forgetting(linked):
        await says(linked.suzuki, linked, f"{GREEN} since then", ("annex.pdf", PDF))
        await arrive(linked, linked.nguyen, 1)
    await settled(linked)
    assert [one[:2] for one in shown(linked, linked.nguyen)] == [("annex.pdf", PDF)]
    number = number_in((await linked.nguyen.sees("since then"))["text"])
    await linked.suzuki.types(f"/advisory withdraw {number} reason:mistaken")
    await none_stands(linked, linked.nguyen)


async def test_a_late_file_is_said_on_the_copy_and_on_the_card(linked: Bridge) -> None:
    tokyo = place_of(linked, linked.suzuki)
    tokyo.faults.add("5xx_before", "download", probability=1.0)
    ts = await says(linked.suzuki, linked, f"{GREEN} late", ("annex.pdf", PDF))
    late = await linked.nguyen.sees("late", "annex.pdf", "has not come yet")
    assert "could not be fetched" in text_of(late)
    await linked.suzuki.sees_on_card(ts, "再送を続けています")
    tokyo.faults.clear()
    await arrive(linked, linked.nguyen, 1)

    async def look() -> bool | None:
        copy = await linked.nguyen.sees("late")
        return None if "has not come yet" in text_of(copy) else True

    await eventually(look, "no word of lateness")


async def test_a_file_that_slack_refuses_is_parked_and_everybody_concerned_knows(
    linked: Bridge,
) -> None:
    canberra = place_of(linked, linked.nguyen)
    canberra.faults.add("error:storage_limit_reached", "files.completeUploadExternal", times=1)
    ts = await says(linked.suzuki, linked, f"{GREEN} refused", ("annex.pdf", PDF))
    await linked.nguyen.sees("refused", "File 1 did not come")
    await linked.suzuki.sees_on_card(ts, "転送できませんでした")
    await linked.suzuki.is_written("annex.pdf")
    await linked.walsh.is_written("storage_limit_reached")


async def test_a_withdrawal_overtakes_a_file_that_is_late(linked: Bridge) -> None:
    tokyo = place_of(linked, linked.suzuki)
    tokyo.faults.add("5xx_before", "download", probability=1.0)
    await says(linked.suzuki, linked, f"{GREEN} overtaken", ("annex.pdf", PDF))
    copy = await linked.nguyen.sees("overtaken", "has not come yet")
    number = number_in(copy["text"])
    await linked.suzuki.types(f"/advisory withdraw {number} reason:mistaken")
    await linked.nguyen.sees("was withdrawn")
    tokyo.faults.clear()
    await says(linked.suzuki, linked, f"{GREEN} the next", ("next.pdf", PDF))
    found = await arrive(linked, linked.nguyen, 1)
    assert [one[0] for one in found] == ["next.pdf"]


async def test_what_is_withdrawn_while_it_is_fetched_is_never_shown(linked: Bridge) -> None:
    tokyo, canberra = (place_of(linked, one) for one in (linked.suzuki, linked.nguyen))
    canberra.faults.add("hang", "files.getUploadURLExternal", times=1, seconds=3, stored=True)
    await says(linked.suzuki, linked, f"{GREEN} too late", ("annex.pdf", PDF))

    async def fetching() -> bool | None:
        return True if any(one["kind"] == "download" for one in tokyo.state.log) else None

    await eventually(fetching, "the file being fetched")
    number = number_in((await linked.nguyen.sees("too late"))["text"])
    await linked.suzuki.types(f"/advisory withdraw {number} reason:mistaken")
    await settled(linked)
    done = [one["summary"] for one in canberra.state.log if one["kind"] == "web_api"]
    assert "files.getUploadURLExternal" in done
    assert "files.completeUploadExternal" not in done
    assert shown(linked, linked.nguyen) == []


async def test_a_file_is_carried_on_after_a_restart_in_the_middle(linked: Bridge) -> None:
    canberra = place_of(linked, linked.nguyen)
    canberra.faults.add("hang", "files.completeUploadExternal", times=1, seconds=60, stored=True)
    await says(linked.suzuki, linked, f"{GREEN} restarted", ("annex.pdf", PDF))
    await arrive(linked, linked.nguyen, 1)
    await asyncio.wait_for(linked.restart(), 60)
    await linked.suzuki.says(f"{GREEN} after it")
    await linked.nguyen.sees("after it")

    async def look() -> bool | None:
        waiting = await linked.app.database.run(lambda uow: uow.outbox.count_open())
        return None if waiting else True

    await eventually(look, "everything said")
    assert len(shown(linked, linked.nguyen)) == 1
