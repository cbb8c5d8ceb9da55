"""What a tick costs: claiming what is due among 100,000 open follow-ups, against among 100."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, update

from bot.services.reminders import FOLLOW_UP
from bot.storage.database import Database
from bot.storage.schema import upgrade
from bot.storage.tables_follow_ups import follow_ups
from bot.storage.tables_schedules import schedules
from bot.storage.unit_of_work import UnitOfWork
from tests import cast
from tests.bench.timing import Comparison, Round, compared

FEW, MANY, DUE = 100, 100_000, 20
TARGET = 1.2
CLAIMS = 50
NOW = datetime(2026, 9, 16, 1, 0, tzinfo=UTC)
RECURRENCE = {
    "zone": "Asia/Tokyo",
    "start_on": "2026-12-01",
    "at": "09:30:00",
    "unit": "once",
    "every": 1,
    "until_on": None,
    "move": "stay",
}


async def measure(rounds: int, folder: Path) -> list[Comparison]:
    """Ours is the register with many, bare the one with few; the claim alone is timed."""
    with _register(folder / "few.db", FEW) as few, _register(folder / "many.db", MANY) as many:
        name = f"tick: {MANY:,} open follow-ups against {FEW}, {DUE} due"
        return [await compared(name, _round(few), _round(many), rounds, TARGET)]


@contextmanager
def _register(path: Path, count: int) -> Iterator[Database]:
    """A database with so many open follow-ups, of which a few are due."""
    database = Database(f"sqlite:///{path}", lambda: NOW)
    upgrade(database)
    database.transact(cast.assemble)
    database.transact(lambda uow: _fill(uow, count))
    yield database
    database.close()


def _fill(uow: UnitOfWork, count: int) -> None:
    tanaka = cast.the(uow, "TANAKA")
    shared = {
        "text": "Chase the feedback",
        "state": "open",
        "government": "JP",
        "created_by": tanaka.id,
        "created_at": NOW,
        "official_id": tanaka.id,
        "about": "",
        "recurs": False,
        **dict.fromkeys(("team", "channel", "message_ts", "thread_ts"), ""),
    }
    uow.connection.execute(
        insert(follow_ups), [{**shared, "id": n, "number": f"F-{n}"} for n in range(1, count + 1)]
    )
    planned = {
        "kind": FOLLOW_UP,
        "recurrence": RECURRENCE,
        "calendar": "JP_GOV",
        "next_on": date(2026, 12, 1),
        "failures": 0,
    }
    uow.connection.execute(
        insert(schedules),
        [
            {**planned, "name": f"followup:{n}", "subject_id": n, "next_at": _later(n)}
            for n in range(1, count + 1)
        ],
    )
    due = update(schedules).where(schedules.c.id <= DUE).values(next_at=NOW)
    uow.connection.execute(due)


def _later(n: int) -> datetime:
    return NOW + timedelta(days=30, minutes=n)


def _round(database: Database) -> Round:
    async def one() -> list[float]:
        return [database.transact(_claim) for _ in range(CLAIMS)]

    return one


def _claim(uow: UnitOfWork) -> float:
    begun = time.perf_counter()
    found = uow.schedules.claim(200)
    took = time.perf_counter() - begun
    if len(found) != DUE:
        raise RuntimeError(f"{len(found)} claimed, {DUE} due")
    return took
