"""Walls between the governments: row-level security on PostgreSQL; SQLite has nothing like it.

A transaction that says for which side it acts (`kakehashi.government`) sees and writes that side's
internal rows and everything joint. One that says nothing is the bot's own. FORCE binds the owner of
the tables, too; superusers are bound by nothing.
"""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

# Asked once in a statement, not once for each row.
WALL = "(SELECT coalesce(current_setting('kakehashi.government', true), ''))"
OWN = f"{WALL} IN ('', government)"
SCOPED = f"scope = 'joint' OR {WALL} IN ('', scope)"


def _with(table: str, parent: str, here: str, there: str, more: str = "") -> str:
    """A row that belongs to another is seen where that one is."""
    seen = " ".join(("SELECT 1 FROM", parent, f"WHERE {parent}.{there} = {table}.{here}{more}"))
    return f"{WALL} = '' OR EXISTS ({seen})"


POLICIES = {
    "actions": SCOPED,
    "action_owners": SCOPED,
    "action_events": _with("action_events", "actions", "action_id", "id"),
    "advisories": f"state NOT IN ('held', 'discarded') OR {OWN}",
    "advisory_files": _with("advisory_files", "advisories", "advisory_id", "id"),
    "advisory_revisions": _with("advisory_revisions", "advisories", "advisory_id", "id"),
    "audit_checkpoints": OWN,
    "audit_events": OWN,
    "audit_heads": OWN,
    "capture_channels": _with(
        "capture_channels", "workspaces", "team", "team", f" AND workspaces.government = {WALL}"
    ),
    "capture_reactions": OWN,
    "captures": OWN,
    "escalation_pauses": OWN,
    # One side's, and whose people it is for, once it is about what both know.
    "follow_ups": f"{WALL} IN ('', government, for_government)",
    "motion_approvals": _with("motion_approvals", "motions", "motion_id", "id"),
    "motions": OWN,
    "purge_approvals": _with("purge_approvals", "purges", "code", "code"),
    "purges": OWN,
    "reminders": _with("reminders", "follow_ups", "follow_up_id", "id"),
}


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, seen in POLICIES.items():
        op.execute(f"CREATE POLICY walls ON {table} USING ({seen}) WITH CHECK ({seen})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
