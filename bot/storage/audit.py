"""The append-only log of every decision: a chain of hashes for each government, signed on its way.

A row's hash covers its own fields and the hash of the row before; every hundredth row is signed
when there is a key (`bot.domain.chain` has the rules). The text of messages never enters it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, text

from bot.domain.chain import (
    CANONICAL,
    CHECKPOINT_EVERY,
    GENESIS,
    Chain,
    Checkpoint,
    Entry,
    hash_of,
    stamp,
)
from bot.domain.officials import Government, Official
from bot.storage.keyring import KeyRing
from bot.storage.tables import audit_events
from bot.storage.tables_audit import audit_checkpoints, audit_heads
from bot.storage.walls import Purpose, Walls

# One writer at a time extends the chains; SQLite's IMMEDIATE transactions give that already.
CHAIN_LOCK = text("SELECT pg_advisory_xact_lock(7257123)")
# Built once: building a statement takes SQLAlchemy four times as long as running it.
ADD = insert(audit_events)
HEAD = (
    select(audit_events.c.seq, audit_events.c.hash)
    .where(audit_events.c.government == bindparam("side"))
    .order_by(audit_events.c.seq.desc())
    .limit(1)
)
LAST_CHECKPOINT = (
    select(audit_checkpoints)
    .where(audit_checkpoints.c.government == bindparam("side"))
    .order_by(audit_checkpoints.c.seq.desc())
    .limit(1)
)
# Text as it is hashed, whatever the database: a million rows are read without one object each.
AT = {"sqlite": "at", "postgresql": "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"}
# Between the chains there is no order but that of time and, within an instant, of being added.
PLACE = {"sqlite": "rowid", "postgresql": "ctid"}
BATCH = (
    "SELECT government, seq, {at}, actor, action, subject, facts, previous, hash FROM audit_events"
    " WHERE government = :side AND seq > :after ORDER BY seq LIMIT :most"
)
BEFORE_ALL = -(2**62)


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


@dataclass(frozen=True)
class Operator:
    """Who holds the command line, acting on something of that government's."""

    government: Government


@dataclass(frozen=True)
class Visitor:
    """Somebody who is on no roster, and the side whose workspace they came from."""

    government: Government
    team: str
    user: str


Actor = Official | Operator | Visitor | Government


