"""Action items, their owners and history; what a delivery is about; open Home tabs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Identity, Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SCOPES = "scope IN ('joint','JP','AU')"
STATES = "state IN ('open','in_progress','blocked','done','verified','dropped','superseded')"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("subject", sa.String(length=40), nullable=True))
    op.create_index("ix_outbox_subject", "outbox", ["subject", "kind"])
    parked = sa.text("state = 'parked'")
    op.create_index(
        "ix_outbox_parked", "outbox", ["team"], sqlite_where=parked, postgresql_where=parked
    )
    op.create_table(
        "actions",
        sa.Column("id", Identity, nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("scope", sa.String(length=5), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("rendering", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("pillar", sa.String(length=1), nullable=True),
        sa.Column("priority", sa.String(length=6), nullable=False),
        sa.Column("due_phrase", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_by", Instant(), nullable=True),
        sa.Column("due_key", sa.Date(), nullable=False),
        sa.Column("source_team", sa.String(length=32), nullable=True),
        sa.Column("source_channel", sa.String(length=32), nullable=True),
        sa.Column("source_ts", sa.String(length=32), nullable=True),
        sa.Column("source_part", sa.String(length=12), nullable=True),
        sa.Column("permalink", sa.Text(), nullable=False),
        sa.Column("dialogue_id", Identity, nullable=True),
        sa.Column("created_by", Identity, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("done_by", Identity, nullable=True),
        sa.Column("done_at", Instant(), nullable=True),
        sa.Column("superseded_by", sa.String(length=20), nullable=False),
        sa.CheckConstraint(SCOPES, name=op.f("ck_actions_scope")),
        sa.CheckConstraint(STATES, name=op.f("ck_actions_state")),
        sa.CheckConstraint("pillar IN ('a','b','c','d')", name=op.f("ck_actions_pillar")),
        sa.CheckConstraint("priority IN ('high','normal','low')", name=op.f("ck_actions_priority")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["officials.id"], name=op.f("fk_actions_created_by")
        ),
        sa.ForeignKeyConstraint(["done_by"], ["officials.id"], name=op.f("fk_actions_done_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actions")),
        sa.UniqueConstraint("number", name=op.f("uq_actions_number")),
        sa.UniqueConstraint(
            "source_team",
            "source_channel",
            "source_ts",
            "source_part",
            name=op.f("uq_actions_source_team"),
        ),
    )
    op.create_index("ix_actions_due", "actions", ["scope", "is_open", "due_key", "id"])
    op.create_index("ix_actions_pillar", "actions", ["scope", "pillar", "is_open", "due_key", "id"])
    op.create_index("ix_actions_state", "actions", ["scope", "state", "due_key", "id"])
    op.create_index(
        "ix_actions_dialogue", "actions", ["dialogue_id", "scope", "is_open", "due_key", "id"]
    )
    op.create_table(
        "action_owners",
        sa.Column("action_id", Identity, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("government", sa.String(length=2), nullable=False),
        sa.Column("agency", sa.String(length=16), nullable=True),
        sa.Column("official_id", Identity, nullable=True),
        sa.Column("heads_agency", sa.Boolean(), nullable=False),
        sa.Column("heads_side", sa.Boolean(), nullable=False),
        sa.Column("scope", sa.String(length=5), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("due_key", sa.Date(), nullable=False),
        sa.CheckConstraint("government IN ('JP','AU')", name=op.f("ck_action_owners_government")),
        sa.CheckConstraint(SCOPES, name=op.f("ck_action_owners_scope")),
        sa.ForeignKeyConstraint(
            ["action_id"], ["actions.id"], name=op.f("fk_action_owners_action_id")
        ),
        sa.ForeignKeyConstraint(
            ["agency"], ["agencies.code"], name=op.f("fk_action_owners_agency")
        ),
        sa.ForeignKeyConstraint(
            ["official_id"], ["officials.id"], name=op.f("fk_action_owners_official_id")
        ),
        sa.PrimaryKeyConstraint("action_id", "position", name=op.f("pk_action_owners")),
    )
    for name, first in (
        ("person", ["official_id"]),
        ("agency", ["agency", "heads_agency"]),
        ("side", ["government", "heads_side"]),
    ):
        op.create_index(
            f"ix_action_owners_{name}",
            "action_owners",
            [*first, "scope", "is_open", "due_key", "action_id"],
        )
    op.create_table(
        "action_events",
        sa.Column("id", Identity, nullable=False),
        sa.Column("action_id", Identity, nullable=False),
        sa.Column("verb", sa.String(length=12), nullable=False),
        sa.Column("by", Identity, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["action_id"], ["actions.id"], name=op.f("fk_action_events_action_id")
        ),
        sa.ForeignKeyConstraint(["by"], ["officials.id"], name=op.f("fk_action_events_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_events")),
    )
    op.create_index(op.f("ix_action_events_action_id"), "action_events", ["action_id"])
    op.create_index(op.f("ix_action_events_by"), "action_events", ["by"])
    op.create_table(
        "homes",
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("user", sa.String(length=32), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("stale_since", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["team"], ["workspaces.team"], name=op.f("fk_homes_team")),
        sa.PrimaryKeyConstraint("team", "user", name=op.f("pk_homes")),
    )
    op.create_index(op.f("ix_homes_stale_since"), "homes", ["stale_since"])
