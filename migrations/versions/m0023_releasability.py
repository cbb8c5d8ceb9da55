"""Which agencies an advisory is for; none named: as the links lead."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("advisories", sa.Column("releasable", sa.JSON(none_as_null=True), nullable=True))
