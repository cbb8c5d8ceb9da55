"""What has to be looked at again after a gap: the heads of threads, and how far that has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    delete,
    exists,
    insert,
    or_,
    select,
    update,
)

from bot.domain.advisories import AdvisoryState
from bot.storage.tables import advisories, outbox, thread_replies
from bot.storage.tables_recovery import rereads

OPEN = (AdvisoryState.HELD, AdvisoryState.ISSUED, AdvisoryState.SUPERSEDED)


@dataclass(frozen=True)
class Reread:
    """A workspace's gap: changes from `since` on to what was posted before `before`."""

    team: str
    since: datetime
    before: datetime
    position: str
    stop: str
    is_second_half: bool
    round: int


@dataclass(frozen=True)
class Head:
    """A message at the head of a thread of an open advisory: its source, or a copy of it."""

    channel: str
    ts: str
    is_source: bool

    @property
    def position(self) -> str:
        """Sorts heads by channel, and within one by age: where a reading can be taken up again."""
        return f"{self.channel}:{self.ts}"


class Rereads:
    """Reads and writes the `rereads` table, and finds what there is to be read."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def promise(self, team: str, since: datetime, before: datetime) -> None:
        """Everything open will be looked at for changes since an instant.

        What was under way goes on from where it is, and once round: nothing comes last for ever.
        """
        known = self._connection.execute(select(rereads).where(rereads.c.team == team)).first()
        if known is None:
            values = {"team": team, "since": since, "before": before}
            self._connection.execute(insert(rereads).values(values))
            return
        self._connection.execute(
            update(rereads)
            .where(rereads.c.team == team)
            .values(
                since=min(known.since, since),
                before=max(known.before, before),
                stop=known.position,
                is_second_half=False,
                round=known.round + 1,
                lease_until=None,
            )
        )

    def claim(self, team: str, lease: timedelta) -> Reread | None:
        """The workspace's reading, if there is one and nobody else works on it."""
        row = self._connection.execute(
            update(rereads)
            .where(rereads.c.team == team)
            .where(or_(rereads.c.lease_until.is_(None), rereads.c.lease_until <= self._now))
            .values(lease_until=self._now + lease)
            .returning(rereads)
        ).first()
        if row is None:
            return None
        where = (row.position, row.stop, row.is_second_half)
        return Reread(row.team, row.since, row.before, *where, row.round)

    def rest(self, reading: Reread, position: str) -> None:
        """Everything up to that position has been read; anybody may go on from there."""
        self._set(reading, position=position)

    def end_half(self, reading: Reread) -> bool:
        """Nothing is left up to the end; whether all has been read, unless there is a new gap."""
        if reading.stop and not reading.is_second_half:
            self._set(reading, position="", is_second_half=True)
            return False
        self._connection.execute(delete(rereads).where(_is(reading)))
        return True

    def heads(self, reading: Reread, copy: str, active_since: datetime) -> tuple[Head, ...]:
        """What is still to be read: heads of open advisories that were active lately.

        `copy` is the kind of delivery that is a copy.
        """
        before = f"{reading.before.timestamp():.6f}"
        sources = (
            select(advisories.c.channel, advisories.c.source_ts)
            .where(advisories.c.team == reading.team, advisories.c.source_ts < before)
            .where(_is_alive(active_since))
        )
        copies = (
            select(outbox.c.channel, outbox.c.slack_ts, outbox.c.facts)
            .join(advisories, advisories.c.id == outbox.c.advisory_id)
            .where(outbox.c.team == reading.team, outbox.c.kind == copy)
            .where(outbox.c.target.is_(None), outbox.c.slack_ts < before)
            .where(_is_alive(active_since))
        )
        found = [
            Head(row.channel, row.source_ts, is_source=True)
            for row in self._connection.execute(sources)
        ]
        found += [
            Head(row.channel, row.slack_ts, is_source=False)
            for row in self._connection.execute(copies)
            if row.facts.get("part", 1) == 1
        ]
        found.sort(key=lambda head: head.position)
        left = (head for head in found if head.position > reading.position)
        return tuple(h for h in left if not reading.is_second_half or h.position <= reading.stop)

    def known_replies(self, team: str, channel: str, head: str, copy: str) -> frozenset[str]:
        """The replies in a thread that were mirrored and have not been deleted since."""
        of_source = select(advisories.c.id).where(
            advisories.c.team == team,
            advisories.c.channel == channel,
            advisories.c.source_ts == head,
        )
        of_copy = select(outbox.c.advisory_id).where(
            outbox.c.team == team, outbox.c.slack_ts == head, outbox.c.kind == copy
        )
        found = self._connection.execute(
            select(thread_replies.c.ts)
            .where(thread_replies.c.team == team, thread_replies.c.channel == channel)
            .where(thread_replies.c.is_deleted.is_(False))
            .where(
                or_(
                    thread_replies.c.advisory_id.in_(of_source),
                    thread_replies.c.advisory_id.in_(of_copy),
                )
            )
        )
        return frozenset(found.scalars())

    def _set(self, reading: Reread, **values: object) -> None:
        self._connection.execute(
            update(rereads).where(_is(reading)).values(lease_until=None, **values)
        )


def _is(reading: Reread) -> ColumnElement[bool]:
    return (rereads.c.team == reading.team) & (rereads.c.round == reading.round)


def _is_alive(active_since: datetime) -> ColumnElement[bool]:
    answered = exists().where(
        thread_replies.c.advisory_id == advisories.c.id, thread_replies.c.posted_at >= active_since
    )
    return advisories.c.state.in_([state.value for state in OPEN]) & or_(
        advisories.c.posted_at >= active_since, advisories.c.changed_at >= active_since, answered
    )
