"""Follow-ups, the reminders they become, and hours people set for themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Identity, Instant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "follow_ups",
        sa.Column("id", Identity, nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("government", sa.String(length=2), nullable=False),
        sa.Column("created_by", Identity, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("official_id", Identity, nullable=True),
        sa.Column("agency", sa.String(length=16), nullable=True),
        sa.Column("for_government", sa.String(length=2), nullable=True),
        sa.Column("about", sa.String(length=20), nullable=False),
        sa.Column("recurs", sa.Boolean(), nullable=False),
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("message_ts", sa.String(length=32), nullable=False),
        sa.Column("thread_ts", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "state IN ('open','done','cancelled')", name=op.f("ck_follow_ups_state")
        ),
        sa.CheckConstraint("government IN ('JP','AU')", name=op.f("ck_follow_ups_government")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["officials.id"], name=op.f("fk_follow_ups_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["official_id"], ["officials.id"], name=op.f("fk_follow_ups_official_id")
        ),
        sa.ForeignKeyConstraint(["agency"], ["agencies.code"], name=op.f("fk_follow_ups_agency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
        sa.UniqueConstraint("number", name=op.f("uq_follow_ups_number")),
    )
    op.create_index("ix_follow_ups_person", "follow_ups", ["official_id", "state"], unique=False)
    op.create_index("ix_follow_ups_agency", "follow_ups", ["agency", "state"], unique=False)
    op.create_index("ix_follow_ups_setter", "follow_ups", ["created_by", "state"], unique=False)
    op.create_table(
        "reminders",
        sa.Column("delivery_id", Identity, nullable=False),
        sa.Column("follow_up_id", Identity, nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("moved_from", sa.String(length=10), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("merged", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=True),
        sa.Column("answered_by", Identity, nullable=True),
        sa.CheckConstraint(
            "answer IN ('done','snoozed','moved','not_mine','cancelled')",
            name=op.f("ck_reminders_answer"),
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["outbox.id"], name=op.f("fk_reminders_delivery_id")
        ),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["follow_ups.id"], name=op.f("fk_reminders_follow_up_id")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["officials.id"], name=op.f("fk_reminders_answered_by")
        ),
        sa.PrimaryKeyConstraint("delivery_id", "follow_up_id", name=op.f("pk_reminders")),
    )
    op.create_index(op.f("ix_reminders_follow_up_id"), "reminders", ["follow_up_id"], unique=False)
    op.create_table(
        "official_hours",
        sa.Column("official_id", Identity, nullable=False),
        sa.Column("opens", sa.String(length=5), nullable=False),
        sa.Column("closes", sa.String(length=5), nullable=False),
        sa.ForeignKeyConstraint(
            ["official_id"], ["officials.id"], name=op.f("fk_official_hours_official_id")
        ),
        sa.PrimaryKeyConstraint("official_id", name=op.f("pk_official_hours")),
    )
