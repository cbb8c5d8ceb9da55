"""The record of a round: what its documents are written from, its hash, and its figures."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.actions import Action, ActionState
from bot.domain.agencies import Agency
from bot.domain.dialogues import AgendaItem, DecisionTaken, Delegate, Dialogue
from bot.domain.moments import TOKYO
from bot.services.action_composers import facts_of
from bot.services.action_facts import ActionFacts
from bot.services.cards import agency_of
from bot.storage.dialogues import Summary
from bot.storage.unit_of_work import UnitOfWork

FINISHED = (ActionState.DONE, ActionState.VERIFIED)


@dataclass(frozen=True)
class Record:
    """Everything a round's documents say; joint things only."""

    dialogue: Dialogue
    agenda: tuple[AgendaItem, ...]
    delegation: tuple[tuple[Delegate, Agency], ...]
    decisions: tuple[DecisionTaken, ...]
    actions: tuple[ActionFacts, ...]
    carried: tuple[ActionFacts, ...]
    summary: Summary


@dataclass(frozen=True)
class Figures:
    """How a round's joint items stand, for the co-chairs; ages in days."""

    total: int
    open: int
    finished: int
    on_time: int
    overdue_by_agency: tuple[tuple[str, int], ...]
    overdue_by_pillar: tuple[tuple[str, int], ...]
    mean_age: int
    carried_forward: int
    burn_down: tuple[tuple[date, int], ...]


def record_of(uow: UnitOfWork, dialogue: Dialogue) -> Record:
    """The record as it stands now."""
    agencies = {one.agency: agency_of(uow, one.agency) for one in _delegation(uow, dialogue)}
    return Record(
        dialogue,
        uow.dialogues.agenda(dialogue.id),
        tuple((one, agencies[one.agency]) for one in _delegation(uow, dialogue)),
        uow.dialogues.decisions(dialogue.id),
        _items(uow, uow.dialogues.actions_of(dialogue.id)),
        _items(uow, uow.dialogues.carried(dialogue.id)),
        uow.dialogues.summary(dialogue.id),
    )


def digest_of_record(record: Record) -> str:
    """The SHA-256 of what the outcome says; the same record has the same one, whoever reads it.

    How far an item has come is not part of it: work goes on while the outcome is being cleared.
    """
    dialogue = record.dialogue
    said = {
        "number": dialogue.number,
        "dates": [str(dialogue.dates.start), str(dialogue.dates.end)] if dialogue.dates else None,
        "venue": dialogue.venue,
        "next_venue": dialogue.next_venue,
        "summary": [record.summary.en, record.summary.ja],
        "agenda": [[item.position, item.text, item.rendering] for item in record.agenda],
        "delegation": [[str(d.government), d.name, d.agency, d.role] for d, _ in record.delegation],
        "decisions": [
            [d.position, d.text, d.rendering, str(d.by), d.agreed] for d in record.decisions
        ],
        "actions": [
            [
                item.action.number,
                item.action.text,
                item.action.rendering,
                [[str(o.government), o.agency, o.official_id] for o in item.action.owners],
                str(item.action.due.on),
            ]
            for item in record.actions
        ],
    }
    canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def figures_of(uow: UnitOfWork, dialogue: Dialogue) -> Figures:
    """The co-chairs' figures; whatever is internal to a side does not count."""
    ids = uow.dialogues.actions_of(dialogue.id)
    items = [uow.actions.get(one) for one in ids]
    today = uow.now.astimezone(TOKYO).date()
    overdue = [one for one in items if one.is_overdue(today)]
    agencies = Counter(name for one in overdue for name in _carriers(one))
    pillars = Counter(one.pillar.value if one.pillar else "-" for one in overdue)
    still = [one for one in items if one.is_open]
    ages = [(uow.now - one.created_at).days for one in still]
    finished = [one for one in items if one.state in FINISHED and one.done_at]
    return Figures(
        total=len(items),
        open=len(still),
        finished=len(finished),
        on_time=sum(one.was_on_time(_day_done(one)) for one in finished),
        overdue_by_agency=tuple(agencies.most_common()),
        overdue_by_pillar=tuple(sorted(pillars.items())),
        mean_age=round(sum(ages) / len(ages)) if ages else 0,
        carried_forward=uow.dialogues.times_carried(ids),
        burn_down=burn_down(items, today),
    )


def burn_down(items: list[Action], today: date) -> tuple[tuple[date, int], ...]:
    """How many items were open at the end of each day, from the first one's on."""
    if not items:
        return ()
    changes: Counter[date] = Counter()
    for one in items:
        changes[one.created_at.astimezone(TOKYO).date()] += 1
        if not one.is_open:
            ended = one.done_at or one.changed_at
            changes[ended.astimezone(TOKYO).date()] -= 1
    day, open_, line = min(changes), 0, []
    while day <= today:
        open_ += changes[day]
        line.append((day, open_))
        day += timedelta(days=1)
    return tuple(line)


def _carriers(action: Action) -> set[str]:
    """The agencies, or whole sides, that carry an item; each counts it once."""
    return {owner.agency or owner.government.value for owner in action.owners}


def _day_done(action: Action) -> date:
    return (action.done_at or action.changed_at).astimezone(TOKYO).date()


def _delegation(uow: UnitOfWork, dialogue: Dialogue) -> tuple[Delegate, ...]:
    return uow.dialogues.delegation(dialogue.id)


def _items(uow: UnitOfWork, ids: tuple[int, ...]) -> tuple[ActionFacts, ...]:
    return tuple(facts_of(uow, uow.actions.get(one)) for one in ids)
