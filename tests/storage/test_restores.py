"""A restored database knows that it was put back, what it found, and for how long to doubt."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.services import recovery, withdrawals
from bot.services.announcements import compose
from bot.services.kinds import COPY
from bot.storage.copies import after_restore
from bot.storage.database import Database
from bot.storage.delivery_keys import DOUBTED
from bot.storage.restores import StandingPost
from bot.storage.unit_of_work import UnitOfWork
from tests import cast
from tests.services.desk import Desk
from tests.storage.databases import HandClock

AN_HOUR = 3600.0


@pytest.fixture
def restored(database: Database, clock: HandClock) -> Database:
    """Put back an hour after it was last listened to."""

    def begin(uow: UnitOfWork) -> None:
        cast.join(uow)
        for team in (cast.TOKYO, cast.CANBERRA):
            uow.workspaces.note_heard(team, uow.now)

    database.transact(begin)
    clock.advance(AN_HOUR)
    database.transact(after_restore)
    return database


def test_a_restore_waits_until_everything_that_stands_has_been_read(restored: Database) -> None:
    restore = restored.transact(lambda uow: uow.restores.pending())
    assert restore is not None
    assert restore.at - restore.until == timedelta(seconds=AN_HOUR)
    restored.transact(lambda uow: recovery.finish(uow, restore, recovery.Tally()))
    assert restored.transact(lambda uow: uow.restores.pending()) is None


def test_both_ends_of_every_link_are_read_from_where_the_backup_ends(restored: Database) -> None:
    restore = restored.transact(lambda uow: uow.restores.pending())
    assert restore is not None
    read = restored.transact(lambda uow: uow.restores.channels(restore, COPY))
    assert read == {
        (cast.TOKYO, cast.TOKYO_ADV): restore.until,
        (cast.CANBERRA, cast.CANBERRA_ADV): restore.until,
    }


def test_where_an_open_copy_stands_a_channel_is_read_back_to_it(
    database: Database, clock: HandClock
) -> None:
    def begin(uow: UnitOfWork) -> None:
        cast.join(uow)
        cast.post(uow, "TANAKA", "#advisory [TLP:GREEN] x")

    database.transact(begin)
    posted = clock.now
    clock.advance(AN_HOUR)
    database.transact(lambda uow: uow.workspaces.note_heard(cast.TOKYO, uow.now))
    database.transact(after_restore)
    restore = database.transact(lambda uow: uow.restores.pending())
    assert restore is not None
    read = database.transact(lambda uow: uow.restores.channels(restore, COPY))
    assert read[cast.CANBERRA, cast.CANBERRA_ADV] == posted
    assert read[cast.TOKYO, cast.TOKYO_ADV] == restore.until


def test_what_was_said_before_a_restore_is_doubted_for_a_time_and_what_comes_after_is_not(
    restored: Database, clock: HandClock
) -> None:
    before, after = clock.now - timedelta(minutes=1), clock.now
    doubted = restored.transact(lambda uow: uow.delivery_keys.doubted_since(before))
    assert doubted == clock.now - timedelta(seconds=AN_HOUR)
    assert restored.transact(lambda uow: uow.delivery_keys.doubted_since(after)) is None
    clock.advance(DOUBTED.total_seconds() + 1)
    assert restored.transact(lambda uow: uow.delivery_keys.doubted_since(before)) is None


def test_a_database_that_was_never_put_back_doubts_nothing(
    database: Database, clock: HandClock
) -> None:
    assert database.transact(lambda uow: uow.delivery_keys.doubted_since(clock.now)) is None
    assert database.transact(lambda uow: uow.restores.pending()) is None


def test_the_same_source_has_the_same_key_and_another_installation_another(
    database: Database, clock: HandClock
) -> None:
    def key(*identity: object) -> str:
        return database.transact(lambda uow: uow.delivery_keys.of(*identity))

    assert key("copy", "T0TOKYO", "C01ADV", 1) == key("copy", "T0TOKYO", "C01ADV", 1)
    others = {key("copy", "T0TOKYO", "C01ADV", 2), key("copy", "T0TOKYO", "C01AD", "V1")}
    assert key("copy", "T0TOKYO", "C01ADV", 1) not in others
    assert len(key("copy")) == 32


def test_a_post_that_was_found_is_kept_once_and_claimed_once(restored: Database) -> None:
    post = StandingPost("k" * 32, cast.CANBERRA, cast.CANBERRA_ADV, "1.000001", "ADV-2026-0007")
    for _ in range(2):
        restored.transact(lambda uow: recovery.take_standing(uow, [post]))
    assert restored.transact(lambda uow: uow.restores.unclaimed()) == (post,)
    assert restored.transact(lambda uow: uow.restores.found(post.key)) == post
    restored.transact(lambda uow: uow.restores.claim(post))
    assert restored.transact(lambda uow: uow.restores.unclaimed()) == ()


def test_a_copy_that_was_waiting_and_stands_is_not_sent(restored: Database) -> None:
    def found(uow: UnitOfWork) -> str:
        cast.post(uow, "TANAKA", "#advisory [TLP:GREEN] x")
        (copy,) = uow.outbox.of_advisory(1, COPY)
        post = StandingPost(copy.key, copy.team, copy.channel, "1.000001")
        tally = recovery.take_standing(uow, [post])
        assert (tally.known, tally.forgotten) == (1, 0)
        return uow.outbox.get(copy.id).state.value

    assert restored.transact(found) == "delivered"


def test_what_was_withdrawn_and_restored_since_the_backup_is_withdrawn_again(
    restored: Database,
) -> None:
    def found(uow: UnitOfWork) -> list[str]:
        cast.post(uow, "TANAKA", "#advisory [TLP:GREEN] x")
        desk = Desk(uow)
        desk.say_all()
        withdrawals.withdraw_advisory(uow, cast.the(uow, "TANAKA"), "ADV-2026-0001", "")
        desk.say_all()
        (copy,) = uow.outbox.of_advisory(1, COPY)
        post = StandingPost(copy.key, copy.team, copy.channel, str(copy.slack_ts))
        recovery.take_standing(uow, [post])
        return [str(compose(uow, one).facts) for one in uow.outbox.undone_updates(copy.id)]

    (facts,) = restored.transact(found)
    assert facts.startswith("TombstoneFacts")
