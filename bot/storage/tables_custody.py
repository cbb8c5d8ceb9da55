"""The table of sealed tokens: of no use to whoever has the database without the keys."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, LargeBinary, String, Table

from bot.storage.tables import metadata
from bot.storage.types import Instant

tokens = Table(
    "tokens",
    metadata,
    Column("team", String(32), primary_key=True),
    Column("name", String(16), primary_key=True),
    Column("key", String(8), nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("sealed_at", Instant, nullable=False),
    CheckConstraint("name IN ('bot_token','app_token','signing_secret')", name="name"),
)
