"""Setting follow-ups, and answering the reminders they become: one verb each.

Whoever may not see a follow-up is told what they would be told of one that does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from bot import errors
from bot.domain import policy
from bot.domain.actions import Owner
from bot.domain.follow_ups import NOWHERE, Answer, FollowUp, FollowUpState, Spot
from bot.domain.hours import ZONES
from bot.domain.inert import plain
from bot.domain.officials import Government, Official
from bot.domain.rights import Act, Matter, Side
from bot.domain.schedules import Schedule
from bot.domain.slots import Move, Recurrence, Unit, instant_of
from bot.services.abouts import find_about, is_joint
from bot.services.access import require_right
from bot.services.cards import names_in
from bot.services.escalations import unwatch_follow_up
from bot.services.readers import next_opening, reader_hours, readers_of
from bot.services.reminders import DUTY, FOLLOW_UP
from bot.services.schedules import plan
from bot.services.screening import require_fit
from bot.storage.unit_of_work import UnitOfWork
from bot.storage.walls import Purpose

TEXT_LIMIT = 500
JOINT_ZONE, JOINT_CALENDAR = "Asia/Tokyo", "JOINT"


@dataclass(frozen=True)
class When:
    """A day, and a wall time on the clock of a side, by default of whoever typed it.

    Without a time the reader's morning is meant.
    """

    on: date
    at: time | None = None
    side: Government | None = None


@dataclass(frozen=True)
class FollowUpRequest:
    """What somebody wants to be followed up; without `who` the channel is reminded."""

    text: str
    when: When
    who: Owner | None
    about: str = ""
    every: tuple[int, Unit] | None = None
    until_on: date | None = None
    spot: Spot = NOWHERE


def open_follow_up(uow: UnitOfWork, actor: Official, request: FollowUpRequest) -> FollowUp:
    """Sets a follow-up; for somebody of the other side it must be about what both sides know."""
    require_right(uow, actor, Act.WORK)
    text = plain(request.text, names_in(uow, actor.team, request.text)).strip()
    require_fit(text)
    about = find_about(uow, actor, request.about) if request.about else ""
    abroad = request.who is not None and request.who.government != actor.government
    if abroad and not is_joint(uow, about):
        raise errors.FollowUpNotJoint
    who = request.who
    follow_up = uow.follow_ups.add(
        FollowUp(
            id=0,
            number=_next_number(uow, None if abroad else actor.government),
            text=text,
            state=FollowUpState.OPEN,
            government=actor.government,
            created_by=actor.id,
            created_at=uow.now,
            official_id=who.official_id if who else None,
            agency=who.agency if who and who.official_id is None else "",
            for_government=who.government if who and abroad else None,
            about=about,
            recurs=request.every is not None,
            spot=request.spot,
        )
    )
    _schedule(uow, actor, follow_up, request)
    uow.audit.record(actor, "followup.new", follow_up.number, about=about)
    _mark_homes(uow, follow_up)
    return follow_up


def finish_follow_up(uow: UnitOfWork, actor: Official, number: str) -> FollowUp:
    """Done: a one-off ends, a recurring one is quiet until its next time."""
    follow_up = _in_hand(uow, actor, number)
    finished = follow_up.finish()
    uow.follow_ups.save(finished)
    if not finished.is_open:
        uow.schedules.end(FOLLOW_UP, follow_up.id)
    return _answered(uow, actor, finished, Answer.DONE)


def cancel_follow_up(uow: UnitOfWork, actor: Official, number: str) -> FollowUp:
    """Not wanted any more: nobody is reminded again."""
    cancelled = _in_hand(uow, actor, number).cancel()
    uow.follow_ups.save(cancelled)
    uow.schedules.end(FOLLOW_UP, cancelled.id)
    return _answered(uow, actor, cancelled, Answer.CANCELLED)


def snooze_follow_up(
    uow: UnitOfWork, actor: Official, number: str, until: When | None = None
) -> FollowUp:
    """Says it again later: at the time given, else on the reader's next working morning."""
    follow_up = _in_hand(uow, actor, number)
    follow_up.require_open()
    if until is None:
        hours, _ = reader_hours(uow, follow_up)
        local = next_opening(uow, follow_up, uow.now).astimezone(ZoneInfo(hours.zone))
        once = Recurrence(hours.zone, local.date(), local.time())
    else:
        once = _recurrence(uow, actor, follow_up, until)
    if not follow_up.recurs:
        uow.schedules.end(FOLLOW_UP, follow_up.id)
    _put(uow, follow_up, f"{FOLLOW_UP}:{follow_up.id}:again", once)
    return _answered(uow, actor, follow_up, Answer.SNOOZED)


