"""Whatever people write arrives whole, marked from end to end, and harmless."""

from __future__ import annotations

import re

from bot.domain.inert import is_inert
from integrations.slack.driver import Message, text_of
from tests.journeys.bridge import Bridge
from tests.journeys.hands import words_in_blocks

LINES = 700
LINE = "番号{:04d} 侵害の痕跡を確認してください。 <end>"


async def test_a_long_advisory_arrives_in_parts_each_marked_first_and_last(
    strict: Bridge,
) -> None:
    await strict.enrol_everybody()
    await strict.link()
    body = "\n".join(LINE.format(number) for number in range(LINES))
    text = f"#advisory TLP:GREEN long\n{body}"
    assert len(text) > 20_000
    ts = await strict.suzuki.says(text.replace("<", "&lt;").replace(">", "&gt;"))
    await strict.nguyen.sees(f"番号{LINES - 1:04d}")
    await strict.suzuki.sees_on_card(ts, "転送済み")
    parts = await strict.nguyen.posts_with("ADV-")
    assert len(parts) > 1
    for number, part in enumerate(parts, start=1):
        assert f"Part {number} of {len(parts)}" in words_in_blocks(part)
        for words in (part["text"], words_in_blocks(part)):
            assert words.startswith("*TLP:GREEN*")
            assert words.strip().splitlines()[-1].startswith("*TLP:GREEN*")
        assert ("acknowledge" in str(part["blocks"])) == (number == len(parts))
    arrived = re.findall(r"番号(\d{4}) 侵害の痕跡を確認してください。 &lt;end&gt;", _bodies(parts))
    assert arrived == [f"{number:04d}" for number in range(LINES)]

    await strict.baker.presses(parts[-1], "acknowledge")
    await strict.nguyen.sees("Tom Baker", f"Part {len(parts)} of {len(parts)}")
    await strict.suzuki.sees_on_card(ts, "Tom Baker")


async def test_hostile_words_are_inert_wherever_they_are_filled_in(strict: Bridge) -> None:
    hostile = "<!channel> <https://evil.example|safe> \u202egnp"
    await strict.order(strict.tokyo, "user", id="U03SUZUKI", real_name=hostile)
    await strict.enrol_everybody()
    await strict.link()
    title = (
        f"/advisory new 「{hostile}」 label:GREEN tags:advisory text:「javascript:x <@U13BAKER>」"
    )
    await strict.suzuki.types(title)
    copy = await strict.nguyen.sees("ADV-", "javascript[:]x")
    source = await strict.suzuki.sees("ADV-", "javascript[:]x")
    card = await strict.suzuki.sees_on_card(source["ts"], "転送済み")
    await strict.suzuki.says("#advisory TLP:AMBER <!here> to be released")
    release = await strict.tanaka.is_written("to be released")
    for message in (copy, source, card, release):
        _is_harmless(message)
    answers = [
        await strict.suzuki.types("/kakehashi whoami"),
        await strict.sato.types("/kakehashi roster"),
        await strict.nguyen.types(f"/advisory show {hostile}"),
        await strict.nguyen.types("/link propose to:<!channel> tags:a"),
        await strict.suzuki.types("/link test #a<!everyone>"),
    ]
    for answer in answers:
        assert "<!" not in answer
        assert "<http" not in answer
        assert "\u202e" not in answer


def _bodies(parts: list[Message]) -> str:
    """The text of the sections between the heading and the closing line, put together again."""
    return "".join(
        str(block["text"]["text"])
        for part in parts
        for block in part["blocks"][2:-1]
        if block["type"] == "section"
    )


def _is_harmless(message: Message) -> None:
    for words in (message["text"], words_in_blocks(message), text_of(message)):
        assert is_inert(words), words
        assert "javascript:" not in words
