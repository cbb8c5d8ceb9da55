"""The ceilings that the sides set for the channels of single agencies."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection, bindparam, delete, insert, select

from bot.domain.labels import Label
from bot.domain.links import AgencyCeiling
from bot.domain.officials import Government
from bot.storage.tables import agency_ceilings

ALL = select(agency_ceilings).order_by(agency_ceilings.c.agency, agency_ceilings.c.government)
LIFT = delete(agency_ceilings).where(
    agency_ceilings.c.government == bindparam("side"),
    agency_ceilings.c.agency == bindparam("one"),
)


class AgencyCeilings:
    """Reads and writes ceilings; each side has one at most for an agency."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    @cached_property
    def all(self) -> tuple[AgencyCeiling, ...]:
        """Every ceiling, by agency; read once in a transaction."""
        return tuple(
            AgencyCeiling(Government(row.government), row.agency, Label(row.label))
            for row in self._connection.execute(ALL)
        )

    def put(self, ceiling: AgencyCeiling, by: int) -> None:
        """Stores a ceiling in place of the one its side had set for the agency."""
        self.lift(ceiling)
        self._connection.execute(
            insert(agency_ceilings).values(
                government=ceiling.government.value,
                agency=ceiling.agency,
                label=ceiling.label.value,
                set_by=by,
                set_at=self._now,
            )
        )

    def lift(self, ceiling: AgencyCeiling) -> None:
        """Takes back what that side had set for the agency."""
        self._connection.execute(LIFT, {"side": ceiling.government.value, "one": ceiling.agency})
        vars(self).pop("all", None)
