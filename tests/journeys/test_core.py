"""The whole point, end to end: tagged advisories cross, marked and acknowledged; others do not."""

from __future__ import annotations

from bot.domain.inert import is_inert
from tests.journeys.bridge import Bridge, code_in
from tests.journeys.hands import words_in_blocks

HOSTILE = (
    "#advisory [TLP:GREEN] hostile <!channel> ＜!here＞ <@U11WALSH> <#C11ADV|jp-advisories> "
    "<https://evil.example/login|https://www.mofa.go.jp> javascript:alert(1) "
    "a\u202egnp.exe z\u200be\u200bro\u2066 <!subteam^S012345|@minister> http://192.0.2.7/x "
    "&lt;!everyone&gt; *bold* `code`"
)


async def test_an_official_is_enrolled_a_link_agreed_and_advisories_cross_both_ways(
    bridge: Bridge,
) -> None:
    sato, tanaka, suzuki = bridge.sato, bridge.tanaka, bridge.suzuki
    walsh, nguyen, baker = bridge.walsh, bridge.nguyen, bridge.baker
    assert "管理者" in await sato.types("/kakehashi whoami")
    assert "登録しました" in await sato.types(
        "/kakehashi enrol @tanaka.nco agency:NCO roles:liaison,releaser"
    )
    assert "警察庁(NPA)" in await sato.types("/kakehashi enrol <@U03SUZUKI> agency:NPA")
    answer = await walsh.types("/kakehashi enrol <@U12NGUYEN> agency:ASD roles:liaison,member")
    assert answer.startswith("Enrolled: Minh Nguyen")
    await walsh.types("/kakehashi enrol <@U13BAKER> agency:AFP")

    proposed = await tanaka.types("/link propose to:ASD tags:advisory,ransomware ceiling:AMBER")
    code = code_in(proposed)
    assert f"/link accept {code}" in proposed
    accepted = await nguyen.types(f"/link accept {code}")
    assert f"Link *{code}* is now active" in accepted
    assert "#advisory, #ransomware · up to TLP:AMBER" in accepted
    notice = await tanaka.sees("🔗", code, "Minh Nguyen", "Erin Walsh", "Contractor")
    assert "このチャンネルの連携が有効になりました" in notice["text"]
    notice = await nguyen.sees("🔗", code, "佐藤 花子", "鈴木 健")
    assert notice["text"].index("is now linked") < notice["text"].index("有効になりました")

    ts = await suzuki.says("#advisory [TLP:GREEN] Citrix の脆弱性 CVE-2026-1234")
    copy = await nguyen.sees("Citrix の脆弱性 CVE-2026-1234")
    for words in (copy["text"], words_in_blocks(copy)):
        assert words.startswith("*TLP:GREEN*")
        assert words.strip().splitlines()[-1].startswith("*TLP:GREEN*")
        assert "鈴木 健" in words
        assert "National Police Agency" in words
    assert "#advisory" in words_in_blocks(copy)
    assert "Canberra" in words_in_blocks(copy)
    assert "Tokyo" in words_in_blocks(copy)
    await suzuki.sees_on_card(ts, code, "転送済み", "delivered", "ASD")

    await baker.presses(copy, "acknowledge")
    await baker.is_told("Receipt of ADV-", "AFP")
    await nguyen.sees("CVE-2026-1234", "✅", "(AFP): Tom Baker", "1 of 3 agencies")
    card = await suzuki.sees_on_card(ts, "✅", "(AFP):Tom Baker", "3機関中1機関")
    assert "東京" in words_in_blocks(card)
    assert "キャンベラ" in words_in_blocks(card)
    await baker.presses(copy, "acknowledge")
    await baker.is_told("has already acknowledged", "Tom Baker")
    await bridge.contractor.presses(copy, "acknowledge")
    await bridge.contractor.is_told("You are not enrolled", "Erin Walsh")
    await walsh.presses(copy, "acknowledge")
    await suzuki.sees_on_card(ts, "Erin Walsh", "Tom Baker", "3機関中2機関")

    await nguyen.says("＃ａｄｖｉｓｏｒｙ 【ＴＬＰ：ＧＲＥＥＮ】 MSHTML を使う攻撃 from Canberra")
    back = await suzuki.sees("from Canberra", "Minh Nguyen")
    assert back["text"].startswith("*TLP:GREEN* (コミュニティ内での共有可)")
    assert "受領を確認する" in words_in_blocks(back)
    await tanaka.presses(back, "acknowledge")
    await tanaka.is_told("受領確認を記録しました", "NCO")
    await suzuki.sees("from Canberra", "✅", "(NCO):田中 一郎")


