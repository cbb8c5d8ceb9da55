"""Rounds of the Cyber Policy Dialogue."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Identity, Instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SIDES = "government IN ('JP','AU')"
STATES = (
    "state IN ('proposed','dates_agreed','agenda_open','agenda_locked','papers','held',"
    "'outcome_drafting','outcome_cleared','published','follow_up','closed')"
)


def _of_dialogue(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_dialogue_id")
    return sa.ForeignKeyConstraint(["dialogue_id"], ["dialogues.id"], name=name)


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    op.create_table(
        "dialogues",
        sa.Column("id", Identity, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("host", sa.String(length=2), nullable=False),
        sa.Column("created_by", Identity, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("pending_starts_on", sa.Date(), nullable=True),
        sa.Column("pending_ends_on", sa.Date(), nullable=True),
        sa.Column("pending_from", sa.String(length=2), nullable=True),
        sa.Column("venue", sa.Text(), nullable=False),
        sa.Column("next_venue", sa.Text(), nullable=False),
        sa.Column("summary_en", sa.Text(), nullable=False),
        sa.Column("summary_ja", sa.Text(), nullable=False),
        sa.Column("agenda_now", sa.Integer(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("published_at", Instant(), nullable=True),
        sa.Column("link_id", Identity, nullable=True),
        sa.CheckConstraint(STATES, name=op.f("ck_dialogues_state")),
        sa.CheckConstraint("host IN ('JP','AU')", name=op.f("ck_dialogues_host")),
        _to("dialogues", "created_by", "officials.id"),
        _to("dialogues", "link_id", "links.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dialogues")),
        sa.UniqueConstraint("round", name=op.f("uq_dialogues_round")),
    )
    op.create_table(
        "agenda_items",
        sa.Column("dialogue_id", Identity, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("rendering", sa.Text(), nullable=False),
        sa.Column("pillar", sa.String(length=1), nullable=True),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint("pillar IN ('a','b','c','d')", name=op.f("ck_agenda_items_pillar")),
        _of_dialogue("agenda_items"),
        sa.PrimaryKeyConstraint("dialogue_id", "position", name=op.f("pk_agenda_items")),
    )
    op.create_table(
        "delegates",
        sa.Column("id", Identity, nullable=False),
        sa.Column("dialogue_id", Identity, nullable=False),
        sa.Column("government", sa.String(length=2), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("agency", sa.String(length=16), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.CheckConstraint(SIDES, name=op.f("ck_delegates_government")),
        sa.CheckConstraint(
            "role IN ('head','delegate','notetaker','interpreter')", name=op.f("ck_delegates_role")
        ),
        _of_dialogue("delegates"),
        _to("delegates", "agency", "agencies.code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegates")),
    )
    op.create_index(op.f("ix_delegates_dialogue_id"), "delegates", ["dialogue_id"])
    op.create_table(
        "decisions",
        sa.Column("dialogue_id", Identity, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("rendering", sa.Text(), nullable=False),
        sa.Column("government", sa.String(length=2), nullable=False),
        sa.Column("agreed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint(SIDES, name=op.f("ck_decisions_government")),
        _of_dialogue("decisions"),
        sa.PrimaryKeyConstraint("dialogue_id", "position", name=op.f("pk_decisions")),
    )
    op.create_table(
        "clearings",
        sa.Column("dialogue_id", Identity, nullable=False),
        sa.Column("government", sa.String(length=2), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("by", Identity, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint(SIDES, name=op.f("ck_clearings_government")),
        _of_dialogue("clearings"),
        _to("clearings", "by", "officials.id"),
        sa.PrimaryKeyConstraint("dialogue_id", "government", name=op.f("pk_clearings")),
    )
    op.create_table(
        "dialogue_lines",
        sa.Column("id", Identity, nullable=False),
        sa.Column("dialogue_id", Identity, nullable=False),
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("ts", sa.String(length=32), nullable=False),
        sa.Column("author_id", Identity, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("is_deleted", sa.Boolean(), server_default=sa.false(), nullable=False),
        _of_dialogue("dialogue_lines"),
        _to("dialogue_lines", "author_id", "officials.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dialogue_lines")),
        sa.UniqueConstraint("team", "channel", "ts", name=op.f("uq_dialogue_lines_team")),
    )
    op.create_index(op.f("ix_dialogue_lines_dialogue_id"), "dialogue_lines", ["dialogue_id"])
    op.create_table(
        "dialogue_tasks",
        sa.Column("dialogue_id", Identity, nullable=False),
        sa.Column("milestone", sa.String(length=12), nullable=False),
        sa.Column("action_id", Identity, nullable=False),
        _of_dialogue("dialogue_tasks"),
        _to("dialogue_tasks", "action_id", "actions.id"),
        sa.PrimaryKeyConstraint("dialogue_id", "milestone", name=op.f("pk_dialogue_tasks")),
    )
    op.create_index(op.f("ix_dialogue_tasks_action_id"), "dialogue_tasks", ["action_id"])
    op.create_table(
        "carried_actions",
        sa.Column("dialogue_id", Identity, nullable=False),
        sa.Column("action_id", Identity, nullable=False),
        _of_dialogue("carried_actions"),
        _to("carried_actions", "action_id", "actions.id"),
        sa.PrimaryKeyConstraint("dialogue_id", "action_id", name=op.f("pk_carried_actions")),
    )
