"""Whoever changes one row of the log is found out at that row (promise P6)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from bot.domain.officials import Government
from bot.storage.database import Database
from bot.storage.tables import audit_events
from bot.storage.unit_of_work import UnitOfWork
from tests.cast import the
from tests.storage.databases import BEGINNING, HandClock

ROWS = 30
CHANGES: dict[str, Callable[[Any], Any]] = {
    "at": lambda value: value + timedelta(microseconds=1),
    "government": lambda value: "AU" if value == "JP" else "JP",
    "actor": lambda value: value + " ",
    "action": lambda value: value.upper(),
    "subject": lambda value: value + "0",
    "facts": lambda value: {**value, "more": None},
    "previous": lambda value: "f" * 64,
    "hash": lambda value: "f" * 64,
}


@pytest.fixture
def log(database: Database, clock: HandClock) -> Database:
    """Thirty decisions of both sides, some at the same instant."""
    for number in range(ROWS):

        def work(uow: UnitOfWork, number: int = number) -> None:
            who = the(uow, "SATO") if number % 3 else Government.AU
            uow.audit.record(who, "link.propose", f"LNK-{number}", number=number, 言葉=["値", None])

        database.transact(work)
        clock.advance(number % 2)
    return database


def test_the_log_as_written_verifies(log: Database) -> None:
    assert log.transact(lambda uow: uow.audit.first_bad()) is None
    assert len(log.transact(lambda uow: list(uow.audit.events()))) == ROWS


@pytest.mark.parametrize("field", CHANGES)
def test_every_edit_of_a_row_is_found_at_that_row(log: Database, field: str) -> None:
    column = audit_events.c[field]
    for seq in range(1, ROWS + 1):
        with _tampered(log) as uow:
            here = audit_events.c.seq == seq
            value = uow.connection.execute(select(column).where(here)).scalar_one()
            changed = {field: CHANGES[field](value)}
            uow.connection.execute(update(audit_events).where(here).values(changed))
            assert uow.audit.first_bad() == seq


def test_every_deletion_but_the_last_is_found_where_the_gap_is(log: Database) -> None:
    """That the end is missing is for a checkpoint or a witness to say, not for the chain."""
    for seq in range(1, ROWS):
        with _tampered(log) as uow:
            uow.connection.execute(delete(audit_events).where(audit_events.c.seq == seq))
            assert uow.audit.first_bad() == seq + 1


def test_every_deletion_that_closes_the_gap_is_found(log: Database) -> None:
    for seq in range(1, ROWS):
        with _tampered(log) as uow:
            rows = _rows(uow)
            del rows[seq - 1]
            _replace(uow, [row | {"seq": n} for n, row in enumerate(rows, start=1)])
            assert uow.audit.first_bad() == seq


def test_every_exchange_of_two_neighbours_is_found(log: Database) -> None:
    for seq in range(1, ROWS):
        with _tampered(log) as uow:
            rows = _rows(uow)
            rows[seq - 1], rows[seq] = rows[seq] | {"seq": seq}, rows[seq - 1] | {"seq": seq + 1}
            _replace(uow, rows)
            assert uow.audit.first_bad() == seq


def test_every_insertion_is_found(log: Database) -> None:
    for seq in range(1, ROWS + 1):
        with _tampered(log) as uow:
            rows = _rows(uow)
            rows.insert(seq - 1, dict(rows[seq - 1]))
            _replace(uow, [row | {"seq": n} for n, row in enumerate(rows, start=1)])
            assert uow.audit.first_bad() == seq + 1


def test_every_copy_of_another_row_is_found(log: Database) -> None:
    with _tampered(log) as uow:
        rows = _rows(uow)
        for seq in range(2, ROWS + 1):
            copied = rows[(seq * 7) % (seq - 1)] | {"seq": seq}
            _replace(uow, [*rows[: seq - 1], copied, *rows[seq:]])
            assert uow.audit.first_bad() == seq


def test_one_governments_events_are_told_apart(log: Database) -> None:
    for side in Government:
        events = log.transact(lambda uow, side=side: list(uow.audit.events(side)))
        assert {event.government for event in events} == {side}


@contextmanager
def _tampered(log: Database) -> Iterator[UnitOfWork]:
    """A transaction that is taken back in any case."""
    with log.engine.connect() as connection, connection.begin() as transaction:
        yield UnitOfWork(connection, BEGINNING)
        transaction.rollback()


def _rows(uow: UnitOfWork) -> list[dict[str, Any]]:
    found = uow.connection.execute(select(audit_events).order_by(audit_events.c.seq))
    return [dict(row._mapping) for row in found]


def _replace(uow: UnitOfWork, rows: list[dict[str, Any]]) -> None:
    uow.connection.execute(delete(audit_events))
    uow.connection.execute(insert(audit_events), rows)
