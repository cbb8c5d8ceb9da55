"""Capturing in a thread, as notetakers of both sides meet it in Slack, in both languages."""

from __future__ import annotations

from integrations.slack.driver import Message, text_of
from integrations.slack.words import pressable
from tests.journeys.bridge import Bridge
from tests.journeys.hands import Hand, eventually

LINE = "ACTION: ASD to send the list by 2026-12-01"


async def take_notes(bridge: Bridge) -> None:
    """Tanaka and Nguyen take the notes; both channels capture by words."""
    await bridge.enrol_everybody()
    await bridge.link()
    await bridge.sato.types("/kakehashi enrol <@U02TANAKA> agency:NCO roles:notetaker,member")
    await bridge.walsh.types("/kakehashi enrol <@U12NGUYEN> agency:ASD roles:notetaker,member")
    assert "カードが開きます" in await bridge.tanaka.types("/action capture on")
    assert "open a card" in await bridge.nguyen.types("/action capture on")


async def thread(hand: Hand, text: str, head: str) -> str:
    return await hand.workspace.say(hand.channel, hand.user, text, head)


async def begun(hand: Hand) -> str:
    """The head of a thread."""
    return await hand.workspace.say(hand.channel, hand.user, "Agenda item 1")


async def cards(hand: Hand, head: str, *words: str) -> list[Message]:
    return [
        one
        for one in await hand.workspace.messages(hand.channel)
        if one.get("thread_ts") == head
        and one.get("subtype") != "ephemeral"
        and list(pressable(one, "capture_confirm"))
        and all(word in text_of(one) for word in words)
    ]


async def test_a_line_in_a_thread_is_confirmed_and_stands_on_both_sides(strict: Bridge) -> None:
    await take_notes(strict)
    tanaka, nguyen = strict.tanaka, strict.nguyen
    head = await begun(tanaka)
    await thread(tanaka, LINE, head)
    card = await tanaka.sees_on_card(head, "対応事項の候補", "New action?", "send the list")
    shown = text_of(card)
    for words in (
        "豪州通信電子局(ASD)",
        "Australian Signals Directorate (ASD)",
        "2026年12月1日(火)",
        "Tue 1 Dec 2026",
        "15:00",
        "17:00",
    ):
        assert words in shown, (words, shown)
    await tanaka.workspace.press(tanaka.channel, card["ts"], tanaka.user, "capture_confirm")
    await tanaka.sees_on_card(head, "記録済み", "ACT-2026-0001")
    await nguyen.sees("ACT-2026-0001", "send the list")
    await nguyen.is_written("ACT-2026-0001", "send the list")
    assert "send the list" in await strict.baker.types("/action list")


async def test_a_bare_line_is_suggested_in_private_and_captured_with_one_click(
    strict: Bridge,
) -> None:
    await take_notes(strict)
    nguyen = strict.nguyen
    head = await begun(nguyen)
    await thread(nguyen, "MOFA to send the agenda by 2026-12-01", head)
    suggestion = await nguyen.is_told("Capture this (action)?", "send the agenda")
    assert suggestion["thread_ts"] == head
    assert await cards(nguyen, head) == []
    await nguyen.workspace.press(nguyen.channel, suggestion["ts"], nguyen.user, "capture_take_up")
    await nguyen.sees_on_card(head, "New action?", "send the agenda")


async def test_four_ways_make_one_card_also_after_a_restart(strict: Bridge) -> None:
    await take_notes(strict)
    tanaka = strict.tanaka
    await tanaka.types("/action capture off")
    head = await begun(tanaka)
    ts = await thread(tanaka, f"<@U0TOKYOBOT> action {LINE.partition(': ')[2]}", head)
    card = await tanaka.sees_on_card(head, "対応事項の候補", "send the list")
    await tanaka.workspace.shortcut(tanaka.channel, ts, tanaka.user, "capture_action")
    await tanaka.is_told("取込み済み")
    await strict.restart()
    await tanaka.workspace.react(tanaka.channel, ts, tanaka.user, "memo")
    await tanaka.workspace.shortcut(tanaka.channel, ts, tanaka.user, "capture_action")
    await tanaka.is_told_times(2, "取込み済み")
    assert [one["ts"] for one in await cards(tanaka, head)] == [card["ts"]]
    await tanaka.workspace.press(tanaka.channel, card["ts"], tanaka.user, "capture_confirm")
    await tanaka.sees_on_card(head, "記録済み", "ACT-2026-0001")
    assert "ACT-2026-0002" not in await tanaka.types("/action list")


