"""The Home tabs people have opened: which page they look at, and whether it shows old things."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.storage.tables import officials
from bot.storage.tables_actions import homes


@dataclass(frozen=True)
class OpenHome:
    """Somebody's Home tab as they left it."""

    team: str
    user: str
    page: int


ITS_OWN = (homes.c.team == bindparam("its_team")) & (homes.c.user == bindparam("its_user"))
OPEN = {
    name: statement.on_conflict_do_update(
        index_elements=[homes.c.team, homes.c.user],
        set_={"page": statement.excluded.page, "stale_since": None},
    )
    for name, statement in (
        ("sqlite", sqlite_insert(homes)),
        ("postgresql", postgresql_insert(homes)),
    )
}
PAGE = select(homes.c.page).where(ITS_OWN)
TURN = update(homes).where(ITS_OWN)
MARK = (
    update(homes)
    .where(homes.c.stale_since.is_(None))
    .where(
        select(officials.c.id)
        .where(officials.c.team == homes.c.team)
        .where(officials.c.user == homes.c.user)
        .where(officials.c.id.in_(bindparam("wanted", expanding=True)))
        .exists()
    )
)
STALE = (
    select(homes)
    .where(homes.c.stale_since.is_not(None))
    .order_by(homes.c.stale_since)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)


class Homes:
    """Notes whose tab is open and whose is stale; what is shown there is never kept."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now
        self.has_stale = False

    def open(self, team: str, user: str, page: int = 0) -> None:
        """Somebody looks at a page of theirs."""
        statement = OPEN[self._connection.dialect.name]
        values = {"team": team, "user": user, "page": page, "stale_since": None}
        self._connection.execute(statement, values)

    def page_of(self, team: str, user: str) -> int:
        found = self._connection.execute(PAGE, {"its_team": team, "its_user": user})
        return int(found.scalar_one_or_none() or 0)

    def turn(self, team: str, user: str, page: int) -> None:
        """Somebody turns to another page; it is to be shown."""
        values = {"page": page, "stale_since": self._now}
        self._connection.execute(TURN, {"its_team": team, "its_user": user, **values})
        self.has_stale = True

    def mark(self, official_ids: Iterable[int]) -> None:
        """Something changed that these people see at home; whoever has no tab open is left."""
        marked = self._connection.execute(
            MARK, {"wanted": list(official_ids), "stale_since": self._now}
        )
        self.has_stale = self.has_stale or bool(marked.rowcount)

    def take_stale(self, most: int) -> tuple[OpenHome, ...]:
        """Tabs to be shown anew, the longest stale first; they count as fresh from here on."""
        rows = self._connection.execute(STALE, {"most": most}).all()
        for row in rows:
            fresh = {"its_team": row.team, "its_user": row.user, "stale_since": None}
            self._connection.execute(TURN, fresh)
        return tuple(OpenHome(row.team, row.user, row.page) for row in rows)
