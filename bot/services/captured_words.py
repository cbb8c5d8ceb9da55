"""What the words of a captured line come to: who is meant, and which day."""

from __future__ import annotations

from bot import errors
from bot.domain.actions import NEVER_DUE, Due
from bot.domain.calendars import ZONES, CalendarName
from bot.domain.captures import Capture
from bot.domain.due import DueReading, read_due
from bot.domain.officials import Government, Official
from bot.services.calendars import calendar_of
from bot.services.owners import NOBODY, OwnersRead, read_owners
from bot.storage.unit_of_work import UnitOfWork


def owners_of(uow: UnitOfWork, actor: Official, capture: Capture) -> OwnersRead:
    """Who is meant; nobody when nobody is named. Raises UnknownOwner naming the word."""
    return read_owners(uow, actor, capture.owners) if capture.owners else NOBODY


def day_of(uow: UnitOfWork, capture: Capture, owners: OwnersRead) -> DueReading | None:
    """The due phrase as it was meant when it was said, where it is carried; None without one.

    Read in the language of the line: 5/10 in a Japanese one is the tenth of May.
    """
    if not capture.due:
        return None
    return read_due(
        capture.due,
        capture.said_at.astimezone(ZONES[capture.government]),
        calendar_of(uow, CalendarName.JOINT),
        "ja" if capture.is_japanese else "en",
        _carrier_of(owners, capture.government),
    )


def due_of(uow: UnitOfWork, capture: Capture, owners: OwnersRead) -> Due:
    """The day to be kept; raises DueNotUnderstood where a person has to be asked."""
    reading = day_of(uow, capture, owners)
    if reading is None:
        return NEVER_DUE
    if reading.why is not None:
        raise errors.DueNotUnderstood(phrase=reading.phrase, why=reading.why)
    return Due(reading.phrase, reading.on, reading.due_by)


def as_typed(reading: DueReading) -> str:
    """A day that was read, in words that are read the same on every day."""
    if reading.on is None:
        return reading.phrase
    return f"{reading.on.isoformat()} {reading.at:%H:%M}" if reading.is_timed else str(reading.on)


def _carrier_of(owners: OwnersRead, otherwise: Government) -> Government:
    """The side on whose clock a day ends: that of the first owner."""
    first = next(iter(owners.owners), None)
    return first.government if first else otherwise
