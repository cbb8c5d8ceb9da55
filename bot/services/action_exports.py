"""The register row by row, as files show it: what the asker's side may see and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot import errors
from bot.domain.actions import Action, Filter
from bot.domain.officials import Official
from bot.services.action_composers import facts_of
from bot.services.action_facts import OwnerFacts
from bot.services.actions import find_action
from bot.storage.actions import Key, key_of
from bot.storage.unit_of_work import UnitOfWork

# In one transaction; others' requests are carried out in between.
ROWS_AT_ONCE = 200


@dataclass(frozen=True)
class Row:
    """One item of a register, with the names of the people in it."""

    action: Action
    owners: tuple[OwnerFacts, ...]
    opened_by: str
    is_overdue: bool

    @property
    def number(self) -> str:
        return self.action.number

    @property
    def due_on(self) -> date | None:
        return self.action.due.on

    @property
    def due_by(self) -> datetime | None:
        return self.action.due.by


def rows_after(
    uow: UnitOfWork, actor: Official, wanted: Filter, after: Key
) -> tuple[tuple[Row, ...], Key | None]:
    """The next rows of a register and where to go on; None when there are no more."""
    found = uow.actions.page(actor.government, wanted, ROWS_AT_ONCE, after)
    names: dict[int, str] = {}
    rows = tuple(_row(uow, action, names) for action in found)
    return rows, key_of(found[-1]) if len(found) == ROWS_AT_ONCE else None


def due_action(uow: UnitOfWork, actor: Official, number: str) -> Action:
    """An item with a due date; raises ActionNotFound, ActionNeverDue."""
    action = find_action(uow, actor, number)
    if action.due.on is None:
        raise errors.ActionNeverDue(number=action.number)
    return action


def row_of(uow: UnitOfWork, actor: Official, number: str) -> Row:
    """One item with a due date as a row; raises ActionNotFound, ActionNeverDue."""
    return _row(uow, due_action(uow, actor, number), {})


def _row(uow: UnitOfWork, action: Action, names: dict[int, str]) -> Row:
    if action.created_by not in names:
        names[action.created_by] = uow.officials.get(action.created_by).name
    facts = facts_of(uow, action)
    return Row(action, facts.owners, names[action.created_by], action.is_overdue(facts.today))


def record_of(row: Row) -> Mapping[str, object]:
    """A row for machines: codes and ISO dates, nothing in any language but people's own words."""
    action = row.action
    return {
        "number": action.number,
        "text": action.text,
        "rendering": action.rendering,
        "state": action.state.value,
        "owners": [
            {
                "side": owner.government.value,
                "agency": owner.agency.code if owner.agency else None,
                "name": owner.name or None,
            }
            for owner in row.owners
        ],
        "due_on": action.due.on.isoformat() if action.due.on else None,
        "due_phrase": action.due.phrase,
        "is_overdue": row.is_overdue,
        "pillar": action.pillar.value if action.pillar else None,
        "priority": action.priority.value,
        "visibility": action.internal_to.value if action.internal_to else "joint",
        "reason": action.reason,
        "superseded_by": action.superseded_by or None,
        "opened_at": action.created_at.isoformat(),
        "opened_by": row.opened_by,
        "done_at": action.done_at.isoformat() if action.done_at else None,
        "source": action.source.permalink if action.source else "",
    }
