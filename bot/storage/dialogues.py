"""Rounds of the Dialogue with their agenda, delegations, decisions, clearings and threads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Table, bindparam, delete, func, insert, select, update

from bot.domain.actions import Pillar
from bot.domain.dialogues import (
    AgendaItem,
    Clearing,
    Dates,
    DecisionTaken,
    Delegate,
    Dialogue,
    DialogueState,
)
from bot.domain.officials import Government
from bot.storage.tables_actions import actions
from bot.storage.tables_dialogues import (
    agenda_items,
    carried_actions,
    clearings,
    decisions,
    delegates,
    dialogue_lines,
    dialogue_tasks,
    dialogues,
)

GET = select(dialogues).where(dialogues.c.id == bindparam("wanted"))
BY_ROUND = select(dialogues).where(dialogues.c.round == bindparam("wanted")).with_for_update()
LINE_AT = (
    select(dialogue_lines)
    .where(dialogue_lines.c.team == bindparam("team"))
    .where(dialogue_lines.c.channel == bindparam("channel"))
    .where(dialogue_lines.c.ts == bindparam("ts"))
)


@dataclass(frozen=True)
class ThreadLine:
    """What somebody said in a round's thread on their side."""

    id: int
    dialogue_id: int
    team: str
    channel: str
    ts: str
    author_id: int
    body: str
    is_deleted: bool = False


@dataclass(frozen=True)
class Summary:
    """The outcome in the co-chairs' own words, in each language."""

    en: str = ""
    ja: str = ""


