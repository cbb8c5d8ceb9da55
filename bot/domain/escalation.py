"""Who hears when something is not done in time, step by step: one policy for each kind of item.

Receipts: urgent 4 h elapsed, routine 2 joint business days; consultations: immediate 2 h and urgent
8 h elapsed, routine 1 business day of the receiving side; the ladder: whoever carries it, the
agency's duty officer, both points of contact, the co-chairs' offices (the Partnership's working
rules, "Advisories" and "Consultation"). The steps between the rungs are this house's own figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from bot.domain.slots import IsWorking, Move, Recurrence

# Within the common hours of both capitals in either season (09:30-15:00 in Tokyo at the least).
STEP_ZONE, STEP_AT = "Asia/Tokyo", time(10, 30)
ONE_DAY = timedelta(days=1)


class Subject(StrEnum):
    """What can be late."""

    ACTION = "action"
    RECEIPT = "receipt"
    CONSULTATION = "consultation"
    FOLLOW_UP = "followup"


class Urgency(StrEnum):
    """How soon an answer is expected."""

    IMMEDIATE = "immediate"
    URGENT = "urgent"
    ROUTINE = "routine"


class Rung(StrEnum):
    """Who is told at a step; where nobody holds it, the next one is."""

    CARRIER = "carrier"  # whoever carries the item, or has not acknowledged
    DUTY = "duty"  # the duty officers of their agencies
    CONTACTS = "contacts"  # both sides' points of contact
    COCHAIRS = "cochairs"  # the co-chairs' offices

    @property
    def above(self) -> Rung | None:
        rungs = list(Rung)
        at = rungs.index(self)
        return rungs[at + 1] if at + 1 < len(rungs) else None


@dataclass(frozen=True)
class Step:
    """One step: joint business days from the due day, or hours elapsed since the instant."""

    name: str
    rung: Rung
    days: int | None = None
    hours: int = 0


@dataclass(frozen=True)
class Deadline:
    """The day something is due, and the instant where hours are counted."""

    on: date
    at: datetime | None = None


def _by_hours(*steps: tuple[str, Rung, int]) -> tuple[Step, ...]:
    return tuple(Step(name, rung, hours=hours) for name, rung, hours in steps)


def _by_days(*steps: tuple[str, Rung, int]) -> tuple[Step, ...]:
    return tuple(Step(name, rung, days=days) for name, rung, days in steps)


POLICIES: Mapping[tuple[Subject, Urgency], tuple[Step, ...]] = {
    (Subject.ACTION, Urgency.ROUTINE): _by_days(
        ("before", Rung.CARRIER, -2),
        ("due", Rung.CARRIER, 0),
        ("overdue1", Rung.DUTY, 1),
        ("overdue2", Rung.CONTACTS, 3),
        ("overdue3", Rung.COCHAIRS, 5),
    ),
    (Subject.RECEIPT, Urgency.ROUTINE): _by_days(
        ("due", Rung.CARRIER, 0),
        ("overdue1", Rung.DUTY, 1),
        ("overdue2", Rung.CONTACTS, 2),
        ("overdue3", Rung.COCHAIRS, 3),
    ),
    (Subject.RECEIPT, Urgency.URGENT): _by_hours(
        ("due", Rung.CARRIER, 0),
        ("overdue1", Rung.DUTY, 1),
        ("overdue2", Rung.CONTACTS, 2),
        ("overdue3", Rung.COCHAIRS, 4),
    ),
    (Subject.CONSULTATION, Urgency.IMMEDIATE): _by_hours(
        ("due", Rung.DUTY, 0),
        ("overdue1", Rung.CONTACTS, 1),
        ("overdue2", Rung.COCHAIRS, 2),
    ),
    (Subject.CONSULTATION, Urgency.URGENT): _by_hours(
        ("due", Rung.DUTY, 0),
        ("overdue1", Rung.CONTACTS, 2),
        ("overdue2", Rung.COCHAIRS, 4),
    ),
    (Subject.CONSULTATION, Urgency.ROUTINE): _by_days(
        ("due", Rung.DUTY, 0),
        ("overdue1", Rung.CONTACTS, 1),
        ("overdue2", Rung.COCHAIRS, 2),
    ),
    # A reminder not answered stays within the reader's agency.
    (Subject.FOLLOW_UP, Urgency.ROUTINE): _by_days(
        ("overdue1", Rung.CARRIER, 1),
        ("overdue2", Rung.DUTY, 3),
    ),
}

# How long a receipt may take: elapsed where it is urgent, else in joint business days.
RECEIPT_HOURS, RECEIPT_DAYS = 4, 2


def receipt_deadline(delivered_at: datetime, urgency: Urgency, is_working: IsWorking) -> Deadline:
    """Until when an agency should acknowledge what reached it at that instant."""
    at = delivered_at + timedelta(hours=RECEIPT_HOURS)
    if urgency is Urgency.URGENT:
        return Deadline(at.date(), at)
    return Deadline(business_day(delivered_at.date(), RECEIPT_DAYS, is_working))


def happening(step: Step, deadline: Deadline, is_working: IsWorking) -> Recurrence:
    """When a step is taken, once."""
    if step.days is None and deadline.at is not None:
        at = (deadline.at + timedelta(hours=step.hours)).astimezone(UTC)
        return Recurrence("UTC", at.date(), at.time())
    day = business_day(deadline.on, step.days or 0, is_working)
    return Recurrence(STEP_ZONE, day, STEP_AT, move=Move.NEXT)


def business_day(day: date, n: int, is_working: IsWorking) -> date:
    """The n-th working day after a day, or before it; for 0 the day or the last one before."""
    step = ONE_DAY if n > 0 else -ONE_DAY
    if n == 0:
        while not is_working(day):
            day -= ONE_DAY
        return day
    left = abs(n)
    while left:
        day += step
        left -= is_working(day)
    return day
