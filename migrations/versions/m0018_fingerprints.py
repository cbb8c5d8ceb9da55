"""What linked channels look like, why a link is suspended, and who was told of silence."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Identity, Instant

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("links", sa.Column("suspension", sa.JSON(none_as_null=True), nullable=True))
    op.add_column(
        "workspaces", sa.Column("silent_days", sa.Integer(), server_default="30", nullable=False)
    )
    op.create_table(
        "fingerprints",
        sa.Column("link_id", Identity, nullable=False),
        sa.Column("government", sa.String(length=2), nullable=False),
        sa.Column("agreed", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("agreed_at", Instant(), nullable=False),
        sa.CheckConstraint("government IN ('JP','AU')", name=op.f("ck_fingerprints_government")),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_fingerprints_link_id")),
        sa.PrimaryKeyConstraint("link_id", "government", name=op.f("pk_fingerprints")),
    )
    op.create_table(
        "channel_readings",
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("read_at", Instant(), nullable=True),
        sa.Column("doubts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unfit", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("team", "channel", name=op.f("pk_channel_readings")),
    )
    op.create_table(
        "silences",
        sa.Column("link_id", Identity, nullable=False),
        sa.Column("government", sa.String(length=2), nullable=False),
        sa.Column("told_at", Instant(), nullable=False),
        sa.CheckConstraint("government IN ('JP','AU')", name=op.f("ck_silences_government")),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_silences_link_id")),
        sa.PrimaryKeyConstraint("link_id", "government", name=op.f("pk_silences")),
    )
    op.create_index("ix_advisory_routes_link_id", "advisory_routes", ["link_id", "advisory_id"])
