"""A link is made by two sides, carries what both agreed to, and ends when either says so."""

from __future__ import annotations

from tests.journeys.bridge import Bridge, code_in
from tests.journeys.hands import Hand

PROPOSE = "/link propose to:ASD tags:advisory"


async def test_a_link_that_may_not_be_is_refused_with_its_reason(strict: Bridge) -> None:
    await strict.enrol_everybody()
    tanaka, nguyen = strict.tanaka, strict.nguyen
    assert "「連絡担当」の権限が必要" in await strict.suzuki.types(PROPOSE)
    assert "両端が同じ側" in await tanaka.types("/link propose to:NPA tags:advisory")
    assert "TLP:REDは架け橋では転送しません" in await tanaka.types(f"{PROPOSE} ceiling:RED")
    private = Hand(strict.tokyo, tanaka.user, await _direct_channel(tanaka))
    assert "ダイレクトメッセージは連携できません" in await private.types(PROPOSE)
    await strict.order(strict.tokyo, "leave", channel="C02DLG", user="U0TOKYOBOT")
    assert "/invite で招待" in await tanaka.at("C02DLG").types(PROPOSE)
    await strict.order(strict.tokyo, "leave", channel="C04OPS", user="U0TOKYOBOT")
    assert "/invite で招待" in await tanaka.at("C04OPS").types(PROPOSE)
    await strict.order(strict.tokyo, "share", channel="C03NPA", teams=["T0OTHER"])
    assert "外部組織が参加している" in await tanaka.at("C03NPA").types(PROPOSE)

    code = code_in(await tanaka.types(PROPOSE))
    assert "同じチャンネル同士は連携できません" in await tanaka.types(f"/link accept {code}")
    await strict.order(strict.tokyo, "share", channel="C03NPA", teams=[])
    assert "両端が同じ側" in await tanaka.at("C03NPA").types(f"/link accept {code}")
    assert "This needs the role liaison" in await strict.baker.types(f"/link accept {code}")
    await strict.order(strict.canberra, "share", channel="C12DLG", teams=["T0OTHER"])
    assert "Other organisations" in await nguyen.at("C12DLG").types(f"/link accept {code}")
    assert "There is no link LNK-0000" in await nguyen.types("/link accept LNK-0000")
    assert "is now active" in await nguyen.types(f"/link accept {code.lower()}")
    assert "nothing waiting" in await nguyen.types(f"/link accept {code}")

    again = code_in(await tanaka.types(f"{PROPOSE} direction:out"))
    refusal = await nguyen.types(f"/link accept {again}")
    assert f"already linked in that direction by {code}" in refusal
    assert "has ended" in await nguyen.types(f"/link decline {again}")
    assert again not in await nguyen.types("/link list")
    assert "不成立" in await tanaka.types(f"/link show {again}")
    shown = await strict.khan.types(f"/link show {code}")
    assert "State: active" in shown
    assert "(NCO) – Australian Signals Directorate" in shown


async def test_two_links_leave_one_channel_and_each_carries_its_own_tags(strict: Bridge) -> None:
    await strict.enrol_everybody()
    await strict.link("tags:advisory direction:out")
    proposed = await strict.sato.types("/link propose to:DFAT tags:ransomware direction:out")
    await strict.walsh.at("C12DLG").types("/link accept " + code_in(proposed))
    assert "2件" in await strict.suzuki.types("/link list")
    dialogue = strict.walsh.at("C12DLG")
    both = await strict.suzuki.says("#advisory #Ransomware TLP:GREEN to both channels")
    await strict.suzuki.says("#ransomware TLP:GREEN to the dialogue")
    await strict.suzuki.says("#advisory TLP:GREEN to the advisories")
    await strict.suzuki.sees_on_card(both, "(ASD)", "(DFAT)", "転送済み")
    await dialogue.sees("to both channels")
    await dialogue.sees("to the dialogue")
    await strict.nguyen.sees("to both channels")
    await strict.nguyen.sees("to the advisories")
    assert await dialogue.posts_with("to the advisories") == []
    assert await strict.nguyen.posts_with("to the dialogue") == []
    # Both links lead out of Tokyo only: nothing comes back along them.
    await strict.nguyen.says("#advisory TLP:GREEN against the direction")
    dry_run = await strict.nguyen.types('/link test "#advisory TLP:GREEN x"')
    assert "carries nothing out of this channel" in dry_run
    await strict.link("tags:other direction:in")
    await strict.nguyen.says("#other TLP:GREEN the sentinel")
    await strict.suzuki.sees("the sentinel")
    assert await strict.suzuki.posts_with("against the direction") == []


