"""Preparing a round of the Dialogue: its dates, the tasks before it, its agenda and delegations.

What binds both sides is proposed by one and agreed by the other.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from bot import errors
from bot.domain.actions import ActionEvent, Due, Owner, Pillar
from bot.domain.calendars import CalendarName, close_of_business
from bot.domain.dialogues import (
    AgendaItem,
    Dates,
    DecisionTaken,
    Delegate,
    Dialogue,
    DialogueState,
    milestone_days,
)
from bot.domain.inert import plain
from bot.domain.officials import Government, Official
from bot.domain.rights import Act
from bot.services.access import require_right
from bot.services.action_news import announce_change
from bot.services.actions import ActionRequest, open_action
from bot.services.calendars import calendar_of
from bot.services.cards import names_in
from bot.services.dialogue_threads import refresh_card, tell_threads
from bot.services.owners import OwnersRead
from bot.services.screening import require_fit
from bot.storage.dialogues import Summary
from bot.storage.unit_of_work import UnitOfWork
from bot.texts.catalog import Catalog, Language, load

TEXT_LIMIT = 1_000
FIRST_ROUND = 1


def new_dialogue(
    uow: UnitOfWork, actor: Official, host: Government, dates: Dates | None, venue: str, round_: int
) -> Dialogue:
    """Opens a round; its dates, if any, wait for the other side."""
    require_keeper(uow, actor)
    number = round_ or uow.dialogues.last_round() + 1
    if uow.dialogues.by_round(number) is not None:
        raise errors.DialogueExists(number=f"DLG-{number:02}")
    dialogue = uow.dialogues.add(
        Dialogue(
            id=0,
            round=number,
            state=DialogueState.PROPOSED,
            host=host,
            created_by=actor.id,
            created_at=uow.now,
            pending=dates,
            pending_from=actor.government if dates else None,
            venue=fit(uow, actor, venue),
        )
    )
    uow.audit.record(actor, "dialogue.new", dialogue.number)
    return dialogue


def confirm_dates(uow: UnitOfWork, actor: Official, number: str, dates: Dates | None) -> Dialogue:
    """Agrees to the dates the other side proposed, or proposes others.

    Once they hold, the tasks around the round are set in joint business days; when they move, the
    tasks move with them. Open items of earlier rounds come onto the agenda.
    """
    require_keeper(uow, actor)
    dialogue = find_dialogue(uow, number)
    if dates is not None and dates != dialogue.pending:
        proposed = dialogue.propose_dates(dates, actor.government)
        return _saved(uow, actor, proposed, "propose_dates")
    agreed = dialogue.agree_dates(actor.government)
    uow.dialogues.save(agreed)
    _set_tasks(uow, actor, agreed)
    carry_forward(uow, actor, agreed)
    return _saved(uow, actor, agreed, "agree_dates")


def add_agenda_item(
    uow: UnitOfWork,
    actor: Official,
    number: str,
    text: str,
    rendering: str = "",
    pillar: Pillar | None = None,
    lead: str = "",
    minutes: int = 0,
) -> Dialogue:
    """Puts an item at the end of the agenda."""
    require_keeper(uow, actor)
    dialogue = find_dialogue(uow, number).open_agenda()
    taken = [item.position for item in uow.dialogues.agenda(dialogue.id)]
    item = AgendaItem(
        max(taken, default=0) + 1,
        fit(uow, actor, text),
        fit(uow, actor, rendering),
        pillar,
        fit(uow, actor, lead),
        minutes,
    )
    uow.dialogues.add_item(dialogue.id, item)
    return _saved(uow, actor, dialogue, "agenda_add")


def drop_agenda_item(uow: UnitOfWork, actor: Official, number: str, position: int) -> Dialogue:
    require_keeper(uow, actor)
    dialogue = find_dialogue(uow, number).open_agenda()
    if not uow.dialogues.drop_item(dialogue.id, position):
        raise errors.AgendaItemNotFound(number=dialogue.number, item=position)
    return _saved(uow, actor, dialogue, "agenda_drop")


def lock_agenda(uow: UnitOfWork, actor: Official, number: str) -> Dialogue:
    require_keeper(uow, actor)
    return _saved(uow, actor, find_dialogue(uow, number).lock_agenda(), "agenda_lock")


def exchange_papers(uow: UnitOfWork, actor: Official, number: str) -> Dialogue:
    require_keeper(uow, actor)
    return _saved(uow, actor, find_dialogue(uow, number).exchange_papers(), "papers")


def turn_to_item(uow: UnitOfWork, actor: Official, number: str, position: int) -> Dialogue:
    """The talks turn to an item; the card in both threads says so."""
    require_keeper(uow, actor)
    dialogue = find_dialogue(uow, number)
    if position not in {item.position for item in uow.dialogues.agenda(dialogue.id)}:
        raise errors.AgendaItemNotFound(number=dialogue.number, item=position)
    return _saved(uow, actor, dialogue.turn_to(position), "agenda_now")


def add_delegate(uow: UnitOfWork, actor: Official, number: str, one: Delegate) -> Dialogue:
    """Names somebody of one's own side's delegation."""
    require_keeper(uow, actor)
    if one.government != actor.government:
        raise errors.OwnSideOnly(code=number)
    dialogue = find_dialogue(uow, number)
    uow.dialogues.add_delegate(dialogue.id, replace(one, name=fit(uow, actor, one.name)))
    return _saved(uow, actor, dialogue, "delegate")


def put_decision(
    uow: UnitOfWork, actor: Official, number: str, text: str, rendering: str, capture: str = ""
) -> DecisionTaken:
    """Puts words to both sides; the other one agrees to exactly these.

    `capture` is the number of the captured line they come from.
    """
    require_keeper(uow, actor)
    dialogue = find_dialogue(uow, number)
    dialogue.require_taking_decisions()
    taken = uow.dialogues.decisions(dialogue.id)
    decision = DecisionTaken(
        len(taken) + 1, fit(uow, actor, text), fit(uow, actor, rendering), actor.government
    )
    uow.dialogues.add_decision(dialogue.id, decision, capture)
    _reword(uow, actor, dialogue, "decision")
    tell_threads(uow, dialogue, "decision", decision.position, actor)
    return decision


def reword_decision(
    uow: UnitOfWork, actor: Official, number: str, decision: DecisionTaken, text: str
) -> DecisionTaken:
    """Other words for a decision of the actor's side; whoever had agreed is asked again."""
    require_keeper(uow, actor)
    dialogue = find_dialogue(uow, number)
    dialogue.require_taking_decisions()
    if decision.by != actor.government:
        raise errors.OwnSideOnly(code=decision.label)
    reworded = replace(decision, text=fit(uow, actor, text), rendering="", agreed=False)
    uow.dialogues.reword_decision(dialogue.id, reworded)
    _reword(uow, actor, dialogue, "decision")
    tell_threads(uow, dialogue, "decision", decision.position, actor)
    return reworded


