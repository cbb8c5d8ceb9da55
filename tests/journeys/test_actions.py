"""Action items through Slack: opened on one side, carried on the other, on one card for both."""

from __future__ import annotations

import re
from datetime import date, timedelta

from icalendar import Calendar, Event

from tests.journeys.bridge import Bridge
from tests.journeys.hands import eventually, words_in_blocks

NUMBER = re.compile(r"ACT-(?:JP-|AU-)?\d{4}-\d{4}")


def number_in(text: str) -> str:
    found = NUMBER.search(text)
    assert found is not None, text
    return found[0]


async def test_an_action_is_opened_here_taken_over_there_and_finished(bridge: Bridge) -> None:
    await bridge.enrol_everybody()
    await bridge.link()
    tanaka, baker = bridge.tanaka, bridge.baker
    due = bridge.now().date() + timedelta(days=60)
    answer = await tanaka.types(f'/action new "Share the IoC format" owner:NPA due:{due}')
    number = number_in(answer)
    assert "警察庁(NPA)" in answer
    card = await baker.sees(number, "Share the IoC format", "National Police Agency (NPA)")
    assert "警察庁(NPA)" in words_in_blocks(card)
    await bridge.suzuki.is_written(number, "起票しました")

    answer = await baker.hears_on_pressing(card, "action_take")
    assert "Tom Baker" in answer or "Baker" in answer
    await tanaka.sees(number, "AFP")
    card = await baker.sees(number, "(AFP)")
    assert "done" in await baker.hears_on_pressing(card, "action_done")
    await tanaka.sees(number, "完了")
    refused = await baker.types(f"/action verify {number}")
    assert "Somebody else has to verify it" in refused
    assert "確認済み" in await tanaka.types(f"/action verify {number}")
    shown = await tanaka.types(f"/action show {number}")
    assert all(word in shown for word in ("起票しました", "担当を変更", "完了", "確認しました"))


async def test_an_internal_action_leaves_no_trace_on_the_other_side(strict: Bridge) -> None:
    await strict.enrol_everybody()
    await strict.link()
    answer = await strict.tanaka.types('/action new "CANARY" owner:NPA visibility:internal')
    number = number_in(answer)
    assert number.startswith("ACT-JP-")
    await strict.suzuki.is_written("CANARY")
    unknown = await strict.nguyen.types("/action show ACT-JP-2026-0099")
    assert unknown.replace("0099", "0001") == await strict.nguyen.types(f"/action show {number}")
    assert "no such action" in await strict.nguyen.types("/action list")
    await strict.tanaka.types('/action new "the sentinel"')
    await strict.nguyen.sees("the sentinel", "ACT-2026-0001")
    assert "CANARY" not in await strict.nguyen.everything()
    assert "CANARY" not in await strict.nguyen.types("/action list")


async def test_a_list_is_read_page_by_page(strict: Bridge) -> None:
    await strict.enrol_everybody()
    for n in range(12):
        await strict.tanaka.types(f'/action new "item {n}" owner:me due:2026-12-{n + 1:02}')
    await strict.suzuki.types('/action new "of somebody else" owner:me')
    first = await strict.tanaka.types("/action list mine")
    assert "item 9" in first
    assert "item 10" not in first
    page = await strict.tanaka.is_told("item 0", "次のページ")
    await strict.tanaka.presses(page, "action_more")
    second = await strict.tanaka.is_told("item 11", "最初のページ")
    assert "of somebody else" not in str(second)


async def test_home_shows_what_is_due_and_follows_every_change(strict: Bridge) -> None:
    await strict.enrol_everybody()
    suzuki = strict.suzuki
    await suzuki.workspace.open_home(suzuki.user)

    async def shows(*words: str) -> str:
        async def look() -> str | None:
            home = str(await suzuki.workspace.home(suzuki.user) or "")
            return home if all(word in home for word in words) else None

        return await eventually(look, f"Home with {words}")

    await shows("お待たせしているものはありません")
    await strict.tanaka.types('/action new "Share the format" owner:<@U03SUZUKI>')
    await shows("Share the format", "action_start")
    await suzuki.types("/action start ACT-2026-0001")
    await shows("対応中", "action_done")
    await suzuki.types("/action done ACT-2026-0001")
    await shows("お待たせしているものはありません")


