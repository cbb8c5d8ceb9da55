"""The clock: schedules and the slots taken of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Identity, Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "schedules",
        sa.Column("id", Identity, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", Identity, nullable=True),
        sa.Column("recurrence", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("calendar", sa.String(length=16), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("next_at", Instant(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedules")),
        sa.UniqueConstraint("name", name=op.f("uq_schedules_name")),
    )
    op.create_index(
        "ix_schedules_due",
        "schedules",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index("ix_schedules_subject", "schedules", ["kind", "subject_id"], unique=False)
    op.create_table(
        "schedule_slots",
        sa.Column("schedule_id", Identity, nullable=False),
        sa.Column("slot", sa.String(length=20), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("moved_from", sa.Date(), nullable=True),
        sa.Column("taken_at", Instant(), nullable=False),
        sa.Column("merged_into", sa.String(length=20), nullable=True),
        sa.Column("delivery_id", Identity, nullable=True),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["schedules.id"], name=op.f("fk_schedule_slots_schedule_id")
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["outbox.id"], name=op.f("fk_schedule_slots_delivery_id")
        ),
        sa.PrimaryKeyConstraint("schedule_id", "slot", name=op.f("pk_schedule_slots")),
    )
    op.create_index(
        op.f("ix_schedule_slots_delivery_id"), "schedule_slots", ["delivery_id"], unique=False
    )
