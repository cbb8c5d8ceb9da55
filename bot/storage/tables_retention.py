"""The tables of retention: legal holds, and purges that were planned, approved and carried out."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, String, Table

from bot.storage.tables import metadata
from bot.storage.types import Instant, Json

legal_holds = Table(
    "legal_holds",
    metadata,
    Column("advisory_id", ForeignKey("advisories.id"), primary_key=True),
    Column("placed_at", Instant, nullable=False),
)

purges = Table(
    "purges",
    metadata,
    Column("code", String(12), primary_key=True),
    Column("government", String(2), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("days", Json, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("planned_at", Instant, nullable=False),
    Column("done_at", Instant),
    CheckConstraint("government IN ('JP','AU')", name="government"),
)

purge_approvals = Table(
    "purge_approvals",
    metadata,
    Column("code", ForeignKey("purges.code"), primary_key=True),
    Column("official_id", ForeignKey("officials.id"), primary_key=True),
    Column("at", Instant, nullable=False),
)
