"""Reminding people: when they work, several in one message, and only of what is still open.

A reminder is put into the outbox in the transaction that takes the slot; what it says is chosen
when it is sent, so that nobody is reminded of what was done meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.domain.deliveries import Delivery, Method
from bot.domain.follow_ups import FollowUp, Reminder
from bot.domain.officials import Government, Official
from bot.domain.schedules import Occasion, Schedule
from bot.domain.slots import Slot
from bot.services.abouts import is_joint, message_of
from bot.services.cards import agency_of
from bot.services.composing import Composers, side_of
from bot.services.escalations import watch_follow_up
from bot.services.follow_up_facts import ReminderFacts, ReminderItem
from bot.services.kinds import REMINDER, Withheld
from bot.services.readers import reader_hours, readers_of
from bot.services.schedules import Duty, working_days
from bot.storage.unit_of_work import UnitOfWork

# The kind of a follow-up's schedules: the one it was set with, and the one it was put off to.
FOLLOW_UP = "followup"


def _arrival(uow: UnitOfWork, schedule: Schedule, slot: Slot) -> datetime:
    follow_up = uow.follow_ups.get(_subject(schedule))
    hours, calendar = reader_hours(uow, follow_up)
    return hours.next_within(slot.at, working_days(uow, calendar))


def _remind(uow: UnitOfWork, occasions: Sequence[Occasion]) -> Mapping[int, int]:
    said: dict[int, int] = {}
    for occasion in sorted(occasions, key=lambda one: (one.due_at, one.schedule.id)):
        follow_up = uow.follow_ups.get(_subject(occasion.schedule))
        if not follow_up.is_open:
            continue
        for delivery_id in _deliveries(uow, follow_up):
            uow.follow_ups.add_reminder(_reminder(delivery_id, follow_up, occasion))
            said.setdefault(occasion.schedule.id, delivery_id)
        watch_follow_up(uow, follow_up)
        uow.homes.mark([one.id for one in readers_of(uow, follow_up)])
    return said


def _deliveries(uow: UnitOfWork, follow_up: FollowUp) -> list[int]:
    """Where it is said: in its channel or thread, else to each reader directly."""
    if follow_up.is_for_channel:
        return [_in_channel(uow, follow_up, None)]
    spot = follow_up.spot
    return [
        _in_channel(uow, follow_up, reader)
        if spot.message_ts and spot.team == reader.team
        else _directly(uow, reader)
        for reader in readers_of(uow, follow_up)
    ]


def _in_channel(uow: UnitOfWork, follow_up: FollowUp, reader: Official | None) -> int:
    spot = follow_up.spot
    return uow.outbox.add(
        REMINDER,
        {"reader": reader.id if reader else None},
        Method.POST,
        spot.team,
        spot.channel,
        thread_ts=spot.thread_ts or spot.message_ts or None,
    )


def _directly(uow: UnitOfWork, reader: Official) -> int:
    """The message of that person nobody has begun to send yet, or a new one."""
    uow.follow_ups.lock_reader(reader.id)
    unsaid = uow.follow_ups.unsaid(reader.team, reader.user, REMINDER)
    if unsaid is not None:
        return unsaid
    return uow.outbox.add(
        REMINDER,
        {"reader": reader.id},
        Method.DIRECT,
        reader.team,
        reader.user,
        user=reader.user,
    )


def _reminder(delivery_id: int, follow_up: FollowUp, occasion: Occasion) -> Reminder:
    moved_from = occasion.slot.moved_from
    return Reminder(
        delivery_id,
        follow_up.id,
        occasion.due_at,
        moved_from.isoformat() if moved_from else "",
        occasion.is_late,
        len(occasion.merged),
    )


def _subject(schedule: Schedule) -> int:
    if schedule.subject_id is None:
        raise LookupError(schedule.name)
    return schedule.subject_id


def _compose(uow: UnitOfWork, delivery: Delivery) -> ReminderFacts:
    side = side_of(uow, delivery)
    first = uow.outbox.get(delivery.target) if delivery.target else delivery
    reader = _reader(uow, first)
    pairs = [
        (one, uow.follow_ups.get(one.follow_up_id)) for one in uow.follow_ups.reminders_of(first.id)
    ]
    if delivery.target is None:
        pairs = [pair for pair in pairs if _may_be_said(uow, *pair, side, reader)]
    if not pairs:
        raise Withheld("answered")
    in_channel = first.method is Method.POST
    return ReminderFacts(
        side,
        tuple(_item(uow, reminder, follow_up, side) for reminder, follow_up in pairs),
        in_channel,
        reader.user if reader and in_channel else "",
    )


def _reader(uow: UnitOfWork, first: Delivery) -> Official | None:
    """Whom a reminder addresses; raises Withheld when they have left, None for a channel's own."""
    reader_id = first.facts.get("reader")
    if reader_id is None:
        return None
    official = uow.officials.get(int(str(reader_id)))
    if uow.officials.find(official.team, official.user) is None:
        raise Withheld("not_enrolled")
    return official


def _may_be_said(
    uow: UnitOfWork,
    reminder: Reminder,
    follow_up: FollowUp,
    side: Government,
    reader: Official | None,
) -> bool:
    """Asked again when it is sent: still open, still theirs, and still known to their side."""
    if not follow_up.is_open or reminder.answer is not None:
        return False
    if reader is not None and not follow_up.is_for(reader):
        return False
    return side == follow_up.government or is_joint(uow, follow_up.about)


def _item(
    uow: UnitOfWork, reminder: Reminder, follow_up: FollowUp, side: Government
) -> ReminderItem:
    setter = uow.officials.get(follow_up.created_by)
    answered_by = uow.officials.get(reminder.answered_by).name if reminder.answered_by else ""
    spot, message = follow_up.spot, message_of(uow, follow_up.about, side)
    if message is None and spot.message_ts and side == follow_up.government:
        message = (spot.team, spot.channel, spot.message_ts)
    return ReminderItem(
        number=follow_up.number,
        text=follow_up.text,
        about=follow_up.about,
        setter=setter.name,
        setter_agency=agency_of(uow, setter.agency),
        due_at=reminder.due_at,
        moved_from=reminder.moved_from,
        is_late=reminder.is_late,
        merged=reminder.merged,
        answer=reminder.answer,
        answered_by=answered_by,
        may_hand_back=follow_up.official_id != follow_up.created_by,
        message=message,
    )


DUTY = Duty(_remind, _arrival)
COMPOSERS: Composers = {REMINDER: _compose}
