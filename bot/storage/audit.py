"""The append-only log of every decision, each row chained to the one before by SHA-256.

A row's hash covers its own fields and the previous hash, so an edited, removed, inserted or moved
row breaks the chain at the first bad row. The text of messages never enters it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Row, insert, select, text

from bot.domain.officials import Government, Official
from bot.storage.tables import audit_events

GENESIS = "0" * 64
# One writer at a time extends the chain; SQLite's IMMEDIATE transactions give that already.
CHAIN_LOCK = text("SELECT pg_advisory_xact_lock(7257123)")
# Built once: building a statement takes SQLAlchemy four times as long as running it.
ADD = insert(audit_events)
HEAD = select(audit_events.c.seq, audit_events.c.hash).order_by(audit_events.c.seq.desc()).limit(1)


@dataclass(frozen=True)
class AuditEvent:
    """One decision: who, what, about what, with which facts (never the text of a message)."""

    seq: int
    at: datetime
    government: Government
    actor: str
    action: str
    subject: str
    facts: Mapping[str, object]
    previous: str
    hash: str

    def expected_hash(self) -> str:
        """What the hash must be for the row to be the one that was written."""
        fields = [
            self.seq,
            self.at.astimezone(UTC).isoformat(),
            self.government.value,
            self.actor,
            self.action,
            self.subject,
            self.facts,
            self.previous,
        ]
        canonical = json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True)
class Operator:
    """Who holds the command line, acting on something of that government's."""

    government: Government


class Chain:
    """Follows events from the first on; `follows` is False at the first that does not verify."""

    def __init__(self) -> None:
        self._previous, self._expected = GENESIS, 1

    def follows(self, event: AuditEvent) -> bool:
        holds = (
            event.seq == self._expected
            and event.previous == self._previous
            and event.hash == event.expected_hash()
        )
        self._previous, self._expected = event.hash, self._expected + 1
        return holds


class AuditLog:
    """Appends to the log and reads it back in order."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def record(
        self, who: Official | Operator | Government, action: str, subject: str, **facts: object
    ) -> None:
        """Adds one event in the caller's transaction; a government stands for the bot itself."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(CHAIN_LOCK)
        seq, previous = self._head()
        government = who if isinstance(who, Government) else who.government
        event = AuditEvent(
            seq + 1, self._now, government, _actor(who), action, subject, facts, previous, ""
        )
        values = {**vars(event), "government": government.value, "hash": event.expected_hash()}
        self._connection.execute(ADD, values)

    def events(
        self, government: Government | None = None, after: int = 0, most: int | None = None
    ) -> Iterator[AuditEvent]:
        """Every event in order, or those of one government; the first `most` after one."""
        query = select(audit_events).where(audit_events.c.seq > after).order_by(audit_events.c.seq)
        query = query.limit(most)
        if government is not None:
            query = query.where(audit_events.c.government == government.value)
        # On the statement: the connection's own options would make all that follows a cursor, too.
        with self._connection.execute(query.execution_options(yield_per=1000)) as rows:
            for row in rows:
                yield _event(row)

    def first_bad(self) -> int | None:
        """The sequence number of the first row that does not verify, or None when all do."""
        chain = Chain()
        return next((one.seq for one in self.events() if not chain.follows(one)), None)

    def _head(self) -> tuple[int, str]:
        row = self._connection.execute(HEAD).one_or_none()
        return (row.seq, row.hash) if row else (0, GENESIS)


def _actor(who: Official | Operator | Government) -> str:
    match who:
        case Official():
            return f"{who.team}/{who.user}"
        case Operator():
            return "operator"
    return "bot"


def _event(row: Row[tuple[object, ...]]) -> AuditEvent:
    return AuditEvent(
        row.seq,
        row.at,
        Government(row.government),
        row.actor,
        row.action,
        row.subject,
        row.facts,
        row.previous,
        row.hash,
    )
