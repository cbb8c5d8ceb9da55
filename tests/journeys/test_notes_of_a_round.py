"""A whole Dialogue, as its notetakers, owners and co-chairs' offices of both sides live it."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import docx
import pytest
from icalendar import Calendar
from openpyxl import load_workbook

from bot.domain.calendars import CalendarName
from bot.domain.moments import TOKYO
from bot.services.holiday_lists import built_in
from bot.texts.catalog import Language, load
from integrations.slack.driver import text_of
from integrations.slack.speech import Speech
from tests.journeys.bridge import Bridge
from tests.journeys.hands import OUR_BOTS, Hand, eventually

pytestmark = pytest.mark.timeout(240)
ROUND = "DLG-07"
ITEM = re.compile(r"ACT-\d{4}-\d{4}")
# One was finished, one went with its message.
ENDED = ("format", "plan")
HASH = re.compile(r"clear:([0-9a-f]{12})")


def working_days(bridge: Bridge) -> list[date]:
    """The coming joint working days: notes are read by the day they are written on."""
    today = bridge.now().astimezone(TOKYO).date()
    calendar = built_in(CalendarName.JOINT, today)
    days = (today + timedelta(days=n) for n in range(1, 60))
    return [day for day in days if calendar.is_working(day)]


ENGLISH = Speech(load(), Language.EN)


def slashed(day: date) -> str:
    """`10/9(金)`."""
    return f"{day.month}/{day.day}({'月火水木金土日'[day.weekday()]})"


def wide(text: str) -> str:
    """As a Japanese keyboard types it."""
    return text.translate({n: n + 0xFEE0 for n in range(0x21, 0x7F) if chr(n) != "/"})


def spelt(day: date) -> str:
    """`9 Oct`, whose year is the next."""
    return f"{day.day} {day:%b}"


@dataclass
class Notes:
    """A notetaker in the thread of the round on their side."""

    hand: Hand
    head: str

    async def writes(self, text: str) -> str:
        return await self.hand.workspace.say(self.hand.channel, self.hand.user, text, self.head)

    async def card(self, *words: str) -> Any:
        """What the bot says beneath the round's card, once it bears all those words."""

        async def look() -> Any:
            said = await self.hand.workspace.messages(self.hand.channel)
            thread = [one for one in said if one.get("thread_ts") == self.head != one["ts"]]
            public = [one for one in thread if one.get("subtype") != "ephemeral"]
            found = (one for one in public if all(word in text_of(one) for word in words))
            return next((one for one in found if one.get("user") in OUR_BOTS), None)

        return await eventually(look, f"{words} in the thread of {self.hand.user}")

    async def confirms(self, *words: str) -> str:
        """Confirms the card with those words; what it says then."""
        card = await self.card(*words, "CAP-")
        number = re.search(r"CAP-(JP|AU)-\d{4}", text_of(card))
        assert number is not None, text_of(card)
        await self.presses(card, "capture_confirm")
        return text_of(await self.card(number[0], "✓"))

    async def presses(self, card: Any, action: str) -> None:
        await self.hand.workspace.press(self.hand.channel, card["ts"], self.hand.user, action)


async def agreed(bridge: Bridge, days: list[date]) -> None:
    """Both sides agree to the dates, the agenda stands, and each side has a notetaker."""
    await bridge.enrol_everybody()
    await bridge.link()
    sato, walsh = bridge.sato, bridge.walsh
    await sato.types("/kakehashi enrol <@U02TANAKA> agency:NCO roles:notetaker,member")
    await walsh.types("/kakehashi enrol <@U12NGUYEN> agency:ASD roles:notetaker,member")
    new = f"/dialogue new host:JP start:{days[20]} end:{days[21]} round:7 venue:東京"
    assert ROUND in await sato.types(new)
    assert "both sides agreed" in await walsh.types(f"/dialogue confirm {ROUND}")
    item = f'/dialogue agenda {ROUND} text:"Threats" rendering:"脅威" pillar:a lead:NPA'
    assert "1. Threats" in await sato.types(item)


async def opened(bridge: Bridge) -> tuple[Notes, Notes]:
    """The threads of the round, with the notetaker of each side in theirs."""
    assert "協議を開始" in await bridge.sato.types(f"/dialogue open {ROUND}")
    here = await bridge.sato.sees(ROUND, "開催中")
    there = await bridge.walsh.sees(ROUND, "in session")
    return Notes(bridge.tanaka, str(here["ts"])), Notes(bridge.nguyen, str(there["ts"]))


