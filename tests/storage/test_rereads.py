"""What is read again after a gap: everything still open, once round, whoever works on it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.services.kinds import COPY
from bot.storage.database import Database
from bot.storage.rereads import Reread
from bot.storage.unit_of_work import UnitOfWork
from tests import cast
from tests.storage.databases import HandClock, opened

LEASE = timedelta(minutes=1)
LONG = timedelta(days=90)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def posted(url: str, clock: HandClock) -> Iterator[Database]:
    """Three advisories from Tokyo, a minute apart, and their copies in Canberra."""

    def begin(uow: UnitOfWork) -> None:
        cast.assemble(uow)
        cast.join(uow)

    with opened(url, clock) as database:
        database.transact(begin)
        for number in range(1, 4):
            clock.advance(60)
            database.transact(lambda uow: cast.post(uow, "TANAKA", "#advisory [TLP:GREEN] x"))
            database.transact(lambda uow, n=number: cast.arrive(uow, f"ADV-2026-{n:04}"))
        clock.advance(60)
        yield database


def promise(database: Database, team: str = cast.TOKYO) -> None:
    database.transact(lambda uow: uow.rereads.promise(team, uow.now, uow.now))


def claim(database: Database, team: str = cast.TOKYO) -> Reread | None:
    return database.transact(lambda uow: uow.rereads.claim(team, LEASE))


def left(database: Database, reading: Reread | None) -> list[str]:
    assert reading is not None
    heads = database.transact(lambda uow: uow.rereads.heads(reading, COPY, uow.now - LONG))
    return [head.position for head in heads]


def test_sources_are_read_again_in_one_workspace_and_copies_in_the_other(posted: Database) -> None:
    for team, is_source in ((cast.TOKYO, True), (cast.CANBERRA, False)):
        promise(posted, team)
        reading = claim(posted, team)
        assert reading is not None
        heads = posted.transact(lambda uow, r=reading: uow.rereads.heads(r, COPY, uow.now - LONG))
        assert [head.is_source for head in heads] == [is_source] * 3


def test_what_was_withdrawn_or_is_long_silent_is_not_read_again(
    posted: Database, clock: HandClock
) -> None:
    def withdraw(uow: UnitOfWork) -> None:
        advisory = uow.advisories.by_number("ADV-2026-0002")
        assert advisory is not None
        uow.advisories.save(advisory.withdraw("", uow.now))

    posted.transact(withdraw)
    promise(posted)
    reading = claim(posted)
    assert len(left(posted, reading)) == 2
    clock.advance(LONG.total_seconds())
    assert left(posted, reading) == []


def test_a_reading_has_one_reader_until_its_lease_ends(posted: Database, clock: HandClock) -> None:
    promise(posted)
    assert claim(posted) is not None
    assert claim(posted) is None
    clock.advance(LEASE.total_seconds())
    assert claim(posted) is not None


def test_a_gap_in_the_middle_of_a_reading_goes_on_from_there_and_once_round(
    posted: Database,
) -> None:
    promise(posted)
    first = claim(posted)
    everything = left(posted, first)
    assert first is not None
    posted.transact(lambda uow: uow.rereads.rest(first, everything[0]))
    promise(posted)
    # Whoever still worked on the earlier gap cannot call the later one read.
    posted.transact(lambda uow: uow.rereads.rest(first, everything[2]))
    second = claim(posted)
    assert left(posted, second) == everything[1:]
    assert second is not None
    posted.transact(lambda uow: uow.rereads.rest(second, everything[2]))
    assert not posted.transact(lambda uow: uow.rereads.end_half(second))
    third = claim(posted)
    assert left(posted, third) == everything[:1]
    assert third is not None
    posted.transact(lambda uow: uow.rereads.rest(third, everything[0]))
    assert posted.transact(lambda uow: uow.rereads.end_half(third))
    assert claim(posted) is None


def test_two_gaps_are_one_from_the_first_instant_on(posted: Database, clock: HandClock) -> None:
    began = clock.now
    promise(posted)
    clock.advance(3600)
    promise(posted)
    reading = claim(posted)
    assert reading is not None
    assert (reading.since, reading.before) == (began, clock.now)
