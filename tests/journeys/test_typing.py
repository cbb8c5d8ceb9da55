"""What officials type, and what they are told: in their language, privately, and helpfully."""

from __future__ import annotations

from integrations.slack.driver import text_of
from tests.journeys.bridge import Bridge, code_in, number_in
from tests.journeys.hands import Hand


async def test_an_advisory_can_be_typed_listed_and_shown_on_both_sides(strict: Bridge) -> None:
    await strict.enrol_everybody()
    suzuki, nguyen, khan = strict.suzuki, strict.nguyen, strict.khan
    assert "アドバイザリはまだありません" in await suzuki.types("/advisory list")
    new = '/advisory new "{}" label：ＧＲＥＥＮ tags：＃ransomware、advisory text：「{}」'
    refusal = await suzuki.types(new.format("題名", "本文"))
    assert "転送する連携はありません" in refusal
    await strict.link("tags:advisory")
    assert "閉じられていません" in await suzuki.types('/advisory new "open label:GREEN')
    refusal = await suzuki.types('/advisory new "題名" label:MAUVE tags:advisory text:"本文"')
    assert "TLPの区分ではありません" in refusal
    assert "権限が必要" in await strict.ito.types(new.format("題名", "本文"))

    number = number_in(await suzuki.types(new.format("ランサムウェア", "復旧手順\n<!channel>")))
    copy = await nguyen.sees(number, "*ランサムウェア*", "復旧手順", "＠channel", "#ransomware")
    source = await suzuki.sees(number, "*ランサムウェア*", "復旧手順")
    await suzuki.sees_on_card(source["ts"], "転送済み")
    assert "acknowledge" not in str(source["blocks"])
    assert "Receipt of" in await nguyen.types(f"/advisory ack {number.lower()}")
    assert "has already acknowledged" in await nguyen.hears_on_pressing(copy, "acknowledge")
    assert "自国側が発出" in await suzuki.types(f"/advisory ack {number}")
    listed = await khan.types("/advisory list")
    assert f"• *{number}* TLP:GREEN · National Police Agency" in listed
    shown = await khan.types(f"/advisory show {number}")
    assert "✅ Australian Signals Directorate (ASD): Minh Nguyen" in shown
    # Where it went is the originating side's own business.
    assert "LNK-" not in shown
    assert "LNK-" in await suzuki.types(f"/advisory show {number}")
    assert "that you can see" in await khan.types("/advisory show ADV-2026-9999")


async def test_an_advisory_that_has_not_left_is_unknown_to_the_other_side(strict: Bridge) -> None:
    await strict.enrol_everybody()
    await strict.link()
    await strict.suzuki.says("#advisory TLP:AMBER still waiting")
    number = number_in(text_of(await strict.tanaka.is_written("still waiting")))
    unknown = await strict.nguyen.types("/advisory show ADV-2020-0001")
    waiting = await strict.nguyen.types(f"/advisory show {number}")
    assert waiting.replace(number, "ADV-2020-0001") == unknown
    for verb in ("ack", "release"):
        answer = await strict.walsh.types(f"/advisory {verb} {number}")
        assert "that you can see" in answer
    assert "There are no advisories yet" in await strict.khan.types("/advisory list")


async def test_the_roster_belongs_to_each_side(strict: Bridge) -> None:
    sato, walsh, nguyen = strict.sato, strict.walsh, strict.nguyen
    assert "You are not enrolled" in await nguyen.types("/kakehashi whoami")
    assert "Enrolled" in await walsh.types("/kakehashi enrol @nguyen.asd agency:ASD roles:liaison")
    assert "You are Minh Nguyen" in await nguyen.types("/kakehashi whoami")
    assert "needs the role admin" in await nguyen.types("/kakehashi enrol @baker.afp agency:AFP")
    assert "相手側の機関です" in await sato.types("/kakehashi enrol @tanaka.nco agency:ASD")
    assert "名簿に登録されていないか" in await sato.types("/kakehashi enrol U12NGUYEN agency:NPA")
    assert "is not a person" in await walsh.types("/kakehashi enrol nobody agency:ASD")
    refusal = await walsh.types("/kakehashi enrol <@U18GUEST> agency:ASD")
    assert "Guest accounts" in refusal
    roster = await walsh.types("/kakehashi roster")
    assert "2 officials" in roster
    assert "Minh Nguyen" in roster
    assert "佐藤" not in roster
    assert "1名" in await sato.types("/kakehashi roster")

    assert "私" not in await nguyen.types("/kakehashi language en")
    assert await nguyen.types("/kakehashi language ja") == "日本語でご案内します。"
    assert "連絡担当" in await nguyen.types("/kakehashi whoami")
    assert "英語でご案内します" not in await nguyen.types("/kakehashi language auto")
    assert "Roles: liaison" in await nguyen.types("/kakehashi whoami")
    assert "is not possible for language" in await nguyen.types("/kakehashi language fr")

    assert "last administrator" in await walsh.types("/kakehashi leave")
    assert "Taken off the roster: Minh" in await walsh.types("/kakehashi remove <@U12NGUYEN>")
    assert "You are not enrolled" in await nguyen.types("/kakehashi whoami")
    await walsh.types("/kakehashi enrol <@U12NGUYEN> agency:ASD roles:admin")
    assert "You are off the roster" in await walsh.types("/kakehashi leave")
    assert "Contact: Minh Nguyen" in await walsh.types("/kakehashi whoami")


