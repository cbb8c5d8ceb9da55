"""A round's documents: eight versions of one record, each side first in half of them, inert."""

from __future__ import annotations

import struct
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import docx
import pytest

from bot.domain.actions import Action, ActionState, Due
from bot.domain.agencies import SEED
from bot.domain.dialogues import (
    AgendaItem,
    Dates,
    DecisionTaken,
    Delegate,
    Dialogue,
    DialogueState,
)
from bot.domain.digest import Week
from bot.domain.officials import Government
from bot.services.action_facts import ActionFacts, OwnerFacts
from bot.services.dialogue_record import Record, digest_of_record
from bot.storage.dialogues import Summary
from bot.texts.catalog import load
from integrations.documents import write_documents
from integrations.documents.chart import write_burn_down, write_weeks
from tests.domain.hostile import STORABLE

NOW = datetime(2027, 2, 15, 1, tzinfo=UTC)
JP, AU = Government.JP, Government.AU
AGENCIES = {one.code: one for one in SEED}


def a_record(
    text: str = "Exchange notices weekly", rendering: str = "毎週通知を交換する"
) -> Record:
    action = Action(
        id=1,
        number="ACT-2027-0001",
        text=text,
        state=ActionState.OPEN,
        owners=(),
        created_by=1,
        created_at=NOW,
        changed_at=NOW,
        rendering=rendering,
        due=Due("", date(2027, 3, 1)),
    )
    item = ActionFacts(action, (OwnerFacts(JP, AGENCIES["NPA"]), OwnerFacts(AU)), NOW.date())
    dialogue = Dialogue(
        id=1,
        round=7,
        state=DialogueState.OUTCOME_DRAFTING,
        host=JP,
        created_by=1,
        created_at=NOW,
        dates=Dates(date(2027, 2, 15), date(2027, 2, 16)),
        next_venue=text,
    )
    return Record(
        dialogue,
        agenda=(AgendaItem(1, text, rendering, lead=text),),
        delegation=(
            (Delegate(JP, "Sato", "MOFA", "head"), AGENCIES["MOFA"]),
            (Delegate(AU, text, "DFAT", "head"), AGENCIES["DFAT"]),
        ),
        decisions=(
            DecisionTaken(1, text, rendering, JP, agreed=True),
            DecisionTaken(2, "never agreed", "", AU),
        ),
        actions=(item,),
        carried=(item,),
        summary=Summary("Both sides met.", "双方は会合した。"),
    )


def files(folder: Path, kind: str = "outcome", record: Record | None = None) -> dict[str, Path]:
    found = record or a_record()
    digest = digest_of_record(found)[:12]
    return {name: path for path, name in write_documents(load(), kind, found, digest, folder)}


def words_of(path: Path) -> str:
    document = docx.Document(str(path))
    cells = [c.text for t in document.tables for row in t.rows for c in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


def test_both_orders_both_languages_both_forms(tmp_path: Path) -> None:
    assert sorted(files(tmp_path)) == sorted(
        f"DLG-07-outcome-{side}-first-{language}.{form}"
        for side in ("JP", "AU")
        for language in ("en", "ja")
        for form in ("docx", "md")
    )


@pytest.mark.parametrize(
    ("version", "title"),
    [
        ("JP-first-en", "Outcome of the Japan–Australia Cyber Policy Dialogue, round 7"),
        ("AU-first-en", "Outcome of the Australia–Japan Cyber Policy Dialogue, round 7"),
        ("JP-first-ja", "第7回日本・オーストラリアサイバー政策協議 成果文書"),
        ("AU-first-ja", "第7回オーストラリア・日本サイバー政策協議 成果文書"),
    ],
)
def test_each_side_names_itself_first(tmp_path: Path, version: str, title: str) -> None:
    document = docx.Document(str(files(tmp_path)[f"DLG-07-outcome-{version}.docx"]))
    paragraphs = [one.text for one in document.paragraphs]
    assert paragraphs[0] == title
    headings = [one for one in paragraphs if one.startswith(("Delegation", "代表団"))]
    own = ("Japanese", "日本") if version.startswith("JP") else ("Australian", "豪")
    assert any(name in headings[0] for name in own)


def test_the_outcome_says_what_both_agreed_and_the_minutes_what_was_put(tmp_path: Path) -> None:
    outcome = words_of(files(tmp_path)["DLG-07-outcome-JP-first-en.docx"])
    minutes = words_of(files(tmp_path, "minutes")["DLG-07-minutes-JP-first-en.docx"])
    for words in (outcome, minutes):
        assert "D-1: Exchange notices weekly / 毎週通知を交換する" in words
        assert "National Police Agency (NPA), Australian side" in words
        assert "2027-03-01" in words
        assert digest_of_record(a_record())[:12] in words
    assert "never agreed" not in outcome
    assert "D-2 (put, not agreed): never agreed" in minutes
    assert "Both sides met." in outcome
    assert "Open actions of earlier rounds" in minutes


def test_every_version_bears_the_hash_of_the_one_record(tmp_path: Path) -> None:
    digest = digest_of_record(a_record())[:12]
    for name, path in files(tmp_path).items():
        text = words_of(path) if name.endswith("docx") else path.read_text("utf-8")
        assert digest in text, name


def test_hostile_texts_come_alive_in_no_document(tmp_path: Path) -> None:
    for at in range(0, len(STORABLE), 40):
        text = " ".join(STORABLE[at : at + 40])
        for name, path in files(tmp_path, "minutes", a_record(text, text)).items():
            if name.endswith("docx"):
                document = docx.Document(str(path))
                relations = document.part.rels.values()
                assert not any(one.is_external for one in relations)
                assert "w:hyperlink" not in document.element.xml
                assert "w:fldSimple" not in document.element.xml
                assert "w:instrText" not in document.element.xml
            else:
                words = path.read_text("utf-8")
                assert "](http" not in words
                assert "<http" not in words
                assert "https://evil" not in words


def test_a_changed_word_is_another_hash_and_progress_is_not() -> None:
    before = digest_of_record(a_record())
    record = a_record()
    (item,) = record.actions
    done = replace(item, action=replace(item.action, state=ActionState.DONE))
    assert digest_of_record(replace(record, actions=(done,))) == before
    assert digest_of_record(a_record("Exchange notices daily")) != before
    assert digest_of_record(replace(record, summary=Summary("Both sides met."))) != before


def test_weeks_are_drawn_as_many_pixels_whatever_they_hold(tmp_path: Path) -> None:
    weeks = tuple(Week(date(2026, 9, 14) + timedelta(weeks=n), n, n * n) for n in range(9))
    for shown in (weeks[:1], weeks):
        path = tmp_path / "weeks.png"
        with path.open("wb") as file:
            write_weeks(shown, file)
        content = path.read_bytes()
        # Width and height stand in the header of a PNG (ISO/IEC 15948, IHDR).
        assert struct.unpack(">II", content[16:24]) == (600, 240)


def test_a_burn_down_is_drawn_without_a_display(tmp_path: Path) -> None:
    path = tmp_path / "chart.png"
    write_burn_down(((date(2027, 2, 15), 4), (date(2027, 2, 16), 2)), "DLG-07", path)
    assert path.read_bytes().startswith(b"\x89PNG")
