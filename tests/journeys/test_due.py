"""Due dates are typed as people write them, picked from a calendar, or asked about."""

from __future__ import annotations

from tests.journeys.bridge import Bridge
from tests.journeys.hands import Hand


async def test_a_due_phrase_is_read_echoed_or_asked_about(bridge: Bridge) -> None:
    await bridge.enrol_everybody()
    await bridge.link()
    tanaka, baker = bridge.tanaka, bridge.baker
    assert "ACT-" in await baker.types('/action new "Share the format" due:"5 business days"')
    assert "ACT-" in await tanaka.types("/action new 様式の共有 due:「５営業日以内」")
    refusal = await baker.types('/action new "Share the format" due:ASAP')
    assert "It names no certain day. Please write, for example," in refusal
    assert "日付を特定できない表現です" in await tanaka.types("/action new 様式の共有 due:至急")
    number = (
        "ACT-" + (await baker.types('/action new "Another" due:2031-01-06')).split("ACT-")[1][:9]
    )
    moved = await baker.types(f'/action due {number} due:"17:00 JST 7 January 2031"')
    assert "Tue 7 Jan 2031 (2031-01-07, 火), 17:00 Tokyo = 19:00 Canberra" in moved
    assert "days away" in moved


async def test_a_day_is_picked_in_the_form(bridge: Bridge) -> None:
    await bridge.enrol_everybody()
    await bridge.link()
    baker = bridge.baker
    await baker.opens("/action new")
    faults = await baker.sends(text="Share the format", due="soonish")
    assert faults is not None
    assert list(faults) == ["due"]
    assert await baker.sends(text="Share the format", **{"due.day": "2031-01-07"}) is None
    assert "Tue 7 Jan 2031" in await baker.reads_the_form()


async def told_with_button(hand: Hand, command: str, refusal: str, label: str) -> None:
    assert refusal in await hand.types(command)
    note = await hand.is_told(refusal, label)
    await hand.presses(note, "pick_day")


async def test_a_follow_up_whose_day_is_not_certain_is_set_by_picking_it(bridge: Bridge) -> None:
    # Friday 11 September 2026.
    await bridge.set_clock(2026, 9, 11, 1, 0)
    await bridge.enrol_everybody()
    await told_with_button(
        bridge.nguyen,
        '/followup new "Chase IOC feedback" when:"in a few days" for:<@U13BAKER> every:"2 weeks"',
        "“in a few days” is not a due date I can be sure of",
        "Pick the day instead",
    )
    form = await bridge.nguyen.reads_the_form()
    assert "in a few days" not in form
    assert await bridge.nguyen.sends(**{"when.day": "2026-09-25"}) is None
    done = await bridge.nguyen.reads_the_form()
    assert "FUP-" in done
    assert "25 Sep 2026" in done
    assert "Repeats every 2 weeks" in done
    assert "Chase IOC feedback" in await bridge.baker.types("/followup list")


async def test_an_action_whose_day_is_not_certain_is_opened_by_picking_it(bridge: Bridge) -> None:
    await bridge.set_clock(2026, 9, 11, 1, 0)
    await bridge.enrol_everybody()
    await bridge.link()
    await told_with_button(
        bridge.tanaka,
        "/action new 「IoC の共有様式を定める」 owner:ASD due:近いうちに priority:high",
        "「近いうちに」",
        "日付を選択する",
    )
    assert await bridge.tanaka.sends(**{"due.day": "2026-09-30"}) is None
    card = await bridge.nguyen.sees("ACT-2026-0001", "IoC の共有様式を定める", "30 Sep 2026")
    assert "high" in str(card).casefold()
