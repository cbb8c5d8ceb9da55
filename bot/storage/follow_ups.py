"""Follow-ups, the messages they stand in, and the hours people set for themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, or_, select, update

from bot.domain.deliveries import DeliveryState, Method
from bot.domain.follow_ups import Answer, FollowUp, FollowUpState, Reminder, Spot
from bot.domain.officials import Government, Official
from bot.storage.tables import officials, outbox
from bot.storage.tables_follow_ups import (
    escalation_pauses,
    follow_ups,
    official_hours,
    reminders,
)

# Built once: building a statement takes SQLAlchemy four times as long as running it.
GET = select(follow_ups).where(follow_ups.c.id == bindparam("wanted"))
BY_NUMBER = select(follow_ups).where(follow_ups.c.number == bindparam("wanted")).with_for_update()
SET = update(follow_ups).where(follow_ups.c.id == bindparam("wanted"))
OF = select(reminders).where(reminders.c.delivery_id == bindparam("wanted"))
HOURS = select(official_hours).where(official_hours.c.official_id == bindparam("wanted"))
# A reminder still waiting to be said to that person: what falls due meanwhile joins it.
UNSAID = (
    select(outbox.c.id)
    .where(outbox.c.team == bindparam("its_team"), outbox.c.lane == bindparam("its_lane"))
    .where(outbox.c.kind == bindparam("its_kind"))
    .where(outbox.c.state == DeliveryState.WAITING.value, outbox.c.method == Method.DIRECT.value)
    .where(outbox.c.attempts == 0)
    .order_by(outbox.c.id)
    .limit(1)
    .with_for_update()
)


class FollowUps:
    """Reads and writes follow-ups and their reminders."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, follow_up: FollowUp) -> FollowUp:
        """Stores a new follow-up; the one returned carries its id."""
        added = self._connection.execute(
            insert(follow_ups).values(_values(follow_up)).returning(follow_ups.c.id)
        ).scalar_one()
        return replace(follow_up, id=added)

    def save(self, follow_up: FollowUp) -> None:
        self._connection.execute(SET, {"wanted": follow_up.id, **_values(follow_up)})

    def get(self, follow_up_id: int) -> FollowUp:
        return _follow_up(self._connection.execute(GET, {"wanted": follow_up_id}).one())

    def by_number(self, number: str) -> FollowUp | None:
        """The follow-up of that number; whoever else wants to change it waits."""
        row = self._connection.execute(BY_NUMBER, {"wanted": number}).one_or_none()
        return _follow_up(row) if row else None

    def open_of(self, official: Official, limit: int = 50) -> tuple[FollowUp, ...]:
        """The open ones an official set or is reminded of, oldest first."""
        rows = self._connection.execute(
            select(follow_ups)
            .where(follow_ups.c.state == FollowUpState.OPEN.value)
            .where(
                or_(
                    follow_ups.c.official_id == official.id,
                    follow_ups.c.agency == official.agency,
                    follow_ups.c.created_by == official.id,
                )
            )
            .order_by(follow_ups.c.id)
            .limit(limit)
        )
        return tuple(_follow_up(row) for row in rows)

    def lock_reader(self, official_id: int) -> None:
        """Whoever else wants to remind the same person waits, so that one message suffices."""
        self._connection.execute(
            select(officials.c.id).where(officials.c.id == official_id).with_for_update()
        )

    def unsaid(self, team: str, user: str, kind: str) -> int | None:
        """The delivery to that person that nobody has begun to send yet, kept from being begun."""
        found = self._connection.execute(
            UNSAID, {"its_team": team, "its_lane": f"@{user}", "its_kind": kind}
        ).scalar_one_or_none()
        return None if found is None else int(found)

    def add_reminder(self, reminder: Reminder) -> None:
        """Puts a follow-up into a message; one that stands there already takes the newest slot."""
        where = (reminders.c.delivery_id == reminder.delivery_id) & (
            reminders.c.follow_up_id == reminder.follow_up_id
        )
        self._connection.execute(delete(reminders).where(where))
        self._connection.execute(insert(reminders).values(_reminder_values(reminder)))

    def reminders_of(self, delivery_id: int) -> tuple[Reminder, ...]:
        """What stands in a message, in the order it fell due."""
        rows = self._connection.execute(
            OF.order_by(reminders.c.due_at, reminders.c.follow_up_id), {"wanted": delivery_id}
        )
        return tuple(_reminder(row) for row in rows)

    def unanswered(self, follow_up_id: int) -> tuple[Reminder, ...]:
        """Where a follow-up stands without an answer."""
        rows = self._connection.execute(
            select(reminders)
            .where(reminders.c.follow_up_id == follow_up_id, reminders.c.answer.is_(None))
            .order_by(reminders.c.delivery_id)
        )
        return tuple(_reminder(row) for row in rows)

    def answer(self, reminder: Reminder, answer: Answer, by: int) -> None:
        self._connection.execute(
            update(reminders)
            .where(reminders.c.delivery_id == reminder.delivery_id)
            .where(reminders.c.follow_up_id == reminder.follow_up_id)
            .values(answer=answer.value, answered_by=by)
        )

    def pause(self, number: str, official: Official, at: datetime) -> None:
        """An official's side is told no more of an item that is late."""
        self.resume(number, official.government)
        self._connection.execute(
            insert(escalation_pauses).values(
                number=number,
                government=official.government.value,
                official_id=official.id,
                at=at,
            )
        )

    def resume(self, number: str, government: Government) -> bool:
        """The side is told again; False when it was not paused."""
        gone = self._connection.execute(
            delete(escalation_pauses)
            .where(escalation_pauses.c.number == number)
            .where(escalation_pauses.c.government == government.value)
        )
        return bool(gone.rowcount)

    def is_paused(self, number: str, government: Government) -> bool:
        found = self._connection.execute(
            select(escalation_pauses.c.number)
            .where(escalation_pauses.c.number == number)
            .where(escalation_pauses.c.government == government.value)
        )
        return found.first() is not None

    def hours_of(self, official_id: int) -> tuple[time, time] | None:
        """The hours somebody set for themselves, or None."""
        row = self._connection.execute(HOURS, {"wanted": official_id}).one_or_none()
        return (time.fromisoformat(row.opens), time.fromisoformat(row.closes)) if row else None

    def set_hours(self, official_id: int, opens: time, closes: time) -> None:
        self._connection.execute(
            delete(official_hours).where(official_hours.c.official_id == official_id)
        )
        self._connection.execute(
            insert(official_hours).values(
                official_id=official_id, opens=f"{opens:%H:%M}", closes=f"{closes:%H:%M}"
            )
        )