class Dialogues:
    """Reads and writes rounds; a round found by its number is locked until the transaction ends."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, dialogue: Dialogue) -> Dialogue:
        values = {**_values(dialogue), "summary_en": "", "summary_ja": ""}
        added = self._connection.execute(insert(dialogues).values(values).returning(dialogues.c.id))
        return replace(dialogue, id=int(added.scalar_one()))

    def save(self, dialogue: Dialogue) -> None:
        self._connection.execute(
            update(dialogues).where(dialogues.c.id == dialogue.id).values(_values(dialogue))
        )

    def get(self, dialogue_id: int) -> Dialogue:
        return _dialogue(self._connection.execute(GET, {"wanted": dialogue_id}).one())

    def by_round(self, number: int) -> Dialogue | None:
        row = self._connection.execute(BY_ROUND, {"wanted": number}).one_or_none()
        return _dialogue(row) if row else None

    def all(self) -> tuple[Dialogue, ...]:
        """Every round, the newest first."""
        rows = self._connection.execute(select(dialogues).order_by(dialogues.c.round.desc()))
        return tuple(_dialogue(row) for row in rows)

    def summary(self, dialogue_id: int) -> Summary:
        row = self._connection.execute(GET, {"wanted": dialogue_id}).one()
        return Summary(row.summary_en, row.summary_ja)

    def put_summary(self, dialogue_id: int, summary: Summary) -> None:
        self._connection.execute(
            update(dialogues)
            .where(dialogues.c.id == dialogue_id)
            .values(summary_en=summary.en, summary_ja=summary.ja)
        )

    def agenda(self, dialogue_id: int) -> tuple[AgendaItem, ...]:
        rows = self._connection.execute(_of(agenda_items, dialogue_id, "position"))
        return tuple(
            AgendaItem(
                row.position,
                row.text,
                row.rendering,
                Pillar(row.pillar) if row.pillar else None,
                row.lead,
                row.minutes,
            )
            for row in rows
        )

    def add_item(self, dialogue_id: int, item: AgendaItem) -> None:
        self._connection.execute(
            insert(agenda_items).values(
                dialogue_id=dialogue_id,
                position=item.position,
                text=item.text,
                rendering=item.rendering,
                pillar=item.pillar.value if item.pillar else None,
                lead=item.lead,
                minutes=item.minutes,
            )
        )

    def drop_item(self, dialogue_id: int, position: int) -> bool:
        """Takes an item off; its number is not used again for another."""
        gone = self._connection.execute(
            delete(agenda_items)
            .where(agenda_items.c.dialogue_id == dialogue_id)
            .where(agenda_items.c.position == position)
        )
        return bool(gone.rowcount)

    def delegation(self, dialogue_id: int) -> tuple[Delegate, ...]:
        rows = self._connection.execute(_of(delegates, dialogue_id, "id"))
        return tuple(
            Delegate(Government(row.government), row.name, row.agency, row.role) for row in rows
        )

    def add_delegate(self, dialogue_id: int, one: Delegate) -> None:
        self._connection.execute(
            insert(delegates).values(
                dialogue_id=dialogue_id,
                government=one.government.value,
                name=one.name,
                agency=one.agency,
                role=one.role,
            )
        )

    def decisions(self, dialogue_id: int) -> tuple[DecisionTaken, ...]:
        rows = self._connection.execute(_of(decisions, dialogue_id, "position"))
        return tuple(map(_decision, rows))

    def decision_from(self, capture: str) -> tuple[int, DecisionTaken] | None:
        """The round and the decision that was put from a captured line."""
        wanted = select(decisions).where(decisions.c.capture == capture)
        row = self._connection.execute(wanted).one_or_none()
        return (row.dialogue_id, _decision(row)) if row else None

    def add_decision(self, dialogue_id: int, one: DecisionTaken, capture: str = "") -> None:
        self._connection.execute(
            insert(decisions).values(
                dialogue_id=dialogue_id,
                position=one.position,
                text=one.text,
                rendering=one.rendering,
                government=one.by.value,
                agreed=one.agreed,
                capture=capture,
            )
        )

    def reword_decision(self, dialogue_id: int, one: DecisionTaken) -> None:
        """Other words in the place of a decision's."""
        its_own = decisions.c.dialogue_id == dialogue_id
        values = {"text": one.text, "rendering": one.rendering, "agreed": one.agreed}
        self._connection.execute(
            update(decisions).where(its_own, decisions.c.position == one.position).values(values)
        )

    def agree_decision(self, dialogue_id: int, position: int) -> None:
        self._connection.execute(
            update(decisions)
            .where(decisions.c.dialogue_id == dialogue_id, decisions.c.position == position)
            .values(agreed=True)
        )

    def clearings(self, dialogue_id: int) -> tuple[Clearing, ...]:
        rows = self._connection.execute(_of(clearings, dialogue_id, "government"))
        return tuple(Clearing(Government(r.government), r.digest, r.by, r.at) for r in rows)

    def put_clearing(self, dialogue_id: int, one: Clearing) -> None:
        """A side's clearing stands in the place of an earlier one of its own."""
        self._connection.execute(
            delete(clearings)
            .where(clearings.c.dialogue_id == dialogue_id)
            .where(clearings.c.government == one.government.value)
        )
        self._connection.execute(
            insert(clearings).values(
                dialogue_id=dialogue_id,
                government=one.government.value,
                digest=one.digest,
                by=one.by,
                at=one.at,
            )
        )

    def add_line(self, line: ThreadLine) -> ThreadLine:
        values = {
            "dialogue_id": line.dialogue_id,
            "team": line.team,
            "channel": line.channel,
            "ts": line.ts,
            "author_id": line.author_id,
            "body": line.body,
        }
        added = self._connection.execute(
            insert(dialogue_lines).values(values).returning(dialogue_lines.c.id)
        )
        return replace(line, id=int(added.scalar_one()))

    def save_line(self, line: ThreadLine) -> None:
        self._connection.execute(
            update(dialogue_lines)
            .where(dialogue_lines.c.id == line.id)
            .values(body=line.body, is_deleted=line.is_deleted)
        )

    def line(self, line_id: int) -> ThreadLine:
        row = self._connection.execute(
            select(dialogue_lines).where(dialogue_lines.c.id == line_id)
        ).one()
        return _line(row)

    def line_at(self, team: str, channel: str, ts: str) -> ThreadLine | None:
        place = {"team": team, "channel": channel, "ts": ts}
        row = self._connection.execute(LINE_AT, place).one_or_none()
        return _line(row) if row else None

    def tasks(self, dialogue_id: int) -> dict[str, int]:
        """The action of each milestone."""
        rows = self._connection.execute(_of(dialogue_tasks, dialogue_id, "milestone"))
        return {row.milestone: row.action_id for row in rows}

    def add_task(self, dialogue_id: int, milestone: str, action_id: int) -> None:
        self._connection.execute(
            insert(dialogue_tasks).values(
                dialogue_id=dialogue_id, milestone=milestone, action_id=action_id
            )
        )

    def carry(self, dialogue_id: int, action_id: int) -> bool:
        """Puts an open item of an earlier round onto this one's agenda; False when it is there."""
        known = select(carried_actions).where(
            carried_actions.c.dialogue_id == dialogue_id, carried_actions.c.action_id == action_id
        )
        if self._connection.execute(known).first() is not None:
            return False
        self._connection.execute(
            insert(carried_actions).values(dialogue_id=dialogue_id, action_id=action_id)
        )
        return True

    def carried(self, dialogue_id: int) -> tuple[int, ...]:
        rows = self._connection.execute(_of(carried_actions, dialogue_id, "action_id"))
        return tuple(row.action_id for row in rows)

    def actions_of(self, dialogue_id: int) -> tuple[int, ...]:
        """The joint items of a round, oldest first, without the tasks around it."""
        tasks = select(dialogue_tasks.c.action_id)
        rows = self._connection.execute(
            select(actions.c.id)
            .where(actions.c.dialogue_id == dialogue_id, actions.c.scope == "joint")
            .where(actions.c.id.not_in(tasks))
            .order_by(actions.c.id)
        ).scalars()
        return tuple(rows)

    def open_before(self, dialogue_id: int) -> tuple[int, ...]:
        """The joint items of earlier rounds that are open, oldest first."""
        rows = self._connection.execute(
            select(actions.c.id)
            .where(actions.c.dialogue_id < dialogue_id, actions.c.scope == "joint")
            .where(actions.c.is_open.is_(True))
            .where(actions.c.id.not_in(select(dialogue_tasks.c.action_id)))
            .order_by(actions.c.id)
        ).scalars()
        return tuple(rows)

    def times_carried(self, action_ids: tuple[int, ...]) -> int:
        """How many of these items have been carried onto a later round's agenda."""
        found = select(func.count(func.distinct(carried_actions.c.action_id))).where(
            carried_actions.c.action_id.in_(action_ids)
        )
        return int(self._connection.execute(found).scalar_one())

    def last_round(self) -> int:
        found = self._connection.execute(select(func.max(dialogues.c.round))).scalar_one()
        return int(found or 0)


