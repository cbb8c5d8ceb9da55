"""A link over which nothing passes is reported to both sides' admins, each by its own settings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.domain.links import Link
from bot.domain.officials import Government, Official
from bot.services import links, silences
from bot.services.facts import SilenceFacts
from bot.services.kinds import SILENT
from bot.storage.unit_of_work import UnitOfWork
from tests import cast
from tests.services.desk import Desk

GREEN = "#advisory [TLP:GREEN] patch now"
DAYS = 30


def after(uow: UnitOfWork, days: float) -> UnitOfWork:
    return UnitOfWork(uow.connection, uow.now + timedelta(days=days))


def test_both_sides_admins_are_told_once_the_period_is_over(uow: UnitOfWork) -> None:
    link = cast.join(uow)
    assert silences.tell_silences(after(uow, DAYS - 0.1)) == 0
    later = after(uow, DAYS)
    assert silences.tell_silences(later) == 2
    desk = Desk(later)
    desk.say_all()
    told = [one for one in desk.shows(SILENT) if isinstance(one, SilenceFacts)]
    assert [(one.code, one.days) for one in told] == [(link.code, DAYS)] * 2
    assert cast.decisions(later).count("link.silent") == 2


def test_a_silence_is_told_once_and_the_next_one_again(uow: UnitOfWork) -> None:
    cast.join(uow)
    later = after(uow, DAYS)
    assert [silences.tell_silences(after(later, day)) for day in (0, 1, 200)] == [2, 0, 0]
    again = after(uow, 250)
    cast.post(again, "TANAKA", GREEN, ts=f"{again.now.timestamp():.6f}")
    assert silences.tell_silences(after(again, DAYS - 1)) == 0
    assert silences.tell_silences(after(again, DAYS + 1)) == 2


def test_what_passes_puts_it_off_and_what_was_refused_does_not(uow: UnitOfWork) -> None:
    cast.join(uow)
    early = after(uow, DAYS - 1)
    cast.post(early, "TANAKA", "#advisory without any label", ts=f"{early.now.timestamp():.6f}")
    assert silences.tell_silences(after(uow, DAYS)) == 2


@pytest.mark.parametrize(("days", "told"), [(0, 1), (7, 2), (60, 1)])
def test_each_side_says_itself_after_how_long(uow: UnitOfWork, days: int, told: int) -> None:
    cast.join(uow)
    uow.workspaces.put(cast.TOKYO, "tokyo", Government.JP, silent_days=days)
    assert silences.tell_silences(after(uow, DAYS)) == told


@pytest.mark.parametrize("verb", [links.pause_link, links.cut_link])
def test_a_link_that_is_not_meant_to_carry_anything_is_not_silent(
    uow: UnitOfWork, verb: Callable[[UnitOfWork, Official, str], Link]
) -> None:
    link = cast.join(uow)
    verb(uow, cast.the(uow, "SATO"), link.code)
    assert silences.tell_silences(after(uow, DAYS)) == 0


def test_a_silence_begins_anew_when_a_link_is_resumed(uow: UnitOfWork) -> None:
    link = cast.join(uow)
    links.pause_link(uow, cast.the(uow, "SATO"), link.code)
    links.resume_link(after(uow, 100), cast.the(uow, "SATO"), link.code)
    assert silences.tell_silences(after(uow, 100 + DAYS - 1)) == 0
    assert silences.tell_silences(after(uow, 100 + DAYS)) == 2
