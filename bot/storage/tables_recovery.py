"""The tables for finding again what was missed, or forgotten by a database that was put back."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, false

from bot.storage.tables import metadata
from bot.storage.types import Identity, Instant

# Open advisories' sources and threads still to be looked at again, and how far that has come.
rereads = Table(
    "rereads",
    metadata,
    Column("team", ForeignKey("workspaces.team"), primary_key=True),
    Column("since", Instant, nullable=False),
    Column("before", Instant, nullable=False),
    # It goes round: from the position to the end, then from the beginning to where it began.
    Column("position", String(80), nullable=False, server_default=""),
    Column("stop", String(80), nullable=False, server_default=""),
    Column("is_second_half", Boolean, nullable=False, server_default=false()),
    # Grows with every gap: who works on an earlier one can no longer say that it is done.
    Column("round", Integer, nullable=False, server_default="1"),
    Column("lease_until", Instant),
)

# One row: what makes the keys of deliveries opaque to whoever reads a message's metadata.
installation = Table(
    "installation",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("secret", String(64), nullable=False),
)

# Each time a database was put back: what happened between `until` and `at` it does not know.
restores = Table(
    "restores",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("is_read", Boolean, nullable=False, server_default=false()),
)

# Posts of ours that stand in Slack and that a database which was put back does not know.
found_posts = Table(
    "found_posts",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("team", String(32), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("ts", String(32), nullable=False),
    Column("number", String(20), nullable=False, server_default=""),
    Column("mark", String(16), nullable=False, server_default=""),
)
