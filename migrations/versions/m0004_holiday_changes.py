"""What officials change about the holidays that are built in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Identity, Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "holiday_changes",
        sa.Column("calendar", sa.String(length=8), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("name_ja", sa.Text(), nullable=False),
        sa.Column("set_by", Identity, nullable=True),
        sa.Column("set_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "calendar IN ('JP_GOV','AU_ACT','AU_DFAT')", name=op.f("ck_holiday_changes_calendar")
        ),
        sa.PrimaryKeyConstraint("calendar", "on", name=op.f("pk_holiday_changes")),
    )
