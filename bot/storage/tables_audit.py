"""The tables beside the audit log: signed checkpoints, and heads that were shown outside."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, String, Table

from bot.storage.tables import metadata
from bot.storage.types import Identity, Instant

audit_checkpoints = Table(
    "audit_checkpoints",
    metadata,
    Column("government", String(2), primary_key=True),
    Column("seq", Identity, primary_key=True, autoincrement=False),
    Column("hash", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("key", String(8), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("signature", String(128), nullable=False),
    CheckConstraint("government IN ('JP','AU')", name="government"),
)

# One row for each time the heads were posted; the slot makes it once, however many replicas tick.
audit_heads = Table(
    "audit_heads",
    metadata,
    Column("government", String(2), primary_key=True),
    Column("slot", String(32), primary_key=True),
    Column("seq", Identity, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    CheckConstraint("government IN ('JP','AU')", name="government"),
)