async def twelve_lines(tokyo: Notes, canberra: Notes, days: list[date]) -> dict[str, str]:
    """What two people note while others talk; what was put on the record, by a word for it."""
    record: dict[str, str] = {}
    said = [str(ENGLISH.day(day)) for day in days]
    await tokyo.writes(f"対応:ASD、{slashed(days[3])}までにIOCの共有様式を送付")
    record["format"] = await tokyo.confirms("IOCの共有様式", "豪州通信電子局(ASD)", said[3])
    await tokyo.writes(f"宿題：警察庁、{wide(slashed(days[6]))}までに連絡先一覧を更新")
    record["contacts"] = await tokyo.confirms("連絡先一覧", "警察庁(NPA)", said[6])
    await tokyo.writes("決定:通知は毎週交換する")
    record["weekly"] = await tokyo.confirms("通知は毎週交換する", "決定事項")
    await tokyo.writes("要確認:豪側の出席者は何名か")
    record["question"] = await tokyo.confirms("豪側の出席者は何名か", "確認事項")
    await tokyo.writes(f"外務省が{slashed(days[8])}までに議事録案を回付する")
    suggestion = await tokyo.hand.is_told("議事録案を回付", "ご本人にのみ")
    await tokyo.presses(suggestion, "capture_decline")
    await tokyo.writes(f"対応:双方、{slashed(days[15])}までに演習の日程案を作成")
    record["exercise"] = await tokyo.confirms("演習の日程案", "both sides")

    record["edited"] = await canberra.writes(f"ACTION: NPA to send the list by {spelt(days[3])}")
    record["list"] = await canberra.confirms("send the list", "National Police Agency (NPA)")
    await canberra.writes(f"AP2: DFAT and AFP to circulate the draft by COB {spelt(days[8])}")
    record["draft"] = await canberra.confirms("circulate the draft", "(DFAT)", "(AFP)")
    await canberra.writes("DECISION: the next exercise is held in Canberra")
    record["venue"] = await canberra.confirms("the next exercise is held", "decision")
    await canberra.writes("ACTION: DISR to send the report by soon")
    await corrected(canberra, days[12])
    record["report"] = await canberra.confirms("send the report", "(NOCS)")
    wrong = f"{spelt(days[6])} ({days[7]:%a})"
    await canberra.writes(f"ACTION: NPA to confirm the venue by {wrong}")
    doubtful = await canberra.card("confirm the venue", "Please name the day with Edit")
    said_so = await canberra.hand.hears_on_pressing(doubtful, "capture_confirm")
    assert f"{days[6]:%a}" in said_so
    await canberra.presses(doubtful, "capture_refuse")
    await canberra.card("confirm the venue", "Not captured")
    record["deleted"] = await canberra.writes(f"AFP to check the exercise plan by {days[10]}")
    suggestion = await canberra.hand.is_told("Capture this", "check the exercise plan")
    await canberra.presses(suggestion, "capture_take_up")
    record["plan"] = await canberra.confirms("check the exercise plan", "(AFP)")
    return record


async def corrected(canberra: Notes, due: date) -> None:
    """An owner nobody knows and no day at all are put right in the card's form."""
    hand = canberra.hand
    card = await canberra.card("“DISR” is nobody on the roster")
    assert "I know no single person" in await hand.hears_on_pressing(card, "capture_confirm")
    await canberra.presses(card, "capture_edit")

    async def form() -> dict[str, Any] | None:
        return await hand.workspace.modal()

    await eventually(form, "the form of the card")
    number = re.search(r"CAP-AU-\d{4}", text_of(card))
    assert number is not None
    words = {"card": number[0], "text": "send the report", "visibility": "joint"}
    assert await hand.sends(**words, owner="NOCS", due=str(due)) is None


