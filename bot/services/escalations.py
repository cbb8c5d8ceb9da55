"""Telling the next one when something is late: each step once, and never of what is done.

The steps of an item are schedules of their own, planned when its due date is set and ended with it.
Whether there is still anything to tell is asked when a step is taken, and again when it is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.actions import Action
from bot.domain.advisories import Advisory, AdvisoryState
from bot.domain.deliveries import Method
from bot.domain.escalation import (
    POLICIES,
    Deadline,
    Rung,
    Subject,
    Urgency,
    happening,
    receipt_deadline,
)
from bot.domain.follow_ups import FollowUp
from bot.domain.moments import TOKYO
from bot.domain.officials import Government, Official, Role
from bot.domain.schedules import Occasion
from bot.domain.slots import instant_of
from bot.services.action_news import MOST_READERS, readers_of
from bot.services.cards import agencies_expected
from bot.services.kinds import ESCALATION
from bot.services.readers import readers_of as readers_of_follow_up
from bot.services.schedules import Duty, working_days
from bot.storage.unit_of_work import UnitOfWork

JOINT = "JOINT"
# A tag by which an author asks for a receipt within hours.
URGENT_TAGS = frozenset({"urgent", "至急"})
ROLES = {Rung.DUTY: Role.DUTY, Rung.CONTACTS: Role.CONTACT, Rung.COCHAIRS: Role.COCHAIR}


@dataclass(frozen=True)
class Case:
    """Something that may be late: who has to act, and which sides may hear of it."""

    number: str
    text: str
    carriers: tuple[Official, ...]
    agencies: tuple[str, ...]
    sides: tuple[Government, ...]
    about: str = ""
    top: Rung = Rung.COCHAIRS


def watch_action(uow: UnitOfWork, action: Action) -> None:
    """Plans the steps of an action by its due date; none when it is closed or has no date."""
    deadline = Deadline(action.due.on) if action.due.on and action.is_open else None
    _plan(uow, Subject.ACTION, action.id, Urgency.ROUTINE, deadline)


def watch_receipts(uow: UnitOfWork, advisory: Advisory) -> None:
    """Plans the steps for receipts once, when the first copy has arrived."""
    if uow.schedules.of(_kind(Subject.RECEIPT), advisory.id):
        return
    urgent = bool(URGENT_TAGS & set(advisory.tags))
    urgency = Urgency.URGENT if urgent else Urgency.ROUTINE
    deadline = receipt_deadline(uow.now, urgency, working_days(uow, JOINT))
    _plan(uow, Subject.RECEIPT, advisory.id, urgency, deadline)


def watch_follow_up(uow: UnitOfWork, follow_up: FollowUp) -> None:
    """Plans the steps for a reminder that was just said, should nobody answer it."""
    if not follow_up.is_for_channel:
        today = uow.now.astimezone(TOKYO).date()
        _plan(uow, Subject.FOLLOW_UP, follow_up.id, Urgency.ROUTINE, Deadline(today))


def unwatch_follow_up(uow: UnitOfWork, follow_up: FollowUp) -> None:
    """It was answered: nobody need hear of it."""
    uow.schedules.end(_kind(Subject.FOLLOW_UP), follow_up.id)


def case_of(uow: UnitOfWork, subject: Subject, item: int) -> Case | None:
    """Who has to act on an item that is still to be done; None when nobody has to any more."""
    return CASES[subject](uow, item)


def holders(uow: UnitOfWork, case: Case, rung: Rung | None) -> tuple[Rung, tuple[Official, ...]]:
    """Who stands on a rung, or on the next one that somebody holds."""
    while rung is not None:
        found = _on_rung(uow, case, rung)
        if found:
            return rung, found
        rung = rung.above if rung is not case.top else None
    return Rung.COCHAIRS, ()


def silent_agencies(uow: UnitOfWork, advisory: Advisory) -> tuple[str, ...]:
    """The agencies of the other side that could acknowledge and have not."""
    done = {receipt.agency for receipt in uow.advisories.receipts(advisory.id)}
    return tuple(sorted(agencies_expected(uow, advisory) - done))


def _kind(subject: Subject) -> str:
    return f"escalation.{subject.value}"


def _plan(
    uow: UnitOfWork, subject: Subject, item: int, urgency: Urgency, deadline: Deadline | None
) -> None:
    uow.schedules.end(_kind(subject), item)
    if deadline is None:
        return
    is_working = working_days(uow, JOINT)
    planned = {}
    for step in POLICIES[subject, urgency]:
        once = happening(step, deadline, is_working)
        at = instant_of(once.start_on, once.at, once.zone)
        if at > uow.now:
            # The due day is part of the name: another one is another step, never the same again.
            name = f"escalation:{subject.value}:{item}:{step.name}:{deadline.on.isoformat()}"
            planned[name] = (once, at)
    uow.schedules.put_once(_kind(subject), item, JOINT, planned)


def _escalate(uow: UnitOfWork, occasions: Sequence[Occasion]) -> Mapping[int, int]:
    """Tells of each item once, by its newest step; after a stop, all whom the steps concern."""
    said: dict[int, int] = {}
    by_item: dict[int | None, list[Occasion]] = {}
    for occasion in sorted(occasions, key=lambda one: one.due_at):
        by_item.setdefault(occasion.schedule.subject_id, []).append(occasion)
    for steps in by_item.values():
        delivery = _tell(uow, [one.schedule.name for one in steps])
        if delivery is not None:
            said[steps[-1].schedule.id] = delivery
    return said


def _tell(uow: UnitOfWork, names: list[str]) -> int | None:
    """One direct message to everybody on the rungs of these steps of one item."""
    _, subject, item, step, due = names[-1].split(":")
    case = case_of(uow, Subject(subject), int(item))
    if case is None:
        return None
    readers: dict[int, tuple[Rung, Official]] = {}
    for name in names:
        rung, found = holders(uow, case, _rung_of(Subject(subject), name.split(":")[3]))
        readers |= {one.id: (rung, one) for one in found}
    told = [
        uow.outbox.add(
            ESCALATION,
            {
                "subject": subject,
                "item": int(item),
                "step": step,
                "rung": rung.value,
                "due": due,
                "reader": reader.id,
            },
            Method.DIRECT,
            reader.team,
            reader.user,
            user=reader.user,
        )
        for rung, reader in readers.values()
        if not uow.follow_ups.is_paused(case.number, reader.government)
    ]
    return told[0] if told else None


def _rung_of(subject: Subject, name: str) -> Rung:
    """A step stands on the same rung whatever the urgency."""
    steps = [step for (one, _), steps in POLICIES.items() if one is subject for step in steps]
    return next(step.rung for step in steps if step.name == name)


def _on_rung(uow: UnitOfWork, case: Case, rung: Rung) -> tuple[Official, ...]:
    if rung is Rung.CARRIER:
        return case.carriers
    found = [one for side in case.sides for one in uow.officials.of(side, ROLES[rung])]
    if rung is Rung.DUTY:
        found = [one for one in found if one.agency in case.agencies]
    return tuple(found)


def _action(uow: UnitOfWork, item: int) -> Case | None:
    action = uow.actions.get(item)
    if not action.is_open:
        return None
    carriers = tuple(readers_of(uow, action))
    agencies = {owner.agency for owner in action.owners if owner.agency}
    agencies |= {one.agency for one in carriers}
    sides = tuple(side for side in Government if action.is_seen_by(side))
    return Case(action.number, action.text, carriers, tuple(sorted(agencies)), sides)


def _receipt(uow: UnitOfWork, item: int) -> Case | None:
    advisory = uow.advisories.get(item)
    silent = silent_agencies(uow, advisory)
    if advisory.state is not AdvisoryState.ISSUED or not silent:
        return None
    readers = uow.officials.of(advisory.government.other)
    carriers = [
        one
        for agency in silent
        for one in [r for r in readers if r.agency == agency and r.may_speak][:MOST_READERS]
    ]
    return Case(advisory.number, "", tuple(carriers), silent, tuple(Government))


def _follow_up(uow: UnitOfWork, item: int) -> Case | None:
    follow_up = uow.follow_ups.get(item)
    if not follow_up.is_open or not uow.follow_ups.unanswered(item):
        return None
    carriers = readers_of_follow_up(uow, follow_up)
    return Case(
        follow_up.number,
        follow_up.text,
        carriers,
        tuple(sorted({one.agency for one in carriers})),
        (follow_up.reader_government,),
        follow_up.about,
        # Whoever set it asked these people, and nobody above them.
        Rung.DUTY,
    )


CASES: Mapping[Subject, Callable[[UnitOfWork, int], Case | None]] = {
    Subject.ACTION: _action,
    Subject.RECEIPT: _receipt,
    Subject.FOLLOW_UP: _follow_up,
}
DUTIES: Mapping[str, Duty] = {_kind(subject): Duty(_escalate) for subject in CASES}
