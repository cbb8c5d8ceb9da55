"""What becomes of an advisory after it left: corrected, tightened, withdrawn, answered."""

from __future__ import annotations

from tests.journeys.bridge import Bridge, number_in
from tests.journeys.hands import Hand, eventually, text_of

GREEN = "#advisory [TLP:GREEN]"


async def in_thread(hand: Hand, *words: str) -> str:
    """What the bot has said in a thread of the channel with all those words, once it is there."""

    async def look() -> str | None:
        for one in await hand.workspace.messages(hand.channel):
            text = text_of(one)
            is_reply = one.get("thread_ts") not in (None, one["ts"]) and one.get("bot_id")
            if is_reply and all(word in text for word in words):
                return text
        return None

    return await eventually(look, f"a reply in a thread with {words}")


async def no_word_stands(hand: Hand, word: str) -> None:
    """Waits until a word is gone from everything in the channel."""

    async def look() -> bool | None:
        return True if word not in await hand.everything() else None

    await eventually(look, f"no more {word}")


async def opened(bridge: Bridge, terms: str = "tags:advisory ceiling:AMBER") -> None:
    await bridge.enrol_everybody()
    await bridge.link(terms)


async def test_an_edit_reaches_the_copy_its_thread_and_whoever_acknowledged(bridge: Bridge) -> None:
    await opened(bridge)
    suzuki, nguyen = bridge.suzuki, bridge.nguyen
    ts = await suzuki.says(f"{GREEN} Citrix\nversion 13")
    copy = await nguyen.sees("version 13")
    await bridge.baker.presses(copy, "acknowledge")
    await suzuki.sees_on_card(ts, "Tom Baker")
    await suzuki.edits(ts, f"{GREEN} Citrix\nversion 14")
    revised = await nguyen.sees("version 14", "Revision 2", "Tom Baker")
    assert revised["ts"] == copy["ts"]
    note = await in_thread(nguyen, "revision 2", "− version 13", "＋ version 14", "(AFP)")
    assert "Citrix" not in note
    await bridge.baker.is_written("has been revised (revision 2)")
    await suzuki.sees_on_card(ts, "revision 2")
    assert len(await nguyen.posts_with("Citrix")) == 1


async def test_a_label_tightened_above_the_ceiling_takes_the_copy_back(strict: Bridge) -> None:
    await opened(strict, "tags:advisory ceiling:GREEN")
    ts = await strict.suzuki.says(f"{GREEN} CANARY-1")
    copy = await strict.nguyen.sees("CANARY-1")
    await strict.nguyen.says("CANARY-2 from Canberra", copy["ts"])
    await strict.suzuki.edits(ts, "#advisory [TLP:AMBER] CANARY-3")
    taken = await strict.nguyen.sees("TLP:AMBER", "was taken back from this channel")
    assert taken["ts"] == copy["ts"]
    await in_thread(strict.nguyen, "was taken back from this channel")
    await no_word_stands(strict.nguyen, "CANARY-1")
    assert "CANARY-3" not in await strict.nguyen.everything()
    await strict.suzuki.sees_on_card(ts, "no copy stands")


async def test_an_edit_that_says_it_must_not_be_out_withdraws_it_everywhere(strict: Bridge) -> None:
    await opened(strict)
    first = await strict.suzuki.says(f"{GREEN} CANARY-1")
    second = await strict.suzuki.says(f"{GREEN} CANARY-2")
    await strict.nguyen.sees("CANARY-2")
    await strict.suzuki.edits(first, f"{GREEN} CANARY-3\nPROTECTED\n")
    await strict.suzuki.edits(second, "#advisory TLP:RED CANARY-4")
    await strict.suzuki.is_told("au.protected")
    await strict.suzuki.is_told("TLP:RED")
    for word in ("CANARY-1", "CANARY-2"):
        await no_word_stands(strict.nguyen, word)
    assert len(await strict.nguyen.posts_with("was withdrawn by its originator")) == 2
    assert "CANARY" not in await strict.nguyen.everything()
    assert b"CANARY-3" not in strict.everything_stored()
    assert b"CANARY-4" not in strict.everything_stored()


async def test_a_deleted_post_leaves_a_tombstone(bridge: Bridge) -> None:
    await opened(bridge)
    ts = await bridge.suzuki.says(f"{GREEN} CANARY")
    copy = await bridge.nguyen.sees("CANARY")
    await bridge.tokyo.delete(bridge.suzuki.channel, ts, bridge.suzuki.user)
    stone = await bridge.nguyen.sees("was withdrawn by its originator", "TLP:GREEN")
    assert stone["ts"] == copy["ts"]
    await no_word_stands(bridge.nguyen, "CANARY")


async def test_a_deleted_post_with_a_thread_is_reported_as_a_change_and_withdrawn_all_the_same(
    strict: Bridge,
) -> None:
    await opened(strict)
    ts = await strict.suzuki.says(f"{GREEN} CANARY")
    await strict.nguyen.sees("CANARY")
    remains = {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "ts": ts}
    event = {
        "type": "message",
        "subtype": "message_changed",
        "channel": strict.suzuki.channel,
        "message": {**remains, "text": "This message was deleted.", "thread_ts": ts},
        "previous_message": {"type": "message", "ts": ts, "text": f"{GREEN} CANARY"},
        "ts": f"{float(ts) + 1:.6f}",
    }
    await strict.order(strict.tokyo, "event", channel=strict.suzuki.channel, event=event)
    await strict.nguyen.sees("was withdrawn by its originator")
    await no_word_stands(strict.nguyen, "CANARY")