def _of(table: Table, dialogue_id: int, order: str) -> Any:
    return select(table).where(table.c.dialogue_id == dialogue_id).order_by(table.c[order])


def _line(row: Row[Any]) -> ThreadLine:
    return ThreadLine(
        row.id,
        row.dialogue_id,
        row.team,
        row.channel,
        row.ts,
        row.author_id,
        row.body,
        row.is_deleted,
    )


def _values(one: Dialogue) -> dict[str, Any]:
    return {
        "round": one.round,
        "state": one.state.value,
        "host": one.host.value,
        "created_by": one.created_by,
        "created_at": one.created_at,
        "starts_on": one.dates.start if one.dates else None,
        "ends_on": one.dates.end if one.dates else None,
        "pending_starts_on": one.pending.start if one.pending else None,
        "pending_ends_on": one.pending.end if one.pending else None,
        "pending_from": one.pending_from.value if one.pending_from else None,
        "venue": one.venue,
        "next_venue": one.next_venue,
        "agenda_now": one.agenda_now,
        "opened_at": one.opened_at,
        "closed_at": one.closed_at,
        "published_at": one.published_at,
        "link_id": one.link_id,
    }


def _dates(start: date | None, end: date | None) -> Dates | None:
    return Dates(start, end) if start and end else None


def _dialogue(row: Row[Any]) -> Dialogue:
    return Dialogue(
        id=row.id,
        round=row.round,
        state=DialogueState(row.state),
        host=Government(row.host),
        created_by=row.created_by,
        created_at=row.created_at,
        dates=_dates(row.starts_on, row.ends_on),
        pending=_dates(row.pending_starts_on, row.pending_ends_on),
        pending_from=Government(row.pending_from) if row.pending_from else None,
        venue=row.venue,
        next_venue=row.next_venue,
        agenda_now=row.agenda_now,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        published_at=row.published_at,
        link_id=row.link_id,
    )


def _decision(row: Row[Any]) -> DecisionTaken:
    side = Government(row.government)
    return DecisionTaken(row.position, row.text, row.rendering, side, row.agreed)
