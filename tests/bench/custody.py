"""What it takes to verify a log of that many rows: chains, signatures and a head that was seen."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import insert

from bot.domain.chain import CHECKPOINT_EVERY, GENESIS, Checkpoint, Entry, Head, hash_of, stamp
from bot.domain.officials import Government
from bot.oversight import verify_audit
from bot.storage.database import Database
from bot.storage.keyring import KeyRing
from bot.storage.schema import upgrade
from bot.storage.tables import audit_events
from bot.storage.tables_audit import audit_checkpoints
from bot.storage.unit_of_work import UnitOfWork
from tests.bench.engine import Finding

TARGET_SECONDS = 60.0
MILLION = 1_000_000
BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
FACTS = '{"destinations":12,"label":"TLP:GREEN","link":"LNK-7Q3F"}'
AT_ONCE = 10_000


def measure(folder: Path, count: int) -> list[Finding]:
    """Seconds of `audit verify`, the share of a million; a row that was changed has to be found."""
    keys = KeyRing.new()
    database = Database(f"sqlite:///{folder / 'custody.db'}", keys=keys)
    upgrade(database)
    heads = [str(_written(database, keys, side, count // 2)) for side in Government]
    wall, processor = time.perf_counter(), time.process_time()
    if _verified(database, heads):
        raise RuntimeError("a good log did not verify")
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    database.transact(_tamper)
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
        rows = [
            one._asdict() | {"at": datetime.fromisoformat(f"{one.at}+00:00")}
            for one in entries[start : start + AT_ONCE]
        ]
        database.transact(partial(_add, rows=rows))
    database.transact(
        partial(_sign, keys=keys, signed=entries[CHECKPOINT_EVERY - 1 :: CHECKPOINT_EVERY])
    )
    return Head(entries[-1].hash, count, side.value)


def _chain(side: Government, count: int) -> Iterator[Entry]:
    previous = GENESIS
    for seq in range(1, count + 1):
        at = stamp(BEGAN + timedelta(seconds=seq))
        subject = f"ADV-2024-{seq:06}"
        bare = Entry(
            side.value, seq, at, "T0TOKYO/U01SATO", "advisory.issue", subject, FACTS, previous, ""
        )
        previous = hash_of(bare)
        yield bare._replace(hash=previous)


def _add(uow: UnitOfWork, rows: list[dict[str, object]]) -> None:
    uow.connection.execute(insert(audit_events), rows)


def _sign(uow: UnitOfWork, keys: KeyRing, signed: list[Entry]) -> None:
    previous, rows = GENESIS, []
    for entry in signed:
        bare = Checkpoint(
            entry.government, entry.seq, entry.hash, entry.at, keys.signing_id, previous
        )
        one = replace(bare, signature=keys.sign(bare.statement))
        rows.append(vars(one) | {"at": datetime.fromisoformat(f"{one.at}+00:00")})
        previous = one.digest
    uow.connection.execute(insert(audit_checkpoints), rows)


def _tamper(uow: UnitOfWork) -> None:
    """As somebody would who owns the tables: the triggers go first."""
    names = uow.connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_events'"
    )
    for (name,) in names.fetchall():
        uow.connection.exec_driver_sql(f"DROP TRIGGER {name}")
    uow.connection.exec_driver_sql(
        "UPDATE audit_events SET actor = 'T0TOKYO/U02ELSE' WHERE government = 'JP' AND seq ="
        " (SELECT max(seq) / 2 FROM audit_events WHERE government = 'JP')"
    )


def _verified(database: Database, heads: list[str]) -> int:
    with contextlib.redirect_stdout(io.StringIO()):
        return verify_audit(database, heads)
