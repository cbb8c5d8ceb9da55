"""What may still be called in each workspace: one row for a method's budget."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from bot.storage.tables import metadata
from bot.storage.types import Instant

budgets = Table(
    "budgets",
    metadata,
    Column("team", String(32), primary_key=True),
    Column("name", String(16), primary_key=True),
    # From then on the next call may be made.
    Column("open_at", Instant, nullable=False),
)
