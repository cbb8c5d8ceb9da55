"""Holidays are kept from Slack, each side its own, and read in one's language."""

from __future__ import annotations

from tests.journeys.bridge import Bridge


async def test_an_admin_adds_lists_and_removes_a_holiday(strict: Bridge) -> None:
    await strict.enrol_everybody()
    sato, walsh = strict.sato, strict.walsh
    typed = "/kakehashi holiday　add 2030-09-24 ＪＰ＿ＧＯＶ name:「記念日」"
    assert "2030年9月24日(火)を休日として登録" in await sato.types(typed)
    listed = await walsh.types("/kakehashi holiday list year:2030")
    assert "Tue 24 Sep 2030: 記念日 (JP)" in listed
    assert "Mon 7 Oct 2030: Labour Day (AU)" in listed
    assert "forecast" in listed
    refusal = await walsh.types("/kakehashi holiday remove 2030-09-24 jp_gov")
    assert "belongs to the other side" in refusal
    assert "開庁日" in await sato.types("/kakehashi holiday remove 2030-09-24 jp_gov")
    assert "記念日" not in await walsh.types("/kakehashi holiday list joint 2030")
    assert "has no “holiday”" in await walsh.types("/kakehashi holiday")
    assert "not a day" in await walsh.types('/kakehashi holiday add soon au_act name:"x"')
    await walsh.opens("/kakehashi holiday add")
    assert await walsh.sends(date="2030-09-25", calendar="au_act", name="Show") is None
    assert "is now a day off (Show)" in await walsh.reads_the_form()
