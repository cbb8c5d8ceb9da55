"""Motions and the approvals given to them; nothing is ever deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from bot.domain.approvals import Motion, MotionState
from bot.domain.officials import Government
from bot.domain.rights import Act
from bot.storage.tables_approvals import motion_approvals, motions


class Approvals:
    """Reads and writes motions."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def put(self, motion: Motion) -> Motion:
        """Stores a new motion; the one returned carries its id."""
        values = vars(motion).copy()
        values.pop("id")
        values.pop("approved_by")
        values["destinations"] = [list(one) for one in motion.destinations]
        added = self._connection.execute(insert(motions).values(values).returning(motions.c.id))
        return self.get(int(added.scalar_one()))

    def get(self, motion_id: int) -> Motion:
        row = self._connection.execute(select(motions).where(motions.c.id == motion_id)).one()
        return self._motion(row)

    def open_on(self, act: Act, subject: str) -> Motion | None:
        """The motion that waits for approvals, locked until the transaction ends."""
        row = self._connection.execute(self._open(act, subject).with_for_update()).one_or_none()
        return self._motion(row) if row else None

    def shown_on(self, act: Act, subject: str) -> Motion | None:
        """The same merely to be shown: nobody waits for it."""
        row = self._connection.execute(self._open(act, subject)).one_or_none()
        return self._motion(row) if row else None

    def open_of(self, act: Act, government: Government) -> tuple[Motion, ...]:
        """What waits for approvals of that kind on a side, oldest first."""
        is_open = motions.c.state == MotionState.OPEN.value
        its = (motions.c.act == act.value) & (motions.c.government == government.value)
        rows = self._connection.execute(select(motions).where(is_open, its).order_by(motions.c.id))
        return tuple(self._motion(row) for row in rows.all())

    def carried_on(self, act: Act, subject: str, version: int) -> Motion | None:
        """The newest motion on that version which enough people approved."""
        wanted = self._on(act, subject).where(motions.c.version == version)
        wanted = wanted.where(motions.c.state == MotionState.CARRIED.value)
        row = self._connection.execute(wanted.order_by(motions.c.id.desc()).limit(1)).first()
        return self._motion(row) if row else None

    def approve(self, motion: Motion, official_id: int) -> Motion:
        """Adds one approval; the database itself refuses a second by the same official."""
        values = {"motion_id": motion.id, "official_id": official_id, "at": self._now}
        self._connection.execute(insert(motion_approvals).values(values))
        return self.get(motion.id)

    def close(self, motion: Motion, state: MotionState) -> None:
        """Nobody can put their name to it any more."""
        closed = {"state": state.value, "closed_at": self._now}
        here = motions.c.id == motion.id
        self._connection.execute(update(motions).where(here).values(closed))

    def _open(self, act: Act, subject: str) -> Select[Any]:
        return self._on(act, subject).where(motions.c.state == MotionState.OPEN.value)

    @staticmethod
    def _on(act: Act, subject: str) -> Select[Any]:
        return select(motions).where(motions.c.subject == subject, motions.c.act == act.value)

    def _motion(self, row: Row[Any]) -> Motion:
        by = (
            select(motion_approvals.c.official_id)
            .where(motion_approvals.c.motion_id == row.id)
            .order_by(motion_approvals.c.at, motion_approvals.c.official_id)
        )
        return Motion(
            row.id,
            Act(row.act),
            row.subject,
            row.version,
            Government(row.government),
            row.author_id,
            row.digest,
            tuple((code, team, channel) for code, team, channel in row.destinations),
            MotionState(row.state),
            row.asked_at,
            row.expires_at,
            tuple(self._connection.execute(by).scalars()),
        )
