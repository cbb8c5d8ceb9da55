"""The budget of each method in each workspace; when to look whether a delivery stands twice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "budgets",
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("open_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("team", "name", name=op.f("pk_budgets")),
    )
    op.add_column("outbox", sa.Column("sweep_at", Instant(), nullable=True))
    swept = sa.text("sweep_at IS NOT NULL")
    op.create_index(
        "ix_outbox_sweep", "outbox", ["sweep_at"], sqlite_where=swept, postgresql_where=swept
    )