class AuditLog:
    """Appends to the log, signs it, and reads it back in order."""

    def __init__(
        self, connection: Connection, now: datetime, walls: Walls, keys: KeyRing | None = None
    ) -> None:
        self._connection = connection
        self._now = now
        self._walls = walls
        self._keys = keys

    def record(self, who: Actor, action: str, subject: str, **facts: object) -> None:
        """Adds one event in the caller's transaction; a government stands for the bot itself."""
        side = who if isinstance(who, Government) else who.government
        if self._walls.side in (None, side):
            self._append(who, side, action, subject, facts)
            return
        with self._walls.lifted(Purpose.OTHER_LOG):
            self._append(who, side, action, subject, facts)

    def _append(
        self,
        who: Actor,
        side: Government,
        action: str,
        subject: str,
        facts: Mapping[str, object],
    ) -> None:
        self._lock()
        seq, previous = self._head(side)
        entry = Entry(
            side.value,
            seq + 1,
            stamp(self._now),
            _actor(who),
            action,
            subject,
            CANONICAL(facts),
            previous,
            "",
        )
        digest = hash_of(entry)
        self._connection.execute(ADD, {**entry._asdict(), "at": self._now, "hash": digest})
        if entry.seq % CHECKPOINT_EVERY == 0:
            self._sign(side, entry.seq, digest)

    def sign_head(self, side: Government, *, if_due: bool = False) -> None:
        """Signs a chain where it ends now; `if_due`: only where a checkpoint was missed."""
        self._lock()
        seq, digest = self._head(side)
        last = self._connection.execute(LAST_CHECKPOINT, {"side": side.value}).one_or_none()
        unsigned = seq - (last.seq if last else 0)
        if unsigned >= (CHECKPOINT_EVERY if if_due else 1):
            self._sign(side, seq, digest)

    def show_head(self, side: Government, slot: str) -> bool:
        """Notes where a chain ends for everybody to see; False when the slot is taken."""
        taken = select(audit_heads.c.slot).where(
            audit_heads.c.government == side.value, audit_heads.c.slot == slot
        )
        self._lock()
        if self._connection.execute(taken).first() is not None:
            return False
        seq, digest = self._head(side)
        shown = {"government": side.value, "slot": slot, "seq": seq, "hash": digest}
        self._connection.execute(insert(audit_heads).values(**shown, at=self._now))
        return True

    def shown_head(self, side: Government, slot: str) -> tuple[int, str] | None:
        """What was noted for a slot: number and hash."""
        row = self._connection.execute(
            select(audit_heads).where(
                audit_heads.c.government == side.value, audit_heads.c.slot == slot
            )
        ).one_or_none()
        return (row.seq, row.hash) if row else None

    def events(
        self, government: Government | None = None, after: int = 0, most: int | None = None
    ) -> Iterator[AuditEvent]:
        """One government's events in order, the first `most` after one; or all, by their time."""
        query = select(audit_events).where(audit_events.c.seq > after).limit(most)
        if government is None:
            place = text(PLACE[self._connection.dialect.name])
            query = query.order_by(audit_events.c.at, place)
        else:
            query = query.where(audit_events.c.government == government.value)
            query = query.order_by(audit_events.c.seq)
        # On the statement: the connection's own options would make all that follows a cursor, too.
        with self._connection.execute(query.execution_options(yield_per=1000)) as rows:
            for row in rows:
                yield _event(row)

    def newest(self, side: Government, before: int | None, most: int) -> tuple[AuditEvent, ...]:
        """One government's last events, newest first; or the last ones before a number."""
        query = select(audit_events).where(audit_events.c.government == side.value)
        if before is not None:
            query = query.where(audit_events.c.seq < before)
        rows = self._connection.execute(query.order_by(audit_events.c.seq.desc()).limit(most))
        return tuple(_event(row) for row in rows)

    def heads(self) -> dict[str, tuple[int, int]]:
        """For each chain there is, whatever it calls itself: its last number, and its rows."""
        columns = audit_events.c
        query = select(columns.government, func.max(columns.seq), func.count())
        rows = self._connection.execute(query.group_by(columns.government))
        return {side: (last, count) for side, last, count in rows}

    def head(self, side: Government) -> tuple[int, str]:
        """Where a chain ends: number and hash."""
        return self._head(side)

    def checkpoints(self, side: str) -> tuple[Checkpoint, ...]:
        """Every checkpoint of one chain, in order."""
        rows = self._connection.execute(
            select(audit_checkpoints)
            .where(audit_checkpoints.c.government == side)
            .order_by(audit_checkpoints.c.seq)
        )
        return tuple(_checkpoint(row) for row in rows)

    def entries(self, side: str, after: int, most: int) -> list[Entry]:
        """Rows as they are hashed, in order, the first `most` after a number."""
        query = BATCH.format(at=AT[self._connection.dialect.name])
        values = {"side": side, "after": after, "most": most}
        return [Entry._make(row) for row in self._connection.execute(text(query), values)]

    def first_bad(self) -> int | None:
        """The number of the first row, in either chain, that does not verify; None when all do."""
        bad = []
        for side in self.heads():
            chain = Chain(side)
            chain.follow(self.entries(side, BEFORE_ALL, 2**31))
            bad += [finding.seq for finding in chain.end()]
        return min(bad, default=None)

    def _lock(self) -> None:
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(CHAIN_LOCK)

    def _head(self, side: Government) -> tuple[int, str]:
        row = self._connection.execute(HEAD, {"side": side.value}).one_or_none()
        return (row.seq, row.hash) if row else (0, GENESIS)

    def _sign(self, side: Government, seq: int, digest: str) -> None:
        if self._keys is None:
            return
        last = self._connection.execute(LAST_CHECKPOINT, {"side": side.value}).one_or_none()
        previous = _checkpoint(last).digest if last else GENESIS
        key, at = self._keys.signing_id, stamp(self._now)
        unsigned = Checkpoint(side.value, seq, digest, at, key, previous)
        signed = replace(unsigned, signature=self._keys.sign(unsigned.statement))
        values: dict[str, Any] = {**vars(signed), "at": self._now}
        self._connection.execute(insert(audit_checkpoints), values)


def _actor(who: Actor) -> str:
    match who:
        case Official() | Visitor():
            return f"{who.team}/{who.user}"
        case Operator():
            return "operator"
    return "bot"


def _checkpoint(row: Row[Any]) -> Checkpoint:
    return Checkpoint(
        row.government, row.seq, row.hash, stamp(row.at), row.key, row.previous, row.signature
    )


def _event(row: Row[Any]) -> AuditEvent:
    return AuditEvent(
        row.seq,
        row.at.astimezone(UTC),
        Government(row.government),
        row.actor,
        row.action,
        row.subject,
        json.loads(row.facts),
        row.previous,
        row.hash,
    )
