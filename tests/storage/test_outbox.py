"""The outbox keeps order, gives each lane to one dispatcher at a time, and forgets nothing."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.budgets import Spending
from bot.domain.deliveries import (
    BACKGROUND,
    PACE,
    ROUTINE,
    URGENT,
    Delivery,
    DeliveryState,
    Method,
)
from bot.storage.database import Database
from bot.storage.outbox_rows import Claim
from bot.storage.tables_budgets import budgets
from bot.storage.unit_of_work import UnitOfWork
from tests.cast import CANBERRA, TOKYO, TOKYO_ADV
from tests.storage.databases import HandClock, opened

LEASE = timedelta(seconds=30)


class Desk:
    """The outbox of a database, one transaction per call."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def add(self, channel: str = TOKYO_ADV, method: Method = Method.POST, **about: Any) -> int:
        team = about.pop("team", TOKYO)
        return self.database.transact(
            lambda uow: uow.outbox.add("note", {}, method, team, channel, **about)
        )

    def claim(self, limit: int = 50) -> list[Claim]:
        return self.database.transact(lambda uow: uow.outbox.claim(limit, LEASE))

    def claim_one(self) -> Claim:
        (claim,) = self.claim()
        return claim

    def delivered(self, claim: Claim, ts: str | None = "1.1", channel: str = TOKYO_ADV) -> None:
        self.database.transact(lambda uow: uow.outbox.delivered(claim, ts, channel))

    def retry(self, claim: Claim, at: datetime, *, unknown: bool = False) -> None:
        self.database.transact(lambda uow: uow.outbox.retry(claim, at, "why", unknown=unknown))

    def close(self, claim: Claim, state: DeliveryState) -> None:
        self.database.transact(lambda uow: uow.outbox.close(claim, state, "why"))

    def refresh(self, delivery_id: int) -> None:
        self.database.transact(lambda uow: uow.outbox.refresh(uow.outbox.get(delivery_id)))

    def get(self, delivery_id: int) -> Delivery:
        return self.database.transact(lambda uow: uow.outbox.get(delivery_id))

    def next_due(self) -> datetime | None:
        return self.database.transact(lambda uow: uow.outbox.next_due())

    def open(self) -> dict[DeliveryState, int]:
        return self.database.transact(lambda uow: uow.outbox.count_open())


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def test_a_lane_is_served_by_priority_and_then_by_age(desk: Desk, clock: HandClock) -> None:
    added = [desk.add(priority=one) for one in (ROUTINE, BACKGROUND, URGENT, ROUTINE, URGENT)]
    order = []
    for _ in added:
        claim = desk.claim_one()
        order.append(claim.delivery.id)
        desk.delivered(claim)
        clock.advance(1)
    assert order == [added[index] for index in (2, 4, 0, 3, 1)]


def test_a_lane_gives_one_delivery_at_a_time(desk: Desk) -> None:
    desk.add()
    desk.add()
    desk.claim_one()
    assert desk.claim() == []


def test_lanes_do_not_wait_for_each_other(desk: Desk) -> None:
    places = [(TOKYO, "C1"), (TOKYO, "C2"), (CANBERRA, "C1")]
    for team, channel in places:
        desk.add(channel, team=team)
    claims = desk.claim()
    assert {(one.delivery.team, one.delivery.channel) for one in claims} == set(places)


def test_no_more_lanes_are_claimed_than_asked_for(desk: Desk) -> None:
    for number in range(5):
        desk.add(f"C{number}")
    assert [len(desk.claim(2)) for _ in range(4)] == [2, 2, 1, 0]


@pytest.mark.parametrize("method", [Method.POST, Method.DIRECT, Method.PRIVATE])
def test_the_lane_rests_for_its_pace_after_each_delivery(
    desk: Desk, clock: HandClock, method: Method
) -> None:
    for _ in range(2):
        desk.add(method=method, user="U01SATO")
    desk.delivered(desk.claim_one())
    pace = PACE[method].total_seconds()
    clock.advance(pace - 0.001)
    assert desk.claim() == []
    assert desk.next_due() == clock.now + timedelta(seconds=0.001)
    clock.advance(0.001)
    desk.claim_one()


