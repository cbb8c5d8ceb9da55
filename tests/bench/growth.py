"""A database with a long past against an empty one: claim, list and acknowledge."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles
from typing import Any

from sqlalchemy import text

from bot.domain.deliveries import Method
from bot.domain.officials import Official
from bot.services import advisories, receipts
from bot.services.kinds import NOTE
from bot.storage.database import Database
from bot.storage.schema import upgrade
from bot.storage.unit_of_work import UnitOfWork
from bot.workers.outbox import LEASE
from tests import cast
from tests.bench.engine import LIFTED, Finding

ROUNDS = 200
MILLI = 1000
SERIES = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count) "
# A long past: ten deliveries to an advisory, each with a row in both sides' logs.
PAST = (
    """INSERT INTO advisories (number, state, government, agency, author_id, author_name, team,
    channel, source_ts, label, tags, title, body, needs_release, files, posted_at)
    SELECT 'OLD-' || i, 'issued', 'JP', 'MOFA', 1, 'Sato', 'T0TOKYO', 'C01ADV', 'old' || i,
    'TLP:GREEN', '["advisory"]', '', 'Patch now', 0, 0, '2024-01-01 00:00:00.000000'
    FROM n WHERE i % 10 = 0""",
    """INSERT INTO outbox (key, kind, facts, method, team, lane, channel, advisory_id, link_id,
    priority, state, next_at, created_at, attempts, delivered_at, slack_ts, posted_channel, shown)
    SELECT 'old' || i, 'advisory.copy', '{"part": 1}', 'post', 'T0CANB', 'C11ADV', 'C11ADV',
    (SELECT id FROM advisories WHERE number = 'OLD-' || (i - i % 10 + 10)), 1, 5, 'delivered',
    '2024-01-01 00:00:00.000000', '2024-01-01 00:00:00.000000', 1,
    '2024-01-01 00:00:00.000000', 'old' || i, 'C11ADV', '1/TLP:GREEN' FROM n""",
    """INSERT INTO audit_events (government, seq, at, actor, action, subject, facts, previous, hash)
    SELECT CASE i % 2 WHEN 0 THEN 'JP' ELSE 'AU' END, 1000000 + i, '2024-01-01 00:00:00.000000',
    'bot', 'advisory.issue', 'OLD-' || i, '{}', '', '' FROM n""",
)


def measure(folder: Path, count: int) -> list[Finding]:
    """The 95th percentile of each, with so many past deliveries and audit rows and with none."""
    new, old = Grown(folder / "new.db", 0), Grown(folder / "old.db", count)
    found = []
    # Acknowledging leaves enough advisories behind to fill a list in either.
    for name in ("claim", "acknowledge", "list"):
        times: dict[Grown, list[float]] = {new: [], old: []}
        for turn in range(ROUNDS):
            for one in (new, old) if turn % 2 else (old, new):
                times[one].append(one.timed(name))
        fresh, grown = (_p95(times[one]) * MILLI for one in (new, old))
        found.append(
            Finding(
                f"{name}, p95, with {count:,} past deliveries and audit rows",
                f"{grown:.2f} ms",
                f"empty {fresh:.2f} ms",
                grown / fresh,
                "≤ 1.2",
            )
        )
    new.database.close()
    old.database.close()
    return found


class Grown:
    """A database of that size, and the three things that are done in it."""

    def __init__(self, path: Path, count: int) -> None:
        self.database = Database(f"sqlite:///{path}", limits=LIFTED)
        upgrade(self.database)
        self.database.transact(cast.assemble)
        self.database.transact(cast.join)
        if count:
            self.database.transact(lambda uow: _fill(uow, count))
        self._turn = 0
        self._doing: dict[str, tuple[Callable[[UnitOfWork], Any], Callable[[UnitOfWork], Any]]] = {
            "claim": (self._promise, self._claim),
            "list": (_nothing, self._list),
            "acknowledge": (self._issue, self._acknowledge),
        }

    def timed(self, name: str) -> float:
        """Seconds that one of them takes; what it needs is made ready before."""
        self._turn += 1
        prepare, work = self._doing[name]
        self.database.transact(prepare)
        began = time.perf_counter()
        self.database.transact(work)
        return time.perf_counter() - began

    def _promise(self, uow: UnitOfWork) -> None:
        facts = {"key": "commands.help"}
        uow.outbox.add(NOTE, facts, Method.POST, cast.CANBERRA, f"C5{self._turn:06}")

    def _claim(self, uow: UnitOfWork) -> None:
        claims = uow.outbox.claim(50, LEASE)
        for claim in claims:
            uow.outbox.delivered(claim, f"{self._turn}", claim.delivery.channel)
        uow.outbox.next_due()

    def _list(self, uow: UnitOfWork) -> None:
        advisories.list_advisories(uow, self._reader(uow))
        uow.outbox.count_open()

    def _issue(self, uow: UnitOfWork) -> None:
        cast.post(uow, "SATO", "#advisory [TLP:GREEN] patch now")
        self._number = uow.advisories.latest(1)[0].number
        cast.arrive(uow, self._number)

    def _acknowledge(self, uow: UnitOfWork) -> None:
        receipts.acknowledge_advisory(uow, self._reader(uow), self._number)

    def _reader(self, uow: UnitOfWork) -> Official:
        return cast.the(uow, "WALSH")


def _fill(uow: UnitOfWork, count: int) -> None:
    for statement in PAST:
        # SQLite wants the series before the SELECT it feeds.
        head, _, rest = statement.partition("SELECT")
        uow.connection.execute(text(f"{head} {SERIES} SELECT {rest}"), {"count": count})


def _nothing(uow: UnitOfWork) -> None:
    pass


def _p95(seconds: list[float]) -> float:
    return quantiles(seconds, n=100, method="inclusive")[94]
