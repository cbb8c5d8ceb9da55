"""The tables of what linked channels look like: as agreed to, and as last read."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, String, Table

from bot.storage.tables import metadata
from bot.storage.types import Instant, Json

# One row for each end of a link: ids of channels, teams and outside members, no names of people.
fingerprints = Table(
    "fingerprints",
    metadata,
    Column("link_id", ForeignKey("links.id"), primary_key=True),
    Column("government", String(2), primary_key=True),
    Column("agreed", Json, nullable=False),
    Column("agreed_at", Instant, nullable=False),
    CheckConstraint("government IN ('JP','AU')", name="government"),
)

# When a channel was last read; `doubts` counts what has made a reading worth nothing. `unfit`: why
# its side does not decide in it (`domain.admin_channels`), known of admin channels only.
channel_readings = Table(
    "channel_readings",
    metadata,
    Column("team", String(32), primary_key=True),
    Column("channel", String(32), primary_key=True),
    Column("read_at", Instant),
    Column("doubts", Integer, nullable=False, server_default="0"),
    Column("unfit", Json),
)

# When a side was told that a link is silent.
silences = Table(
    "silences",
    metadata,
    Column("link_id", ForeignKey("links.id"), primary_key=True),
    Column("government", String(2), primary_key=True),
    Column("told_at", Instant, nullable=False),
    CheckConstraint("government IN ('JP','AU')", name="government"),
)