async def test_a_reaction_captures_what_somebody_else_has_said(strict: Bridge) -> None:
    await take_notes(strict)
    nguyen, baker = strict.nguyen, strict.baker
    ts = await baker.workspace.say(baker.channel, baker.user, "we could send a contact list")
    await baker.workspace.react(baker.channel, ts, baker.user, "memo")
    await nguyen.workspace.react(nguyen.channel, ts, nguyen.user, "memo")
    card = await nguyen.sees_on_card(ts, "we could send a contact list", "nobody named yet")
    assert len(await cards(nguyen, ts)) == 1
    answer = await baker.hears_on_pressing(card, "capture_confirm")
    assert "notetaker" in answer.casefold()


async def test_a_card_is_corrected_in_its_form_and_refused_by_its_button(strict: Bridge) -> None:
    await take_notes(strict)
    nguyen = strict.nguyen
    head = await begun(nguyen)
    await thread(nguyen, "ACTION: DISR to send the list by soon", head)
    card = await nguyen.sees_on_card(head, "“DISR” is nobody on the roster")
    assert "I know no single person" in await nguyen.hears_on_pressing(card, "capture_confirm")
    await nguyen.workspace.press(nguyen.channel, card["ts"], nguyen.user, "capture_edit")

    async def form() -> dict[str, object] | None:
        return await nguyen.workspace.modal()

    view = await eventually(form, "the form of the card")
    assert "DISR" in str(view)
    words = {"card": "CAP-AU-0001", "text": "send the list", "visibility": "joint"}
    faults = await nguyen.sends(**words, owner="NPA", due="some time soon")
    assert list(faults or {}) == ["due"]
    assert await nguyen.sends(**words, owner="NPA", due="2026-12-01") is None
    card = await nguyen.sees_on_card(head, "National Police Agency (NPA)", "Tue 1 Dec 2026")
    await nguyen.workspace.press(nguyen.channel, card["ts"], nguyen.user, "capture_refuse")
    await nguyen.sees_on_card(head, "Not captured")
    assert "no such action" in await nguyen.types("/action list")


async def test_an_edited_source_is_asked_about_again_and_a_deleted_one_too(
    strict: Bridge,
) -> None:
    await take_notes(strict)
    nguyen = strict.nguyen
    head = await begun(nguyen)
    ts = await thread(nguyen, "ACTION: NPA to send the list by 2026-12-01", head)
    card = await nguyen.sees_on_card(head, "New action?")
    await nguyen.workspace.press(nguyen.channel, card["ts"], nguyen.user, "capture_confirm")
    await nguyen.sees_on_card(head, "✓ On the record", "ACT-2026-0001")
    await nguyen.workspace.edit(
        nguyen.channel, ts, nguyen.user, "ACTION: NPA to send the agenda by 2026-12-02"
    )
    await nguyen.sees_on_card(head, "The message was changed", "send the agenda")
    await nguyen.workspace.press(nguyen.channel, card["ts"], nguyen.user, "capture_confirm")
    await strict.tanaka.sees("ACT-2026-0001", "send the agenda")
    await nguyen.workspace.delete(nguyen.channel, ts, nguyen.user)
    card = await nguyen.sees_on_card(head, "The message was deleted")
    await nguyen.workspace.press(nguyen.channel, card["ts"], nguyen.user, "capture_drop")
    await strict.tanaka.sees("ACT-2026-0001", "取りやめ")
