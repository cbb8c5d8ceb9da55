"""The register of what the clock does: a duty for each kind of schedule, and the standing ones.

A new duty is one line here. A standing schedule is set when the bot starts, and set anew when its
recurrence here has changed.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.services import digests, escalations, reminders, silences, witness
from bot.services.schedules import Duty, Standing
from bot.storage.unit_of_work import UnitOfWork

DUTIES: Mapping[str, Duty] = {
    reminders.FOLLOW_UP: reminders.DUTY,
    witness.SHOW_HEADS: witness.DUTY,
    silences.LOOK_FOR_SILENCE: silences.DUTY,
    **escalations.DUTIES,
    digests.WEEKLY: digests.DUTY,
}

STANDING: tuple[Standing, ...] = (witness.STANDING, digests.STANDING, silences.STANDING)


def set_standing(uow: UnitOfWork, standing: tuple[Standing, ...] = STANDING) -> None:
    """Sets the schedules of the code that are missing or have changed."""
    for one in standing:
        uow.schedules.ensure(one.name, one.kind, one.recurrence, one.calendar)
