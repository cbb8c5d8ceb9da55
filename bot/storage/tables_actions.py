"""The tables of action items and of Home, where people see what they carry.

`scope` is who sees an item: both sides, or one. Every list is read by scope, and in order of due
dates, so every index begins with the one and ends with the other; `action_owners` repeats what a
list asks for, so that a list costs the same whatever the register holds.
"""

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
)

from bot.storage.tables import metadata
from bot.storage.types import Identity, Instant

SCOPES = "scope IN ('joint','JP','AU')"

actions = Table(
    "actions",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("number", String(20), nullable=False, unique=True),
    Column("scope", String(5), nullable=False),
    Column("text", Text, nullable=False),
    Column("rendering", Text, nullable=False),
    Column("state", String(12), nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("pillar", String(1)),
    Column("priority", String(6), nullable=False),
    Column("due_phrase", Text, nullable=False),
    Column("due_on", Date),
    Column("due_by", Instant),
    # The due day, or the end of time: what lists are ordered by.
    Column("due_key", Date, nullable=False),
    Column("source_team", String(32)),
    Column("source_channel", String(32)),
    Column("source_ts", String(32)),
    Column("source_part", String(12)),
    Column("permalink", Text, nullable=False),
    Column("dialogue_id", Identity),
    Column("created_by", ForeignKey("officials.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    Column("done_by", ForeignKey("officials.id")),
    Column("done_at", Instant),
    Column("superseded_by", String(20), nullable=False),
    UniqueConstraint("source_team", "source_channel", "source_ts", "source_part"),
    CheckConstraint(SCOPES, name="scope"),
    CheckConstraint(
        "state IN ('open','in_progress','blocked','done','verified','dropped','superseded')",
        name="state",
    ),
    CheckConstraint("pillar IN ('a','b','c','d')", name="pillar"),
    CheckConstraint("priority IN ('high','normal','low')", name="priority"),
    Index("ix_actions_due", "scope", "is_open", "due_key", "id"),
    Index("ix_actions_pillar", "scope", "pillar", "is_open", "due_key", "id"),
    Index("ix_actions_state", "scope", "state", "due_key", "id"),
    Index("ix_actions_dialogue", "dialogue_id", "scope", "is_open", "due_key", "id"),
)

action_owners = Table(
    "action_owners",
    metadata,
    Column("action_id", ForeignKey("actions.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("government", String(2), nullable=False),
    Column("agency", ForeignKey("agencies.code")),
    Column("official_id", ForeignKey("officials.id")),
    # Whether it is the item's first owner of that agency, of that side: a list names an item once.
    Column("heads_agency", Boolean, nullable=False),
    Column("heads_side", Boolean, nullable=False),
    Column("scope", String(5), nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("due_key", Date, nullable=False),
    CheckConstraint("government IN ('JP','AU')", name="government"),
    CheckConstraint(SCOPES, name="scope"),
    Index("ix_action_owners_person", "official_id", "scope", "is_open", "due_key", "action_id"),
    Index(
        "ix_action_owners_agency",
        *("agency", "heads_agency", "scope", "is_open", "due_key", "action_id"),
    ),
    Index(
        "ix_action_owners_side",
        *("government", "heads_side", "scope", "is_open", "due_key", "action_id"),
    ),
)

action_events = Table(
    "action_events",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("action_id", ForeignKey("actions.id"), nullable=False, index=True),
    Column("verb", String(12), nullable=False),
    Column("by", ForeignKey("officials.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("detail", Text, nullable=False),
)

# The Home tabs somebody has opened; stale since something that stands there has changed.
homes = Table(
    "homes",
    metadata,
    Column("team", ForeignKey("workspaces.team"), primary_key=True),
    Column("user", String(32), primary_key=True),
    Column("page", Integer, nullable=False),
    Column("stale_since", Instant, index=True),
)
