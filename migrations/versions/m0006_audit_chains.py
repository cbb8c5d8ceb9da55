"""The audit log in two chains, one for each government; checkpoints; and triggers that keep it.

Events written before stay, in their order, chained anew within their side. What the one chain of
before looked like is said in the first new event: its last hash, and whether it held.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Identity, Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

GENESIS = "0" * 64
SIDES = ("JP", "AU")
APPEND_ONLY = ("audit_events", "audit_checkpoints", "audit_heads")
OLD = sa.table(
    "audit_events_before",
    *(sa.column(name) for name in ("seq", "government", "actor", "action", "subject")),
    sa.column("at", Instant()),
    sa.column("facts", sa.JSON()),
    sa.column("previous"),
    sa.column("hash"),
)
NAMES = ("government", "seq", "actor", "action", "subject", "facts", "previous", "hash")
NEW = sa.table("audit_events", *(sa.column(name) for name in NAMES), sa.column("at", Instant()))


def upgrade() -> None:
    op.rename_table("audit_events", "audit_events_before")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "ALTER TABLE audit_events_before RENAME CONSTRAINT pk_audit_events"
            " TO pk_audit_events_before"
        )
    op.create_table(
        "audit_events",
        sa.Column("government", sa.String(length=2), nullable=False),
        sa.Column("seq", Identity, autoincrement=False, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("government IN ('JP','AU')", name=op.f("ck_audit_events_government")),
        sa.PrimaryKeyConstraint("government", "seq", name=op.f("pk_audit_events")),
    )
    op.create_table(
        "audit_checkpoints",
        sa.Column("government", sa.String(length=2), nullable=False),
        sa.Column("seq", Identity, autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("key", sa.String(length=8), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.CheckConstraint(
            "government IN ('JP','AU')", name=op.f("ck_audit_checkpoints_government")
        ),
        sa.PrimaryKeyConstraint("government", "seq", name=op.f("pk_audit_checkpoints")),
    )
    op.create_table(
        "audit_heads",
        sa.Column("government", sa.String(length=2), nullable=False),
        sa.Column("slot", sa.String(length=32), nullable=False),
        sa.Column("seq", Identity, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint("government IN ('JP','AU')", name=op.f("ck_audit_heads_government")),
        sa.PrimaryKeyConstraint("government", "slot", name=op.f("pk_audit_heads")),
    )
    _carry_over(op.get_bind())
    op.drop_table("audit_events_before")
    for table in APPEND_ONLY:
        _keep(table)


def _carry_over(bind: sa.Connection) -> None:
    ends = dict.fromkeys(SIDES, (0, GENESIS))
    head, holds = GENESIS, True
    for row in _rows(bind):
        holds = holds and row.previous == head and row.hash == _hash_before(row)
        head = row.hash
        _add(bind, ends, row.government, row.at, row.actor, row.action, row.subject, row.facts)
    if head != GENESIS:
        for side in SIDES:
            facts = {"head_before": head, "held_before": holds}
            _add(bind, ends, side, datetime.now(UTC), "bot", "audit.chain", "audit", facts)


def _add(
    bind: sa.Connection,
    ends: dict[str, tuple[int, str]],
    side: str,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    facts: dict[str, Any],
) -> None:
    seq, previous = ends[side][0] + 1, ends[side][1]
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"))
    moment = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    fields = [side, seq, moment, actor, action, subject, text, previous]
    digest = hashlib.sha256(json.dumps(fields, separators=(",", ":")).encode()).hexdigest()
    values = (side, seq, actor, action, subject, text, previous, digest)
    bind.execute(sa.insert(NEW), {**dict(zip(NAMES, values, strict=True)), "at": at})
    ends[side] = (seq, digest)


def _rows(bind: sa.Connection) -> Iterator[Any]:
    after = 0
    while True:
        query = sa.select(OLD).where(OLD.c.seq > after).order_by(OLD.c.seq).limit(1000)
        rows = bind.execute(query).all()
        yield from rows
        if not rows:
            return
        after = rows[-1].seq


def _hash_before(row: Any) -> str:
    at = row.at.astimezone(UTC).isoformat()
    fields = [row.seq, at, row.government, row.actor, row.action, row.subject, row.facts]
    text = json.dumps(
        [*fields, row.previous], sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()


def _keep(table: str) -> None:
    """Rows may be added and nothing else. Whoever may drop triggers may still drop these."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE OR REPLACE FUNCTION kakehashi_append_only() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
        for verb in ("UPDATE", "DELETE", "TRUNCATE"):
            name, each = f"{table}_no_{verb.lower()}", "STATEMENT" if verb == "TRUNCATE" else "ROW"
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table}"
                f" FOR EACH {each} EXECUTE FUNCTION kakehashi_append_only()"
            )
            op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
        return
    second = "slot" if table == "audit_heads" else "seq"
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}")
    op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}")
    # INSERT OR REPLACE deletes without asking the trigger above.
    same = f"government = NEW.government AND {second} = NEW.{second}"
    there = " ".join(("SELECT 1 FROM", table, "WHERE", same))
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS ({there}) {refuse}"
    )
