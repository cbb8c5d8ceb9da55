"""The tables of what waits for a quorum: motions, and who has put their name to each."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, text

from bot.storage.tables import metadata
from bot.storage.types import Identity, Instant, Json

OPEN = text("state = 'open'")

motions = Table(
    "motions",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("act", String(16), nullable=False),
    # What it is about, and which version of it: `ADV-2026-0001`, 2.
    Column("subject", String(40), nullable=False),
    Column("version", Integer, nullable=False),
    Column("government", String(2), nullable=False),
    Column("author_id", ForeignKey("officials.id"), nullable=False),
    # Of the exact content and every destination: what approvals are bound to.
    Column("digest", String(64), nullable=False),
    Column("destinations", Json, nullable=False),
    Column("state", String(8), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("closed_at", Instant),
    CheckConstraint("government IN ('JP','AU')", name="government"),
    CheckConstraint("state IN ('open','carried','void')", name="state"),
    Index("ix_motions_subject", "subject", "act"),
    # The database itself refuses a second motion on the same thing.
    Index(
        "ix_motions_open", "subject", "act", unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    ),
)

motion_approvals = Table(
    "motion_approvals",
    metadata,
    Column("motion_id", ForeignKey("motions.id"), primary_key=True),
    Column("official_id", ForeignKey("officials.id"), primary_key=True),
    Column("at", Instant, nullable=False),
)
