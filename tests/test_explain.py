"""`kakehashi explain` says how a text would be read, with no settings and no database."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import cli

LINES = """\
ACTION: DFAT to send the list by Friday
外務省が日程案を提示する(10/5)
DECISION: yearly
hello
"""


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_notes_are_read_line_by_line_as_json() -> None:
    ran = CliRunner().invoke(cli, ["explain", "note", "--json"], input=LINES)
    records = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [record["line"] for record in records] == LINES.splitlines()
    assert records[0] == {
        "line": "ACTION: DFAT to send the list by Friday",
        "is_action": True,
        "kind": "action",
        "owners": ["DFAT"],
        "due": "Friday",
        "text": "send the list",
    }
    assert [record["kind"] for record in records[1:]] == ["action", "decision", "none"]
    assert (records[1]["owners"], records[1]["due"]) == (["MOFA"], "10/5")
    assert records[2]["text"] is None


def test_notes_of_a_file_are_read_as_a_table(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text(LINES, encoding="utf-8")
    ran = CliRunner().invoke(cli, ["explain", "note", str(file)])
    assert ran.exit_code == 0
    assert ran.stdout.splitlines()[0] == "action\tDFAT\tFriday\tsend the list"
