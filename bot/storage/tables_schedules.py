"""The tables of the clock: what recurs, and every slot that was taken."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table, text

from bot.storage.tables import metadata
from bot.storage.types import Identity, Instant, Json

GOES_ON = text("next_at IS NOT NULL")

# `next_on` is the day of the next slot, `next_at` when to look at it; neither: it has ended.
schedules = Table(
    "schedules",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("kind", String(40), nullable=False),
    Column("subject_id", Identity),
    Column("recurrence", Json, nullable=False),
    Column("calendar", String(16), nullable=False),
    Column("next_on", Date),
    Column("next_at", Instant),
    Column("failures", Integer, nullable=False, server_default="0"),
    Index("ix_schedules_due", "next_at", sqlite_where=GOES_ON, postgresql_where=GOES_ON),
    Index("ix_schedules_subject", "kind", "subject_id"),
)

# One row for each slot, whoever ticks: the database itself refuses a second.
schedule_slots = Table(
    "schedule_slots",
    metadata,
    Column("schedule_id", ForeignKey("schedules.id"), primary_key=True),
    Column("slot", String(20), primary_key=True),
    Column("due_at", Instant, nullable=False),
    Column("moved_from", Date),
    Column("taken_at", Instant, nullable=False),
    # The later slot that spoke for this one, when several were due at once.
    Column("merged_into", String(20)),
    Column("delivery_id", ForeignKey("outbox.id"), index=True),
)
