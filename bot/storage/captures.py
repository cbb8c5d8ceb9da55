"""Captured lines, the channels in which words are enough, and each side's reaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.domain.captures import Capture, CaptureState, SourceState, Way
from bot.domain.notes import NoteKind
from bot.domain.officials import Government
from bot.storage.tables_captures import capture_channels, capture_reactions, captures

# Built once: building a statement takes SQLAlchemy four times as long as running it.
ADD = {
    name: statement.on_conflict_do_nothing(
        index_elements=["team", "channel", "ts", "part"]
    ).returning(captures.c.id)
    for name, statement in (
        ("sqlite", sqlite_insert(captures)),
        ("postgresql", postgresql_insert(captures)),
    )
}
AT = (
    select(captures)
    .where(captures.c.team == bindparam("its_team"))
    .where(captures.c.channel == bindparam("its_channel"))
    .where(captures.c.ts == bindparam("its_ts"))
    .order_by(captures.c.id)
)
IS_ON = (
    select(capture_channels.c.channel)
    .where(capture_channels.c.team == bindparam("its_team"))
    .where(capture_channels.c.channel == bindparam("its_channel"))
)
DEFAULT_REACTION = "memo"


class Captures:
    """Reads and writes captured lines."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, capture: Capture) -> Capture | None:
        """Stores a new line; None when it is stored already, by whatever way."""
        add = ADD[self._connection.dialect.name]
        added = self._connection.execute(add, _values(capture)).scalar_one_or_none()
        return replace(capture, id=int(added)) if added is not None else None

    def save(self, capture: Capture) -> None:
        self._connection.execute(
            update(captures).where(captures.c.id == capture.id).values(_values(capture))
        )

    def get(self, capture_id: int) -> Capture:
        row = self._connection.execute(select(captures).where(captures.c.id == capture_id)).one()
        return _capture(row)

    def by_number(self, number: str, government: Government) -> Capture | None:
        """The line of that number if it is that side's; whoever else would change it waits."""
        row = self._connection.execute(
            select(captures)
            .where(captures.c.number == number)
            .where(captures.c.government == government.value)
            .with_for_update()
        ).one_or_none()
        return _capture(row) if row else None

    def at(self, team: str, channel: str, ts: str) -> tuple[Capture, ...]:
        """The lines captured from one message, in their order."""
        place = {"its_team": team, "its_channel": channel, "its_ts": ts}
        return tuple(_capture(row) for row in self._connection.execute(AT, place))

    def confirmed_in(self, team: str, channel: str, thread_ts: str) -> tuple[Capture, ...]:
        """What is on the record of one thread, oldest first: decisions and questions included."""
        rows = self._connection.execute(
            select(captures)
            .where(captures.c.team == team)
            .where(captures.c.channel == channel)
            .where(captures.c.thread_ts == thread_ts)
            .where(captures.c.state == CaptureState.CONFIRMED.value)
            .order_by(captures.c.id)
        )
        return tuple(_capture(row) for row in rows)

    def is_on(self, team: str, channel: str) -> bool:
        """Whether words alone capture in a channel."""
        place = {"its_team": team, "its_channel": channel}
        return self._connection.execute(IS_ON, place).first() is not None

    def channels_of(self, team: str) -> tuple[str, ...]:
        """The channels of a workspace in which words alone capture."""
        rows = self._connection.execute(
            select(capture_channels.c.channel)
            .where(capture_channels.c.team == team)
            .order_by(capture_channels.c.channel)
        )
        return tuple(rows.scalars())

    def switch(self, team: str, channel: str, *, on: bool, by: int, at: datetime) -> None:
        """Switches capture by words on or off; twice the same is once."""
        self._connection.execute(
            delete(capture_channels)
            .where(capture_channels.c.team == team)
            .where(capture_channels.c.channel == channel)
        )
        if on:
            self._connection.execute(
                capture_channels.insert().values(
                    team=team, channel=channel, switched_by=by, switched_at=at
                )
            )

    def reaction_of(self, government: Government) -> str:
        """The reaction by which a side captures."""
        name = self._connection.execute(
            select(capture_reactions.c.name).where(
                capture_reactions.c.government == government.value
            )
        ).scalar_one_or_none()
        return name or DEFAULT_REACTION

    def set_reaction(self, government: Government, name: str) -> None:
        self._connection.execute(
            delete(capture_reactions).where(capture_reactions.c.government == government.value)
        )
        self._connection.execute(
            capture_reactions.insert().values(government=government.value, name=name)
        )


def _values(capture: Capture) -> dict[str, Any]:
    return {
        "number": capture.number,
        "government": capture.government.value,
        "team": capture.team,
        "channel": capture.channel,
        "ts": capture.ts,
        "part": capture.part,
        "thread_ts": capture.thread_ts,
        "kind": capture.kind.value,
        "state": capture.state.value,
        "way": capture.way.value,
        "text": capture.text,
        "owners": capture.owners,
        "due": capture.due,
        "author": capture.author,
        "noted_by": capture.noted_by,
        "created_at": capture.created_at,
        "changed_at": capture.changed_at,
        "edited_ts": capture.edited_ts,
        "source": capture.source.value,
        "internal": capture.internal,
    }


def _capture(row: Row[Any]) -> Capture:
    return Capture(
        id=row.id,
        number=row.number,
        government=Government(row.government),
        team=row.team,
        channel=row.channel,
        ts=row.ts,
        part=row.part,
        thread_ts=row.thread_ts,
        kind=NoteKind(row.kind),
        state=CaptureState(row.state),
        way=Way(row.way),
        text=row.text,
        owners=row.owners,
        due=row.due,
        author=row.author,
        noted_by=row.noted_by,
        created_at=row.created_at,
        changed_at=row.changed_at,
        edited_ts=row.edited_ts,
        source=SourceState(row.source),
        internal=row.internal,
    )
