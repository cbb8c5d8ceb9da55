"""`kakehashi audit verify` finds and names whatever is done to the log, and fails (P6)."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.custody import make_keys, read_keys
from bot.domain.chain import GENESIS, Entry, hash_of
from bot.domain.officials import Government
from bot.storage.database import Database
from bot.storage.keyring import KeyRing
from bot.storage.schema import upgrade

ROWS = 230
JP, AU = Government.JP, Government.AU
COLUMNS = "government, seq, at, actor, action, subject, facts, previous, hash"
Hand = sqlite3.Connection


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A log of both sides, two hundred and thirty rows each, signed on its way."""
    keys, file = tmp_path / "kakehashi.keys", tmp_path / "kakehashi.toml"
    make_keys(keys)
    file.write_text(
        f"""
        database = {{ url = "sqlite:///{tmp_path}/kakehashi.db" }}
        keys = {{ file = "{keys}" }}
        [[workspaces]]
        name = "tokyo"
        government = "JP"
        team_id = "T0TOKYO"
        mode = "socket"
        bot_token = "xoxb-fake"
        app_token = "xapp-fake"
        [[admins]]
        workspace = "tokyo"
        user_id = "U01SATO"
        agency = "MOFA"
        """,
        encoding="utf-8",
    )
    database = Database(f"sqlite:///{tmp_path}/kakehashi.db", keys=read_keys(keys))
    upgrade(database)
    for side in (JP, AU):
        for start in range(0, ROWS, 115):

            def record(uow, side=side, start=start):
                for number in range(start, start + 115):
                    uow.audit.record(side, "advisory.issue", f"ADV-2026-{number:04}", 数=number)

            database.transact(record)
    database.close()
    return file


def verify(config: Path, *words: str, lang: str = "en") -> tuple[int, str]:
    done = CliRunner().invoke(
        cli, ["audit", "verify", *words, "--config", str(config), "--lang", lang]
    )
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.output


def heads(config: Path) -> list[str]:
    done = CliRunner().invoke(cli, ["audit", "head", "--config", str(config)])
    assert done.exit_code == 0
    return done.output.split()


def tampered(config: Path, change: Callable[[Hand], object]) -> None:
    """What somebody does who may do anything in the database, and has no key."""
    with closing(sqlite3.connect(config.parent / "kakehashi.db")) as hand, hand:
        for (name,) in hand.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            hand.execute(f"DROP TRIGGER {name}")
        change(hand)


def rechained(hand: Hand) -> None:
    """Makes Tokyo's chain hold again after whatever was done to it."""
    rows = hand.execute(
        f"SELECT {COLUMNS} FROM audit_events WHERE government = 'JP' ORDER BY seq"
    ).fetchall()
    hand.execute("DELETE FROM audit_events WHERE government = 'JP'")
    previous = GENESIS
    for number, row in enumerate(rows, start=1):
        entry = Entry(*row)._replace(seq=number, previous=previous)
        entry = entry._replace(hash=hash_of(entry))
        hand.execute(f"INSERT INTO audit_events ({COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)", entry)
        previous = entry.hash


def edited(hand: Hand) -> None:
    hand.execute("UPDATE audit_events SET actor = 'T/U' WHERE government = 'JP' AND seq = 150")


def swapped(hand: Hand) -> None:
    for old, new in ((150, -1), (151, 150), (-1, 151)):
        hand.execute(
            "UPDATE audit_events SET seq = ? WHERE government = 'JP' AND seq = ?", (new, old)
        )


def deleted(hand: Hand) -> None:
    hand.execute("DELETE FROM audit_events WHERE government = 'JP' AND seq = 150")


def cut_off(hand: Hand) -> None:
    hand.execute("DELETE FROM audit_events WHERE government = 'JP' AND seq > 150")


def cut_after_the_last_checkpoint(hand: Hand) -> None:
    hand.execute("DELETE FROM audit_events WHERE government = 'JP' AND seq > 220")


def edited_and_rechained(hand: Hand) -> None:
    edited(hand)
    rechained(hand)


