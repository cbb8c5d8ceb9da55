"""What was missed or forgotten is found again: re-reading, restores, keys to be derived."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Identity, Instant

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rereads",
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("before", Instant(), nullable=False),
        sa.Column("position", sa.String(length=80), server_default="", nullable=False),
        sa.Column("stop", sa.String(length=80), server_default="", nullable=False),
        sa.Column("is_second_half", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("round", sa.Integer(), server_default="1", nullable=False),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["team"], ["workspaces.team"], name=op.f("fk_rereads_team")),
        sa.PrimaryKeyConstraint("team", name=op.f("pk_rereads")),
    )
    installation = op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.bulk_insert(installation, [{"id": 1, "secret": secrets.token_hex(32)}])
    op.create_table(
        "restores",
        sa.Column("id", Identity, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("is_read", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restores")),
    )
    op.create_table(
        "found_posts",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("ts", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=20), server_default="", nullable=False),
        sa.Column("mark", sa.String(length=16), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_found_posts")),
    )
