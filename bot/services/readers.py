"""Who is reminded of a follow-up, and when they work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.domain.follow_ups import FollowUp
from bot.domain.hours import Hours, hours_of
from bot.domain.officials import Government, Official
from bot.services.schedules import working_days
from bot.storage.unit_of_work import UnitOfWork

# Of an agency, no more people than this are reminded in person.
MOST_READERS = 10
CALENDARS: Mapping[Government, str] = {Government.JP: "JP_GOV", Government.AU: "AU_ACT"}
OWN_CALENDARS = {"DFAT": "AU_DFAT"}


def calendar_name(government: Government, agency: str = "") -> str:
    """The calendar of those who work there."""
    return OWN_CALENDARS.get(agency, CALENDARS[government])


def reader_hours(uow: UnitOfWork, follow_up: FollowUp) -> tuple[Hours, str]:
    """When whoever is reminded works, and by which calendar."""
    side = follow_up.reader_government
    if follow_up.official_id is None:
        return hours_of(side), calendar_name(side, follow_up.agency)
    official = uow.officials.get(follow_up.official_id)
    opens, closes = uow.follow_ups.hours_of(official.id) or (None, None)
    name = calendar_name(official.government, official.agency)
    if opens is None or closes is None:
        return hours_of(official.government), name
    return hours_of(official.government, opens, closes), name


def next_opening(uow: UnitOfWork, follow_up: FollowUp, after: datetime) -> datetime:
    """The next morning on which whoever is reminded works, after a day that counts as over."""
    hours, calendar = reader_hours(uow, follow_up)
    tomorrow = hours.next_morning(after)
    return hours.next_within(tomorrow, working_days(uow, calendar))


def readers_of(uow: UnitOfWork, follow_up: FollowUp) -> tuple[Official, ...]:
    """Who is reminded in person, as the roster stands now."""
    if follow_up.official_id is not None:
        official = uow.officials.get(follow_up.official_id)
        still = uow.officials.find(official.team, official.user)
        return (still,) if still else ()
    side = uow.officials.of(follow_up.reader_government)
    found = [one for one in side if follow_up.is_for(one) and one.may_speak]
    return tuple(found[:MOST_READERS])
