"""What it takes to verify a log of that many rows: chains, signatures and a head that was seen."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Table, insert

from bot.domain.chain import GENESIS, Entry, Head
from bot.domain.officials import Government
from bot.oversight import verify_audit
from bot.storage.database import Database
from bot.storage.keyring import KeyRing
from bot.storage.schema import upgrade
from bot.storage.tables import audit_events
from bot.storage.tables_audit import audit_checkpoints
from bot.storage.unit_of_work import UnitOfWork
from tests.bench.engine import Finding
from tests.domain.test_chain import entry, signed
from tests.test_oversight import edited, tampered

TARGET_SECONDS = 60.0
MILLION = 1_000_000
AT_ONCE = 10_000


def measure(folder: Path, count: int) -> list[Finding]:
    """Seconds of `audit verify`, the share of a million; a row that was changed has to be found."""
    keys = KeyRing.new()
    config = folder / "custody" / "kakehashi.toml"
    config.parent.mkdir()
    database = Database(f"sqlite:///{config.parent / 'kakehashi.db'}", keys=keys)
    upgrade(database)
    heads = [str(_written(database, keys, side, count // 2)) for side in Government]
    wall, processor = time.perf_counter(), time.process_time()
    if _verified(database, heads):
        raise RuntimeError("a good log did not verify")
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    tampered(config, edited)
    if not _verified(database, heads):
        raise RuntimeError("a changed row was not found")
    database.close()
    target = TARGET_SECONDS * count / MILLION
    return [
        Finding(
            f"audit verify, {count:,} rows, two chains, two heads",
            f"{wall:.1f} s ({processor:.1f} s of a processor)",
            f"{target:.0f} s",
            wall / target,
            "≤ 1",
        )
    ]


def _written(database: Database, keys: KeyRing, side: Government, count: int) -> Head:
    """A chain as the log itself would have written it, row by row; returns its head."""
    entries = list(_chain(side, count))
    for start in range(0, count, AT_ONCE):
        rows = [one._asdict() for one in entries[start : start + AT_ONCE]]
        database.transact(partial(_add, table=audit_events, rows=rows))
    marks = [dict(vars(one)) for one in signed(entries, keys)]
    database.transact(partial(_add, table=audit_checkpoints, rows=marks))
    return Head(entries[-1].hash, count, side.value)


def _chain(side: Government, count: int) -> Iterator[Entry]:
    previous = GENESIS
    for seq in range(1, count + 1):
        one = entry(side.value, seq, previous)
        previous = one.hash
        yield one


def _add(uow: UnitOfWork, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    uow.connection.execute(insert(table), [row | {"at": _instant(row)} for row in rows])


def _instant(row: Mapping[str, object]) -> datetime:
    return datetime.fromisoformat(f"{row['at']}+00:00")


def _verified(database: Database, heads: list[str]) -> int:
    with contextlib.redirect_stdout(io.StringIO()):
        return verify_audit(database, heads)
