"""`kakehashi explain due` reads phrases, one a line, without settings and without a database."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import errors
from bot.__main__ import cli
from bot.explaining.due import explain_due
from tests.loaded import loaded_with

NOW = "2026-09-16T10:00+09:00"


def run(
    phrases: str, *options: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[int, list[str]]:
    monkeypatch.chdir(folder)
    result = CliRunner().invoke(cli, ["explain", "due", "--now", NOW, *options], input=phrases)
    return result.exit_code, result.stdout.splitlines()


def test_one_record_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, lines = run(
        "next Friday\n5/10\n\n来月末\n", "--json", folder=tmp_path, monkeypatch=monkeypatch
    )
    assert code == 0
    assert [json.loads(line) for line in lines] == [
        {"phrase": "next Friday", "on": "2026-09-25", "why": None},
        {"phrase": "5/10", "on": None, "why": "day_or_month"},
        {"phrase": "", "on": None, "why": "empty"},
        {"phrase": "来月末", "on": "2026-10-31", "why": None},
    ]
    assert list(tmp_path.iterdir()) == []


def test_people_read_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, lines = run("Friday\nASAP\n来月末", folder=tmp_path, monkeypatch=monkeypatch)
    assert lines[0].startswith("Friday\t2026-09-18\tFri 18 Sep 2026 (2026-09-18, 金), 17:00")
    assert lines[1].startswith("ASAP\t-\t“ASAP”")
    assert "週末に当たります" in lines[2]
    _, lines = run("5/10", "--lang", "ja", folder=tmp_path, monkeypatch=monkeypatch)
    assert "2027年5月10日" in lines[0]


def test_a_file_in_any_of_the_usual_spellings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "phrases.txt"
    file.write_bytes("\ufeff金曜\r\nFriday\r\n".encode())
    _, lines = run("", str(file), "--json", folder=tmp_path, monkeypatch=monkeypatch)
    assert [json.loads(line)["on"] for line in lines] == ["2026-09-18", "2026-09-18"]


@pytest.mark.parametrize(
    ("calendar", "on"),
    [("JP_GOV", "2026-09-28"), ("au_act", "2026-09-23"), ("JOINT", "2026-09-28")],
)
def test_days_are_counted_on_the_calendar_that_is_named(calendar: str, on: str) -> None:
    (line,) = explain_due(b"5 business days", NOW, calendar, None, as_json=True)
    assert json.loads(line)["on"] == on


@pytest.mark.parametrize(
    ("now", "calendar", "lang"),
    [
        ("noon", "JOINT", None),
        ("2026-09-16T10:00", "JOINT", None),
        (NOW, "MARS", None),
        (NOW, "JOINT", "fr"),
    ],
)
def test_options_that_make_no_sense_are_refused(now: str, calendar: str, lang: str | None) -> None:
    with pytest.raises(errors.NotUnderstood):
        list(explain_due(b"Friday", now, calendar, lang, as_json=True))


def test_without_a_moment_it_is_now() -> None:
    (line,) = explain_due(b"tomorrow", None, "JOINT", "en", as_json=True)
    assert json.loads(line)["on"]


@pytest.mark.parametrize("one", ["due", "markings", "notes"])
def test_a_command_waits_for_nothing_that_it_does_not_use(one: str) -> None:
    needed = f"bot.explaining.{one}"
    loaded = loaded_with("bot.__main__", needed)
    idle = {"sqlalchemy", "pydantic", "cryptography", "slack_bolt", "aiohttp", "structlog", "rich"}
    assert idle.isdisjoint(loaded)
    assert ("holidays" in loaded) is (one == "due")
    assert needed in loaded
