"""A side is shown what waits in its admin channel only while nobody else reads there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot import errors
from bot.domain.admin_channels import Unfit
from bot.domain.deliveries import Method
from bot.domain.fingerprints import Change, Fingerprint
from bot.domain.labels import Label
from bot.domain.links import Mode
from bot.domain.officials import Government
from bot.services import links, suspensions
from bot.services.announcements import compose
from bot.services.kinds import RELEASE, Withheld
from bot.storage.tables import outbox
from bot.storage.unit_of_work import UnitOfWork
from tests import cast
from tests.services.desk import Desk

ADMIN = "C03ADMIN"
PRIVATE = Fingerprint("releases", is_private=True)
GREEN = "#advisory [TLP:GREEN] patch now"
# What each fault looks like in a reading.
FAULTS: dict[Unfit, dict[str, Any]] = {
    Unfit.PUBLIC: {"is_private": False},
    Unfit.SHARED: {"is_shared": True},
    Unfit.OUTSIDERS: {"outsiders": frozenset({"U08GUEST"})},
    Unfit.ARCHIVED: {"is_archived": True},
    Unfit.NO_ACCESS: {"is_member": False},
}
RELEASERS = [("direct", "U03SUZUKI"), ("direct", "U06MORI")]


@pytest.fixture
def side(uow: UnitOfWork) -> UnitOfWork:
    """Tokyo decides in its admin channel about everything that leaves."""
    uow.workspaces.put(cast.TOKYO, "tokyo", Government.JP, "", ADMIN)
    cast.second_releaser(uow, cast.TOKYO)
    cast.join(uow, ceiling=Label.AMBER, mode=Mode.MANUAL)
    return uow


def reads(uow: UnitOfWork, seen: Fingerprint = PRIVATE, channel: str = ADMIN) -> None:
    doubts = uow.fingerprints.begin_reading(cast.TOKYO, channel)
    suspensions.note_reading(uow, cast.TOKYO, channel, seen, began_at=uow.now, doubts=doubts)


def asked(uow: UnitOfWork) -> list[tuple[str, str]]:
    """(method, channel or person) of every release card that was promised."""
    wanted = (outbox.c.kind == RELEASE) & outbox.c.target.is_(None)
    rows = uow.connection.execute(outbox.select().where(wanted).order_by(outbox.c.id))
    return sorted((row.method, row.user or row.channel) for row in rows)


def admins_told(uow: UnitOfWork) -> list[str]:
    return [key for key in cast.told(uow, "SATO") if key.startswith("admin_channels")]


def test_what_waits_is_shown_in_a_private_channel(side: UnitOfWork) -> None:
    reads(side)
    cast.post(side, "TANAKA", GREEN)
    assert asked(side) == [("post", ADMIN)]
    assert admins_told(side) == []


@pytest.mark.parametrize("why", FAULTS)
def test_where_others_may_read_each_releaser_is_asked_in_person(
    side: UnitOfWork, why: Unfit
) -> None:
    reads(side, replace(PRIVATE, **FAULTS[why]))
    cast.post(side, "TANAKA", GREEN)
    assert asked(side) == RELEASERS
    assert admins_told(side) == [f"admin_channels.unfit.{why}"]
    assert cast.told(side, "WALSH") == []


def test_what_waits_already_is_asked_in_person_once_the_channel_has_changed(
    side: UnitOfWork,
) -> None:
    reads(side)
    cast.post(side, "TANAKA", GREEN)
    reads(side, replace(PRIVATE, outsiders=frozenset({"U08GUEST"})))
    assert asked(side) == [*RELEASERS, ("post", ADMIN)]
    desk = Desk(side)
    desk.say_all()
    assert len(desk.shows(RELEASE)) == len(RELEASERS)


def test_nothing_is_said_in_a_channel_nobody_has_looked_at(side: UnitOfWork) -> None:
    cast.post(side, "TANAKA", GREEN)
    (card,) = side.outbox.of_advisory(1, RELEASE)
    assert compose(side, card).is_unread
    reads(side)
    assert not compose(side, card).is_unread


def test_a_card_that_may_not_be_shown_any_more_is_sent_to_each_releaser(side: UnitOfWork) -> None:
    """Whoever promised it did not know yet that the channel had changed."""
    reads(side)
    cast.post(side, "TANAKA", GREEN)
    side.fingerprints.note_unfit(cast.TOKYO, ADMIN, frozenset({Unfit.SHARED}))
    (card,) = side.outbox.of_advisory(1, RELEASE)
    with pytest.raises(Withheld):
        compose(side, card)
    assert asked(side) == [*RELEASERS, ("post", ADMIN)]


def test_a_card_that_stands_is_not_changed_where_others_read_by_now(side: UnitOfWork) -> None:
    reads(side)
    cast.post(side, "TANAKA", GREEN)
    desk = Desk(side)
    desk.say_all()
    reads(side, replace(PRIVATE, is_shared=True))
    (card, *_) = side.outbox.of_advisory(1, RELEASE)
    update = next(
        side.outbox.get(row.id)
        for row in side.connection.execute(outbox.select().where(outbox.c.target == card.id))
    )
    assert (update.method, update.channel) == (Method.UPDATE, ADMIN)
    with pytest.raises(Withheld):
        compose(side, update)


def test_a_fault_is_told_once_and_another_again(side: UnitOfWork) -> None:
    for _ in range(3):
        reads(side, replace(PRIVATE, is_shared=True))
    reads(side, replace(PRIVATE, is_shared=True, is_private=False))
    assert admins_told(side) == ["admin_channels.unfit.shared", "admin_channels.unfit.public"]
    reads(side)
    reads(side, replace(PRIVATE, is_shared=True))
    assert admins_told(side)[2:] == ["admin_channels.unfit.shared"]


def test_once_it_is_private_again_what_comes_next_is_shown_there(side: UnitOfWork) -> None:
    reads(side, replace(PRIVATE, is_shared=True))
    reads(side)
    cast.post(side, "TANAKA", GREEN)
    assert asked(side) == [("post", ADMIN)]


def test_a_bot_that_was_removed_asks_in_person(side: UnitOfWork) -> None:
    reads(side)
    cast.post(side, "TANAKA", GREEN)
    suspensions.note_lost(side, cast.TOKYO, ADMIN, Change.NO_ACCESS)
    assert asked(side) == [*RELEASERS, ("post", ADMIN)]
    assert admins_told(side) == ["admin_channels.unfit.no_access"]


def test_a_channel_that_is_linked_is_none_to_decide_in(side: UnitOfWork) -> None:
    """The settings may name a channel that was linked before."""
    side.workspaces.put(cast.TOKYO, "tokyo", Government.JP, "", cast.TOKYO_ADV)
    cast.post(side, "TANAKA", GREEN)
    assert asked(side) == RELEASERS
    reads(side, replace(PRIVATE, name=cast.TOKYO_ADV.lower()), cast.TOKYO_ADV)
    assert admins_told(side) == ["admin_channels.unfit.linked"]


def test_the_channel_in_which_a_side_decides_cannot_be_linked(side: UnitOfWork) -> None:
    here = cast.view(cast.TOKYO, ADMIN)
    with pytest.raises(errors.ChannelDecides):
        links.propose_link(
            side, cast.the(side, "SATO"), here, cast.agency(side, "ASD"), cast.terms()
        )


def test_a_channel_in_which_nobody_decides_is_not_judged(side: UnitOfWork) -> None:
    reads(side, replace(PRIVATE, is_private=False), "C09OTHER")
    assert admins_told(side) == []
    assert "admin_channel.read" not in cast.decisions(side)
