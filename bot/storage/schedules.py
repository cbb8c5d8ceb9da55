"""Schedules, claimed like lanes, and their slots, each taken once whoever ticks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.domain.schedules import Schedule, Taken
from bot.domain.slots import Move, Recurrence, Slot, Unit
from bot.storage.tables import outbox
from bot.storage.tables_schedules import schedule_slots, schedules

# Built once: building a statement takes SQLAlchemy four times as long as running it.
DUE = (
    select(schedules)
    .where(schedules.c.next_at <= bindparam("now"))
    .order_by(schedules.c.next_at, schedules.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
TAKE = {
    "sqlite": sqlite_insert(schedule_slots).on_conflict_do_nothing(),
    "postgresql": postgresql_insert(schedule_slots).on_conflict_do_nothing(),
}
RESET = ("kind", "subject_id", "recurrence", "calendar", "next_on", "next_at", "failures")
PUT_ONCE = {
    name: statement.on_conflict_do_update(
        index_elements=[schedules.c.name],
        set_={column: statement.excluded[column] for column in RESET},
    )
    for name, statement in (
        ("sqlite", sqlite_insert(schedules)),
        ("postgresql", postgresql_insert(schedules)),
    )
}
SET = update(schedules).where(schedules.c.id == bindparam("wanted"))
BY_NAME = select(schedules).where(schedules.c.name == bindparam("wanted"))
SLOTS = (
    select(schedule_slots, outbox.c.state)
    .join(outbox, outbox.c.id == schedule_slots.c.delivery_id, isouter=True)
    .where(schedule_slots.c.schedule_id == bindparam("wanted"))
    .order_by(schedule_slots.c.slot)
)


class Schedules:
    """Reads and writes schedules; a claim holds until its transaction ends."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def put(
        self,
        name: str,
        kind: str,
        recurrence: Recurrence,
        calendar: str,
        *,
        subject_id: int | None = None,
        next_at: datetime | None = None,
    ) -> Schedule:
        """Sets a schedule of that name to go from its first day on, whatever it was before.

        `next_at` is when to look at it first: now, unless it is known to be later.
        """
        values = {
            "name": name,
            "kind": kind,
            "subject_id": subject_id,
            "recurrence": _values(recurrence),
            "calendar": calendar,
            "next_on": recurrence.start_on,
            "next_at": next_at or self._now,
            "failures": 0,
        }
        found = self.by_name(name)
        if found is None:
            self._connection.execute(insert(schedules).values(values))
        else:
            self._connection.execute(SET, {"wanted": found.id, **values})
        return self._required(name)

    def put_once(
        self,
        kind: str,
        subject_id: int,
        calendar: str,
        planned: Mapping[str, tuple[Recurrence, datetime]],
    ) -> None:
        """Sets several schedules by name, each with one slot at a known instant, in one go."""
        rows = [
            {
                "name": name,
                "kind": kind,
                "subject_id": subject_id,
                "recurrence": _values(recurrence),
                "calendar": calendar,
                "next_on": recurrence.start_on,
                "next_at": at,
                "failures": 0,
            }
            for name, (recurrence, at) in planned.items()
        ]
        if rows:
            self._connection.execute(PUT_ONCE[self._connection.dialect.name], rows)

    def ensure(self, name: str, kind: str, recurrence: Recurrence, calendar: str) -> None:
        """Sets a standing schedule when it is new or its recurrence has changed; else leaves it.

        A new one begins today: nobody is told what would have been said before it was there.
        """
        found = self.by_name(name)
        if found is None or (found.recurrence, found.calendar) != (recurrence, calendar):
            put = self.put(name, kind, recurrence, calendar)
            self.go_on(put, max(recurrence.start_on, self._now.date()), self._now)

    def by_name(self, name: str) -> Schedule | None:
        row = self._connection.execute(BY_NAME, {"wanted": name}).one_or_none()
        return _schedule(row) if row else None

    def of(self, kind: str, subject_id: int) -> tuple[Schedule, ...]:
        """The schedules of a kind about one thing, by name."""
        rows = self._connection.execute(
            select(schedules)
            .where(schedules.c.kind == kind, schedules.c.subject_id == subject_id)
            .order_by(schedules.c.name)
        )
        return tuple(_schedule(row) for row in rows)

    def claim(self, limit: int) -> tuple[Schedule, ...]:
        """Up to `limit` schedules to be looked at now; no other replica has them meanwhile."""
        rows = self._connection.execute(DUE, {"now": self._now, "most": limit})
        return tuple(_schedule(row) for row in rows)

    def take(
        self, schedule: Schedule, slot: Slot, due_at: datetime, merged_into: Slot | None = None
    ) -> bool:
        """Notes that a slot is taken; False when it was taken before."""
        taken = self._connection.execute(
            TAKE[self._connection.dialect.name],
            {
                "schedule_id": schedule.id,
                "slot": slot.key,
                "due_at": due_at,
                "moved_from": slot.moved_from,
                "taken_at": self._now,
                "merged_into": merged_into.key if merged_into else None,
            },
        )
        return bool(taken.rowcount)

    def note_delivery(self, schedule: Schedule, slot: Slot, delivery_id: int) -> None:
        """A slot is said by that delivery: delivered when the delivery is."""
        self._connection.execute(
            update(schedule_slots)
            .where(schedule_slots.c.schedule_id == schedule.id)
            .where(schedule_slots.c.slot == slot.key)
            .values(delivery_id=delivery_id)
        )

    def go_on(self, schedule: Schedule, next_on: date | None, next_at: datetime | None) -> None:
        """What to look at next, and when; None and None: it has ended."""
        self._set(schedule.id, next_on=next_on, next_at=next_at, failures=0)

    def defer(self, schedule: Schedule, until: datetime) -> None:
        """Nothing was taken: looked at again later, because taking it failed."""
        self._set(schedule.id, next_at=until, failures=schedule.failures + 1)

    def end(self, kind: str, subject_id: int) -> None:
        """No further slot of that kind about that thing."""
        self._connection.execute(
            update(schedules)
            .where(schedules.c.kind == kind, schedules.c.subject_id == subject_id)
            .values(next_on=None, next_at=None)
        )

    def wake(self, calendar: str) -> None:
        """A calendar has changed: whatever follows it is looked at anew with the next tick."""
        self._connection.execute(
            update(schedules)
            .where(schedules.c.calendar == calendar, schedules.c.next_at > self._now)
            .values(next_at=self._now)
        )

    def taken(self, schedule_id: int) -> tuple[Taken, ...]:
        """The slots taken of a schedule, oldest first."""
        rows = self._connection.execute(SLOTS, {"wanted": schedule_id})
        return tuple(
            Taken(
                row.slot,
                row.due_at,
                row.taken_at,
                row.moved_from,
                row.merged_into,
                row.delivery_id,
                row.state,
            )
            for row in rows
        )

    def said_by(self, delivery_ids: Iterable[int]) -> tuple[Schedule, ...]:
        """The schedules whose slots one of those deliveries says."""
        rows = self._connection.execute(
            select(schedules)
            .join(schedule_slots, schedule_slots.c.schedule_id == schedules.c.id)
            .where(schedule_slots.c.delivery_id.in_(list(delivery_ids)))
            .order_by(schedule_slots.c.due_at, schedules.c.id)
        )
        return tuple(_schedule(row) for row in rows)

    def _set(self, schedule_id: int, **values: Any) -> None:
        self._connection.execute(SET, {"wanted": schedule_id, **values})

    def _required(self, name: str) -> Schedule:
        return _schedule(self._connection.execute(BY_NAME, {"wanted": name}).one())


def _values(recurrence: Recurrence) -> dict[str, Any]:
    until_on = recurrence.until_on
    return {
        "zone": recurrence.zone,
        "start_on": recurrence.start_on.isoformat(),
        "at": recurrence.at.isoformat(),
        "unit": recurrence.unit.value,
        "every": recurrence.every,
        "until_on": until_on.isoformat() if until_on else None,
        "move": recurrence.move.value,
    }


def _recurrence(values: dict[str, Any]) -> Recurrence:
    until_on = values["until_on"]
    return Recurrence(
        values["zone"],
        date.fromisoformat(values["start_on"]),
        time.fromisoformat(values["at"]),
        Unit(values["unit"]),
        values["every"],
        date.fromisoformat(until_on) if until_on else None,
        Move(values["move"]),
    )


def _schedule(row: Row[Any]) -> Schedule:
    return Schedule(
        row.id,
        row.name,
        row.kind,
        row.subject_id,
        _recurrence(row.recurrence),
        row.calendar,
        row.next_on,
        row.next_at,
        row.failures,
    )
