"""Action items, their owners and their history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    bindparam,
    delete,
    exists,
    insert,
    select,
    update,
)
from sqlalchemy.sql.util import ClauseAdapter

from bot.domain.actions import (
    OPEN_STATES,
    Action,
    ActionEvent,
    ActionState,
    Due,
    Filter,
    Owner,
    Pillar,
    Priority,
    Source,
)
from bot.domain.officials import Government
from bot.storage.tables_actions import action_events, action_owners, actions

JOINT = "joint"
END_OF_TIME = date.max
Key = tuple[date, int]
BEGINNING: Key = (date.min, 0)

# Built once: building a statement takes SQLAlchemy four times as long as running it.
ADD = insert(actions).returning(actions.c.id)
ADD_OWNER = insert(action_owners)
ADD_EVENT = insert(action_events).returning(action_events.c.id)
GET = select(actions).where(actions.c.id == bindparam("wanted"))
OWNERS = (
    select(action_owners)
    .where(action_owners.c.action_id.in_(bindparam("wanted", expanding=True)))
    .order_by(action_owners.c.action_id, action_owners.c.position)
)
EVENTS = (
    select(action_events)
    .where(action_events.c.action_id == bindparam("wanted"))
    .where(action_events.c.id > bindparam("after"))
    .order_by(action_events.c.id)
)
AT_SOURCE = (
    select(actions)
    .where(actions.c.source_team == bindparam("team"))
    .where(actions.c.source_channel == bindparam("channel"))
    .where(actions.c.source_ts == bindparam("ts"))
    .order_by(actions.c.id)
)


class Actions:
    """Reads and writes action items; whoever asks names the side that is asking."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, action: Action) -> Action:
        """Stores a new item; the one returned carries its id."""
        added = int(self._connection.execute(ADD, _values(action)).scalar_one())
        stored = replace(action, id=added)
        self._put_owners(stored)
        return stored

    def save(self, action: Action) -> None:
        self._connection.execute(
            update(actions).where(actions.c.id == action.id).values(_values(action))
        )
        self._connection.execute(
            delete(action_owners).where(action_owners.c.action_id == action.id)
        )
        self._put_owners(action)

    def get(self, action_id: int) -> Action:
        row = self._connection.execute(GET, {"wanted": action_id}).one()
        return self._whole([row])[0]

    def by_number(self, number: str, seen_by: Government) -> Action | None:
        """The item of that number if that side sees it; whoever else would change it waits."""
        row = self._connection.execute(
            select(actions)
            .where(actions.c.number == number)
            .where(actions.c.scope.in_((JOINT, seen_by.value)))
            .with_for_update()
        ).one_or_none()
        return self._whole([row])[0] if row else None

    def at_source(self, team: str, channel: str, ts: str) -> tuple[Action, ...]:
        """The items taken from one message, oldest first."""
        source = {"team": team, "channel": channel, "ts": ts}
        return tuple(self._whole(self._connection.execute(AT_SOURCE, source).all()))

    def page(
        self, seen_by: Government, wanted: Filter, limit: int, after: Key = BEGINNING
    ) -> list[Action]:
        """The first items after a key that a side may see and a filter permits, by due date.

        What belongs to the other side alone is not read at all, so it costs no time either.
        """
        found = (
            self._connection.execute(_listed(scope, wanted, after).limit(limit)).all()
            for scope in (JOINT, seen_by.value)
        )
        rows = islice(merge(*found, key=lambda row: (row.due_key, row.id)), limit)
        return self._whole(list(rows))

    def walk(self, seen_by: Government, wanted: Filter, step: int = 200) -> Iterator[Action]:
        """Every item of a filter, a few at a time: nothing is held but the ones at hand."""
        after = BEGINNING
        while page := self.page(seen_by, wanted, step, after):
            yield from page
            after = key_of(page[-1])

    def note(self, event: ActionEvent) -> ActionEvent:
        """Adds a line to an item's history; the one returned carries its id."""
        values = {
            "action_id": event.action_id,
            "verb": event.verb,
            "by": event.by,
            "at": event.at,
            "detail": event.detail,
        }
        added = int(self._connection.execute(ADD_EVENT, values).scalar_one())
        return replace(event, id=added)

    def events(self, action_id: int, after: int = 0) -> tuple[ActionEvent, ...]:
        """An item's history, oldest first; from after one of its lines on."""
        rows = self._connection.execute(EVENTS, {"wanted": action_id, "after": after})
        return tuple(
            ActionEvent(row.id, row.action_id, row.verb, row.by, row.at, row.detail) for row in rows
        )

    def _put_owners(self, action: Action) -> None:
        agencies = [owner.agency for owner in action.owners]
        sides = [owner.government for owner in action.owners]
        values = [
            {
                "action_id": action.id,
                "position": position,
                "government": owner.government.value,
                "agency": owner.agency or None,
                "official_id": owner.official_id,
                "heads_agency": agencies.index(owner.agency) == position,
                "heads_side": sides.index(owner.government) == position,
                "scope": _scope(action),
                "is_open": action.is_open,
                "due_key": action.due.on or END_OF_TIME,
            }
            for position, owner in enumerate(action.owners)
        ]
        if values:
            self._connection.execute(ADD_OWNER, values)

    def _whole(self, rows: Iterable[Row[Any]]) -> list[Action]:
        """The items of these rows with their owners, in the same order."""
        rows = list(rows)
        owners: dict[int, list[Owner]] = {row.id: [] for row in rows}
        for one in self._connection.execute(OWNERS, {"wanted": list(owners)}):
            owner = Owner(Government(one.government), one.agency or "", one.official_id)
            owners[one.action_id].append(owner)
        return [_action(row, tuple(owners[row.id])) for row in rows]


