"""The schema, in one place; `migrations/` brings a database to it and a test compares the two."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from bot.storage.types import Identity, Instant, Json

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _government(name: str = "government") -> Column[str]:
    return Column(name, String(2), nullable=False)


workspaces = Table(
    "workspaces",
    metadata,
    Column("team", String(32), primary_key=True),
    Column("name", String(64), nullable=False),
    _government(),
    Column("bot_user", String(32)),
    Column("bot_id", String(32)),
    # Where the head of the audit log is shown.
    Column("audit_channel", String(32)),
    # Where a side decides among itself, and for how long an approval may be waited for.
    Column("admin_channel", String(32)),
    Column("approval_hours", Integer, nullable=False, server_default="72"),
    # After how many days without traffic a link is reported to that side; 0: never.
    Column("silent_days", Integer, nullable=False, server_default="30"),
    # How many advisories of a feed are relayed by themselves within an hour; 0: all.
    Column("feed_per_hour", Integer, nullable=False, server_default="120"),
    CheckConstraint("government IN ('JP','AU')", name="government"),
)

agencies = Table(
    "agencies",
    metadata,
    Column("code", String(16), primary_key=True),
    _government(),
    Column("name_en", Text, nullable=False),
    Column("name_ja", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("parent", String(16)),
    CheckConstraint("government IN ('JP','AU')", name="government"),
)

agency_aliases = Table(
    "agency_aliases",
    metadata,
    Column("alias", String(128), primary_key=True),
    Column("code", ForeignKey("agencies.code"), nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
)

# What each side set for the channels of an agency, its own or the other's: the stricter counts.
agency_ceilings = Table(
    "agency_ceilings",
    metadata,
    Column("government", String(2), primary_key=True),
    Column("agency", ForeignKey("agencies.code"), primary_key=True),
    Column("label", String(16), nullable=False),
    Column("set_by", ForeignKey("officials.id"), nullable=False),
    Column("set_at", Instant, nullable=False),
    CheckConstraint("government IN ('JP','AU')", name="government"),
    CheckConstraint("label IN ('TLP:CLEAR','TLP:GREEN','TLP:AMBER')", name="label"),
)

officials = Table(
    "officials",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("team", ForeignKey("workspaces.team"), nullable=False),
    Column("user", String(32), nullable=False),
    _government(),
    Column("agency", ForeignKey("agencies.code"), nullable=False),
    Column("roles", Json, nullable=False),
    Column("name", Text, nullable=False),
    Column("language", String(4), nullable=False, server_default="auto"),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("enrolled_by", Identity),
    Column("enrolled_at", Instant, nullable=False),
    # The same words on two accounts, of either side: one person.
    Column("person", String(64)),
    UniqueConstraint("team", "user"),
    CheckConstraint("government IN ('JP','AU')", name="government"),
    CheckConstraint("language IN ('auto','en','ja')", name="language"),
)

links = Table(
    "links",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("code", String(12), nullable=False, unique=True),
    Column("state", String(12), nullable=False),
    Column("terms", Json, nullable=False),
    Column("near_team", String(32), nullable=False),
    Column("near_channel", String(32), nullable=False),
    _government("near_government"),
    Column("near_agency", String(16), nullable=False),
    Column("near_name", Text, nullable=False),
    Column("to_agency", ForeignKey("agencies.code"), nullable=False),
    Column("far_team", String(32)),
    Column("far_channel", String(32)),
    Column("far_government", String(2)),
    Column("far_agency", String(16)),
    Column("far_name", Text),
    Column("proposed_by", ForeignKey("officials.id"), nullable=False),
    Column("proposed_at", Instant, nullable=False),
    Column("agreed_at", Instant),
    Column("paused_by", Json, nullable=False),
    Column("pending", Json),
    Column("pending_from", String(2)),
    Column("flows_since", Instant),
    Column("pending_by", Identity),
    # What of its channels has changed, and who has confirmed it since.
    Column("suspension", Json),
    CheckConstraint("state IN ('proposed','active','paused','cut','declined')", name="state"),
    Index("ix_links_near", "near_team", "near_channel"),
    Index("ix_links_far", "far_team", "far_channel"),
)

# One row per ordered pair of channels while its link is live: the database itself refuses a second.
link_pairs = Table(
    "link_pairs",
    metadata,
    Column("from_team", String(32), primary_key=True),
    Column("from_channel", String(32), primary_key=True),
    Column("to_team", String(32), primary_key=True),
    Column("to_channel", String(32), primary_key=True),
    Column("link_id", ForeignKey("links.id"), nullable=False, index=True),
)

advisories = Table(
    "advisories",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("number", String(20), nullable=False, unique=True),
    Column("state", String(12), nullable=False),
    _government(),
    Column("agency", ForeignKey("agencies.code"), nullable=False),
    Column("author_id", ForeignKey("officials.id"), nullable=False),
    Column("author_name", Text, nullable=False),
    Column("team", String(32), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("source_ts", String(32)),
    Column("label", String(16)),
    Column("tags", Json, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("needs_release", Boolean, nullable=False),
    Column("files", Integer, nullable=False),
    Column("posted_at", Instant, nullable=False),
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("changed_at", Instant),
    Column("reason", Text, nullable=False, server_default=""),
    Column("superseded_by", String(20), nullable=False, server_default=""),
    # The agencies and sides it is for, apart from its label; none named: as the links lead.
    Column("releasable", Json),
    # Withdrawn, and nothing brings it back.
    Column("is_final", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("team", "channel", "source_ts"),
    Index("ix_advisories_author", "author_id", "posted_at"),
    CheckConstraint(
        "state IN ('held','issued','discarded','withdrawn','superseded')", name="state"
    ),
    CheckConstraint(
        "label IN ('TLP:CLEAR','TLP:GREEN','TLP:AMBER','TLP:AMBER+STRICT','TLP:RED')",
        name="label",
    ),
)

advisory_routes = Table(
    "advisory_routes",
    metadata,
    Column("advisory_id", ForeignKey("advisories.id"), primary_key=True),
    Column("link_id", ForeignKey("links.id"), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("decided_by", ForeignKey("officials.id")),
    Column("decided_at", Instant),
    CheckConstraint(
        "state IN ('queued','awaiting','kept_back','above_ceiling','paused','recalled','withheld')",
        name="state",
    ),
    Index("ix_advisory_routes_link_id", "link_id", "advisory_id"),
)

# What an advisory said before each revision; the newest text stands in `advisories`.
advisory_revisions = Table(
    "advisory_revisions",
    metadata,
    Column("advisory_id", ForeignKey("advisories.id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("label", String(16), nullable=False),
    Column("body", Text, nullable=False),
    Column("until", Instant, nullable=False),
)

thread_replies = Table(
    "thread_replies",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("advisory_id", ForeignKey("advisories.id"), nullable=False, index=True),
    Column("team", String(32), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("ts", String(32), nullable=False),
    Column("author_id", ForeignKey("officials.id"), nullable=False),
    Column("body", Text, nullable=False),
    Column("posted_at", Instant, nullable=False),
    Column("is_deleted", Boolean, nullable=False, server_default=false()),
    # The advisory's revision when it was said: its label counts from there on.
    Column("revision", Integer, nullable=False, server_default="1"),
    UniqueConstraint("team", "channel", "ts"),
)

receipts = Table(
    "receipts",
    metadata,
    Column("advisory_id", ForeignKey("advisories.id"), primary_key=True),
    Column("agency", ForeignKey("agencies.code"), primary_key=True),
    _government(),
    Column("official_id", ForeignKey("officials.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

SWEPT = text("sweep_at IS NOT NULL")
UNDONE = text("state IN ('waiting','sending')")
PARKED = text("state = 'parked'")

outbox = Table(
    "outbox",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("key", String(32), nullable=False, unique=True),
    Column("kind", String(40), nullable=False),
    Column("facts", Json, nullable=False),
    Column("method", String(10), nullable=False),
    Column("team", ForeignKey("workspaces.team"), nullable=False),
    Column("lane", String(40), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("user", String(32)),
    Column("thread_ts", String(32)),
    Column("thread_of", ForeignKey("outbox.id")),
    Column("target", ForeignKey("outbox.id")),
    Column("advisory_id", ForeignKey("advisories.id")),
    Column("link_id", ForeignKey("links.id")),
    Column("priority", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("first_attempt_at", Instant),
    Column("last_attempt_at", Instant),
    Column("unknown", Boolean, nullable=False, server_default=false()),
    Column("last_error", String(80)),
    Column("delivered_at", Instant),
    Column("slack_ts", String(32)),
    Column("posted_channel", String(32)),
    # What stands in Slack as far as is known: revision and label, or that it is a tombstone.
    Column("shown", String(32)),
    # When to look whether it stands twice: it was posted again after an unknown outcome.
    Column("sweep_at", Instant),
    # What it is about, where that is no advisory: `action:12`.
    Column("subject", String(40)),
    CheckConstraint("method IN ('post','update','private','direct')", name="method"),
    CheckConstraint(
        "state IN ('waiting','sending','delivered','parked','withheld','dropped')", name="state"
    ),
    Index(
        "ix_outbox_undone",
        "team",
        "lane",
        "priority",
        "id",
        sqlite_where=UNDONE,
        postgresql_where=UNDONE,
    ),
    Index("ix_outbox_advisory", "advisory_id", "kind"),
    Index("ix_outbox_subject", "subject", "kind"),
    Index("ix_outbox_parked", "team", sqlite_where=PARKED, postgresql_where=PARKED),
    Index("ix_outbox_sweep", "sweep_at", sqlite_where=SWEPT, postgresql_where=SWEPT),
    Index("ix_outbox_posted", "team", "slack_ts"),
    Index("ix_outbox_target", "target", sqlite_where=UNDONE, postgresql_where=UNDONE),
)

lanes = Table(
    "lanes",
    metadata,
    Column("team", String(32), primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("next_at", Instant, nullable=False),
    Column("lease_until", Instant),
    Column("fence", Integer, nullable=False, server_default="0"),
)

# Until when a workspace's events are known to have been listened to: where a backfill begins.
heard = Table(
    "heard",
    metadata,
    Column("team", ForeignKey("workspaces.team"), primary_key=True),
    Column("until", Instant, nullable=False),
)

requests = Table(
    "requests",
    metadata,
    Column("key", String(160), primary_key=True),
    Column("at", Instant, nullable=False, index=True),
)

sequences = Table(
    "sequences",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Integer, nullable=False),
)

# Each government has a chain of its own: what one side is shown tells nothing about the other.
# Triggers refuse changes (migration "audit_chains"); what they miss, the chain finds.
audit_events = Table(
    "audit_events",
    metadata,
    Column("government", String(2), primary_key=True),
    Column("seq", Identity, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("action", String(60), nullable=False),
    Column("subject", String(80), nullable=False),
    # Text, not JSON: it is hashed as it stands.
    Column("facts", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    CheckConstraint("government IN ('JP','AU')", name="government"),
)
