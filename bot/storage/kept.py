"""What is old enough to be destroyed, destroying it, and the holds that forbid it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, func, insert, select, update

from bot.domain.deliveries import DeliveryState
from bot.domain.officials import Government
from bot.domain.retention import DataClass, PurgePlan
from bot.storage.tables import (
    advisories,
    advisory_revisions,
    audit_events,
    officials,
    outbox,
    receipts,
    thread_replies,
    workspaces,
)
from bot.storage.tables_files import advisory_files
from bot.storage.tables_retention import legal_holds, purge_approvals, purges

# Rows changed by one statement: SQLite binds at most 32,766 values.
AT_ONCE = 1_000
NEVER_LEFT = ("held", "discarded")
ENDED = (DeliveryState.DELIVERED, DeliveryState.WITHHELD, DeliveryState.DROPPED)


@dataclass(frozen=True)
class PurgeRow:
    """A purge that was planned: by which schedule, of what exactly, and who approved."""

    code: str
    government: Government
    digest: str
    days: Mapping[DataClass, int]
    rows: int
    planned_at: datetime
    done_at: datetime | None
    approved_by: tuple[int, ...]


class Retention:
    """Finds and destroys content; numbers, states and the audit log always stay."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def plan(self, side: Government, days: Mapping[DataClass, int], at: datetime) -> PurgePlan:
        """Everything of one side that was old enough at an instant and is not held."""
        finders = {
            DataClass.HELD: self._never_left,
            DataClass.ADVISORY: self._advisories,
            DataClass.DELIVERY: self._deliveries,
            DataClass.PERSON: self._persons,
        }
        rows = {
            kind: tuple(self._connection.execute(find(side, at - timedelta(days[kind]))).scalars())
            for kind, find in finders.items()
            if days.get(kind)
        }
        return PurgePlan(side, at, rows)

    def destroy(self, plan: PurgePlan) -> None:
        """Empties the content of every row of a plan."""
        for kind, rows in plan.rows.items():
            for start in range(0, len(rows), AT_ONCE):
                self._destroy(kind, rows[start : start + AT_ONCE])

    def hold(self, advisory_id: int) -> bool:
        """Forbids to destroy an advisory; False when it was held already."""
        if self.is_held(advisory_id):
            return False
        held = insert(legal_holds).values(advisory_id=advisory_id, placed_at=self._now)
        self._connection.execute(held)
        return True

    def release(self, advisory_id: int) -> bool:
        """Takes a hold back; False when there was none."""
        gone = delete(legal_holds).where(legal_holds.c.advisory_id == advisory_id)
        return bool(self._connection.execute(gone).rowcount)

    def is_held(self, advisory_id: int) -> bool:
        held = select(legal_holds).where(legal_holds.c.advisory_id == advisory_id)
        return self._connection.execute(held).first() is not None

    def held(self) -> tuple[tuple[str, datetime], ...]:
        """Every advisory that is held, and since when."""
        rows = self._connection.execute(
            select(advisories.c.number, legal_holds.c.placed_at)
            .join(legal_holds, legal_holds.c.advisory_id == advisories.c.id)
            .order_by(advisories.c.number)
        )
        return tuple((row.number, row.placed_at) for row in rows)

    def propose(self, code: str, plan: PurgePlan, days: Mapping[DataClass, int]) -> None:
        """Remembers a plan, to be approved."""
        values = {
            "code": code,
            "government": plan.government.value,
            "digest": plan.digest,
            "days": {kind.value: count for kind, count in days.items()},
            "rows": sum(plan.counts.values()),
            "planned_at": plan.planned_at,
        }
        self._connection.execute(insert(purges).values(values))

    def proposed(self, code: str) -> PurgeRow | None:
        """A plan by its code, locked until the transaction ends."""
        row = self._connection.execute(
            select(purges).where(purges.c.code == code).with_for_update()
        ).one_or_none()
        return self._purge(row) if row else None

    def approve(self, code: str, official_id: int) -> None:
        values = {"code": code, "official_id": official_id, "at": self._now}
        self._connection.execute(insert(purge_approvals).values(values))

    def finish(self, code: str) -> None:
        done = update(purges).where(purges.c.code == code).values(done_at=self._now)
        self._connection.execute(done)

    def _purge(self, row: Any) -> PurgeRow:
        by = select(purge_approvals.c.official_id).where(purge_approvals.c.code == row.code)
        return PurgeRow(
            row.code,
            Government(row.government),
            row.digest,
            {DataClass(kind): count for kind, count in row.days.items()},
            row.rows,
            row.planned_at,
            row.done_at,
            tuple(self._connection.execute(by.order_by(purge_approvals.c.at)).scalars()),
        )

    def _never_left(self, side: Government, before: datetime) -> Select[Any]:
        return self._old(side, before).where(advisories.c.state.in_(NEVER_LEFT))

    def _advisories(self, side: Government, before: datetime) -> Select[Any]:
        return self._old(side, before).where(advisories.c.state.not_in(NEVER_LEFT))

    def _old(self, side: Government, before: datetime) -> Select[Any]:
        last = func.coalesce(advisories.c.changed_at, advisories.c.posted_at)
        return (
            select(advisories.c.id)
            .where(advisories.c.government == side.value, last < before, _free(advisories.c.id))
            .where((advisories.c.body != "") | (advisories.c.title != ""))
            .order_by(advisories.c.id)
        )

    def _deliveries(self, side: Government, before: datetime) -> Select[Any]:
        own = select(workspaces.c.team).where(workspaces.c.government == side.value)
        return (
            select(outbox.c.id)
            .where(outbox.c.team.in_(own), outbox.c.created_at < before)
            .where(outbox.c.state.in_([one.value for one in ENDED]))
            .where(
                outbox.c.kind.in_(("note", "link.notice")),
                outbox.c.last_error.is_distinct_from("purged"),
            )
            .where(outbox.c.advisory_id.is_(None) | _free(outbox.c.advisory_id))
            .order_by(outbox.c.id)
        )

    def _persons(self, side: Government, before: datetime) -> Select[Any]:
        subject = officials.c.team + "/" + officials.c.user
        since = (
            select(func.max(audit_events.c.at))
            .where(audit_events.c.government == side.value, audit_events.c.subject == subject)
            .where(audit_events.c.action.endswith(".remove"))
            .scalar_subquery()
        )
        return (
            select(officials.c.id)
            .where(officials.c.government == side.value, officials.c.active.is_(False))
            .where(officials.c.name != officials.c.user, since < before)
            .order_by(officials.c.id)
        )

    def _destroy(self, kind: DataClass, rows: Sequence[int]) -> None:
        run = self._connection.execute
        match kind:
            case DataClass.HELD:
                here = advisories.c.id.in_(rows)
                run(update(advisories).where(here).values(**NO_TEXT, state="discarded"))
                files = advisory_files.c.advisory_id.in_(rows)
                run(update(advisory_files).where(files).values(name="", url=""))
            case DataClass.ADVISORY:
                run(update(advisories).where(advisories.c.id.in_(rows)).values(NO_TEXT))
                for table, emptied in (
                    (advisory_revisions, {"body": ""}),
                    (thread_replies, {"body": ""}),
                    (receipts, {"name": ""}),
                    (advisory_files, {"name": "", "url": ""}),
                ):
                    run(update(table).where(table.c.advisory_id.in_(rows)).values(emptied))
            case DataClass.DELIVERY:
                here = outbox.c.id.in_(rows)
                run(update(outbox).where(here).values(facts={}, last_error="purged"))
            case DataClass.PERSON:
                nameless = {"name": officials.c.user, "person": None}
                run(update(officials).where(officials.c.id.in_(rows)).values(nameless))


NO_TEXT = {"title": "", "body": "", "reason": "", "author_name": ""}


def _free(advisory_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Not under a legal hold."""
    return advisory_id.not_in(select(legal_holds.c.advisory_id))
