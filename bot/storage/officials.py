"""The roster of officials."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, bindparam, exists, insert, select, update

from bot.domain.officials import Government, Official, Role
from bot.storage.tables import officials, receipts
from bot.storage.tables_actions import action_events, actions

# Built once: building a statement takes SQLAlchemy four times as long as running it.
FIND_EVER = (
    select(officials)
    .where(officials.c.team == bindparam("team"))
    .where(officials.c.user == bindparam("user"))
)
FIND = FIND_EVER.where(officials.c.active)
GET = select(officials).where(officials.c.id == bindparam("id"))
OF = (
    select(officials)
    .where(officials.c.government == bindparam("government"))
    .where(officials.c.active)
    .order_by(officials.c.agency, officials.c.name)
)

ACTED = select(
    exists().where(receipts.c.official_id == bindparam("wanted"))
    | exists()
    .where(action_events.c.by == bindparam("wanted"))
    .where(actions.c.id == action_events.c.action_id, actions.c.scope == "joint")
)


class Officials:
    """Reads and writes officials; the ones who left stay as rows, inactive.

    Within its transaction each question is asked of the database once, until something is written.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[int, Official] = {}
        self._found: dict[tuple[str, str], Official | None] = {}
        self._sides: dict[Government, tuple[Official, ...]] = {}

    def find(self, team: str, user: str) -> Official | None:
        """The active official of that workspace and user, or None."""
        if (team, user) not in self._found:
            row = self._connection.execute(FIND, {"team": team, "user": user}).one_or_none()
            self._found[team, user] = _official(row) if row else None
        return self._found[team, user]

    def find_ever(self, team: str, user: str) -> Official | None:
        """The official of that workspace and user, also one who has left, or None."""
        row = self._connection.execute(FIND_EVER, {"team": team, "user": user}).one_or_none()
        return _official(row) if row else None

    def get(self, official_id: int) -> Official:
        """An official by id, active or not."""
        if official_id not in self._known:
            row = self._connection.execute(GET, {"id": official_id}).one()
            self._known[official_id] = _official(row)
        return self._known[official_id]

    def of(self, government: Government, role: Role | None = None) -> tuple[Official, ...]:
        """The active officials of one side, by agency and name; of one role when asked."""
        if government not in self._sides:
            rows = self._connection.execute(OF, {"government": government.value})
            self._sides[government] = tuple(_official(row) for row in rows)
        found = self._sides[government]
        return tuple(official for official in found if role is None or official.has(role))

    def has_acted_jointly(self, official_id: int) -> bool:
        """Whether both sides have read the name: under a receipt or on a joint action."""
        return bool(self._connection.execute(ACTED, {"wanted": official_id}).scalar_one())

    def put(self, values: dict[str, Any]) -> Official:
        """Enrols the principal, or changes and reactivates the one enrolled before."""
        self._forget()
        key = (officials.c.team == values["team"]) & (officials.c.user == values["user"])
        changed = {**values, "active": True}
        found = self._connection.execute(
            update(officials).where(key).values(changed).returning(officials.c.id)
        ).scalar_one_or_none()
        if found is None:
            found = self._connection.execute(
                insert(officials).values(changed).returning(officials.c.id)
            ).scalar_one()
        return self.get(found)

    def deactivate(self, official_id: int) -> None:
        self._forget()
        self._connection.execute(
            update(officials).where(officials.c.id == official_id).values(active=False)
        )

    def rename(self, official_id: int, name: str) -> None:
        self._forget()
        self._connection.execute(
            update(officials).where(officials.c.id == official_id).values(name=name)
        )

    def set_roles(self, official_id: int, roles: Iterable[Role]) -> None:
        self._forget()
        values = sorted(role.value for role in roles)
        self._connection.execute(
            update(officials).where(officials.c.id == official_id).values(roles=values)
        )

    def set_language(self, official_id: int, language: str) -> None:
        self._forget()
        self._connection.execute(
            update(officials).where(officials.c.id == official_id).values(language=language)
        )

    def _forget(self) -> None:
        self._known.clear()
        self._found.clear()
        self._sides.clear()


def _official(row: Row[Any]) -> Official:
    return Official(
        row.id,
        row.team,
        row.user,
        Government(row.government),
        row.agency,
        frozenset(Role(role) for role in row.roles),
        row.name,
        row.language,
        row.person or "",
    )
