"""How many advisories of a feed are relayed by themselves within an hour."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "workspaces",
        sa.Column("feed_per_hour", sa.Integer(), server_default="120", nullable=False),
    )
    op.create_index("ix_advisories_author", "advisories", ["author_id", "posted_at"])
