"""The tables of follow-ups: what they are, what was said of them, and who works when."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from bot.storage.tables import metadata
from bot.storage.types import Identity, Instant

follow_ups = Table(
    "follow_ups",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("number", String(20), nullable=False, unique=True),
    Column("text", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("government", String(2), nullable=False),
    Column("created_by", ForeignKey("officials.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("official_id", ForeignKey("officials.id")),
    Column("agency", ForeignKey("agencies.code")),
    Column("for_government", String(2)),
    Column("about", String(20), nullable=False),
    Column("recurs", Boolean, nullable=False),
    Column("team", String(32), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("message_ts", String(32), nullable=False),
    Column("thread_ts", String(32), nullable=False),
    CheckConstraint("state IN ('open','done','cancelled')", name="state"),
    CheckConstraint("government IN ('JP','AU')", name="government"),
    Index("ix_follow_ups_person", "official_id", "state"),
    Index("ix_follow_ups_agency", "agency", "state"),
    Index("ix_follow_ups_setter", "created_by", "state"),
)

# What stands in which message: several follow-ups of a morning share one.
reminders = Table(
    "reminders",
    metadata,
    Column("delivery_id", ForeignKey("outbox.id"), primary_key=True),
    Column("follow_up_id", ForeignKey("follow_ups.id"), primary_key=True, index=True),
    Column("due_at", Instant, nullable=False),
    Column("moved_from", String(10), nullable=False),
    Column("is_late", Boolean, nullable=False),
    Column("merged", Integer, nullable=False),
    Column("answer", String(10)),
    Column("answered_by", ForeignKey("officials.id")),
    CheckConstraint("answer IN ('done','snoozed','moved','not_mine','cancelled')", name="answer"),
)

# Items a side does not want to hear of for now; the other side's people still do.
escalation_pauses = Table(
    "escalation_pauses",
    metadata,
    Column("number", String(20), primary_key=True),
    Column("government", String(2), primary_key=True),
    Column("official_id", ForeignKey("officials.id"), nullable=False),
    Column("at", Instant, nullable=False),
    CheckConstraint("government IN ('JP','AU')", name="government"),
)

# Hours somebody set for themselves; everybody else's are their city's.
official_hours = Table(
    "official_hours",
    metadata,
    Column("official_id", ForeignKey("officials.id"), primary_key=True),
    Column("opens", String(5), nullable=False),
    Column("closes", String(5), nullable=False),
)
