"""A captured line as it is kept and shown: its suggestion, its card, and the items it led to."""

from __future__ import annotations

from bot.domain.actions import Action
from bot.domain.captures import Capture, CaptureState
from bot.domain.deliveries import URGENT, Method
from bot.domain.officials import Government, Official
from bot.services.kinds import CAPTURE_CARD, CAPTURE_SUGGESTION
from bot.storage.unit_of_work import UnitOfWork


def items_of(uow: UnitOfWork, capture: Capture) -> tuple[Action, ...]:
    """The items opened from a captured line: none, one, or one for each side."""
    at_source = uow.actions.at_source(capture.team, capture.channel, capture.ts)
    return tuple(
        one
        for one in at_source
        if one.source
        and one.source.part in {capture.part, f"{capture.part}JP", f"{capture.part}AU"}
    )


def decision_of(uow: UnitOfWork, capture: Capture) -> str:
    """The round and label of the decision that was put from a captured line, else nothing."""
    found = uow.dialogues.decision_from(capture.number)
    if found is None:
        return ""
    dialogue_id, decision = found
    return f"{uow.dialogues.get(dialogue_id).number} {decision.label}"


def numbers_of(uow: UnitOfWork, capture: Capture) -> tuple[str, ...]:
    """What a captured line stands under on the record: its items', or its decision's."""
    items = tuple(one.number for one in items_of(uow, capture))
    decision = decision_of(uow, capture)
    return (*items, decision) if decision else items


def subject_of(capture: Capture) -> str:
    return f"capture:{capture.id}"


def show_capture(uow: UnitOfWork, capture: Capture) -> None:
    """A suggestion to its notetaker, or the card in the thread as it stands now."""
    facts = {"capture": capture.id}
    if capture.state is CaptureState.SUGGESTED:
        uow.outbox.add(
            CAPTURE_SUGGESTION,
            facts,
            Method.PRIVATE,
            capture.team,
            capture.channel,
            user=uow.officials.get(capture.noted_by).user,
            thread_ts=capture.thread_ts,
            subject=subject_of(capture),
            priority=URGENT,
        )
        return
    cards = uow.outbox.of_subject(subject_of(capture), CAPTURE_CARD)
    for card in cards:
        uow.outbox.refresh(card)
    if not cards and capture.state is not CaptureState.REFUSED:
        uow.outbox.add(
            CAPTURE_CARD,
            facts,
            Method.POST,
            capture.team,
            capture.channel,
            thread_ts=capture.thread_ts,
            subject=subject_of(capture),
        )


def save_capture(
    uow: UnitOfWork, capture: Capture, actor: Official | Government, verb: str
) -> Capture:
    """Keeps what somebody, or the bot for a side, has made of it."""
    uow.captures.save(capture)
    uow.audit.record(actor, f"capture.{verb}", capture.number, state=capture.state)
    return capture