def move_follow_up(uow: UnitOfWork, actor: Official, number: str, when: When) -> FollowUp:
    """Another time; what recurs goes on from there."""
    follow_up = _in_hand(uow, actor, number)
    follow_up.require_open()
    name = f"{FOLLOW_UP}:{follow_up.id}"
    before = uow.schedules.by_name(name)
    moved = _recurrence(uow, actor, follow_up, when)
    if before is not None and follow_up.recurs:
        old = before.recurrence
        moved = replace(moved, unit=old.unit, every=old.every, until_on=old.until_on, move=old.move)
    uow.schedules.end(FOLLOW_UP, follow_up.id)
    _put(uow, follow_up, name, moved, before.calendar if before else "")
    return _answered(uow, actor, follow_up, Answer.MOVED)


def hand_back_follow_up(uow: UnitOfWork, actor: Official, number: str) -> FollowUp:
    """Not theirs: whoever set it is reminded of it on their next working morning."""
    follow_up = _in_hand(uow, actor, number)
    back = follow_up.hand_back(uow.officials.get(follow_up.created_by))
    with uow.walls.lifted(Purpose.HAND_BACK):
        uow.follow_ups.save(back)
        hours, _ = reader_hours(uow, back)
        local = next_opening(uow, back, uow.now).astimezone(ZoneInfo(hours.zone))
        again = Recurrence(hours.zone, local.date(), local.time())
        _put(uow, back, f"{FOLLOW_UP}:{back.id}:again", again)
        return _answered(uow, actor, back, Answer.NOT_MINE)


def list_follow_ups(
    uow: UnitOfWork, actor: Official
) -> tuple[tuple[FollowUp, datetime | None], ...]:
    """The open ones an official set or is reminded of, the next due first."""
    found = [(one, next_at(uow, one)) for one in uow.follow_ups.open_of(actor)]
    return tuple(sorted(found, key=lambda pair: (pair[1] is None, pair[1] or uow.now)))


def find_follow_up(uow: UnitOfWork, actor: Official, number: str) -> FollowUp:
    """The follow-up of that number, if the actor may know of it; raises FollowUpNotFound."""
    found = uow.follow_ups.by_number(number.strip().upper())
    if found is None or not found.is_seen_by(actor):
        raise errors.FollowUpNotFound(number=number)
    return found


def next_at(uow: UnitOfWork, follow_up: FollowUp) -> datetime | None:
    """When it will be said next; None when nothing is planned."""
    planned = [one.next_at for one in uow.schedules.of(FOLLOW_UP, follow_up.id) if one.next_at]
    return min(planned, default=None)


def recurrence_of(uow: UnitOfWork, follow_up: FollowUp) -> Recurrence | None:
    """How it recurs; None when it is said once."""
    found = (one.recurrence for one in uow.schedules.of(FOLLOW_UP, follow_up.id))
    return next((one for one in found if one.unit is not Unit.ONCE), None)


def set_hours(uow: UnitOfWork, actor: Official, opens: time, closes: time) -> None:
    """The hours in which an official may be reminded; raises BadHours unless they are some."""
    if opens >= closes:
        raise errors.BadHours
    uow.follow_ups.set_hours(actor.id, opens, closes)
    uow.audit.record(actor, "followup.hours", f"{actor.team}/{actor.user}")
    for follow_up in uow.follow_ups.open_of(actor):
        for schedule in uow.schedules.of(FOLLOW_UP, follow_up.id):
            if schedule.next_on is not None:
                _plan(uow, schedule)


