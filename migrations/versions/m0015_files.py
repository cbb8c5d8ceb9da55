"""Files that came with advisories and replies, and the bytes Slack has of those that went out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Identity, Instant

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "advisory_files",
        sa.Column("id", Identity, nullable=False),
        sa.Column("advisory_id", Identity, nullable=False),
        sa.Column("reply_id", Identity, nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("file", sa.String(length=32), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("added_in", sa.Integer(), nullable=False),
        sa.Column("removed_in", sa.Integer(), nullable=True),
        sa.Column("staying", sa.String(length=16), server_default="", nullable=False),
        sa.CheckConstraint(
            "staying IN ('','switched_off','kind','macro','size','empty','hidden','gone')",
            name=op.f("ck_advisory_files_staying"),
        ),
        sa.ForeignKeyConstraint(
            ["advisory_id"], ["advisories.id"], name=op.f("fk_advisory_files_advisory_id")
        ),
        sa.ForeignKeyConstraint(
            ["reply_id"], ["thread_replies.id"], name=op.f("fk_advisory_files_reply_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advisory_files")),
        sa.UniqueConstraint(
            "advisory_id", "reply_id", "file", name=op.f("uq_advisory_files_advisory_id")
        ),
    )
    op.create_index(op.f("ix_advisory_files_advisory_id"), "advisory_files", ["advisory_id"])
    op.create_table(
        "file_uploads",
        sa.Column("delivery_id", Identity, nullable=False),
        sa.Column("file", sa.String(length=32), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["outbox.id"], name=op.f("fk_file_uploads_delivery_id")
        ),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_file_uploads")),
    )
