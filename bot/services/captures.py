"""What a notetaker decides about a captured line: yes, no, in other words, or gone with its source.

Nothing goes on the record by itself, and nothing while it is unclear who is meant or when.
"""

from __future__ import annotations

from bot import errors
from bot.domain.actions import Action, ActionState, Source
from bot.domain.captures import Capture, CaptureState
from bot.domain.due import DueReading
from bot.domain.inert import plain
from bot.domain.notes import NoteKind
from bot.domain.officials import Official
from bot.domain.rights import Act
from bot.services import actions, dialogues
from bot.services.access import require_right
from bot.services.actions import ActionRequest
from bot.services.capture_cards import items_of, save_capture, show_capture
from bot.services.captured_words import as_typed, due_of, owners_of
from bot.services.dialogue_threads import dialogue_of_thread
from bot.services.owners import read_owners
from bot.services.screening import require_fit
from bot.storage.unit_of_work import UnitOfWork


def take_up(uow: UnitOfWork, actor: Official, number: str) -> Capture:
    """The notetaker takes up a private suggestion."""
    capture = _of_notetaker(uow, actor, number)
    if capture.state is not CaptureState.SUGGESTED:
        raise errors.CaptureDecided(number=capture.number)
    proposed = save_capture(uow, capture.propose(uow.now), actor, "propose")
    show_capture(uow, proposed)
    return proposed


def confirm_capture(
    uow: UnitOfWork, actor: Official, number: str
) -> tuple[Capture, tuple[Action, ...]]:
    """A notetaker says yes: the item is opened, or follows its source; a decision is on the record.

    In the thread of a round whose talks are on, a decision is put to the other side.

    Raises UnknownOwner or DueNotUnderstood while it is not clear who or when.
    """
    capture = _of_notetaker(uow, actor, number)
    confirmed = capture.confirm(uow.now)
    items: tuple[Action, ...] = ()
    if capture.kind is NoteKind.ACTION:
        items = _items_followed(uow, actor, capture) or _items_opened(uow, actor, capture)
    if capture.kind is NoteKind.DECISION:
        _put_decision(uow, actor, capture)
    show_capture(uow, save_capture(uow, confirmed, actor, "confirm"))
    return confirmed, items


def refuse_capture(uow: UnitOfWork, actor: Official, number: str) -> Capture:
    """A notetaker says no; what is on the record already stays as it was."""
    capture = _of_notetaker(uow, actor, number)
    on_record = bool(items_of(uow, capture))
    refused = save_capture(uow, capture.refuse(uow.now, on_record=on_record), actor, "refuse")
    show_capture(uow, refused)
    return refused


def drop_captured(uow: UnitOfWork, actor: Official, number: str, reason: str) -> tuple[Action, ...]:
    """The source is gone, and its items go with it."""
    capture = _of_notetaker(uow, actor, number)
    items = tuple(one for one in items_of(uow, capture) if one.is_open)
    dropped = tuple(actions.drop_action(uow, actor, one.number, reason) for one in items)
    refused = capture.refuse(uow.now, on_record=False)
    show_capture(uow, save_capture(uow, refused, actor, "drop"))
    return dropped


def correct_capture(
    uow: UnitOfWork,
    actor: Official,
    number: str,
    text: str,
    owners: str,
    due: DueReading | None,
    *,
    internal: bool | None,
) -> Capture:
    """Other words, owners or day for a card; what cannot be read is refused at once."""
    capture = _of_notetaker(uow, actor, number)
    require_fit(plain(text))
    if owners:
        read_owners(uow, actor, owners)
    corrected = capture.correct(
        text,
        owners,
        as_typed(due) if due else "",
        internal=capture.internal if internal is None else internal,
        at=uow.now,
    )
    show_capture(uow, save_capture(uow, corrected, actor, "correct"))
    return corrected


def find_capture(uow: UnitOfWork, actor: Official, number: str) -> Capture:
    """The captured line of that number, of the actor's own side; raises CaptureNotFound."""
    found = uow.captures.by_number(number.strip().upper(), actor.government)
    if found is None:
        raise errors.CaptureNotFound(number=number)
    return found


def _of_notetaker(uow: UnitOfWork, actor: Official, number: str) -> Capture:
    require_right(uow, actor, Act.CAPTURE)
    return find_capture(uow, actor, number)


def _put_decision(uow: UnitOfWork, actor: Official, capture: Capture) -> None:
    dialogue = dialogue_of_thread(uow, capture.team, capture.channel, capture.thread_ts)
    if dialogue is None or capture.internal or not dialogue.takes_decisions:
        return
    found = uow.dialogues.decision_from(capture.number)
    if found is None:
        dialogues.put_decision(uow, actor, dialogue.number, capture.text, "", capture.number)
    elif found[1].text != plain(capture.text).strip():
        dialogues.reword_decision(uow, actor, dialogue.number, found[1], capture.text)


def _items_opened(uow: UnitOfWork, actor: Official, capture: Capture) -> tuple[Action, ...]:
    owners = owners_of(uow, actor, capture)
    request = ActionRequest(
        text=capture.text,
        owners=owners,
        due=due_of(uow, capture, owners),
        internal=capture.internal,
        source=Source(capture.team, capture.channel, capture.ts, capture.part),
        team=capture.team,
        channel=capture.channel,
        thread_ts=capture.thread_ts,
    )
    return actions.open_action(uow, actor, request)


def _items_followed(uow: UnitOfWork, actor: Official, capture: Capture) -> tuple[Action, ...]:
    """Items that stand already take over what their source says now."""
    items = items_of(uow, capture)
    owners = owners_of(uow, actor, capture)
    due = due_of(uow, capture, owners)
    for one in items:
        number = one.number
        if one.state is ActionState.DROPPED:
            actions.reopen_action(uow, actor, number)
        if one.text != plain(capture.text).strip():
            actions.reword_action(uow, actor, number, capture.text)
        if due != one.due:
            actions.postpone_action(uow, actor, number, due)
        if len(items) == 1 and owners.owners and owners.owners != one.owners:
            actions.assign_action(uow, actor, number, owners)
    return items
