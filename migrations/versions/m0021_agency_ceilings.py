"""The most restrictive label a side lets pass to and from the channels of an agency."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Identity, Instant

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agency_ceilings",
        sa.Column("government", sa.String(length=2), nullable=False),
        sa.Column("agency", sa.String(length=16), nullable=False),
        sa.Column("label", sa.String(length=16), nullable=False),
        sa.Column("set_by", Identity, nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
        sa.CheckConstraint("government IN ('JP','AU')", name=op.f("ck_agency_ceilings_government")),
        sa.CheckConstraint(
            "label IN ('TLP:CLEAR','TLP:GREEN','TLP:AMBER')", name=op.f("ck_agency_ceilings_label")
        ),
        sa.ForeignKeyConstraint(
            ["agency"], ["agencies.code"], name=op.f("fk_agency_ceilings_agency")
        ),
        sa.ForeignKeyConstraint(
            ["set_by"], ["officials.id"], name=op.f("fk_agency_ceilings_set_by")
        ),
        sa.PrimaryKeyConstraint("government", "agency", name=op.f("pk_agency_ceilings")),
    )
