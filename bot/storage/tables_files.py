"""The tables of the files that came with advisories and replies; their bytes are kept nowhere."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from bot.storage.tables import metadata
from bot.storage.types import Identity, Instant

advisory_files = Table(
    "advisory_files",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("advisory_id", ForeignKey("advisories.id"), nullable=False, index=True),
    # The reply it came with; none for a file of the advisory itself.
    Column("reply_id", ForeignKey("thread_replies.id")),
    Column("position", Integer, nullable=False),
    # Where it is: the workspace, and what Slack calls it there.
    Column("team", String(32), nullable=False),
    Column("file", String(32), nullable=False),
    Column("url", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("size", Integer, nullable=False),
    # The revision with which it came, and the one with which it was taken away.
    Column("added_in", Integer, nullable=False),
    Column("removed_in", Integer),
    # Why it stays, whoever the reader.
    Column("staying", String(16), nullable=False, server_default=""),
    UniqueConstraint("advisory_id", "reply_id", "file"),
    CheckConstraint(
        "staying IN ('','switched_off','kind','macro','size','empty','hidden','gone')",
        name="staying",
    ),
)

# Bytes that Slack has of a delivery, noted before they are shown to anybody.
file_uploads = Table(
    "file_uploads",
    metadata,
    Column("delivery_id", ForeignKey("outbox.id"), primary_key=True),
    Column("file", String(32), nullable=False),
    Column("at", Instant, nullable=False),
)
