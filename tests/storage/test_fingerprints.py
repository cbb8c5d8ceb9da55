"""What linked channels look like is kept by SQLite and PostgreSQL alike."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.fingerprints import BELIEVED, Change, Fingerprint, found_at
from bot.domain.officials import Government
from bot.services import links
from bot.storage.database import Database
from bot.storage.unit_of_work import UnitOfWork
from tests import cast
from tests.storage.databases import HandClock

SEEN = Fingerprint(
    "advisories", is_private=True, teams=frozenset({"T9"}), outsiders=frozenset({"U8", "U9"})
)
PLACE = (cast.TOKYO, cast.TOKYO_ADV)


def read(uow: UnitOfWork, place: tuple[str, str] = PLACE) -> bool:
    return uow.fingerprints.note_read(*place, uow.fingerprints.begin_reading(*place), uow.now)


def is_fresh(uow: UnitOfWork) -> bool:
    return uow.fingerprints.is_fresh(*PLACE)


def watched(uow: UnitOfWork, most: int = 9) -> tuple[str, ...]:
    return uow.fingerprints.watched(cast.TOKYO, uow.now - timedelta(seconds=45), most)


def test_what_was_agreed_to_comes_back_and_is_replaced_by_what_is_agreed_to_next(
    database: Database,
) -> None:
    link = database.transact(cast.join)
    for one in (SEEN, replace(SEEN, name="other", unchecked=frozenset({"U7"}))):
        database.transact(lambda uow, one=one: uow.fingerprints.agree(link.id, Government.JP, one))
        agreed = database.transact(lambda uow: uow.fingerprints.agreed(link.id))
        assert agreed == {Government.JP: one}


def test_a_reading_is_believed_for_a_short_while(database: Database, clock: HandClock) -> None:
    assert not database.transact(is_fresh)
    assert database.transact(read)
    clock.advance(BELIEVED.total_seconds() - 0.001)
    assert database.transact(is_fresh)
    clock.advance(0.001)
    assert not database.transact(is_fresh)


def test_an_event_puts_a_channel_in_doubt_at_once(database: Database) -> None:
    def work(uow: UnitOfWork) -> tuple[bool, bool]:
        read(uow)
        before = is_fresh(uow)
        uow.fingerprints.doubt(*PLACE)
        return before, is_fresh(uow)

    assert database.transact(work) == (True, False)
    assert not database.transact(is_fresh)


def test_what_was_read_while_an_event_arrived_is_not_believed(database: Database) -> None:
    doubts = database.transact(lambda uow: uow.fingerprints.begin_reading(*PLACE))
    database.transact(lambda uow: uow.fingerprints.doubt(*PLACE))
    assert not database.transact(lambda uow: uow.fingerprints.note_read(*PLACE, doubts, uow.now))
    assert not database.transact(is_fresh)


def test_what_is_in_doubt_is_read_first_then_what_was_read_longest_ago(
    database: Database, clock: HandClock
) -> None:
    def join(uow: UnitOfWork) -> None:
        for number in range(3):
            cast.join(uow, channel=f"C{number}", far_channel=f"C9{number}")
        cast.join(uow, channel="C0", far_channel="C99")

    database.transact(join)
    assert set(database.transact(watched)) == {"C0", "C1", "C2"}
    for channel in ("C2", "C0", "C1"):
        database.transact(lambda uow, channel=channel: read(uow, (cast.TOKYO, channel)))
        clock.advance(1)
    assert database.transact(watched) == ()
    clock.advance(60)
    assert database.transact(lambda uow: watched(uow, 2)) == ("C2", "C0")
    database.transact(lambda uow: uow.fingerprints.doubt(cast.TOKYO, "C1"))
    assert database.transact(watched) == ("C1", "C2", "C0")


def test_channels_of_links_that_carry_nothing_for_good_or_for_now_are_left_alone(
    database: Database,
) -> None:
    def work(uow: UnitOfWork) -> None:
        links.cut_link(uow, cast.the(uow, "WALSH"), cast.join(uow).code)
        other = cast.join(uow, channel=cast.TOKYO_DLG)
        uow.links.save(other.suspend(found_at(Government.AU, [Change.SHARED])))
        cast.propose(uow)

    database.transact(work)
    assert database.transact(watched) == ()


def test_a_suspended_link_comes_back_as_it_was(database: Database) -> None:
    findings = found_at(Government.JP, [Change.SHARED, Change.RENAMED])

    def work(uow: UnitOfWork) -> None:
        link = cast.join(uow).suspend(findings).resume(Government.AU, uow.now, "seen")
        uow.links.save(link)
        assert link == uow.links.get(link.id)

    database.transact(work)
    (link,) = database.transact(lambda uow: uow.links.live_at(*PLACE))
    assert link.suspension is not None
    assert link.suspension.findings == findings
    assert link.suspension.waits_for == link.paused_by == {Government.JP}


@pytest.mark.parametrize("replied", [False, True])
def test_the_last_traffic_is_the_newest_post_or_reply(
    database: Database, clock: HandClock, replied: bool
) -> None:
    def post(uow: UnitOfWork) -> None:
        cast.join(uow)
        cast.post(uow, "SATO", "#advisory TLP:GREEN patch", ts=cast.stamp(uow.now))

    database.transact(post)
    posted = clock.now
    clock.advance(3600)

    def reply(uow: UnitOfWork) -> None:
        about = {"ts": cast.stamp(uow.now), "thread_ts": cast.stamp(posted)}
        cast.post(uow, "SATO", "more", **about)

    if replied:
        database.transact(reply)
    (link,) = database.transact(lambda uow: uow.links.live_at(*PLACE))
    found = database.transact(lambda uow: uow.fingerprints.last_traffic(link))
    assert found is not None
    assert found == (clock.now if replied else posted)