async def test_new_terms_hold_only_once_both_sides_agreed(strict: Bridge) -> None:
    await strict.enrol_everybody()
    code = await strict.link("tags:advisory ceiling:GREEN")
    tanaka, nguyen, suzuki = strict.tanaka, strict.nguyen, strict.suzuki
    amended = await tanaka.types(f"/link amend {code} tags:advisory,worm ceiling:CLEAR")
    assert "提案中の新しい条件:タグ:#advisory、#worm · 上限:TLP:CLEAR" in amended
    assert "相手側の対応を待っています" in await tanaka.types(f"/link accept {code}")
    early = await suzuki.says("#worm TLP:CLEAR before the agreement")
    await suzuki.says("#advisory TLP:GREEN still under the old terms")
    await nguyen.sees("still under the old terms")
    assert await nguyen.posts_with("before the agreement") == []
    assert "now hold" in await nguyen.types(f"/link accept {code}")
    await suzuki.says("#worm TLP:CLEAR after the agreement")
    above = await suzuki.says("#advisory TLP:GREEN now above the ceiling")
    await nguyen.sees("after the agreement")
    await suzuki.sees_on_card(above, "上限を超える")
    assert early not in [one.get("thread_ts") for one in await strict.tokyo.messages("C01ADV")]

    assert "条件を提案しました" in await tanaka.types(f"/link amend {code} tags:flood")
    assert "The proposal" in await nguyen.types(f"/link decline {code}")
    assert "#flood" not in await nguyen.types(f"/link show {code}")
    assert "nothing waiting" in await nguyen.types(f"/link decline {code}")


async def test_only_the_side_that_paused_a_link_resumes_it(strict: Bridge) -> None:
    await strict.enrol_everybody()
    code = await strict.link()
    tanaka, nguyen = strict.tanaka, strict.nguyen
    assert "is paused" in await nguyen.types(f"/link pause {code}")
    assert "相手側の対応を待っています" in await tanaka.types(f"/link resume {code}")
    assert "一時停止しました" in await tanaka.types(f"/link pause {code}")
    assert "paused it already" in await nguyen.types(f"/link pause {code}")
    assert "the other side still does" in await nguyen.types(f"/link resume {code}")
    ts = await nguyen.says("#advisory TLP:GREEN while the other side pauses")
    await nguyen.sees_on_card(ts, "not relayed, the link is paused")
    dry_run = await nguyen.types('/link test "#advisory TLP:GREEN x"')
    assert "would not go; the link is paused" in dry_run
    assert "再開しました" in await tanaka.types(f"/link resume {code}")
    assert "一時停止していません" in await tanaka.types(f"/link resume {code}")
    await nguyen.says("#advisory TLP:GREEN flows again")
    await strict.suzuki.sees("flows again")
    assert await strict.suzuki.posts_with("while the other side pauses") == []
    assert "is cut for good" in await nguyen.types(f"/link cut {code}")
    assert "終了しています" in await tanaka.types(f"/link resume {code}")
    assert "終了しています" in await tanaka.types(f"/link amend {code} tags:advisory")


async def test_a_dry_run_tells_where_a_text_would_go_and_sends_nothing(strict: Bridge) -> None:
    await strict.enrol_everybody()
    suzuki = strict.suzuki
    assert "連携はありません" in await suzuki.types('/link test "#advisory TLP:GREEN x"')
    await strict.link("tags:advisory ceiling:AMBER")
    expected = {
        "#advisory TLP:GREEN CANARY": "直ちに転送されます",
        "＃ａｄｖｉｓｏｒｙ 【TLP:AMBER】 CANARY": "転送承認を待ちます",
        "#weather TLP:GREEN CANARY": "タグが本文にありません",
        "#advisory CANARY": "保留されます",
        "#advisory TLP:RED CANARY": "転送の対象外です",
        "#advisory TLP:GREEN 【秘】 CANARY": "秘密等の表示が検出されました",
    }
    for text, words in expected.items():
        answer = await suzuki.types(f"/link test 「{text}」")
        assert "試行のみで、送信はしていません" in answer
        assert words in answer
    await suzuki.says("#advisory TLP:GREEN the sentinel")
    await strict.nguyen.sees("the sentinel")
    assert "CANARY" not in await strict.nguyen.everything()
    assert b"CANARY" not in strict.everything_stored()


async def _direct_channel(hand: Hand) -> str:
    """The conversation between a person and the bot, opened as Slack does when one looks at it."""
    await hand.workspace.open_home(hand.user)
    channels = (await hand.workspace.state())["channels"]
    return next(str(c["id"]) for c in channels if c["is_im"] and hand.user in c["members"])
