"""Tokens, sealed with a key that stands outside the database."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tokens",
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=8), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "name IN ('bot_token','app_token','signing_secret')", name=op.f("ck_tokens_name")
        ),
        sa.PrimaryKeyConstraint("team", "name", name=op.f("pk_tokens")),
    )
