"""Legal holds, and purges that two people decide."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Identity, Instant

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "legal_holds",
        sa.Column("advisory_id", Identity, nullable=False),
        sa.Column("placed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["advisory_id"], ["advisories.id"], name=op.f("fk_legal_holds_advisory_id")
        ),
        sa.PrimaryKeyConstraint("advisory_id", name=op.f("pk_legal_holds")),
    )
    op.create_table(
        "purges",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("government", sa.String(length=2), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("days", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("planned_at", Instant(), nullable=False),
        sa.Column("done_at", Instant(), nullable=True),
        sa.CheckConstraint("government IN ('JP','AU')", name=op.f("ck_purges_government")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_purges")),
    )
    op.create_table(
        "purge_approvals",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("official_id", Identity, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["code"], ["purges.code"], name=op.f("fk_purge_approvals_code")),
        sa.ForeignKeyConstraint(
            ["official_id"], ["officials.id"], name=op.f("fk_purge_approvals_official_id")
        ),
        sa.PrimaryKeyConstraint("code", "official_id", name=op.f("pk_purge_approvals")),
    )
