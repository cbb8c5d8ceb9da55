"""What must not leave is refused with its reason, and so is whoever may not ask."""

from __future__ import annotations

from integrations.slack.driver import Workspace
from tests.journeys.bridge import Bridge
from tests.journeys.hands import Hand

MARKED = {
    "nguyen": (
        "#advisory TLP:GREEN\nPROTECTED\n",
        "#advisory TLP:GREEN\nAUSTEO\n",
        "#advisory [TLP:GREEN] SECRET\n",
    ),
    "suzuki": ("#advisory TLP:GREEN\n極秘\n", "＃ａｄｖｉｓｏｒｙ 【ＴＬＰ：ＧＲＥＥＮ】【秘】 "),
}
# As posts, once typed, once by editing; in Canberra once more in the name of a file.
REFUSED = {"nguyen": 6, "suzuki": 4}


async def test_marked_text_is_refused_and_stored_nowhere(strict: Bridge) -> None:
    await strict.enrol_everybody()
    await strict.link()
    refusals = {"nguyen": "protective marking", "suzuki": "秘密等の表示"}
    for name, markings in MARKED.items():
        hand: Hand = getattr(strict, name)
        for marking in markings:
            await hand.says(f"{marking}CANARY 金糸雀 in a post")
        typed = '/advisory new "CANARY" label:GREEN tags:advisory text:"{}CANARY"'
        assert refusals[name] in await hand.types(typed.format(markings[0]))
        held = await hand.says("#advisory nothing wrong yet")
        await hand.edits(held, f"{markings[-1]}CANARY 金糸雀 by editing")
    said = {"channel": "C11ADV", "user": "U12NGUYEN", "text": "#advisory TLP:GREEN CANARY"}
    file = {"name": "[SECRET] talking points.pdf", "content": "CANARY"}
    await strict.order(strict.canberra, "message", **said, files=[file])
    await strict.nguyen.says("#advisory TLP:GREEN the sentinel from Canberra")
    await strict.suzuki.says("#advisory TLP:GREEN the sentinel from Tokyo")
    await strict.suzuki.sees("the sentinel from Canberra")
    await strict.nguyen.sees("the sentinel from Tokyo")
    for name, refusal in refusals.items():
        hand = getattr(strict, name)
        told = await hand.is_told_times(REFUSED[name], refusal)
        assert all("CANARY" not in words for words in told)
    stored = strict.everything_stored()
    assert b"the sentinel from Tokyo" in stored
    for trace in ("CANARY", "金糸雀", "\\u91d1\\u7cf8\\u96c0"):
        assert trace.encode() not in stored
        assert trace not in str(strict.logs)


async def test_an_advisory_above_the_ceiling_stays_and_its_card_says_so(strict: Bridge) -> None:
    await strict.enrol_everybody()
    await strict.link("tags:advisory ceiling:CLEAR")
    ts = await strict.nguyen.says("#advisory TLP:GREEN above the ceiling")
    card = await strict.nguyen.sees_on_card(ts, "not relayed, the label is above")
    assert "取扱区分がこの連携の上限を超える" in card["text"]
    await strict.nguyen.says("#advisory TLP:CLEAR below it")
    await strict.suzuki.sees("below it")
    assert await strict.suzuki.posts_with("above the ceiling") == []


async def test_strangers_guests_and_observers_are_refused_in_their_language(
    strict: Bridge,
) -> None:
    await strict.enrol_everybody()
    # Both sides agree to the link with these in view: later on they would suspend it.
    await _brings_in(strict, strict.tokyo, "C01ADV", "U08GUEST")
    await _brings_in(strict, strict.canberra, "C11ADV", "U18GUEST")
    foreign = {"name": "kim", "locale": "en-US", "is_stranger": True, "team_id": "T0OTHER"}
    await _brings_in(strict, strict.canberra, "C11ADV", "U17KIM", **foreign)
    await strict.link()
    # An observer who chose English is refused in English, whatever their Slack is set to.
    assert "English" in await strict.ito.types("/kakehashi language en")

    refused = {
        strict.visitor: "利用登録がないため",
        strict.contractor: "You are not enrolled",
        Hand(strict.tokyo, "U08GUEST", "C01ADV"): "ゲストアカウントでは",
        Hand(strict.canberra, "U18GUEST", "C11ADV"): "Guest accounts cannot use",
        Hand(strict.canberra, "U17KIM", "C11ADV"): "Only members of this workspace",
        strict.ito: "This needs the role member",
        strict.khan: "This needs the role member",
    }
    for hand in refused:
        await hand.says(f"#advisory TLP:GREEN CANARY of {hand.user}")
    await strict.suzuki.says("#advisory TLP:GREEN to be acknowledged")
    await strict.nguyen.says("#advisory TLP:GREEN the sentinel")
    copy = await strict.nguyen.sees("to be acknowledged")
    back = await strict.suzuki.sees("the sentinel")
    for hand, words in refused.items():
        await hand.is_told(words)
        message = copy if hand.channel == "C11ADV" else back
        assert words in await hand.hears_on_pressing(message, "acknowledge")
        if hand not in (strict.ito, strict.khan):
            assert words in await hand.types("/advisory list")
            assert words in await hand.types("/link propose")
        else:
            assert "ADV-" in await hand.types("/advisory list")
    assert "Contact: Erin Walsh (DFAT)" in await strict.contractor.types("/kakehashi whoami")
    for side in (strict.suzuki, strict.nguyen):
        assert "CANARY" not in "\n".join(str(one) for one in await side.posts_with())
    assert "✅" not in (await strict.nguyen.sees("to be acknowledged"))["text"]


async def _brings_in(
    bridge: Bridge, workspace: Workspace, channel: str, user: str, **account: object
) -> None:
    if account:
        await bridge.order(workspace, "user", id=user, **account)
    await bridge.order(workspace, "join", channel=channel, user=user)
