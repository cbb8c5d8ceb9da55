"""Items a side does not want to hear of for now."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Identity, Instant

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "escalation_pauses",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("government", sa.String(length=2), nullable=False),
        sa.Column("official_id", Identity, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint(
            "government IN ('JP','AU')", name=op.f("ck_escalation_pauses_government")
        ),
        sa.ForeignKeyConstraint(
            ["official_id"], ["officials.id"], name=op.f("fk_escalation_pauses_official_id")
        ),
        sa.PrimaryKeyConstraint("number", "government", name=op.f("pk_escalation_pauses")),
    )
