"""Due dates are typed as people write them, picked from a calendar, or asked about."""

from __future__ import annotations

from tests.journeys.bridge import Bridge


async def test_a_due_phrase_is_read_echoed_or_asked_about(strict: Bridge) -> None:
    await strict.enrol_everybody()
    await strict.link()
    tanaka, baker = strict.tanaka, strict.baker
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


async def test_a_day_is_picked_in_the_form(strict: Bridge) -> None:
    await strict.enrol_everybody()
    await strict.link()
    baker = strict.baker
    await baker.opens("/action new")
    faults = await baker.sends(text="Share the format", due="soonish")
    assert faults is not None
    assert list(faults) == ["due"]
    assert await baker.sends(text="Share the format", **{"due.day": "2031-01-07"}) is None
    assert "Tue 7 Jan 2031" in await baker.reads_the_form()
