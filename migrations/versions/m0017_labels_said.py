"""The revision of an advisory at which each reply was said; of earlier ones the first counts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "thread_replies",
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
    )