def _in_hand(uow: UnitOfWork, actor: Official, number: str) -> FollowUp:
    """A follow-up the actor may change: theirs, one they set, or any of their side for a keeper."""
    require_right(uow, actor, Act.WORK)
    found = find_follow_up(uow, actor, number)
    side = Side.OWN if actor.government == found.government else Side.OTHER
    in_channel = found.is_for_channel and side is Side.OWN
    own = in_channel or found.created_by == actor.id or found.is_for(actor)
    if not policy.may(actor, Act.CHANGE_ITEM, Matter(side), author=own):
        raise errors.FollowUpNotYours(number=found.number)
    return found


def _answered(uow: UnitOfWork, actor: Official, follow_up: FollowUp, answer: Answer) -> FollowUp:
    """Wherever it stands without an answer, the answer takes the buttons' place."""
    for reminder in uow.follow_ups.unanswered(follow_up.id):
        uow.follow_ups.answer(reminder, answer, actor.id)
        uow.outbox.refresh(uow.outbox.get(reminder.delivery_id))
    unwatch_follow_up(uow, follow_up)
    uow.audit.record(actor, f"followup.{answer.value}", follow_up.number)
    _mark_homes(uow, follow_up)
    return follow_up


def _mark_homes(uow: UnitOfWork, follow_up: FollowUp) -> None:
    uow.homes.mark([follow_up.created_by, *(one.id for one in readers_of(uow, follow_up))])


def _schedule(
    uow: UnitOfWork, actor: Official, follow_up: FollowUp, request: FollowUpRequest
) -> None:
    recurrence, calendar = _recurrence(uow, actor, follow_up, request.when), ""
    if request.every is not None:
        every, unit = request.every
        if follow_up.for_government is not None:
            recurrence, calendar = _anchored(recurrence), JOINT_CALENDAR
        # Every day means every working day; anything rarer moves to the next one and says so.
        move = Move.SKIP if unit is Unit.DAY else Move.NEXT
        recurrence = replace(
            recurrence, unit=unit, every=every, until_on=request.until_on, move=move
        )
    if request.until_on is not None and request.until_on < recurrence.start_on:
        raise errors.FollowUpInPast
    _put(uow, follow_up, f"{FOLLOW_UP}:{follow_up.id}", recurrence, calendar)


def _recurrence(uow: UnitOfWork, actor: Official, follow_up: FollowUp, when: When) -> Recurrence:
    """Once, at that time on the actor's clock, else when the reader's day begins."""
    hours, _ = reader_hours(uow, follow_up)
    zone = ZONES[when.side or actor.government] if when.at else hours.zone
    at = when.at or hours.opens
    closing = instant_of(when.on, when.at or hours.closes, zone)
    if closing <= uow.now:
        raise errors.FollowUpInPast
    return Recurrence(zone, when.on, at)


def _anchored(recurrence: Recurrence) -> Recurrence:
    """The same first instant on Tokyo's clock, which knows no daylight saving."""
    first = instant_of(recurrence.start_on, recurrence.at, recurrence.zone)
    local = first.astimezone(ZoneInfo(JOINT_ZONE))
    return replace(recurrence, zone=JOINT_ZONE, start_on=local.date(), at=local.time())


def _put(
    uow: UnitOfWork, follow_up: FollowUp, name: str, recurrence: Recurrence, calendar: str = ""
) -> None:
    _, own = reader_hours(uow, follow_up)
    put = uow.schedules.put(name, FOLLOW_UP, recurrence, calendar or own, subject_id=follow_up.id)
    _plan(uow, put)


def _plan(uow: UnitOfWork, schedule: Schedule) -> None:
    """Looks at it when its next slot arrives, so that lists can say when that is."""
    if schedule.next_on is not None:
        slot, at = next(plan(uow, DUTY, schedule, schedule.next_on), (None, None))
        uow.schedules.go_on(schedule, slot.on if slot else None, at)


def _next_number(uow: UnitOfWork, side: Government | None) -> str:
    """`FUP-2026-0001` for what both sides see; `FUP-JP-2026-0001` for one's own, counted apart.

    Counted together, the gaps in one side's numbers would tell of the other's.
    """
    year = uow.now.astimezone(ZoneInfo(JOINT_ZONE)).year
    stem = f"FUP-{side}-{year}" if side else f"FUP-{year}"
    return f"{stem}-{uow.sequences.next(stem):04d}"