def agree_decision(uow: UnitOfWork, actor: Official, number: str, label: str) -> DecisionTaken:
    """The other side agrees to a decision as it was put."""
    require_keeper(uow, actor)
    dialogue = find_dialogue(uow, number)
    dialogue.require_taking_decisions()
    wanted = label.strip().upper()
    found = [one for one in uow.dialogues.decisions(dialogue.id) if one.label == wanted]
    if not found:
        raise errors.DecisionNotFound(number=dialogue.number, decision=label)
    (decision,) = found
    if decision.agreed:
        raise errors.DecisionAgreed(number=dialogue.number, decision=decision.label)
    if decision.by == actor.government:
        raise errors.OwnSideOnly(code=decision.label)
    uow.dialogues.agree_decision(dialogue.id, decision.position)
    _reword(uow, actor, dialogue, "decision_agree")
    tell_threads(uow, dialogue, "decision_agreed", decision.position, actor)
    return replace(decision, agreed=True)


def put_summary(uow: UnitOfWork, actor: Official, number: str, summary: Summary) -> Dialogue:
    """The outcome in the co-chairs' words; earlier clearings are of another text."""
    require_keeper(uow, actor)
    dialogue = find_dialogue(uow, number)
    dialogue.require_taking_decisions()
    before = uow.dialogues.summary(dialogue.id)
    words = Summary(
        fit(uow, actor, summary.en) or before.en, fit(uow, actor, summary.ja) or before.ja
    )
    uow.dialogues.put_summary(dialogue.id, words)
    return _reword(uow, actor, dialogue, "summary")