def _values(one: FollowUp) -> dict[str, Any]:
    return {
        "number": one.number,
        "text": one.text,
        "state": one.state.value,
        "government": one.government.value,
        "created_by": one.created_by,
        "created_at": one.created_at,
        "official_id": one.official_id,
        "agency": one.agency or None,
        "for_government": one.for_government.value if one.for_government else None,
        "about": one.about,
        "recurs": one.recurs,
        "team": one.spot.team,
        "channel": one.spot.channel,
        "message_ts": one.spot.message_ts,
        "thread_ts": one.spot.thread_ts,
    }


def _follow_up(row: Row[Any]) -> FollowUp:
    return FollowUp(
        row.id,
        row.number,
        row.text,
        FollowUpState(row.state),
        Government(row.government),
        row.created_by,
        row.created_at,
        row.official_id,
        row.agency or "",
        Government(row.for_government) if row.for_government else None,
        row.about,
        row.recurs,
        Spot(row.team, row.channel, row.message_ts, row.thread_ts),
    )


def _reminder_values(one: Reminder) -> dict[str, Any]:
    return {
        "delivery_id": one.delivery_id,
        "follow_up_id": one.follow_up_id,
        "due_at": one.due_at,
        "moved_from": one.moved_from,
        "is_late": one.is_late,
        "merged": one.merged,
        "answer": None,
        "answered_by": None,
    }


def _reminder(row: Row[Any]) -> Reminder:
    return Reminder(
        row.delivery_id,
        row.follow_up_id,
        row.due_at,
        row.moved_from,
        row.is_late,
        row.merged,
        Answer(row.answer) if row.answer else None,
        row.answered_by,
    )
