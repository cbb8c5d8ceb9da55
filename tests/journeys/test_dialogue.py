"""A whole round of the Dialogue: dates agreed, talks in two threads, outcome cleared and filed."""

from __future__ import annotations

import io
import re
from typing import Any

import docx
from openpyxl import load_workbook

from tests.journeys.bridge import Bridge
from tests.journeys.hands import Hand, eventually

DIGEST = re.compile(r"clear:([0-9a-f]{12})")
ROUND = "DLG-07"


async def agreed(strict: Bridge) -> None:
    await strict.enrol_everybody()
    await strict.link()
    sato, walsh = strict.sato, strict.walsh
    answer = await sato.types("/dialogue new host:JP start:2027-02-15 end:2027-02-16 round:7")
    assert ROUND in answer
    assert "相手側" in await sato.types(f"/dialogue confirm {ROUND}")
    assert "both sides agreed" in await walsh.types(f"/dialogue confirm {ROUND}")


async def in_thread(hand: Hand, head: dict[str, Any], *words: str) -> dict[str, Any]:
    """The bot's message beneath a card, with all those words."""
    return await hand.sees_on_card(str(head["ts"]), *words)


async def digest_of(hand: Hand) -> str:
    found = DIGEST.search(await hand.types(f"/dialogue outcome {ROUND}"))
    assert found is not None
    return found[1]


async def test_a_round_is_played_from_its_dates_to_its_publication(strict: Bridge) -> None:
    await agreed(strict)
    sato, walsh = strict.sato, strict.walsh
    shown = await walsh.types(f"/action list dialogue:{ROUND}")
    assert "Exchange the papers of DLG-07" in shown
    # T-14 from Mon 15 Feb: neither 11 Feb (Tokyo) nor 26 Jan (Canberra) is a joint business day.
    assert "Fri 22 Jan 2027" in shown
    agenda = f'/dialogue agenda {ROUND} text:"Threats" rendering:"脅威" pillar:a lead:NPA'
    assert "1. Threats" in await sato.types(agenda)
    named = f'/dialogue delegation {ROUND} name:"A. Person" agency:DFAT role:head'
    assert "A. Person (DFAT)" in await walsh.types(named)
    assert "議題確定" in await sato.types(f"/dialogue agenda {ROUND} do:lock")

    assert "協議を開始" in await sato.types(f"/dialogue open {ROUND}")
    here, there = await sato.sees(ROUND, "開催中"), await walsh.sees(ROUND, "in session")
    await sato.types(f"/dialogue agenda {ROUND} do:now entry:1")
    await walsh.sees(ROUND, "Now on item 1")

    ts = await strict.tanaka.says("from Tokyo", str(here["ts"]))
    await in_thread(walsh, there, "from Tokyo", "NCO")
    await strict.baker.says("and back <!channel>", str(there["ts"]))
    await in_thread(sato, here, "and back", "AFP")
    await strict.tanaka.edits(ts, "from Tokyo, corrected")
    await in_thread(walsh, there, "from Tokyo, corrected")

    answer = await sato.types(
        f'/action new "Share the format" owner:AFP due:2027-03-01 dialogue:{ROUND}'
    )
    number = re.search(r"ACT-\d{4}-\d{4}", answer)
    assert number is not None
    card = await in_thread(walsh, there, number[0], "Share the format")
    await in_thread(sato, here, number[0], "Share the format")
    assert "in progress" not in await strict.baker.hears_on_pressing(card, "action_take")
    await walsh.sees(ROUND, "1 action", "Share the format")

    put = (
        f'/dialogue decision {ROUND} text:"Exchange notices weekly" rendering:"毎週通知を交換する"'
    )
    assert "D-1" in await sato.types(put)
    await in_thread(walsh, there, "D-1", "Exchange notices weekly")
    assert "agreed by both" in await walsh.types(f"/dialogue decision {ROUND} agree:D-1")
    assert "成果文書作成中" in await sato.types(f"/dialogue close {ROUND}")

    digest = await digest_of(sato)
    assert digest == await digest_of(walsh)
    assert "自国側として" in await sato.types(f"/dialogue outcome {ROUND} clear:{digest}")
    early = await walsh.types(f"/dialogue publish {ROUND}")
    assert "not possible" in early
    assert "outcome cleared" in await walsh.types(f"/dialogue outcome {ROUND} clear:{digest}")
    assert "公表" in await sato.types(f"/dialogue publish {ROUND}")
    await in_thread(walsh, there, "published")
    await documents_say(strict, digest, number[0])


async def documents_say(strict: Bridge, digest: str, number: str) -> None:
    """The files that stand in both threads: eight versions, one record."""
    for name in ("tokyo", "canberra"):

        async def posted(name: str = name) -> dict[str, bytes] | None:
            files = strict.stand_ins[name].state.files.values()
            found = {one.info["name"]: one.content or b"" for one in files if one.info["channels"]}
            return found if len(found) == 8 else None

        files = await eventually(posted, f"eight files in {name}")
        for title, content in files.items():
            if title.endswith(".docx"):
                document = docx.Document(io.BytesIO(content))
                text = "\n".join(one.text for one in document.paragraphs)
                assert digest in text
                assert "D-1: Exchange notices weekly" in text
                cells = [c.text for t in document.tables for row in t.rows for c in row.cells]
                assert number in cells
            else:
                assert digest in content.decode()


async def test_what_is_open_is_carried_to_the_next_round(strict: Bridge) -> None:
    await agreed(strict)
    await strict.sato.types(f"/dialogue open {ROUND}")
    await strict.sato.types(f'/action new "Share the format" owner:AFP dialogue:{ROUND}')
    await strict.sato.types(f'/action new "CANARY" visibility:internal dialogue:{ROUND}')
    await strict.sato.types(f"/dialogue close {ROUND}")
    await strict.walsh.types("/dialogue new host:AU start:2028-02-15 round:8")
    await strict.sato.types("/dialogue confirm 8")
    shown = await strict.walsh.types("/dialogue show 8")
    assert "1 open action of earlier rounds" in shown
    assert "Share the format" in shown
    figures = await strict.walsh.types(f"/dialogue show {ROUND}")
    assert "Of 1 actions 1 are open" in figures
    assert "1 were carried forward" in figures
    assert "CANARY" not in shown + figures + await strict.walsh.everything()

    async def chart() -> bytes | None:
        files = strict.stand_ins["canberra"].state.files.values()
        pictures = [one.content for one in files if one.info["name"].endswith(".png")]
        return next((one for one in pictures if one), None)

    assert (await eventually(chart, "the burn-down")).startswith(b"\x89PNG")
    await strict.walsh.types(f"/action export dialogue:{ROUND}")

    async def workbook() -> bytes | None:
        files = strict.stand_ins["canberra"].state.files.values()
        books = [one.content for one in files if one.info["name"].endswith(".xlsx")]
        return next((one for one in books if one), None)

    sheet = load_workbook(io.BytesIO(await eventually(workbook, "the register"))).active
    texts = [row[1].value for row in sheet.iter_rows(min_row=2)]
    assert "Share the format" in texts
    assert "CANARY" not in texts