async def test_what_may_not_cross_does_not(bridge: Bridge) -> None:
    await bridge.enrol_everybody()
    code = await bridge.link("tags:advisory ceiling:GREEN")
    suzuki, nguyen = bridge.suzuki, bridge.nguyen
    await suzuki.says("untagged CANARY-1 [TLP:GREEN]")
    await suzuki.says("#weather [TLP:GREEN] CANARY-2")
    await suzuki.says("#advisory CANARY-3 without a label")
    await suzuki.says("#advisory TLP:PURPLE CANARY-4")
    await suzuki.says("#advisory [TLP:RED] CANARY-5")
    await suzuki.says("#advisory TLP:AMBER+STRICT CANARY-6")
    above = await suzuki.says("#advisory TLP:AMBER CANARY-7")
    await bridge.visitor.says("#advisory TLP:GREEN CANARY-8")
    await suzuki.is_told("保留しました", "取扱区分がないため")
    await suzuki.is_told("保留しました", "不明なもの")
    await suzuki.is_told("TLP:RED", "転送しません")
    await suzuki.is_told("TLP:AMBER+STRICT", "転送しません")
    await suzuki.sees_on_card(above, "上限を超えるため", "above this link's ceiling")
    await bridge.visitor.is_told("利用登録がない")
    await suzuki.says("#advisory TLP:GREEN the sentinel")
    await nguyen.sees("the sentinel")

    assert "is paused" in await nguyen.types(f"/link pause {code}")
    paused = await suzuki.says("#advisory TLP:GREEN CANARY-9 while paused")
    await suzuki.sees_on_card(paused, "一時停止中", "the link is paused")

    # What is said through a link that is cut has no lane of its own: a new link brings one.
    await nguyen.types(f"/link cut {code}")
    await suzuki.says("#advisory TLP:GREEN CANARY-10 after the cut")
    await bridge.link("tags:advisory")
    await suzuki.says("#advisory TLP:GREEN the last sentinel")
    await nguyen.sees("the last sentinel")
    assert "CANARY" not in await nguyen.everything()


async def test_hostile_text_arrives_inert(bridge: Bridge) -> None:
    await bridge.enrol_everybody()
    await bridge.link()
    await bridge.suzuki.says(HOSTILE)
    copy = await bridge.nguyen.sees("hostile")
    for words in (copy["text"], words_in_blocks(copy)):
        assert is_inert(words)
        for live in ("<!", "<@", "<#", "<http", "javascript:", "https://", "http://", "@minister"):
            assert live not in words
        for unseen in "\u202e\u200b\u2066":
            assert unseen not in words
        assert "＠channel" in words
        assert "hxxps://evil[.]example/login" in words


async def test_an_amber_advisory_waits_for_two_releasers_of_its_own_side(bridge: Bridge) -> None:
    await bridge.enrol_everybody()
    await bridge.link()
    ts = await bridge.suzuki.says("#ransomware TLP:AMBER for release")
    card = await bridge.tanaka.is_written("for release", "判断をお願いします")
    await bridge.suzuki.sees_on_card(ts, "自国側の転送承認を待っています")
    await bridge.suzuki.says("#ransomware TLP:GREEN said afterwards")
    await bridge.nguyen.sees("said afterwards")
    assert await bridge.nguyen.posts_with("for release") == []
    await bridge.tanaka.presses(card, "release")
    second = await bridge.sato.is_written("for release", "2名中1名")
    assert await bridge.nguyen.posts_with("for release") == []
    await bridge.sato.presses(second, "release")
    await bridge.nguyen.sees("for release", "TLP:AMBER")
    await bridge.suzuki.sees_on_card(ts, "転送済み")
    await bridge.sato.is_written("for release", "判断済み")


async def test_a_command_without_words_opens_a_form_that_does_the_same(bridge: Bridge) -> None:
    await bridge.enrol_everybody()
    view = await bridge.tanaka.opens("/link propose")
    assert view["title"]["text"] == "連携を提案する"
    assert await bridge.tanaka.sends(to="ASD", tags="advisory", ceiling="TLP:GREEN") is None
    code = code_in(await bridge.tanaka.reads_the_form())
    await bridge.nguyen.types(f"/link accept {code}")
    await bridge.suzuki.says("#advisory TLP:GREEN through a form")
    await bridge.nguyen.sees("through a form")
