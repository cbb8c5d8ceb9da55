"""The first schema: roster, links, advisories, outbox, audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Identity, Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agencies",
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("government", sa.String(length=2), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("name_ja", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("parent", sa.String(length=16), nullable=True),
        sa.CheckConstraint("government IN ('JP','AU')", name=op.f("ck_agencies_government")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_agencies")),
    )
    op.create_table(
        "audit_events",
        sa.Column("seq", Identity, autoincrement=False, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("government", sa.String(length=2), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_events")),
    )
    op.create_table(
        "lanes",
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("next_at", Instant(), nullable=False),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("team", "name", name=op.f("pk_lanes")),
    )
    op.create_table(
        "requests",
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_requests")),
    )
    op.create_index(op.f("ix_requests_at"), "requests", ["at"], unique=False)
    op.create_table(
        "sequences",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sequences")),
    )
    op.create_table(
        "workspaces",
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("government", sa.String(length=2), nullable=False),
        sa.Column("bot_user", sa.String(length=32), nullable=True),
        sa.Column("bot_id", sa.String(length=32), nullable=True),
        sa.CheckConstraint("government IN ('JP','AU')", name=op.f("ck_workspaces_government")),
        sa.PrimaryKeyConstraint("team", name=op.f("pk_workspaces")),
    )
    op.create_table(
        "agency_aliases",
        sa.Column("alias", sa.String(length=128), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["code"], ["agencies.code"], name=op.f("fk_agency_aliases_code")),
        sa.PrimaryKeyConstraint("alias", name=op.f("pk_agency_aliases")),
    )
    op.create_table(
        "heard",
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["team"], ["workspaces.team"], name=op.f("fk_heard_team")),
        sa.PrimaryKeyConstraint("team", name=op.f("pk_heard")),
    )
    op.create_table(
        "officials",
        sa.Column("id", Identity, nullable=False),
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("user", sa.String(length=32), nullable=False),
        sa.Column("government", sa.String(length=2), nullable=False),
        sa.Column("agency", sa.String(length=16), nullable=False),
        sa.Column("roles", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=4), server_default="auto", nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("enrolled_by", Identity, nullable=True),
        sa.Column("enrolled_at", Instant(), nullable=False),
        sa.CheckConstraint("government IN ('JP','AU')", name=op.f("ck_officials_government")),
        sa.CheckConstraint("language IN ('auto','en','ja')", name=op.f("ck_officials_language")),
        sa.ForeignKeyConstraint(["agency"], ["agencies.code"], name=op.f("fk_officials_agency")),
        sa.ForeignKeyConstraint(["team"], ["workspaces.team"], name=op.f("fk_officials_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officials")),
        sa.UniqueConstraint("team", "user", name=op.f("uq_officials_team")),
    )
    op.create_table(
        "advisories",
        sa.Column("id", Identity, nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("government", sa.String(length=2), nullable=False),
        sa.Column("agency", sa.String(length=16), nullable=False),
        sa.Column("author_id", Identity, nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("source_ts", sa.String(length=32), nullable=True),
        sa.Column("label", sa.String(length=16), nullable=True),
        sa.Column("tags", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("needs_release", sa.Boolean(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("posted_at", Instant(), nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("changed_at", Instant(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("superseded_by", sa.String(length=20), server_default="", nullable=False),
        sa.CheckConstraint(
            "label IN ('TLP:CLEAR','TLP:GREEN','TLP:AMBER','TLP:AMBER+STRICT','TLP:RED')",
            name=op.f("ck_advisories_label"),
        ),
        sa.CheckConstraint(
            "state IN ('held','issued','discarded','withdrawn','superseded')",
            name=op.f("ck_advisories_state"),
        ),
        sa.ForeignKeyConstraint(["agency"], ["agencies.code"], name=op.f("fk_advisories_agency")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["officials.id"], name=op.f("fk_advisories_author_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advisories")),
        sa.UniqueConstraint("number", name=op.f("uq_advisories_number")),
        sa.UniqueConstraint("team", "channel", "source_ts", name=op.f("uq_advisories_team")),
    )
    op.create_table(
        "links",
        sa.Column("id", Identity, nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("terms", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("near_team", sa.String(length=32), nullable=False),
        sa.Column("near_channel", sa.String(length=32), nullable=False),
        sa.Column("near_government", sa.String(length=2), nullable=False),
        sa.Column("near_agency", sa.String(length=16), nullable=False),
        sa.Column("near_name", sa.Text(), nullable=False),
        sa.Column("to_agency", sa.String(length=16), nullable=False),
        sa.Column("far_team", sa.String(length=32), nullable=True),
        sa.Column("far_channel", sa.String(length=32), nullable=True),
        sa.Column("far_government", sa.String(length=2), nullable=True),
        sa.Column("far_agency", sa.String(length=16), nullable=True),
        sa.Column("far_name", sa.Text(), nullable=True),
        sa.Column("proposed_by", Identity, nullable=False),
        sa.Column("proposed_at", Instant(), nullable=False),
        sa.Column("agreed_at", Instant(), nullable=True),
        sa.Column("paused_by", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("pending", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("pending_from", sa.String(length=2), nullable=True),
        sa.Column("flows_since", Instant(), nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed','active','paused','cut','declined')", name=op.f("ck_links_state")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["officials.id"], name=op.f("fk_links_proposed_by")
        ),
        sa.ForeignKeyConstraint(["to_agency"], ["agencies.code"], name=op.f("fk_links_to_agency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sa.UniqueConstraint("code", name=op.f("uq_links_code")),
    )
    op.create_index("ix_links_far", "links", ["far_team", "far_channel"], unique=False)
    op.create_index("ix_links_near", "links", ["near_team", "near_channel"], unique=False)
    op.create_table(
        "advisory_revisions",
        sa.Column("advisory_id", Identity, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=16), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["advisory_id"], ["advisories.id"], name=op.f("fk_advisory_revisions_advisory_id")
        ),
        sa.PrimaryKeyConstraint("advisory_id", "revision", name=op.f("pk_advisory_revisions")),
    )
    op.create_table(
        "advisory_routes",
        sa.Column("advisory_id", Identity, nullable=False),
        sa.Column("link_id", Identity, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("decided_by", Identity, nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued','awaiting','kept_back','above_ceiling','paused',"
            "'recalled','withheld')",
            name=op.f("ck_advisory_routes_state"),
        ),
        sa.ForeignKeyConstraint(
            ["advisory_id"], ["advisories.id"], name=op.f("fk_advisory_routes_advisory_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["officials.id"], name=op.f("fk_advisory_routes_decided_by")
        ),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_advisory_routes_link_id")),
        sa.PrimaryKeyConstraint("advisory_id", "link_id", name=op.f("pk_advisory_routes")),
    )
    op.create_table(
        "link_pairs",
        sa.Column("from_team", sa.String(length=32), nullable=False),
        sa.Column("from_channel", sa.String(length=32), nullable=False),
        sa.Column("to_team", sa.String(length=32), nullable=False),
        sa.Column("to_channel", sa.String(length=32), nullable=False),
        sa.Column("link_id", Identity, nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_link_pairs_link_id")),
        sa.PrimaryKeyConstraint(
            "from_team", "from_channel", "to_team", "to_channel", name=op.f("pk_link_pairs")
        ),
    )
    op.create_index(op.f("ix_link_pairs_link_id"), "link_pairs", ["link_id"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", Identity, nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("lane", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("user", sa.String(length=32), nullable=True),
        sa.Column("thread_ts", sa.String(length=32), nullable=True),
        sa.Column("thread_of", Identity, nullable=True),
        sa.Column("target", Identity, nullable=True),
        sa.Column("advisory_id", Identity, nullable=True),
        sa.Column("link_id", Identity, nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("next_at", Instant(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("first_attempt_at", Instant(), nullable=True),
        sa.Column("last_attempt_at", Instant(), nullable=True),
        sa.Column("unknown", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("last_error", sa.String(length=80), nullable=True),
        sa.Column("delivered_at", Instant(), nullable=True),
        sa.Column("slack_ts", sa.String(length=32), nullable=True),
        sa.Column("posted_channel", sa.String(length=32), nullable=True),
        sa.Column("shown", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "method IN ('post','update','private','direct')", name=op.f("ck_outbox_method")
        ),
        sa.CheckConstraint(
            "state IN ('waiting','sending','delivered','parked','withheld','dropped')",
            name=op.f("ck_outbox_state"),
        ),
        sa.ForeignKeyConstraint(
            ["advisory_id"], ["advisories.id"], name=op.f("fk_outbox_advisory_id")
        ),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_outbox_link_id")),
        sa.ForeignKeyConstraint(["target"], ["outbox.id"], name=op.f("fk_outbox_target")),
        sa.ForeignKeyConstraint(["team"], ["workspaces.team"], name=op.f("fk_outbox_team")),
        sa.ForeignKeyConstraint(["thread_of"], ["outbox.id"], name=op.f("fk_outbox_thread_of")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    op.create_index("ix_outbox_advisory", "outbox", ["advisory_id", "kind"], unique=False)
    op.create_index("ix_outbox_posted", "outbox", ["team", "slack_ts"], unique=False)
    op.create_index(
        "ix_outbox_target",
        "outbox",
        ["target"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting','sending')"),
        postgresql_where=sa.text("state IN ('waiting','sending')"),
    )
    op.create_index(
        "ix_outbox_undone",
        "outbox",
        ["team", "lane", "priority", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting','sending')"),
        postgresql_where=sa.text("state IN ('waiting','sending')"),
    )
    op.create_table(
        "receipts",
        sa.Column("advisory_id", Identity, nullable=False),
        sa.Column("agency", sa.String(length=16), nullable=False),
        sa.Column("government", sa.String(length=2), nullable=False),
        sa.Column("official_id", Identity, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["advisory_id"], ["advisories.id"], name=op.f("fk_receipts_advisory_id")
        ),
        sa.ForeignKeyConstraint(["agency"], ["agencies.code"], name=op.f("fk_receipts_agency")),
        sa.ForeignKeyConstraint(
            ["official_id"], ["officials.id"], name=op.f("fk_receipts_official_id")
        ),
        sa.PrimaryKeyConstraint("advisory_id", "agency", name=op.f("pk_receipts")),
    )
    op.create_table(
        "thread_replies",
        sa.Column("id", Identity, nullable=False),
        sa.Column("advisory_id", Identity, nullable=False),
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("ts", sa.String(length=32), nullable=False),
        sa.Column("author_id", Identity, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("posted_at", Instant(), nullable=False),
        sa.Column("is_deleted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["advisory_id"], ["advisories.id"], name=op.f("fk_thread_replies_advisory_id")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["officials.id"], name=op.f("fk_thread_replies_author_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread_replies")),
        sa.UniqueConstraint("team", "channel", "ts", name=op.f("uq_thread_replies_team")),
    )
    op.create_index(
        op.f("ix_thread_replies_advisory_id"), "thread_replies", ["advisory_id"], unique=False
    )