async def test_a_register_comes_as_a_file_to_who_asked_alone(strict: Bridge) -> None:
    await strict.enrol_everybody()
    await strict.tanaka.types('/action new "Share the format" owner:NPA due:2026-12-01')
    await strict.walsh.types('/action new "CANARY" owner:DFAT visibility:internal')
    for form in ("csv", "xlsx", "ics", "json"):
        answer = await strict.suzuki.types(f"/action export format:{form}")
        assert "ダイレクトメッセージ" in answer
    await strict.suzuki.is_written("ご依頼の一覧です", "1件")

    async def all_here() -> dict[str, bytes] | None:
        files = strict.stand_ins["tokyo"].state.files.values()
        found = {one.info["name"]: one.content for one in files if one.info["channels"]}
        return found if len(found) == 4 else None

    files = await eventually(all_here, "four files")
    assert all(b"CANARY" not in content for content in files.values())
    table = next(content for name, content in files.items() if name.endswith(".csv"))
    assert "警察庁(NPA)" in table.decode("utf-8-sig")
    assert strict.stand_ins["canberra"].state.files == {}


async def entries(bridge: Bridge, side: str, *, count: int) -> list[Event]:
    """The events in the files that stand in a workspace, once there are so many, in their order."""

    async def here() -> list[bytes] | None:
        files = bridge.stand_ins[side].state.files.values()
        found = [one.content or b"" for one in files if one.info["channels"]]
        return found if len(found) == count else None

    files = await eventually(here, f"{count} files in {side}")
    assert all(b"CANARY" not in content for content in files)
    return [event for one in files for event in Calendar.from_ical(one).walk("VEVENT")]


async def test_the_due_date_of_one_item_comes_for_ones_own_calendar(strict: Bridge) -> None:
    await strict.enrol_everybody()
    await strict.tanaka.types('/action new "Share the format" owner:NPA due:2026-12-01')
    await strict.tanaka.types('/action new "Some day" owner:NPA')
    await strict.walsh.types('/action new "CANARY" owner:DFAT visibility:internal due:2026-12-01')
    assert "期限がないため" in await strict.suzuki.types("/action calendar ACT-2026-0002")
    assert "閲覧できる対応事項" in await strict.suzuki.types("/action calendar ACT-AU-2026-0001")
    assert "お届けします" in await strict.suzuki.types("/action calendar ACT-2026-0001")
    await strict.suzuki.is_written("期限をカレンダーに登録", "ACT-2026-0001")
    (first,) = await entries(strict, "tokyo", count=1)
    assert first["SUMMARY"] == "ACT-2026-0001 Share the format"
    assert first.decoded("DTSTART") == date(2026, 12, 1)

    strict.clock.advance(timedelta(minutes=1))
    await strict.tanaka.types("/action due ACT-2026-0001 due:2027-01-20")
    await strict.nguyen.types("/action calendar ACT-2026-0001")
    await strict.nguyen.is_written("due date", "ACT-2026-0001")
    (later,) = await entries(strict, "canberra", count=1)
    assert later.decoded("DTSTART") == date(2027, 1, 20)
    assert later["UID"] == first["UID"]
    assert later["SEQUENCE"] > first["SEQUENCE"]
    assert len(await entries(strict, "tokyo", count=1)) == 1


async def test_an_entry_that_slack_does_not_take_is_said_to_have_failed(strict: Bridge) -> None:
    await strict.enrol_everybody()
    await strict.tanaka.types('/action new "Share the format" owner:NPA due:2026-12-01')
    faults = strict.stand_ins["tokyo"].faults
    faults.add("error:storage_limit_reached", "files.completeUploadExternal", times=1)
    await strict.suzuki.types("/action calendar ACT-2026-0001")
    await strict.suzuki.is_written("カレンダー用ファイルを送信できませんでした", "ACT-2026-0001")
    assert faults.injected["error:storage_limit_reached"] == 1
