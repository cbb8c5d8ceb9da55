"""What an operator does on the command line: it disturbs nobody, is written down."""

import csv
import io
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot import errors, operations, oversight
from bot.domain.deliveries import DeliveryState, Method
from bot.domain.officials import Government
from bot.services.kinds import NOTE
from bot.settings import Settings, load_settings
from bot.storage.database import Database
from bot.storage.tables import outbox
from bot.storage.unit_of_work import UnitOfWork
from tests import cast
from tests.storage.databases import HandClock, fresh_url, opened

JP = Government.JP
READERS: list[Callable[[Database], int]] = [
    operations.roster_as_csv,
    oversight.verify_audit,
    lambda database: oversight.export_audit(database, "JP"),
    lambda database: operations.list_deliveries(database, "parked"),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database with the cast on its roster."""
    with fresh_url("sqlite", tmp_path) as url, opened(url, HandClock()) as database:
        database.transact(cast.assemble)
    return Path(url.removeprefix("sqlite:///"))


@pytest.fixture
def database(file: Path) -> Iterator[Database]:
    with opened(f"sqlite:///{file}", HandClock()) as one:
        yield one


def settings_for(file: Path) -> Settings:
    path = file.parent / "kakehashi.toml"
    path.write_text(
        f"""
        [database]
        url = "sqlite:///{file}"
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
        """
    )
    return load_settings(path, {})


def record(uow: UnitOfWork, count: int = oversight.BATCH + 3) -> None:
    for _ in range(count):
        uow.audit.record(Government.JP, "test", "subject")


def promise(uow: UnitOfWork, state: DeliveryState) -> int:
    added = uow.outbox.add(NOTE, {}, Method.POST, cast.TOKYO, "C1")
    change = outbox.update().where(outbox.c.id == added).values(state=state.value)
    uow.connection.execute(change)
    return added


def test_reading_the_log_holds_no_lock_while_it_is_printed(
    database: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.transact(record)
    printed: list[str] = []

    def slow_reader(line: str) -> None:
        with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")
        printed.append(line)

    monkeypatch.setattr("builtins.print", slow_reader)
    assert oversight.export_audit(database, "JP") == 0
    seqs = [json.loads(line)["seq"] for line in printed]
    assert seqs == list(range(1, oversight.BATCH + 4))


def test_the_chain_is_verified_across_batches(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    database.transact(record)
    assert oversight.verify_audit(database) == 0
    last = oversight.BATCH + 3
    with closing(sqlite3.connect(str(database.engine.url.database))) as hand, hand:
        hand.execute("DROP TRIGGER IF EXISTS audit_events_no_update")
        hand.execute("UPDATE audit_events SET subject = 'other' WHERE seq = ?", (last,))
    assert oversight.verify_audit(database) == 1
    assert str(last) in capsys.readouterr().out


@pytest.mark.parametrize("read", READERS)
def test_what_only_reads_changes_no_database(
    read: Callable[[Database], int], tmp_path: Path
) -> None:
    empty = tmp_path / "none.db"
    settings = settings_for(empty)
    with pytest.raises(errors.SchemaNotCurrent):
        operations.run(settings, read, operations.required_current)
    assert not empty.exists()
    sqlite3.connect(empty).close()
    with pytest.raises(errors.SchemaNotCurrent):
        operations.run(settings, read, operations.required_current)
    with closing(sqlite3.connect(empty)) as hand:
        assert hand.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)


@pytest.mark.parametrize("read", READERS)
def test_what_only_reads_answers_on_a_current_database(
    read: Callable[[Database], int], file: Path
) -> None:
    assert operations.run(settings_for(file), read, operations.required_current) == 0


@pytest.mark.parametrize(
    ("decide", "action"),
    [(operations.retry_delivery, "delivery.retry"), (operations.drop_delivery, "delivery.drop")],
)
def test_what_an_operator_decides_about_a_delivery_is_written_down(
    database: Database, decide: Callable[[Database, int], int], action: str
) -> None:
    number = database.transact(lambda uow: promise(uow, DeliveryState.PARKED))
    assert decide(database, number) == 0
    (event,) = database.transact(lambda uow: list(uow.audit.events()))
    assert (event.action, event.actor, event.government) == (action, "operator", Government.JP)
    assert event.subject == f"delivery/{number}"
    with pytest.raises(errors.DeliveryNotParked):
        decide(database, number)


def test_after_a_restore_what_was_still_to_be_said_is_looked_for_first(
    file: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    with opened(f"sqlite:///{file}", HandClock()) as database:
        for state in (DeliveryState.WAITING, DeliveryState.SENDING, DeliveryState.DELIVERED):
            database.transact(lambda uow, state=state: promise(uow, state))
        first = database.transact(lambda uow: uow.sequences.next("ADV-2026"))
        operations.backup(database, copy)
    settings = settings_for(file)
    restored = operations.run(
        settings, lambda database: operations.restore(database, copy), operations.left_alone
    )
    assert restored == 0
    with opened(f"sqlite:///{file}") as database:
        waiting, sending, delivered = database.transact(
            lambda uow: [uow.outbox.get(number) for number in (1, 2, 3)]
        )
        assert database.transact(lambda uow: uow.sequences.next("ADV-2026")) > first + 100
        assert "database.restore" in database.transact(cast.decisions)
    assert [one.unknown for one in (waiting, sending, delivered)] == [True, True, False]
    assert waiting.first_attempt_at == waiting.created_at


def test_a_broken_database_is_replaced_and_not_mended_first(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    with opened(f"sqlite:///{file}") as database:
        operations.backup(database, copy)
    file.write_bytes(b"no database at all" * 100)
    settings = settings_for(file)
    operations.run(settings, lambda one: operations.restore(one, copy), operations.left_alone)
    with opened(f"sqlite:///{file}") as database:
        assert database.transact(lambda uow: cast.the(uow, "SATO")).name == "Sato"


@pytest.mark.parametrize("content", [None, b"", b"no backup at all" * 100])
def test_a_backup_that_is_none_is_named_and_nothing_is_touched(
    file: Path, tmp_path: Path, content: bytes | None
) -> None:
    copy = tmp_path / "copy.db"
    if content is not None:
        copy.write_bytes(content)
    before = file.read_bytes()
    with (
        opened(f"sqlite:///{file}") as database,
        pytest.raises(errors.BackupUnusable, check=lambda one: one.parameters["path"] == copy),
    ):
        operations.restore(database, copy)
    assert file.read_bytes() == before


def test_nothing_is_put_back_under_a_running_bot(
    database: Database, file: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    operations.backup(database, copy)
    database.ping()
    with opened(f"sqlite:///{file}") as other, pytest.raises(errors.DatabaseBusy):
        operations.restore(other, copy)


def test_no_cell_of_an_export_is_a_formula(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    starts = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＠x", 'quote " and, comma']
    for start in starts:
        database.transact(lambda uow, start=start: uow.audit.record(JP, start, start, value=start))
    capsys.readouterr()
    assert oversight.export_audit(database, "JP", oversight.Format.CSV) == 0
    printed = capsys.readouterr().out
    assert printed.count("\r\n") >= len(starts) + 1
    heading, *rows = csv.reader(io.StringIO(printed, newline=""))
    assert tuple(heading) == oversight.COLUMNS
    for row, start in zip(rows, starts, strict=True):
        for cell in row:
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＠"))
        assert row[heading.index("subject")].removeprefix("'") == start


def test_an_export_of_one_side_is_the_same_whatever_the_other_does(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not a number, not a gap, not a hash tells of the other side (P5)."""
    printed = []
    for busy in (0, 7, 150):
        with fresh_url("sqlite", tmp_path) as url, opened(url, HandClock()) as one:
            for number in range(20):
                for _ in range(busy):
                    one.transact(lambda uow: uow.audit.record(Government.AU, "test", "theirs"))
                one.transact(lambda uow, n=number: uow.audit.record(JP, "test", f"ours {n}"))
            capsys.readouterr()
            for form in oversight.Format:
                oversight.export_audit(one, "JP", form)
            oversight.export_checkpoints(one, "JP")
            printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1] == printed[2]
