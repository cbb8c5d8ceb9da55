"""A feed counts when its side has enrolled it as a source; what the bot says itself never does."""

from __future__ import annotations

from tests.journeys.bridge import Bridge

FEED, OTHER_FEED = "B0JVNFEED", "B0RUMOURS"


async def test_an_enrolled_feed_is_relayed_and_any_other_bot_is_ignored(strict: Bridge) -> None:
    await strict.enrol_everybody()
    await strict.link()
    tokyo, sato, suzuki, nguyen = strict.tokyo, strict.sato, strict.suzuki, strict.nguyen
    await tokyo.bot_says("C01ADV", FEED, "#advisory TLP:CLEAR CANARY before enrolment")
    await tokyo.bot_says("C01ADV", OTHER_FEED, "#advisory TLP:CLEAR CANARY of another bot")
    enrolled = await sato.types(f"/kakehashi enrol {FEED} agency:IPA roles:source")
    assert "配信元" in enrolled
    refusal = await sato.types(f"/kakehashi enrol {FEED} agency:IPA roles:source,releaser")
    assert "は指定できません" in refusal
    refusal = await sato.types("/kakehashi enrol <@U04ITO> agency:NPA roles:source")
    assert "は指定できません" in refusal
    ts = await tokyo.bot_says("C01ADV", FEED, "#advisory TLP:CLEAR JVN#12345678 from the feed")
    copy = await nguyen.sees("from the feed", "TLP:CLEAR", "(IPA)")
    await suzuki.sees_on_card(ts, "転送済み")
    assert await nguyen.posts_with("CANARY") == []

    # What a feed cannot be asked privately, the releasers of its side are.
    await tokyo.bot_says("C01ADV", FEED, "#advisory without a label from the feed")
    card = await strict.tanaka.is_written("を保留しました")
    await strict.tanaka.presses(card, "label:TLP:GREEN")
    await nguyen.sees("without a label from the feed", "TLP:GREEN")
    await tokyo.bot_says("C01ADV", FEED, "#advisory TLP:RED CANARY from the feed")
    await strict.tanaka.is_written("TLP:REDは架け橋では転送しません")

    # The copy bears tag and label; heard as a post it would come back, or go on and on.
    assert "#advisory TLP:CLEAR" in copy["text"]
    await nguyen.says("#advisory TLP:GREEN the sentinel")
    await suzuki.sees("the sentinel")
    assert await suzuki.posts_with("from the feed") == []
    assert len(await nguyen.posts_with("from the feed", "TLP:CLEAR")) == 1


async def test_nothing_the_bot_posts_is_ever_relayed_again(strict: Bridge) -> None:
    await strict.enrol_everybody()
    await strict.link("tags:advisory")
    # A second link leads on from the channel of arrival: one hop must not become two.
    proposed = await strict.sato.at("C02DLG").types("/link propose to:ASD tags:advisory")
    code = proposed.split("/link accept ")[1][:8]
    assert "is now active" in await strict.nguyen.types(f"/link accept {code}")
    typed = '/advisory new "One hop" label:GREEN tags:advisory text:"#advisory TLP:GREEN once"'
    assert "発出しました" in await strict.suzuki.types(typed)
    await strict.nguyen.sees("One hop", "once")
    await strict.suzuki.sees("One hop", "once")
    back = await strict.nguyen.says("#advisory TLP:GREEN the sentinel for both channels")
    await strict.suzuki.sees("the sentinel for both channels")
    await strict.sato.at("C02DLG").sees("the sentinel for both channels")
    await strict.nguyen.sees_on_card(back, "delivered")
    assert await strict.sato.at("C02DLG").posts_with("One hop") == []
    assert len(await strict.nguyen.posts_with("One hop")) == 1
    assert len(await strict.suzuki.posts_with("One hop")) == 1
    assert await strict.suzuki.types("/advisory list") == await strict.sato.types("/advisory list")
