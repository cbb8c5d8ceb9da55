"""The tables of what is captured in threads, and of where and by which sign capture works."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from bot.storage.tables import metadata
from bot.storage.types import Identity, Instant

captures = Table(
    "captures",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("number", String(16), nullable=False, unique=True),
    Column("government", String(2), nullable=False),
    Column("team", ForeignKey("workspaces.team"), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("ts", String(32), nullable=False),
    Column("part", String(8), nullable=False),
    Column("thread_ts", String(32), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("state", String(9), nullable=False),
    Column("way", String(8), nullable=False),
    Column("text", Text, nullable=False),
    Column("owners", Text, nullable=False),
    Column("due", Text, nullable=False),
    Column("author", String(32), nullable=False),
    Column("noted_by", ForeignKey("officials.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("edited_ts", String(32), nullable=False),
    Column("source", String(8), nullable=False),
    Column("internal", Boolean, nullable=False),
    # One message is captured once, whatever points at it and however often.
    UniqueConstraint("team", "channel", "ts", "part"),
    CheckConstraint("government IN ('JP','AU')", name="government"),
    CheckConstraint("kind IN ('action','decision','question')", name="kind"),
    CheckConstraint("state IN ('suggested','proposed','confirmed','refused')", name="state"),
    CheckConstraint("way IN ('text','mention','reaction','shortcut')", name="way"),
    CheckConstraint("source IN ('standing','edited','deleted')", name="source"),
)

# The channels in whose threads the words alone are enough.
capture_channels = Table(
    "capture_channels",
    metadata,
    Column("team", ForeignKey("workspaces.team"), primary_key=True),
    Column("channel", String(32), primary_key=True),
    Column("switched_by", ForeignKey("officials.id"), nullable=False),
    Column("switched_at", Instant, nullable=False),
)

# The reaction by which a side captures; without a row it is the default.
capture_reactions = Table(
    "capture_reactions",
    metadata,
    Column("government", String(2), primary_key=True),
    Column("name", String(80), nullable=False),
    CheckConstraint("government IN ('JP','AU')", name="government"),
)