async def test_a_whole_dialogue_is_noted_carried_out_and_filed(bridge: Bridge) -> None:
    days = working_days(bridge)
    await agreed(bridge, days)
    tokyo, canberra = await opened(bridge)
    said = await twelve_lines(tokyo, canberra, days)
    record = {name: sorted(set(ITEM.findall(words))) for name, words in said.items()}
    assert [len(found) for found in record.values()].count(0) == 5
    assert len(record["exercise"]) == 2
    assert f"{ROUND} D-1" in said["weekly"]
    assert f"{ROUND} D-2" in said["venue"]

    # What was said on one side stands in the thread of the other, and both know what is decided.
    await tokyo.card("AP2: DFAT and AFP to circulate the draft")
    await canberra.card("要確認:豪側の出席者は何名か")
    assert "agreed by both" in await bridge.walsh.types(f"/dialogue decision {ROUND} agree:D-1")
    assert "双方" in await bridge.sato.types(f"/dialogue decision {ROUND} agree:D-2")

    # An owner on the other side takes an item over and finishes it.
    (number,) = record["format"]
    card = await canberra.card(number, "IOCの共有様式")
    taken = await canberra.hand.hears_on_pressing(card, "action_take")
    assert "is now carried by Minh Nguyen" in taken
    await tokyo.card(number, "担当:Minh Nguyen", "(ASD)")
    await canberra.hand.hears_on_pressing(card, "action_done")
    await tokyo.card(number, "完了")

    # A line is changed, another deleted: the record follows when somebody says so.
    here = bridge.nguyen
    changed = f"ACTION: NPA to send the duty list by {spelt(days[4])}"
    await here.edits(said["edited"], changed)
    asked = await canberra.card("The message was changed", record["list"][0], "send the duty list")
    await canberra.presses(asked, "capture_confirm")
    await tokyo.card(record["list"][0], "send the duty list")
    await here.workspace.delete(here.channel, said["deleted"], here.user)
    asked = await canberra.card("The message was deleted", record["plan"][0])
    await canberra.presses(asked, "capture_drop")
    await tokyo.card(record["plan"][0], "取りやめ")

    await filed(bridge, record, days)


async def filed(bridge: Bridge, record: dict[str, list[str]], days: list[date]) -> None:
    """Closed, cleared by both under one hash, published; what is open goes to the next round."""
    sato, walsh = bridge.sato, bridge.walsh
    assert "成果文書作成中" in await sato.types(f"/dialogue close {ROUND}")
    found = [HASH.search(await hand.types(f"/dialogue outcome {ROUND}")) for hand in (sato, walsh)]
    (digest,) = {one[1] for one in found if one is not None}
    for hand in (sato, walsh):
        await hand.types(f"/dialogue outcome {ROUND} clear:{digest}")
    assert "公表" in await sato.types(f"/dialogue publish {ROUND}")
    shown = await walsh.types(f"/dialogue show {ROUND}")
    assert record["draft"][0] in shown
    await walsh.types(f"/dialogue new host:AU start:{days[30]} round:8")
    await sato.types("/dialogue confirm 8")
    carried = await walsh.types("/dialogue show 8")
    for name in ("contacts", "list", "draft", "report"):
        assert record[name][0] in carried, name
    for name in ENDED:
        assert record[name][0] not in carried, name
    if bridge.stand_ins:
        await documents_say(bridge, digest, record, days)


async def documents_say(
    bridge: Bridge, digest: str, record: dict[str, list[str]], days: list[date]
) -> None:
    """The outcome in the thread of each side, and the register as a workbook and as a calendar."""
    for side in ("tokyo", "canberra"):
        for name, content in (await files(bridge, side, ".docx")).items():
            document = docx.Document(io.BytesIO(content))
            text = "\n".join(one.text for one in document.paragraphs)
            cells = [c.text for t in document.tables for row in t.rows for c in row.cells]
            assert digest in text, name
            assert "D-1: 通知は毎週交換する" in text, name
            assert "D-2: the next exercise is held in Canberra" in text, name
            assert record["draft"][0] in cells, name
    for form in ("xlsx", "ics"):
        await bridge.walsh.types(f"/action export dialogue:{ROUND} format:{form}")
    (book,) = (await files(bridge, "canberra", ".xlsx")).values()
    numbers = {row[0].value for row in load_workbook(io.BytesIO(book)).active.iter_rows(min_row=2)}
    still_open = {n for name, found in record.items() if name not in ENDED for n in found}
    assert still_open <= numbers
    assert not numbers & {*record["format"], *record["plan"]}
    (calendar,) = (await files(bridge, "canberra", ".ics")).values()
    due = {
        str(event["uid"]).partition("@")[0]: event.decoded("dtstart")
        for event in Calendar.from_ical(calendar).walk("VEVENT")
    }
    assert due[record["contacts"][0]] == days[6]
    assert due[record["list"][0]] == days[4]


async def files(bridge: Bridge, side: str, ending: str) -> dict[str, bytes]:
    """Every file of that kind that stands in a workspace, once there is one."""

    async def found() -> dict[str, bytes] | None:
        stored = bridge.stand_ins[side].state.files.values()
        shown = {one.info["name"]: one.content or b"" for one in stored if one.info["channels"]}
        return {name: one for name, one in shown.items() if name.endswith(ending)} or None

    return await eventually(found, f"{ending} in {side}")
