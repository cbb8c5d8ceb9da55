"""Captured lines, the channels in which words are enough, each side's reaction."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Identity, Instant

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SIDES = "government IN ('JP','AU')"


def upgrade() -> None:
    op.create_table(
        "captures",
        sa.Column("id", Identity, nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("government", sa.String(length=2), nullable=False),
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("ts", sa.String(length=32), nullable=False),
        sa.Column("part", sa.String(length=8), nullable=False),
        sa.Column("thread_ts", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("owners", sa.Text(), nullable=False),
        sa.Column("due", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=32), nullable=False),
        sa.Column("noted_by", Identity, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("edited_ts", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.CheckConstraint(SIDES, name=op.f("ck_captures_government")),
        sa.CheckConstraint(
            "kind IN ('action','decision','question')", name=op.f("ck_captures_kind")
        ),
        sa.CheckConstraint(
            "state IN ('suggested','proposed','confirmed','refused')",
            name=op.f("ck_captures_state"),
        ),
        sa.CheckConstraint(
            "way IN ('text','mention','reaction','shortcut')", name=op.f("ck_captures_way")
        ),
        sa.CheckConstraint(
            "source IN ('standing','edited','deleted')", name=op.f("ck_captures_source")
        ),
        sa.ForeignKeyConstraint(["team"], ["workspaces.team"], name=op.f("fk_captures_team")),
        sa.ForeignKeyConstraint(["noted_by"], ["officials.id"], name=op.f("fk_captures_noted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_captures")),
        sa.UniqueConstraint("number", name=op.f("uq_captures_number")),
        sa.UniqueConstraint("team", "channel", "ts", "part", name=op.f("uq_captures_team")),
    )
    op.create_table(
        "capture_channels",
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("switched_by", Identity, nullable=False),
        sa.Column("switched_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["team"], ["workspaces.team"], name=op.f("fk_capture_channels_team")
        ),
        sa.ForeignKeyConstraint(
            ["switched_by"], ["officials.id"], name=op.f("fk_capture_channels_switched_by")
        ),
        sa.PrimaryKeyConstraint("team", "channel", name=op.f("pk_capture_channels")),
    )
    op.create_table(
        "capture_reactions",
        sa.Column("government", sa.String(length=2), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.CheckConstraint(SIDES, name=op.f("ck_capture_reactions_government")),
        sa.PrimaryKeyConstraint("government", name=op.f("pk_capture_reactions")),
    )
