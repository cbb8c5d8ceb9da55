"""What was withdrawn may be restored, unless it is final: all that is withdrawn so far stays so."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "advisories",
        sa.Column("is_final", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    # Why it was withdrawn was not written down: its source may be gone.
    op.execute(sa.text("UPDATE advisories SET is_final = true WHERE state = 'withdrawn'"))
