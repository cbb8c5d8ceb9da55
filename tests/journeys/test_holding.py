"""An advisory without a usable label waits for its author, who is told so privately."""

from __future__ import annotations

from integrations.slack.driver import text_of
from tests.journeys.bridge import Bridge, number_in


async def test_a_held_post_goes_out_once_its_author_labels_it(strict: Bridge) -> None:
    await strict.enrol_everybody()
    await strict.link()
    suzuki, nguyen = strict.suzuki, strict.nguyen

    await suzuki.says("#advisory labelled by a button")
    note = await suzuki.is_told("を保留しました", "取扱区分がないため")
    number = number_in(note["text"])
    await suzuki.presses(note, "label:TLP:GREEN")
    await nguyen.sees(number, "labelled by a button", "TLP:GREEN")
    replaced = await suzuki.is_told(number, "TLP:GREENとして発出しました")
    assert replaced["ts"] == note["ts"]

    await suzuki.says("#advisory TLP:TURQUOISE TLP:VIOLET labelled by a command")
    note = await suzuki.is_told("を保留しました", "不明なもの")
    number = number_in(note["text"])
    assert "ご本人" not in text_of(note)
    refusal = await suzuki.types(f"/advisory label {number} label:RED")
    assert "TLP:REDは架け橋では転送しません" in refusal
    refusal = await strict.ito.types(f"/advisory label {number} label:GREEN")
    assert "発信者本人または同じ側の転送承認者のみ" in refusal
    await suzuki.types(f"/advisory label {number.lower()} label:ｇｒｅｅｎ")
    await nguyen.sees(number, "labelled by a command")
    again = await suzuki.types(f"/advisory label {number} label:CLEAR")
    assert "保留中ではない" in again

    ts = await suzuki.says("#advisory labelled by editing")
    await suzuki.is_told("-0003*を保留しました")
    await suzuki.edits(ts, "#advisory 【TLP:CLEAR】 labelled by editing the post")
    await nguyen.sees("-0003", "labelled by editing the post", "TLP:CLEAR")
    await suzuki.sees_on_card(ts, "転送済み")


async def test_a_tag_added_later_makes_an_advisory_of_a_post(strict: Bridge) -> None:
    await strict.enrol_everybody()
    await strict.link()
    ts = await strict.suzuki.says("TLP:GREEN without a tag at first")
    await strict.suzuki.edits(ts, "#weather TLP:GREEN with a tag of no link")
    await strict.suzuki.edits(ts, "#advisory TLP:GREEN with its tag at last")
    copy = await strict.nguyen.sees("ADV-")
    assert "with its tag at last" in copy["text"]
    await strict.suzuki.sees_on_card(ts, "転送済み")


async def test_a_held_post_can_be_let_go_and_speaks_its_authors_language(strict: Bridge) -> None:
    await strict.enrol_everybody()
    await strict.link()
    nguyen, suzuki = strict.nguyen, strict.suzuki
    await nguyen.says("#advisory never mind")
    note = await nguyen.is_told("is held: it has tags but no TLP label")
    number = number_in(note["text"])
    await strict.baker.presses(note, "discard")
    await strict.baker.is_told("Only the author, or a releaser of the same side")
    await nguyen.presses(note, "discard")
    assert (await nguyen.is_told(f"{number} is discarded"))["ts"] == note["ts"]
    assert "is not held" in await nguyen.types(f"/advisory label {number} label:GREEN")

    await nguyen.says("#advisory for a releaser to label")
    number = number_in((await nguyen.is_told("-0002* is held"))["text"])
    assert "issued with TLP:GREEN" in await strict.walsh.types(
        f"/advisory label {number} label:GREEN"
    )
    await suzuki.sees("for a releaser to label", "Minh Nguyen")
    assert await suzuki.posts_with("never mind") == []
