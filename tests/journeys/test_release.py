"""What has to wait leaves only by the decision of a releaser of the originating side."""

from __future__ import annotations

from integrations.slack.driver import text_of
from tests.journeys.bridge import Bridge, number_in
from tests.journeys.hands import Hand


async def test_a_manual_link_waits_for_release_by_command_or_by_button(strict: Bridge) -> None:
    await strict.enrol_everybody()
    await strict.link("tags:advisory ceiling:AMBER mode:manual")
    baker, nguyen, walsh, suzuki = strict.baker, strict.nguyen, strict.walsh, strict.suzuki
    khan = strict.khan
    await walsh.types("/kakehashi enrol <@U14KHAN> agency:NOCS roles:releaser")
    first = await baker.says("#advisory TLP:CLEAR released by a command")
    card = await walsh.is_written("released by a command", "waits for your decision")
    number = number_in(text_of(card))
    await baker.sees_on_card(first, "waits for release by your side")
    # The card is private, but a button is authorised at every press, whoever presses it.
    refusal = await baker.types(f"/advisory release {number}")
    assert "This needs the role releaser" in refusal
    refusal = await strict.tanaka.types(f"/advisory release {number}")
    assert f"閲覧できるアドバイザリ{number}はありません" in refusal
    lacking = await walsh.types(f"/advisory release {number}")
    assert "Approvals that count now: Erin Walsh" in lacking
    assert "You have approved" in await walsh.types(f"/advisory release {number}")
    assert "released and on its way" in await khan.types(f"/advisory release {number}")
    await suzuki.sees("released by a command", "Tom Baker")
    assert "is not waiting for release" in await walsh.types(f"/advisory keep {number}")

    kept = await nguyen.says("#advisory TLP:AMBER kept back")
    card = await walsh.is_written("kept back", "waits for your decision")
    intruder = nguyen.at(str(card["channel"]))
    assert "This needs the role releaser" in await intruder.hears_on_pressing(card, "release")
    await walsh.presses(card, "keep_back")
    await nguyen.sees_on_card(kept, "kept back (Erin Walsh")
    last = await nguyen.says("#advisory TLP:GREEN released by a button")
    card = await walsh.is_written("released by a button", "waits for your decision")
    await walsh.presses(card, "release")
    second = await khan.is_written("released by a button", "1 of 2")
    await khan.presses(second, "release")
    await suzuki.sees("released by a button")
    await nguyen.sees_on_card(last, "delivered")
    assert await suzuki.posts_with("kept back") == []


async def test_a_deleted_post_takes_back_what_had_not_left(strict: Bridge) -> None:
    await strict.enrol_everybody()
    await strict.link()
    suzuki, tanaka = strict.suzuki, strict.tanaka
    ts = await suzuki.says("#advisory TLP:AMBER to be taken back")
    card = await tanaka.is_written("to be taken back", "判断をお願いします")
    await strict.tokyo.delete(suzuki.channel, ts, suzuki.user)
    pressing = Hand(strict.tokyo, tanaka.user, str(card["channel"]))
    assert "転送承認待ちではありません" in await pressing.hears_on_pressing(card, "release")
    await suzuki.says("#advisory TLP:GREEN the sentinel")
    await strict.nguyen.sees("the sentinel")
    assert await strict.nguyen.posts_with("to be taken back") == []


async def test_a_side_decides_in_its_private_channel_until_somebody_else_may_read_there(
    strict: Bridge,
) -> None:
    await strict.enrol_everybody()
    await strict.link()
    room = "C04OPS"
    strict.decide_in("tokyo", room)
    await strict.restart()
    await strict.suzuki.says("#advisory TLP:AMBER shown in the room")
    tanaka = strict.tanaka.at(room)
    card = await tanaka.sees("shown in the room", "判断をお願いします")
    await tanaka.presses(card, "keep_back")
    assert await strict.tanaka.letters_with("shown in the room") == []
    assert "連携できません" in await tanaka.types("/link propose to:ASD tags:advisory")

    await strict.order(strict.tokyo, "join", channel=room, user="U08GUEST")
    await strict.sato.is_written("#bridge-admin", "ゲスト", "ダイレクトメッセージ")
    await strict.suzuki.says("#advisory TLP:AMBER asked in person")
    await strict.tanaka.is_written("asked in person", "判断をお願いします")
    assert await tanaka.posts_with("asked in person") == []