def test_a_delivery_to_be_tried_again_keeps_its_place(desk: Desk, clock: HandClock) -> None:
    first, second = desk.add(), desk.add()
    desk.retry(desk.claim_one(), clock.now + timedelta(seconds=5))
    clock.advance(4.999)
    assert desk.claim() == []
    clock.advance(0.001)
    claim = desk.claim_one()
    assert (claim.delivery.id, claim.delivery.attempts, claim.was_unknown) == (first, 2, False)
    desk.delivered(claim)
    clock.advance(1)
    assert desk.claim_one().delivery.id == second


def test_what_is_unknown_stays_so_until_it_is_delivered(desk: Desk, clock: HandClock) -> None:
    desk.add()
    began = clock.now
    desk.retry(desk.claim_one(), clock.now, unknown=True)
    claim = desk.claim_one()
    assert claim.was_unknown
    desk.retry(claim, clock.advance(5), unknown=claim.was_unknown)
    claim = desk.claim_one()
    assert claim.was_unknown
    desk.delivered(claim)
    found = desk.get(claim.delivery.id)
    assert (found.state, found.unknown) == (DeliveryState.DELIVERED, False)
    assert (found.first_attempt_at, found.last_attempt_at) == (began, clock.now)


def test_a_delivery_orphaned_by_a_crash_counts_as_unknown_after_the_lease(
    desk: Desk, clock: HandClock
) -> None:
    orphan = desk.add()
    assert not desk.claim_one().was_unknown
    clock.advance(LEASE.total_seconds() - 0.001)
    assert desk.claim() == []
    assert desk.next_due() == clock.now + timedelta(seconds=0.001)
    clock.advance(0.001)
    claim = desk.claim_one()
    assert (claim.delivery.id, claim.was_unknown) == (orphan, True)


def test_an_orphan_that_has_to_be_looked_for_is_due_when_it_may_be(
    desk: Desk, clock: HandClock
) -> None:
    """Otherwise a dispatcher would ask without a pause until the searches are open again."""
    desk.database.transact(lambda uow: uow.budgets.ensure(TOKYO))
    desk.add()
    desk.claim_one()
    clock.advance(LEASE.total_seconds())
    opens = clock.now + timedelta(seconds=20)
    desk.database.transact(lambda uow: uow.budgets.close(TOKYO, Spending.SEARCH, opens))
    assert desk.claim() == []
    assert desk.next_due() == opens
    clock.now = opens
    assert desk.claim_one().was_unknown


def test_an_orphan_that_cannot_be_looked_for_waits_for_no_search(
    desk: Desk, clock: HandClock
) -> None:
    desk.database.transact(lambda uow: uow.budgets.ensure(TOKYO))
    desk.add(method=Method.PRIVATE)
    desk.claim_one()
    clock.advance(LEASE.total_seconds())
    opens = clock.now + timedelta(seconds=20)
    desk.database.transact(lambda uow: uow.budgets.close(TOKYO, Spending.SEARCH, opens))
    assert desk.claim_one().was_unknown


def test_a_lease_is_counted_from_the_beginning_of_the_transaction_that_took_it(desk: Desk) -> None:
    desk.add()

    def work(uow: UnitOfWork) -> tuple[float, list[Claim]]:
        return uow.began, uow.outbox.claim(1, LEASE)

    began, (claim,) = desk.database.transact(work)
    assert claim.since == began


def test_who_lost_the_lease_can_neither_retry_nor_close(desk: Desk, clock: HandClock) -> None:
    desk.add()
    stale = desk.claim_one()
    clock.advance(LEASE.total_seconds())
    held = desk.claim_one()
    assert held.fence > stale.fence
    desk.retry(stale, clock.now)
    desk.close(stale, DeliveryState.PARKED)
    found = desk.get(held.delivery.id)
    assert (found.state, found.last_error) == (DeliveryState.SENDING, None)
    assert desk.claim() == []


def test_a_delivery_that_happened_is_noted_whoever_reports_it(desk: Desk, clock: HandClock) -> None:
    desk.add()
    stale = desk.claim_one()
    clock.advance(LEASE.total_seconds())
    held = desk.claim_one()
    desk.delivered(stale, "7.7")
    found = desk.get(held.delivery.id)
    assert (found.state, found.slack_ts) == (DeliveryState.DELIVERED, "7.7")