def rechained_without_checkpoints(hand: Hand) -> None:
    edited_and_rechained(hand)
    hand.execute("DELETE FROM audit_checkpoints WHERE government = 'JP' AND seq > 100")


def edited_after_the_last_checkpoint(hand: Hand) -> None:
    hand.execute("UPDATE audit_events SET actor = 'T/U' WHERE government = 'JP' AND seq = 220")
    rechained(hand)


def emptied(hand: Hand) -> None:
    for table in ("audit_events", "audit_checkpoints", "audit_heads"):
        hand.execute(f"DELETE FROM {table} WHERE government = 'JP'")


def test_a_log_as_it_was_written_holds_against_its_heads(config: Path) -> None:
    seen = heads(config)
    assert [one.split(":")[:2] for one in seen] == [["JP", "230"], ["AU", "230"]]
    bare = [one.partition(":")[2] for one in seen] + [one.rpartition(":")[2] for one in seen]
    words = [word for head in [*seen, *bare] for word in ("--head", head)]
    for lang in ("en", "ja"):
        code, said = verify(config, *words, lang=lang)
        assert (code, said.split()) == (0, [*sorted(seen), "ok"])


@pytest.mark.parametrize(
    ("change", "row"), [(edited, "150"), (swapped, "150"), (deleted, "151"), (cut_off, "200")]
)
def test_what_was_done_to_a_row_is_named(
    config: Path, change: Callable[[Hand], None], row: str
) -> None:
    tampered(config, change)
    for lang, words in (("en", "first bad row: JP"), ("ja", "最初の不正な行: JP")):
        code, said = verify(config, lang=lang)
        assert code == 1
        assert f"{words} {row} " in said.splitlines()[0]


@pytest.mark.parametrize("change", [edited_and_rechained, rechained_without_checkpoints])
def test_a_log_written_anew_is_found_without_a_witness(
    config: Path, change: Callable[[Hand], None]
) -> None:
    tampered(config, change)
    code, said = verify(config)
    assert code == 1
    assert "first bad row: JP" in said


@pytest.mark.parametrize(
    "change",
    [cut_after_the_last_checkpoint, edited_after_the_last_checkpoint, emptied, cut_off, deleted],
)
def test_whatever_it_was_a_head_that_was_witnessed_finds_it(
    config: Path, change: Callable[[Hand], None]
) -> None:
    seen = heads(config)[0]
    tampered(config, change)
    for head in (seen, seen.removeprefix("JP:"), seen.rpartition(":")[2]):
        code, said = verify(config, "--head", head)
        assert code == 1
        assert head.rpartition(":")[2] in said


def test_the_other_side_checks_with_the_public_key_alone(config: Path, tmp_path: Path) -> None:
    shown = CliRunner().invoke(cli, ["keys", "public", "--config", str(config)])
    public, other = tmp_path / "kakehashi.pem", tmp_path / "other.pem"
    public.write_text(shown.output)
    other.write_text(KeyRing.new().public.to_pem())
    text = config.read_text(encoding="utf-8")
    config.write_text("\n".join(one for one in text.split("\n") if "keys =" not in one), "utf-8")
    assert verify(config, "--public-key", str(public))[0] == 0
    code, said = verify(config, "--public-key", str(other))
    assert code == 1
    assert "unknown_key" in said
    code, said = verify(config)
    assert code == 0
    assert "Signatures were not checked" in said
    tampered(config, edited_and_rechained)
    assert verify(config)[0] == 1


@pytest.mark.parametrize("words", [["--head", "230"], ["--public-key", "none.pem"]])
def test_what_makes_no_sense_is_refused(config: Path, words: list[str]) -> None:
    code, said = verify(config, *words)
    assert code == 1
    assert words[1] in said


def test_checkpoints_are_exported_with_what_checks_them(config: Path) -> None:
    done = CliRunner().invoke(
        cli, ["audit", "checkpoints", "--government", "AU", "--config", str(config)]
    )
    assert [line.split('"seq": ')[1][:3] for line in done.output.splitlines()] == ["100", "200"]
