"""The budgets of the workspaces, shared by every replica and claimed with the lanes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.domain.budgets import BUDGETS, Budget, Spending
from bot.storage.tables_budgets import budgets

# Since when a budget nobody has drawn on is open: before any clock this runs by.
UNUSED = datetime(2000, 1, 1, tzinfo=UTC)
ENSURE = {
    "sqlite": sqlite_insert(budgets).on_conflict_do_nothing(),
    "postgresql": postgresql_insert(budgets).on_conflict_do_nothing(),
}
# Whoever waited for a budget here could wait for one who waits for a lock of theirs.
OPEN = (
    select(budgets).where(budgets.c.open_at <= bindparam("now")).with_for_update(skip_locked=True)
)
ALL = select(budgets.c.team, budgets.c.name)
ITS_BUDGET = (budgets.c.team == bindparam("its_team")) & (budgets.c.name == bindparam("its_name"))
OPENS = select(budgets.c.open_at).where(ITS_BUDGET)
SET = update(budgets).where(ITS_BUDGET)
CLOSE = SET.where(budgets.c.open_at < bindparam("its_end"))


class Budgets:
    """What may be called now. A workspace that has no row for a method is not held to one."""

    def __init__(
        self,
        connection: Connection,
        now: datetime,
        limits: Mapping[Spending, Budget] = BUDGETS,
    ) -> None:
        self._connection = connection
        self._now = now
        self._limits = limits
        self._open: dict[tuple[str, str], datetime] = {}
        self._calls: dict[tuple[str, str], int] = {}

    def ensure(self, team: str) -> None:
        """The workspace has its budgets from now on."""
        rows = [{"team": team, "name": name.value, "open_at": UNUSED} for name in self._limits]
        self._connection.execute(ENSURE[self._connection.dialect.name], rows)

    def read(self) -> None:
        """Takes hold of what is open now and in nobody else's hands."""
        rows = self._connection.execute(OPEN, {"now": self._now})
        self._open = {(row.team, row.name): row.open_at for row in rows}
        self._calls = {}

    def spend(self, team: str, spending: Spending) -> bool:
        """Whether one more call may be made now; it counts from now on."""
        key = (team, spending.value)
        if key not in self._open:
            return key not in self._held()
        left = self._limits[spending].left(self._open[key], self._now)
        if self._calls.get(key, 0) >= left:
            return False
        self._calls[key] = self._calls.get(key, 0) + 1
        return True

    def opens_at(self, team: str, spending: Spending) -> datetime:
        """When to ask again for a call that may not be made now."""
        its = {"its_team": team, "its_name": spending.value}
        open_at: datetime = self._connection.execute(OPENS, its).scalar_one()
        return open_at if open_at > self._now else self._now + self._limits[spending].pace

    def write(self) -> None:
        """Writes down what was spent."""
        spent = [self._spent(key, calls) for key, calls in sorted(self._calls.items())]
        if spent:
            self._connection.execute(SET, spent)
        self._calls = {}

    def close(self, team: str, spending: Spending, until: datetime) -> None:
        """Slack said that none of these may be called there before that instant."""
        its = {"its_team": team, "its_name": spending.value}
        self._connection.execute(CLOSE, its | {"open_at": until, "its_end": until})

    def _held(self) -> set[tuple[str, str]]:
        """Every budget there is, whether open or not."""
        return {(row.team, row.name) for row in self._connection.execute(ALL)}

    def _spent(self, key: tuple[str, str], calls: int) -> dict[str, Any]:
        team, name = key
        limit = self._limits[Spending(name)]
        at = limit.after(self._open[key], self._now, calls)
        return {"its_team": team, "its_name": name, "open_at": at}