@pytest.mark.parametrize("state", [DeliveryState.PARKED, DeliveryState.WITHHELD])
def test_a_delivery_that_ended_unsent_frees_its_lane_at_once(
    desk: Desk, state: DeliveryState
) -> None:
    first, second = desk.add(), desk.add()
    desk.close(desk.claim_one(), state)
    assert desk.get(first).state is state
    assert desk.claim_one().delivery.id == second


def test_several_refreshes_of_one_message_become_one_update(desk: Desk) -> None:
    card = desk.add()
    desk.delivered(desk.claim_one())
    for _ in range(3):
        desk.refresh(card)
    update = desk.claim_one().delivery
    assert (update.method, update.target) == (Method.UPDATE, card)
    desk.refresh(card)
    assert desk.open() == {DeliveryState.SENDING: 1, DeliveryState.WAITING: 1}


def test_an_update_waits_for_its_target_and_holds_up_nobody(desk: Desk, clock: HandClock) -> None:
    late = desk.add(priority=BACKGROUND)
    posted = desk.add("C2")
    claims = {one.delivery.id: one for one in desk.claim()}
    desk.delivered(claims[posted], channel="C2")
    desk.refresh(late)
    desk.refresh(posted)
    ready = desk.claim_one()
    assert ready.delivery.target == posted
    desk.delivered(ready, None)
    clock.advance(2)
    assert desk.claim() == []
    desk.delivered(claims[late])
    clock.advance(2)
    assert desk.claim_one().delivery.target == late


@pytest.mark.parametrize("state", [DeliveryState.PARKED, DeliveryState.WITHHELD])
def test_updates_of_what_was_never_posted_end_with_it(desk: Desk, state: DeliveryState) -> None:
    card = desk.add()
    claim = desk.claim_one()
    desk.refresh(card)
    desk.close(claim, state)
    desk.refresh(card)
    assert desk.next_due() is None
    assert DeliveryState.WAITING not in desk.open()


def test_nothing_is_due_when_nothing_waits(desk: Desk, clock: HandClock) -> None:
    assert desk.next_due() is None
    desk.add()
    assert desk.next_due() == clock.now
    desk.delivered(desk.claim_one())
    assert desk.next_due() is None


def test_a_parked_delivery_is_revived_in_its_place(desk: Desk, clock: HandClock) -> None:
    parked = desk.add()
    desk.close(desk.claim_one(), DeliveryState.PARKED)
    later = desk.add()
    desk.database.transact(lambda uow: uow.outbox.revive(parked))
    assert desk.claim_one().delivery.id == parked
    clock.advance(LEASE.total_seconds())
    assert desk.get(later).state is DeliveryState.WAITING


def test_a_dropped_delivery_is_never_claimed(desk: Desk) -> None:
    parked = desk.add()
    desk.close(desk.claim_one(), DeliveryState.PARKED)
    desk.database.transact(lambda uow: uow.outbox.drop(parked))
    assert desk.claim() == []
    assert desk.open() == {}


def test_a_promise_that_was_rolled_back_is_never_kept(desk: Desk) -> None:
    def work(uow: Any) -> None:
        uow.outbox.add("note", {}, Method.POST, TOKYO, TOKYO_ADV)
        raise LookupError

    with pytest.raises(LookupError):
        desk.database.transact(work)
    assert desk.claim() == []


def test_dispatchers_side_by_side_never_claim_the_same_lane(
    url: str, database: Database, clock: HandClock
) -> None:
    desk = Desk(database)
    # No budget stands in the way: what is tried are the lanes.
    database.transact(lambda uow: uow.connection.execute(budgets.delete()))
    expected = {desk.add(f"C{number:02}") for number in range(40)}
    taken: list[list[int]] = [[], [], [], []]
    start = threading.Barrier(len(taken))

    def dispatch(mine: list[int]) -> None:
        with opened(url, clock) as own:
            start.wait()
            # SKIP LOCKED may pass over a lane another is looking at, so an empty turn is no end.
            for _ in range(60):
                mine += [one.delivery.id for one in Desk(own).claim(3)]

    with _threads(dispatch, taken):
        pass
    claimed = [one for mine in taken for one in mine]
    assert sorted(claimed) == sorted(expected)


@contextmanager
def _threads(work: Any, arguments: list[Any]) -> Iterator[None]:
    running = [threading.Thread(target=work, args=(one,)) for one in arguments]
    for one in running:
        one.start()
    yield
    for one in running:
        one.join()
