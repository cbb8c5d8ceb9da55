"""Registers as people open them: every row, in their language, and nothing in them comes alive."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from icalendar import Calendar
from openpyxl import load_workbook

from bot.domain.actions import Action, ActionState, Due, Pillar, Source
from bot.domain.agencies import SEED
from bot.domain.officials import Government
from bot.services.action_exports import Row
from bot.services.action_facts import OwnerFacts
from bot.texts.catalog import Language, load
from integrations.registers import Format, writer_for
from integrations.slack.speech import Speech
from tests.domain.hostile import STORABLE
from tests.loaded import loaded_with

NOW = datetime(2026, 9, 16, 1, tzinfo=UTC)
NPA = next(one for one in SEED if one.code == "NPA")
FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1+1",
    "＠x",
    '=HYPERLINK("http://x")',
]
CALENDAR_LINES = "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nATTENDEE:mailto:a@b.example"


def a_row(number: int = 1, text: str = "Share the format", **about: object) -> Row:
    values: dict[str, object] = {
        "id": number,
        "number": f"ACT-2026-{number:04}",
        "text": text,
        "state": ActionState.OPEN,
        "owners": (),
        "created_by": 1,
        "created_at": NOW,
        "changed_at": NOW,
        "due": Due("end of Sep", date(2026, 9, 30)),
        "pillar": Pillar.A,
        "source": Source("T", "C", "1.0", "", "https://x.slack.com/archives/C/p1"),
    }
    action = Action(**(values | about))  # type: ignore[arg-type]
    owners = (OwnerFacts(Government.JP, NPA, "Suzuki"), OwnerFacts(Government.AU))
    return Row(action, owners, "Tanaka", is_overdue=False)


def written(form: Format, folder: Path, *rows: Row, language: Language = Language.EN) -> Path:
    path = folder / f"register.{form.value}"
    writer = writer_for(form, path, Speech(load(), language))
    for row in rows:
        writer.add([row])
    writer.close()
    return path


def sheet(path: Path) -> list[list[object]]:
    book = load_workbook(path, read_only=True)
    return [[one.value for one in row] for row in book.active.iter_rows()]


def table(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def test_a_workbook_and_a_table_say_the_same(tmp_path: Path) -> None:
    rows = [a_row(n) for n in range(1, 4)]
    in_csv = table(written(Format.CSV, tmp_path, *rows))
    in_xlsx = sheet(written(Format.XLSX, tmp_path, *rows))
    assert [[str(one or "") for one in row] for row in in_xlsx] == in_csv
    assert in_csv[0][:5] == ["Number", "Action", "Rendering", "State", "Owners"]
    assert in_csv[1][:6] == [
        "ACT-2026-0001",
        "Share the format",
        "",
        "open",
        "Suzuki (NPA), Australian side",
        "2026-09-30",
    ]
    assert in_csv[1][-1] == "https://x.slack.com/archives/C/p1"
    assert len(in_csv) == 4


def test_headings_and_states_are_in_the_readers_language(tmp_path: Path) -> None:
    first, row = table(written(Format.CSV, tmp_path, a_row(), language=Language.JA))
    assert first[:4] == ["番号", "対応事項", "訳", "状態"]
    assert row[3] == "未着手"


def test_lines_of_a_table_end_as_the_standard_says(tmp_path: Path) -> None:
    content = written(Format.CSV, tmp_path, a_row(text='two\nlines, "quoted"')).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")
    assert b'"two\nlines, ""quoted"""' in content


@pytest.mark.parametrize("text", FORMULAS)
@pytest.mark.parametrize("field", ["text", "rendering", "reason"])
def test_no_cell_is_a_formula(tmp_path: Path, text: str, field: str) -> None:
    row = a_row(**{field: text, "due": Due(text, date(2026, 9, 30))})
    path = written(Format.XLSX, tmp_path, row)
    for found in load_workbook(path).active.iter_rows():
        assert all(one.data_type != "f" for one in found)
    for line in table(written(Format.CSV, tmp_path, row)):
        assert not any(one.startswith(("=", "+", "-", "@", "\t", "\r", "＝")) for one in line)


def test_hostile_texts_come_alive_in_no_file(tmp_path: Path) -> None:
    rows = [a_row(n, text, rendering=text) for n, text in enumerate(STORABLE, start=1)]
    path = written(Format.XLSX, tmp_path, *rows)
    book = load_workbook(path)
    assert book.active.max_row == len(rows) + 1
    assert all(one.data_type != "f" for row in book.active.iter_rows() for one in row)
    cells = [one for row in table(written(Format.CSV, tmp_path, *rows)) for one in row]
    assert not any(one.startswith(("=", "+", "-", "@", "＝")) for one in cells)
    events = Calendar.from_ical(written(Format.ICS, tmp_path, *rows).read_bytes()).walk("VEVENT")
    assert len(events) == len(rows)
    said = json.loads(written(Format.JSON, tmp_path, *rows).read_text("utf-8"))
    assert [one["text"] for one in said] == list(STORABLE)


def test_due_dates_are_events_of_a_day_that_are_known_again(tmp_path: Path) -> None:
    rows = [a_row(), a_row(2, due=Due()), a_row(3, state=ActionState.DONE, text=CALENDAR_LINES)]
    calendar = Calendar.from_ical(written(Format.ICS, tmp_path, *rows).read_bytes())
    first, last = calendar.walk("VEVENT")
    assert first["uid"] == "ACT-2026-0001@kakehashi.invalid"
    assert first.decoded("dtstart") == date(2026, 9, 30)
    assert first.decoded("dtend") == date(2026, 10, 1)
    assert str(first["summary"]) == "ACT-2026-0001 Share the format"
    assert "attendee" not in last
    assert last["status"] == "CANCELLED"


def test_data_for_machines_is_whole_whatever_its_length(tmp_path: Path) -> None:
    assert json.loads(written(Format.JSON, tmp_path).read_text("utf-8")) == []
    (only,) = json.loads(written(Format.JSON, tmp_path, a_row()).read_text("utf-8"))
    assert only["owners"][0] == {"side": "JP", "agency": "NPA", "name": "Suzuki"}
    assert only["due_on"] == "2026-09-30"


def test_a_process_that_writes_no_file_loads_no_library_for_it() -> None:
    loaded = loaded_with("bot.app")
    idle = {"openpyxl", "docx", "icalendar", "numpy", "matplotlib", "psycopg"}
    assert idle.isdisjoint(loaded)
    assert "integrations.registers" in loaded
