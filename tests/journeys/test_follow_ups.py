"""A follow-up set in Tokyo reaches Canberra in its morning, and is answered everywhere."""

from __future__ import annotations

import re
from typing import Any

from tests.journeys.bridge import Bridge
from tests.journeys.hands import eventually

NUMBER = re.compile(r"FUP-(?:JP-|AU-)?\d{4}-\d{4}")


def number_in(text: str) -> str:
    found = NUMBER.search(text)
    assert found is not None, text
    return found[0]


async def reminded(bridge: Bridge) -> None:
    """Everything that is due by now is on its way."""
    await bridge.app.clock.tick()


async def shows(bridge: Bridge, *words: str, without: str = "\n\n") -> dict[str, Any]:
    """Tanaka's Home once it bears all those words."""
    tanaka = bridge.tanaka

    async def look() -> dict[str, Any] | None:
        home = await tanaka.workspace.home(tanaka.user)
        text = str(home or "")
        found = all(word in text for word in words) and without not in text
        return home if found else None

    return await eventually(look, f"Home with {words}")


async def test_set_in_tokyo_it_arrives_in_canberras_morning_once_with_the_way_back(
    bridge: Bridge,
) -> None:
    # Friday, 17:00 in Tokyo and 18:00 in Canberra.
    await bridge.set_clock(2026, 9, 11, 8, 0)
    await bridge.enrol_everybody()
    await bridge.link()
    await bridge.tanaka.types('/action new "Share the IoC format" owner:ASD')
    card = await bridge.nguyen.sees("ACT-2026-0001")
    answer = await bridge.tanaka.types(
        '/followup new "Chase IOC feedback" when:"2026-09-11 18:00" for:ASD about:ACT-2026-0001'
    )
    number = number_in(answer)
    assert "2026年9月14日(月)" in answer

    await bridge.set_clock(2026, 9, 13, 23, 20)
    await reminded(bridge)
    assert "Chase" not in await bridge.nguyen.everything()
    # Monday, 09:30 in Canberra.
    await bridge.set_clock(2026, 9, 13, 23, 30, 1)
    await reminded(bridge)
    letter = await bridge.nguyen.is_written(number, "Chase IOC feedback", "A follow-up is due")
    assert "期日" not in str(letter)
    assert f"/archives/C11ADV/p{str(card['ts']).replace('.', '')}" in str(letter)
    await reminded(bridge)
    later = await bridge.tanaka.types('/followup new "The sentinel" when:"2026-09-14 09:45"')
    assert "FUP-JP-2026-0001" in later
    await bridge.set_clock(2026, 9, 14, 0, 45, 1)
    await reminded(bridge)
    await bridge.tanaka.is_written("The sentinel", "フォローアップの期日です")
    assert "Chase" not in str(await bridge.tanaka.is_written("The sentinel"))

    there = bridge.nguyen.at(letter["channel"])
    assert "is done" in await there.hears_on_pressing(letter, "followup_done")
    await bridge.nguyen.is_written(number, "Done, says")
    assert "すでに完了" in await bridge.tanaka.types(f"/followup cancel {number}")


async def test_it_is_answered_from_the_message(bridge: Bridge) -> None:
    await bridge.set_clock(2026, 9, 16, 1, 0)
    await bridge.enrol_everybody()
    tanaka = bridge.tanaka
    number = number_in(await tanaka.types('/followup new "Ask again" when:"2026-09-16 11:00"'))
    await bridge.set_clock(2026, 9, 16, 2, 0, 1)
    await reminded(bridge)
    letter = await tanaka.is_written(number, "Ask again")
    there = tanaka.at(letter["channel"])
    assert "延期しました" in await there.hears_on_pressing(letter, "followup_snooze")
    await tanaka.is_written(number, "さんが延期しました")
    # Thursday morning.
    await bridge.set_clock(2026, 9, 17, 0, 30, 1)
    await reminded(bridge)

    async def again() -> dict[str, Any] | None:
        letters = await tanaka.letters_with(number, "Ask again")
        return letters[-1] if len(letters) == 2 else None

    letter = await eventually(again, "the second letter")
    await tanaka.presses(letter, "followup_move")
    view = await tanaka.workspace.modal()
    assert view is not None
    assert number in str(view)
    assert await tanaka.sends(when="2026-09-17 15:00") is None
    assert "変更しました" in await tanaka.reads_the_form()
    assert "15:00" in await tanaka.types("/followup list")
    assert "取り消しました" in await tanaka.types(f"/followup cancel {number}")
    assert "未了のフォローアップはありません" in await tanaka.types("/followup list")


async def test_it_is_answered_from_home(strict: Bridge) -> None:
    # The third-party workspaces press no buttons on Home, and fire no shortcut in a message's menu.
    await strict.set_clock(2026, 9, 16, 1, 0)
    await strict.enrol_everybody()
    tanaka = strict.tanaka
    await tanaka.workspace.open_home(tanaka.user)
    for text in ("First", "Second", "Third"):
        await tanaka.types(f'/followup new "{text}" when:"2026-09-16 11:00"')
    await shows(strict, "First", "Second", "Third", "followup_snooze")
    await tanaka.presses_at_home("followup_done", "FUP-JP-2026-0001")
    await shows(strict, "Second", without="First")
    await tanaka.presses_at_home("followup_cancel", "FUP-JP-2026-0002")
    await shows(strict, "Third", without="Second")
    await tanaka.presses_at_home("followup_snooze", "FUP-JP-2026-0003")
    await shows(strict, "2026年9月17日(木)")
    await tanaka.presses_at_home("followup_move", "FUP-JP-2026-0003")
    assert await tanaka.sends(when="2026-09-18 11:00") is None
    await shows(strict, "2026年9月18日(金)")


async def test_from_a_message_it_comes_back_in_its_thread_and_notifies_the_reader(
    strict: Bridge,
) -> None:
    await strict.set_clock(2026, 9, 16, 1, 0)
    await strict.enrol_everybody()
    tanaka = strict.tanaka
    ts = await tanaka.says("Who has the format?")
    await tanaka.workspace.shortcut(tanaka.channel, ts, tanaka.user, "follow_up")
    assert await tanaka.sends(text="Answer this", when="2026-09-16 11:00") is None
    number = number_in(await tanaka.reads_the_form())
    await strict.set_clock(2026, 9, 16, 2, 0, 1)
    await reminded(strict)
    reply = await tanaka.sees_on_card(ts, number, "Answer this")
    assert f"<@{tanaka.user}>" in str(reply)
    assert "フォローアップの期日です" in str(reply)
    assert "A follow-up is due" in str(reply)