def key_of(action: Action) -> Key:
    """Where an item stands in every list: by due date, then by age."""
    return action.due.on or END_OF_TIME, action.id


def _listed(scope: str, wanted: Filter, after: Key) -> Select[Any]:
    """The items of one scope in order; led by whichever table knows the filter best."""
    is_open = wanted.state is None or wanted.state in OPEN_STATES
    query = select(actions)
    led, key = actions, actions.c.id
    carried = _carried(wanted)
    if carried:
        led, key = action_owners, action_owners.c.action_id
        query = query.join(action_owners, actions.c.id == action_owners.c.action_id)
        query = query.where(carried[0], *(_beside(other) for other in carried[1:]))
    due = led.c.due_key
    later = (due > after[0]) | ((due == after[0]) & (key > after[1]))
    query = query.where(led.c.scope == scope, due >= after[0], later)
    if wanted.state is None or carried:
        query = query.where(led.c.is_open.is_(is_open))
    if wanted.state is not None:
        query = query.where(actions.c.state == wanted.state.value)
    if wanted.pillar is not None:
        query = query.where(actions.c.pillar == wanted.pillar.value)
    if wanted.dialogue_id is not None:
        query = query.where(actions.c.dialogue_id == wanted.dialogue_id)
    if wanted.overdue_on is not None:
        query = query.where(due < wanted.overdue_on, led.c.is_open.is_(True))
    return query.order_by(due, key)


def _carried(wanted: Filter) -> list[ColumnElement[bool]]:
    """The conditions on who carries an item, the narrowest first."""
    owner = action_owners.c
    conditions = []
    if wanted.official_id is not None:
        conditions.append(owner.official_id == wanted.official_id)
    if wanted.agency:
        conditions.append((owner.agency == wanted.agency) & owner.heads_agency.is_(True))
    if wanted.side is not None:
        conditions.append((owner.government == wanted.side.value) & owner.heads_side.is_(True))
    return conditions


def _beside(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """The same condition on any other owner of the item that a list is led by."""
    beside = action_owners.alias()
    moved = ClauseAdapter(beside).traverse(condition)
    return exists().where(beside.c.action_id == action_owners.c.action_id, moved)


def _scope(action: Action) -> str:
    return action.internal_to.value if action.internal_to else JOINT


def _values(action: Action) -> dict[str, Any]:
    source = action.source
    return {
        "number": action.number,
        "scope": _scope(action),
        "text": action.text,
        "rendering": action.rendering,
        "state": action.state.value,
        "is_open": action.is_open,
        "pillar": action.pillar.value if action.pillar else None,
        "priority": action.priority.value,
        "due_phrase": action.due.phrase,
        "due_on": action.due.on,
        "due_by": action.due.by,
        "due_key": action.due.on or END_OF_TIME,
        "source_team": source.team if source else None,
        "source_channel": source.channel if source else None,
        "source_ts": source.ts if source else None,
        "source_part": source.part if source else None,
        "permalink": source.permalink if source else "",
        "dialogue_id": action.dialogue_id,
        "created_by": action.created_by,
        "created_at": action.created_at,
        "changed_at": action.changed_at,
        "reason": action.reason,
        "done_by": action.done_by,
        "done_at": action.done_at,
        "superseded_by": action.superseded_by,
    }


def _action(row: Row[Any], owners: tuple[Owner, ...]) -> Action:
    source = None
    if row.source_ts is not None:
        source = Source(
            row.source_team, row.source_channel, row.source_ts, row.source_part, row.permalink
        )
    return Action(
        id=row.id,
        number=row.number,
        text=row.text,
        state=ActionState(row.state),
        owners=owners,
        created_by=row.created_by,
        created_at=row.created_at,
        changed_at=row.changed_at,
        internal_to=None if row.scope == JOINT else Government(row.scope),
        rendering=row.rendering,
        due=Due(row.due_phrase, row.due_on, row.due_by),
        pillar=Pillar(row.pillar) if row.pillar else None,
        priority=Priority(row.priority),
        source=source,
        dialogue_id=row.dialogue_id,
        reason=row.reason,
        done_by=row.done_by,
        done_at=row.done_at,
        superseded_by=row.superseded_by,
    )