def put_next_venue(uow: UnitOfWork, actor: Official, number: str, venue: str) -> Dialogue:
    """Where the next round is to be held, as the outcome says it."""
    require_keeper(uow, actor)
    dialogue = find_dialogue(uow, number)
    dialogue.require_taking_decisions()
    return _reword(uow, actor, replace(dialogue, next_venue=fit(uow, actor, venue)), "next_venue")


def carry_forward(uow: UnitOfWork, actor: Official, dialogue: Dialogue) -> int:
    """Open joint items of earlier rounds come onto this round's agenda; how many are new there."""
    count = 0
    for action_id in uow.dialogues.open_before(dialogue.id):
        if uow.dialogues.carry(dialogue.id, action_id):
            uow.actions.note(ActionEvent(0, action_id, "carry", actor.id, uow.now, dialogue.number))
            count += 1
    return count


def find_dialogue(uow: UnitOfWork, number: str) -> Dialogue:
    """The round of that number (DLG-07, 7); raises DialogueNotFound."""
    digits = number.strip().upper().removeprefix("DLG-")
    found = uow.dialogues.by_round(int(digits)) if digits.isdecimal() else None
    if found is None:
        raise errors.DialogueNotFound(number=number)
    return found


def require_keeper(uow: UnitOfWork, actor: Official) -> None:
    """Rounds are kept by notetakers, liaisons and admins of either side."""
    require_right(uow, actor, Act.KEEP_ROUND)


def fit(uow: UnitOfWork, actor: Official, text: str) -> str:
    """Words for both sides; raises NotReleased when they bear a marking."""
    said = plain(text, names_in(uow, actor.team, text)).strip()
    require_fit(said)
    return said


def _set_tasks(uow: UnitOfWork, actor: Official, dialogue: Dialogue) -> None:
    """The tasks around the round; those there are move, those finished stay as they were."""
    if dialogue.dates is None:
        return
    joint = calendar_of(uow, CalendarName.JOINT)
    days = milestone_days(dialogue.dates, joint.add_business_days)
    tasks = uow.dialogues.tasks(dialogue.id)
    for milestone, day in days.items():
        due = Due("", day, close_of_business(day, Government.JP))
        if milestone in tasks:
            _move_task(uow, actor, tasks[milestone], due)
        elif day >= uow.now.date():
            _add_task(uow, actor, dialogue, milestone, due)


def _add_task(
    uow: UnitOfWork, actor: Official, dialogue: Dialogue, milestone: str, due: Due
) -> None:
    key = f"dialogues.task.{milestone}"
    words = [_words().say(language, key, number=dialogue.number) for language in Language]
    request = ActionRequest(
        text=words[0],
        rendering=words[1],
        owners=OwnersRead((Owner(dialogue.host),)),
        due=due,
        dialogue_id=dialogue.id,
    )
    (task,) = open_action(uow, actor, request)
    uow.dialogues.add_task(dialogue.id, milestone, task.id)


@cache
def _words() -> Catalog:
    """Tasks are set by nobody's words: both languages stand in the register."""
    return load()


def _move_task(uow: UnitOfWork, actor: Official, action_id: int, due: Due) -> None:
    task = uow.actions.get(action_id)
    if not task.is_open or task.due.on == due.on:
        return
    before = task.due.on.isoformat() if task.due.on else ""
    moved = replace(task.postpone(due), changed_at=uow.now)
    uow.actions.save(moved)
    event = uow.actions.note(ActionEvent(0, task.id, "due", actor.id, uow.now, before))
    announce_change(uow, actor, moved, event)


def _reword(uow: UnitOfWork, actor: Official, dialogue: Dialogue, verb: str) -> Dialogue:
    """The record has changed: whatever was cleared is of another text now."""
    if dialogue.state is DialogueState.OUTCOME_CLEARED:
        dialogue = dialogue.cleared((), "")
    return _saved(uow, actor, dialogue, verb)


def _saved(uow: UnitOfWork, actor: Official, dialogue: Dialogue, verb: str) -> Dialogue:
    uow.dialogues.save(dialogue)
    uow.audit.record(actor, f"dialogue.{verb}", dialogue.number, state=dialogue.state)
    refresh_card(uow, dialogue)
    return dialogue
