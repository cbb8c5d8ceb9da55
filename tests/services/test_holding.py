"""A feed that runs wild is held for its keepers; people's posts are never counted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.labels import Label
from bot.domain.officials import Government
from bot.services import intake
from bot.services.incoming import Outcome
from bot.services.issuing import label_advisory
from bot.storage.unit_of_work import UnitOfWork
from tests import cast

GREEN = "#advisory [TLP:GREEN] item"
LIMIT = 3


@pytest.fixture
def feed(uow: UnitOfWork) -> UnitOfWork:
    cast.join(uow)
    uow.workspaces.put(cast.TOKYO, "tokyo", Government.JP, feed_per_hour=LIMIT)
    return uow


def post(uow: UnitOfWork, number: int, name: str = "FEED", text: str = GREEN) -> Outcome:
    ts = f"{uow.now.timestamp():.0f}.{number:06}"
    return cast.post(uow, name, f"{text} {number}", ts=ts)


def test_what_is_too_much_of_a_feed_is_held_and_nothing_is_lost(feed: UnitOfWork) -> None:
    outcomes = [post(feed, number) for number in range(LIMIT + 2)]
    assert outcomes == [Outcome.ISSUED] * LIMIT + [Outcome.HELD] * 2
    assert len(feed.advisories.latest(10)) == LIMIT + 2
    for keeper in ("SATO", "SUZUKI"):
        assert cast.told(feed, keeper) == ["advisories.feed_held"]


def test_its_keepers_let_go_what_is_held(feed: UnitOfWork) -> None:
    for number in range(LIMIT + 1):
        post(feed, number)
    held = feed.advisories.latest(1)[0]
    label_advisory(feed, cast.the(feed, "SUZUKI"), held.number, Label.GREEN)
    assert cast.routes(feed, held.number) == ["queued"]


def test_an_hour_later_it_goes_its_way_again(feed: UnitOfWork) -> None:
    for number in range(LIMIT + 1):
        post(feed, number)
    later = UnitOfWork(feed.connection, feed.now + timedelta(hours=1, seconds=1))
    assert post(later, 1) is Outcome.ISSUED


def test_an_edit_is_no_way_around_it(feed: UnitOfWork) -> None:
    for number in range(LIMIT + 1):
        post(feed, number)
    held = feed.advisories.latest(1)[0]
    edit = cast.said(feed, "FEED", f"{GREEN} edited", ts=held.source_ts, edited_ts="1789999999.0")
    assert intake.take_edit(feed, edit) is Outcome.HELD


def test_people_are_never_counted(feed: UnitOfWork) -> None:
    assert {post(feed, number, "TANAKA") for number in range(LIMIT * 3)} == {Outcome.ISSUED}


def test_a_side_may_let_its_feeds_post_as_they_like(feed: UnitOfWork) -> None:
    feed.workspaces.put(cast.TOKYO, "tokyo", Government.JP, feed_per_hour=0)
    assert {post(feed, number) for number in range(LIMIT * 3)} == {Outcome.ISSUED}