async def test_whoever_calls_the_bot_by_name_is_helped_privately(strict: Bridge) -> None:
    await strict.suzuki.says("<@U0TOKYOBOT> 使い方は？")
    await strict.suzuki.is_told("タグと取扱区分を付けて投稿")
    await strict.nguyen.says("<@U0CANBBOT> hello")
    await strict.nguyen.is_told("Post with a tag and a label")
    assert "opens a form" in await strict.walsh.types("/kakehashi help")
    assert await strict.nguyen.posts_with() == []


async def test_the_language_somebody_chose_is_kept_to_the_last_refusal(strict: Bridge) -> None:
    await strict.enrol_everybody()
    assert await strict.tanaka.types("/kakehashi language en") == "I will speak English with you."
    for typed, words in {
        "/link dance": "It knows: propose, accept",
        "/link propose to:ASD": "“tags” is missing",
        "/link accept LNK-0000": "There is no link LNK-0000",
        "/kakehashi enrol <@U03SUZUKI> agency:NPA": "This needs the role",
    }.items():
        assert words in await strict.tanaka.types(typed)
    await strict.tanaka.opens("/link propose")
    faults = await strict.tanaka.sends(to="ASD", tags="!!!")
    assert faults is not None
    assert "holds no usable tags" in faults["tags"]
    assert await strict.tanaka.sends(to="NPA", tags="worm") is None
    closing = (await strict.tokyo.modal() or {})["close"]["text"]
    assert (closing, "same side" in await strict.tanaka.reads_the_form()) == ("Close", True)


async def test_whoever_is_not_enrolled_cannot_ask_which_links_there_are(strict: Bridge) -> None:
    await strict.enrol_everybody()
    proposed = code_in(await strict.tanaka.types("/link propose to:ASD tags:advisory"))
    for code in (proposed, "LNK-0000"):
        answer = await strict.contractor.types(f"/link accept {code}")
        assert "You are not enrolled" in answer


async def test_what_was_mistyped_is_named_with_the_way_to_put_it_right(strict: Bridge) -> None:
    await strict.enrol_everybody()
    mistakes: dict[str, tuple[Hand, str]] = {
        "/link dance": (strict.nguyen, "no “dance”. It knows: propose, accept"),
        "/link propose to:ASD": (
            strict.tanaka,
            "「tags」が指定されていません。書式:`/link propose",
        ),
        "/link propose to:NPA tags:a tags:b": (strict.nguyen, "“tags” is given twice"),
        "/link propose to:NPA tags:a colour:red": (strict.nguyen, "do not know what “colour” is"),
        "/link propose to:Atlantis tags:a": (strict.nguyen, "no single agency called “Atlantis”"),
        "/link propose to:NPA tags:##": (strict.nguyen, "“##” holds no usable tags"),
        "/link propose to:NPA tags:a ceiling:MAUVE": (strict.nguyen, "not a TLP label"),
        "/link propose to:NPA tags:a mode:slow": (strict.nguyen, "Choose from: auto, manual"),
        "/link test “#advisory": (strict.nguyen, "Dry run"),
    }
    for typed, (hand, words) in mistakes.items():
        assert words in await hand.types(typed), typed
    # What was typed comes back inert.
    answer = await strict.nguyen.types("/link <!channel>https://evil.example")
    assert "<!" not in answer
    assert "https://" not in answer
