"""What waits for a quorum, whose accounts are one person's, and where a side decides."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Identity, Instant

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("officials", sa.Column("person", sa.String(length=64), nullable=True))
    op.add_column("links", sa.Column("pending_by", Identity, nullable=True))
    op.add_column("workspaces", sa.Column("admin_channel", sa.String(length=32), nullable=True))
    op.add_column(
        "workspaces",
        sa.Column("approval_hours", sa.Integer(), server_default="72", nullable=False),
    )
    op.create_table(
        "motions",
        sa.Column("id", Identity, nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("government", sa.String(length=2), nullable=False),
        sa.Column("author_id", Identity, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("destinations", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.CheckConstraint("government IN ('JP','AU')", name=op.f("ck_motions_government")),
        sa.CheckConstraint("state IN ('open','carried','void')", name=op.f("ck_motions_state")),
        sa.ForeignKeyConstraint(["author_id"], ["officials.id"], name=op.f("fk_motions_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_motions")),
    )
    op.create_index("ix_motions_subject", "motions", ["subject", "act"])
    op.create_index(
        "ix_motions_open",
        "motions",
        ["subject", "act"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "motion_approvals",
        sa.Column("motion_id", Identity, nullable=False),
        sa.Column("official_id", Identity, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["motion_id"], ["motions.id"], name=op.f("fk_motion_approvals_motion_id")
        ),
        sa.ForeignKeyConstraint(
            ["official_id"], ["officials.id"], name=op.f("fk_motion_approvals_official_id")
        ),
        sa.PrimaryKeyConstraint("motion_id", "official_id", name=op.f("pk_motion_approvals")),
    )
