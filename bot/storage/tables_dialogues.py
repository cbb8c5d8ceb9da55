"""The tables of the Cyber Policy Dialogue: rounds, and everything that belongs to one."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from bot.storage.tables import metadata
from bot.storage.types import Identity, Instant

SIDES = "government IN ('JP','AU')"

dialogues = Table(
    "dialogues",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("round", Integer, nullable=False, unique=True),
    Column("state", String(20), nullable=False),
    Column("host", String(2), nullable=False),
    Column("created_by", ForeignKey("officials.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("starts_on", Date),
    Column("ends_on", Date),
    Column("pending_starts_on", Date),
    Column("pending_ends_on", Date),
    Column("pending_from", String(2)),
    Column("venue", Text, nullable=False),
    Column("next_venue", Text, nullable=False),
    Column("summary_en", Text, nullable=False),
    Column("summary_ja", Text, nullable=False),
    Column("agenda_now", Integer, nullable=False),
    Column("opened_at", Instant),
    Column("closed_at", Instant),
    Column("published_at", Instant),
    Column("link_id", ForeignKey("links.id")),
    CheckConstraint(
        "state IN ('proposed','dates_agreed','agenda_open','agenda_locked','papers','held',"
        "'outcome_drafting','outcome_cleared','published','follow_up','closed')",
        name="state",
    ),
    CheckConstraint("host IN ('JP','AU')", name="host"),
)

agenda_items = Table(
    "agenda_items",
    metadata,
    Column("dialogue_id", ForeignKey("dialogues.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    Column("rendering", Text, nullable=False),
    Column("pillar", String(1)),
    Column("lead", Text, nullable=False),
    Column("minutes", Integer, nullable=False),
    CheckConstraint("pillar IN ('a','b','c','d')", name="pillar"),
)

delegates = Table(
    "delegates",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("dialogue_id", ForeignKey("dialogues.id"), nullable=False, index=True),
    Column("government", String(2), nullable=False),
    Column("name", Text, nullable=False),
    Column("agency", ForeignKey("agencies.code"), nullable=False),
    Column("role", String(12), nullable=False),
    CheckConstraint(SIDES, name="government"),
    CheckConstraint("role IN ('head','delegate','notetaker','interpreter')", name="role"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("dialogue_id", ForeignKey("dialogues.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    Column("rendering", Text, nullable=False),
    Column("government", String(2), nullable=False),
    Column("agreed", Boolean, nullable=False, server_default=false()),
    # The number of the captured line it was put from; its own side's business.
    Column("capture", String(24), nullable=False, server_default=""),
    CheckConstraint(SIDES, name="government"),
    Index("ix_decisions_capture", "capture"),
)

clearings = Table(
    "clearings",
    metadata,
    Column("dialogue_id", ForeignKey("dialogues.id"), primary_key=True),
    Column("government", String(2), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("by", ForeignKey("officials.id"), nullable=False),
    Column("at", Instant, nullable=False),
    CheckConstraint(SIDES, name="government"),
)

# What was said in a round's thread of one side, and is mirrored into the other's.
dialogue_lines = Table(
    "dialogue_lines",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("dialogue_id", ForeignKey("dialogues.id"), nullable=False, index=True),
    Column("team", String(32), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("ts", String(32), nullable=False),
    Column("author_id", ForeignKey("officials.id"), nullable=False),
    Column("body", Text, nullable=False),
    Column("is_deleted", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("team", "channel", "ts"),
)

# The tasks around a round, moved when its dates move.
dialogue_tasks = Table(
    "dialogue_tasks",
    metadata,
    Column("dialogue_id", ForeignKey("dialogues.id"), primary_key=True),
    Column("milestone", String(12), primary_key=True),
    Column("action_id", ForeignKey("actions.id"), nullable=False, index=True),
)

# Open items of earlier rounds that came onto a round's agenda.
carried_actions = Table(
    "carried_actions",
    metadata,
    Column("dialogue_id", ForeignKey("dialogues.id"), primary_key=True),
    Column("action_id", ForeignKey("actions.id"), primary_key=True),
)