async def test_a_withdrawal_by_command_says_why_on_every_copy(bridge: Bridge) -> None:
    await opened(bridge)
    suzuki, nguyen = bridge.suzuki, bridge.nguyen
    ts = await suzuki.says(f"{GREEN} CANARY")
    copy = await nguyen.sees("CANARY")
    number = number_in(copy["text"])
    await bridge.baker.presses(copy, "acknowledge")
    await suzuki.sees_on_card(ts, "Tom Baker")
    assert "you can see" in await nguyen.types(f'/advisory withdraw {number} reason:"mine now"')
    answer = await suzuki.types(f'/advisory withdraw {number} reason:"wrong version"')
    assert number in answer
    await nguyen.sees(number, "was withdrawn by its originator", "wrong version")
    await in_thread(nguyen, "was withdrawn", "wrong version")
    await bridge.baker.is_written("has been withdrawn by its originator")
    await no_word_stands(nguyen, "CANARY")
    await suzuki.sees_on_card(ts, "no copy stands", "wrong version")


async def test_a_withdrawal_overtakes_an_original_that_was_not_delivered_yet(
    strict: Bridge,
) -> None:
    await opened(strict)
    await strict.nguyen.sees("🔗")
    faults = strict.stand_ins["canberra"].faults
    faults.add("429", "chat.postMessage", channel=strict.nguyen.channel, retry_after=3)
    ts = await strict.suzuki.says(f"{GREEN} CANARY")
    await strict.suzuki.sees_on_card(ts, "on its way")
    await strict.tokyo.delete(strict.suzuki.channel, ts, strict.suzuki.user)
    await strict.suzuki.says(f"{GREEN} the sentinel")
    await strict.nguyen.sees("the sentinel")
    assert "CANARY" not in await strict.nguyen.everything()
    assert await strict.nguyen.posts_with("was withdrawn") == []
    assert faults.injected["429"] == 1


async def test_a_superseded_advisory_points_to_the_later_one(strict: Bridge) -> None:
    await opened(strict)
    await strict.suzuki.says(f"{GREEN} the first")
    old = number_in((await strict.nguyen.sees("the first"))["text"])
    await strict.suzuki.says(f"{GREEN} the second")
    new = number_in((await strict.nguyen.sees("the second"))["text"])
    assert new in await strict.suzuki.types(f"/advisory supersede {old} by:{new}")
    await strict.nguyen.sees("the first", f"Superseded by *{new}*")
    await in_thread(strict.nguyen, f"{old}* was superseded by {new}")


async def test_replies_cross_both_ways_and_follow_their_edits_and_deletions(
    strict: Bridge,
) -> None:
    await opened(strict)
    suzuki, nguyen, baker = strict.suzuki, strict.nguyen, strict.baker
    ts = await suzuki.says(f"{GREEN} Citrix")
    copy = await nguyen.sees("Citrix")
    asked = await baker.says("Which version?", copy["ts"])
    answer = await in_thread(suzuki, "Which version?", "Tom Baker", "TLP:GREEN")
    assert "(AFP)" in answer
    replied = await suzuki.says("13.1 です", ts)
    await in_thread(nguyen, "13.1 です", "鈴木 健")
    await suzuki.edits(replied, "14.1 です")
    await in_thread(nguyen, "14.1 です")
    await no_word_stands(nguyen, "13.1 です")
    await strict.canberra.delete(baker.channel, asked, baker.user)
    await no_word_stands(suzuki, "Which version?")
    await in_thread(suzuki, "返信", "削除")

    await suzuki.says("CANARY-1\nPROTECTED\n", ts)
    await suzuki.is_told("au.protected")
    await strict.visitor.says("CANARY-2 from a stranger", ts)
    await strict.ito.says("CANARY-3 from an observer", ts)
    await suzuki.says("the sentinel", ts)
    await in_thread(nguyen, "the sentinel")
    assert "CANARY" not in await nguyen.everything()


async def test_what_was_posted_while_the_bot_was_away_is_relayed_once_and_in_order(
    strict: Bridge,
) -> None:
    await opened(strict)
    suzuki, nguyen = strict.suzuki, strict.nguyen
    edited = await suzuki.says(f"{GREEN} to be edited")
    deleted = await suzuki.says(f"{GREEN} CANARY to be deleted")
    copy = await nguyen.sees("CANARY")
    await nguyen.sees("to be edited")
    await strict.app.stop()
    for number in range(3):
        await suzuki.says(f"{GREEN} while away {number}")
    await suzuki.edits(edited, f"{GREEN} corrected while away")
    await strict.tokyo.delete(suzuki.channel, deleted, suzuki.user)
    await nguyen.says("CANARY asked of what is gone", copy["ts"])
    await strict.restart()
    await suzuki.says(f"{GREEN} said afterwards")
    await nguyen.sees("said afterwards")
    await nguyen.sees("corrected while away", "Revision 2")
    await nguyen.sees("was withdrawn by its originator")
    relayed = [text_of(one) for one in await nguyen.posts_with("while away ")]
    assert len(relayed) == 3
    for number, text in enumerate(relayed):
        assert f"while away {number}" in text
    assert len(await nguyen.posts_with("was withdrawn by its originator")) == 1
