"""The log in a real database: nothing but adding, and whoever gets past that is found (P6)."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib import resources
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import bindparam, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from bot.domain.chain import CHECKPOINT_EVERY, Chain, Fault, Finding, Head
from bot.domain.officials import Government
from bot.storage.audit import BEFORE_ALL
from bot.storage.database import Database
from bot.storage.keyring import KeyRing
from bot.storage.schema import upgrade
from bot.storage.tables import audit_events
from bot.storage.types import Instant
from bot.storage.unit_of_work import UnitOfWork
from tests.cast import assemble, the
from tests.storage.databases import BEGINNING, HandClock, opened

ROWS = 12
KEYS = KeyRing.new()
JP = Government.JP
CHANGES: dict[str, Callable[[Any], Any]] = {
    "at": lambda value: value + timedelta(microseconds=1),
    "actor": lambda value: value + " ",
    "action": lambda value: value.upper(),
    "subject": lambda value: value + "0",
    "facts": lambda value: value.replace(":", ": "),
    "previous": lambda value: "f" * 64,
    "hash": lambda value: "f" * 64,
    "seq": lambda value: value + 100,
}


@pytest.fixture
def log(database: Database, clock: HandClock) -> Database:
    """Decisions of both sides, some at the same instant."""
    for number in range(2 * ROWS):

        def work(uow: UnitOfWork, number: int = number) -> None:
            who = the(uow, "SATO") if number % 2 else Government.AU
            uow.audit.record(who, "link.propose", f"LNK-{number}", number=number, 言葉=["値", None])

        database.transact(work)
        clock.advance(number % 2)
    return database


def test_the_log_as_written_holds_in_two_chains(log: Database) -> None:
    assert log.transact(lambda uow: uow.audit.heads()) == {"JP": (ROWS, ROWS), "AU": (ROWS, ROWS)}
    for side in Government:
        events = log.transact(lambda uow, side=side: list(uow.audit.events(side)))
        assert [event.seq for event in events] == list(range(1, ROWS + 1))
        assert {event.government for event in events} == {side}
        assert events[0].facts["言葉"] == ["値", None]
    assert log.transact(lambda uow: uow.audit.first_bad()) is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_events SET actor = 'somebody else' WHERE seq = 3",
        "DELETE FROM audit_events WHERE seq = 3",
        "DELETE FROM audit_events",
        "INSERT OR REPLACE INTO audit_events SELECT government, seq, at, 'x', action, subject,"
        " facts, previous, hash FROM audit_events WHERE seq = 3",
        "UPDATE OR REPLACE audit_events SET seq = 4 WHERE seq = 3",
        "TRUNCATE audit_events",
        "TRUNCATE audit_checkpoints, audit_heads",
    ],
)
def test_the_database_itself_refuses_to_change_the_log(
    log: Database, kind: str, statement: str
) -> None:
    if (kind == "sqlite" and "TRUNCATE" in statement) or (
        kind == "postgresql" and "OR REPLACE" in statement
    ):
        pytest.skip("not a statement of this database")
    with pytest.raises(DBAPIError), _tampered(log, keep_triggers=True) as uow:
        uow.connection.execute(text(statement))
    assert log.transact(lambda uow: uow.audit.first_bad()) is None


@pytest.mark.parametrize("field", CHANGES)
def test_every_edit_of_a_row_is_found_at_that_row(log: Database, field: str) -> None:
    column = audit_events.c[field]
    for seq in range(1, ROWS + 1):
        with _tampered(log) as uow:
            here = (audit_events.c.seq == seq) & (audit_events.c.government == "JP")
            value = uow.connection.execute(select(column).where(here)).scalar_one()
            changed = {field: CHANGES[field](value)}
            uow.connection.execute(update(audit_events).where(here).values(changed))
            bad = seq + 1 if field == "seq" and seq < ROWS else CHANGES["seq"](seq)
            assert uow.audit.first_bad() == (bad if field == "seq" else seq)


def test_a_row_given_to_the_other_side_is_found(log: Database) -> None:
    with _tampered(log) as uow:
        moved = {"government": "AU", "seq": ROWS + 1}
        here = (audit_events.c.seq == ROWS) & (audit_events.c.government == "JP")
        uow.connection.execute(update(audit_events).where(here).values(moved))
        assert uow.audit.first_bad() == ROWS + 1


@pytest.mark.parametrize(
    ("change", "bad"),
    [
        (lambda rows: rows[:4] + rows[5:], 6),
        (lambda rows: _numbered(rows[:4] + rows[5:]), 5),
        (lambda rows: _numbered([*rows[:4], rows[5], rows[4], *rows[6:]]), 5),
        (lambda rows: _numbered([*rows[:4], rows[3], *rows[4:]]), 5),
        (lambda rows: [rows[0] | {"seq": 0}, *rows], 0),
        (lambda rows: [rows[0] | {"seq": -7}, *rows], -7),
    ],
    ids=["deleted", "gap closed", "swapped", "inserted", "before the first", "far before"],
)
def test_what_is_done_to_rows_is_found(
    log: Database, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]], bad: int
) -> None:
    with _tampered(log) as uow:
        rows = uow.connection.execute(
            select(audit_events).where(audit_events.c.government == "JP").order_by("seq")
        )
        changed = change([dict(row._mapping) for row in rows])
        uow.connection.execute(delete(audit_events).where(audit_events.c.government == "JP"))
        uow.connection.execute(insert(audit_events), changed)
        assert uow.audit.first_bad() == bad


def test_every_hundredth_row_is_signed_and_missed_ones_are_made_up_for(url: str) -> None:
    with opened(url, HandClock()) as unsigned:
        unsigned.transact(assemble)
        unsigned.transact(lambda uow: _record(uow, 250))
        assert unsigned.transact(lambda uow: uow.audit.checkpoints("JP")) == ()
    with _with_keys(url) as database:
        database.transact(lambda uow: uow.audit.sign_head(JP, if_due=True))
        database.transact(lambda uow: uow.audit.sign_head(JP, if_due=True))
        database.transact(lambda uow: _record(uow, 150))
        marks = database.transact(lambda uow: uow.audit.checkpoints("JP"))
        assert [mark.seq for mark in marks] == [250, 300, 400]
        assert database.transact(_findings) == []
        database.transact(lambda uow: uow.audit.sign_head(JP))
        assert len(database.transact(lambda uow: uow.audit.checkpoints("JP"))) == 3


def test_a_log_chained_anew_in_the_database_is_found_by_its_checkpoints(url: str) -> None:
    with _with_keys(url) as database:
        database.transact(lambda uow: _record(uow, CHECKPOINT_EVERY + 20))
        with _tampered(database) as uow:
            uow.connection.execute(delete(audit_events))
            forger = UnitOfWork(uow.connection, BEGINNING)
            forger.audit.record(JP, "something.else", "subject")
            _record(forger, CHECKPOINT_EVERY + 19)
            assert [one.fault for one in _findings(uow)] == [Fault.REWRITTEN]


def test_a_head_is_shown_once_for_a_slot(database: Database) -> None:
    database.transact(lambda uow: _record(uow, 3))
    for shown in (True, False):
        assert database.transact(lambda uow: uow.audit.show_head(JP, "2026-09-16")) is shown
        database.transact(lambda uow: _record(uow, 1))
    found = database.transact(lambda uow: uow.audit.shown_head(JP, "2026-09-16"))
    assert found is not None
    assert found[0] == 3
    assert database.transact(lambda uow: uow.audit.shown_head(JP, "other")) is None


def test_events_written_before_there_were_two_chains_are_carried_over(nothing: str) -> None:
    with opened(nothing) as database:
        database.transact(_first_schema)
        upgrade(database)
        events = database.transact(lambda uow: list(uow.audit.events(JP)))
        assert database.transact(lambda uow: uow.audit.first_bad()) is None
        heads = database.transact(lambda uow: uow.audit.heads())
    assert heads == {"JP": (3, 3), "AU": (2, 2)}
    assert [event.subject for event in events] == ["LNK-1", "LNK-3", "audit"]
    assert events[1].facts == {"言葉": ["値", None]}
    assert (events[1].at, events[1].actor) == (BEGINNING, "T0TOKYO/U01SATO")
    # These rows were written by hand, and their hashes made up.
    assert events[2].facts == {"head_before": "3" * 64, "held_before": False}


@contextmanager
def _with_keys(url: str) -> Iterator[Database]:
    database = Database(url, HandClock(), KEYS)
    try:
        database.transact(assemble)
        yield database
    finally:
        database.close()


@contextmanager
def _tampered(log: Database, *, keep_triggers: bool = False) -> Iterator[UnitOfWork]:
    """A transaction of somebody who may do anything; it is taken back in any case."""
    with log.engine.connect() as connection, connection.begin() as transaction:
        if not keep_triggers:
            on = "" if log.is_sqlite else " ON audit_events"
            for verb in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER audit_events_no_{verb}{on}"))
        try:
            yield UnitOfWork(connection, BEGINNING)
        finally:
            transaction.rollback()


def _first_schema(uow: UnitOfWork) -> None:
    config = Config()
    config.set_main_option("script_location", str(resources.files("migrations")))
    config.attributes["connection"] = uow.connection
    command.upgrade(config, "0001")
    for seq, side in enumerate(("JP", "AU", "JP"), start=1):
        add = text(
            "INSERT INTO audit_events VALUES (:seq, :at, :side, 'T0TOKYO/U01SATO', 'link.propose',"
            " :subject, :facts, :hash, :hash)"
        ).bindparams(bindparam("at", type_=Instant()))
        values = {"seq": seq, "side": side, "at": BEGINNING, "subject": f"LNK-{seq}"}
        facts = json.dumps({"言葉": ["値", None]})
        uow.connection.execute(add, values | {"facts": facts, "hash": str(seq) * 64})


def _record(uow: UnitOfWork, count: int) -> None:
    for number in range(count):
        uow.audit.record(JP, "test", f"subject {number}")


def _findings(uow: UnitOfWork, *heads: Head) -> list[Finding]:
    chain = Chain("JP", uow.audit.checkpoints("JP"), heads, KEYS.public.verify)
    chain.follow(uow.audit.entries("JP", BEFORE_ALL, 10_000))
    return chain.end()


def _numbered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row | {"seq": number} for number, row in enumerate(rows, start=1)]
