"""The workspaces the bot is installed in: which government each belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, or_, select, update

from bot.domain.officials import Government
from bot.storage.budgets import Budgets
from bot.storage.tables import heard, workspaces

APPROVAL_HOURS = 72
SILENT_DAYS = 30
FEED_PER_HOUR = 120

# Built once: building a statement takes SQLAlchemy four times as long as running it.
OF_TEAM = select(workspaces).where(workspaces.c.team == bindparam("team"))


@dataclass(frozen=True)
class WorkspaceRow:
    """One installation; the bot's own ids are known once it has connected."""

    team: str
    name: str
    government: Government
    bot_user: str | None
    bot_id: str | None
    audit_channel: str = ""
    admin_channel: str = ""
    approval_hours: int = APPROVAL_HOURS
    silent_days: int = SILENT_DAYS
    feed_per_hour: int = FEED_PER_HOUR

    def is_admin_channel(self, channel: str) -> bool:
        """Whether it is the channel in which that side decides."""
        return bool(self.admin_channel) and self.admin_channel == channel


class Workspaces:
    """Reads and writes the `workspaces` table."""

    def __init__(self, connection: Connection, budgets: Budgets) -> None:
        self._connection = connection
        self._budgets = budgets
        self._known: dict[str, WorkspaceRow] = {}

    def of_team(self, team: str) -> WorkspaceRow | None:
        if team not in self._known:
            row = self._connection.execute(OF_TEAM, {"team": team}).one_or_none()
            if row is None:
                return None
            self._known[team] = _workspace(row)
        return self._known[team]

    def find(self, typed: str) -> WorkspaceRow | None:
        """The workspace of that configured name or team id."""
        row = self._connection.execute(
            select(workspaces).where(or_(workspaces.c.team == typed, workspaces.c.name == typed))
        ).first()
        return _workspace(row) if row else None

    def all(self) -> tuple[WorkspaceRow, ...]:
        """Every workspace, by its name."""
        rows = self._connection.execute(select(workspaces).order_by(workspaces.c.name))
        return tuple(_workspace(row) for row in rows)

    def put(
        self,
        team: str,
        name: str,
        government: Government,
        audit_channel: str = "",
        admin_channel: str = "",
        approval_hours: int = APPROVAL_HOURS,
        silent_days: int = SILENT_DAYS,
        feed_per_hour: int = FEED_PER_HOUR,
    ) -> None:
        """Adds the workspace, or brings what the settings say of it up to date."""
        self._known.pop(team, None)
        values = {
            "name": name,
            "government": government.value,
            "audit_channel": audit_channel,
            "admin_channel": admin_channel,
            "approval_hours": approval_hours,
            "silent_days": silent_days,
            "feed_per_hour": feed_per_hour,
        }
        found = self._connection.execute(
            update(workspaces).where(workspaces.c.team == team).values(values)
        )
        if not found.rowcount:
            self._connection.execute(insert(workspaces).values(team=team, **values))
        self._budgets.ensure(team)

    def heard_until(self, team: str) -> datetime | None:
        """Until when the workspace's events are known to have been listened to."""
        return self._connection.execute(
            select(heard.c.until).where(heard.c.team == team)
        ).scalar_one_or_none()

    def note_heard(self, team: str, until: datetime) -> None:
        """Events up to that instant have been listened to."""
        found = self._connection.execute(
            update(heard).where(heard.c.team == team).values(until=until)
        )
        if not found.rowcount:
            self._connection.execute(insert(heard).values(team=team, until=until))

    def note_bot(self, team: str, bot_user: str, bot_id: str) -> None:
        """Remembers who the bot is there, so that it knows its own posts."""
        self._known.pop(team, None)
        self._connection.execute(
            update(workspaces)
            .where(workspaces.c.team == team)
            .values(bot_user=bot_user, bot_id=bot_id)
        )


def _workspace(row: Row[Any]) -> WorkspaceRow:
    return WorkspaceRow(
        row.team,
        row.name,
        Government(row.government),
        row.bot_user,
        row.bot_id,
        row.audit_channel or "",
        row.admin_channel or "",
        row.approval_hours,
        row.silent_days,
        row.feed_per_hour,
    )
