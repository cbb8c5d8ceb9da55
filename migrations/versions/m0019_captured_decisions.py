"""Which captured line a decision of a round was put from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "decisions", sa.Column("capture", sa.String(length=24), server_default="", nullable=False)
    )
    op.create_index("ix_decisions_capture", "decisions", ["capture"])
