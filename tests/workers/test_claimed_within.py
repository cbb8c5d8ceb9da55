"""What a transaction promised is claimed with it, leaves once it is committed, and never before."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.domain.deliveries import Delivery, DeliveryState, Method
from bot.domain.labels import Label
from bot.services import links
from bot.services.kinds import COPY, STATUS
from bot.storage.database import Database
from bot.storage.unit_of_work import UnitOfWork
from bot.workers.outbox import LANES_WITHIN, LEASE, Batch, Dispatcher
from tests import cast
from tests.storage.databases import HandClock
from tests.workers.postman import HonestPostman

GREEN = "#advisory [TLP:GREEN] patch now"


class Undone(Exception):
    """What makes a transaction fail in the end."""


def issue(uow: UnitOfWork) -> None:
    cast.join(uow)
    cast.post(uow, "SATO", GREEN)


def issued_then_lost(batches: list[Batch], dispatcher: Dispatcher, uow: UnitOfWork) -> None:
    issue(uow)
    batches.append(dispatcher.claim_within(uow))
    raise Undone


def of_kind(database: Database, kind: str) -> list[Delivery]:
    def work(uow: UnitOfWork) -> list[Delivery]:
        return [one for one in uow.outbox.of_advisory(1, kind) if one.target is None]

    return database.transact(work)


@pytest.fixture
async def followed(database: Database, dispatcher: Dispatcher) -> AsyncIterator[Database]:
    """A database whose dispatcher hears of every promise, and whose loop does not run."""
    database.follow(dispatcher)
    yield database
    database.follow(None)


async def _sent(dispatcher: Dispatcher) -> None:
    while dispatcher._open or dispatcher._sending:  # noqa: ASYNC110  nothing announces it
        await asyncio.sleep(0)


async def test_what_was_promised_leaves_without_a_turn_of_the_loop(
    followed: Database, dispatcher: Dispatcher, postman: HonestPostman
) -> None:
    await followed.run(issue)
    await _sent(dispatcher)
    (copy,) = postman.of(COPY)
    assert (copy.delivery.team, copy.channel) == (cast.CANBERRA, cast.CANBERRA_ADV)
    assert [one.attempts for one in of_kind(followed, COPY)] == [1]
    await dispatcher.drain()
    assert [one.state for one in of_kind(followed, COPY)] == [DeliveryState.DELIVERED]
    assert len(postman.of(COPY, Method.POST)) == 1


async def test_a_status_card_does_not_get_in_the_way_of_the_copy(
    followed: Database, dispatcher: Dispatcher, postman: HonestPostman
) -> None:
    await followed.run(issue)
    await _sent(dispatcher)
    assert [one.state for one in of_kind(followed, STATUS)] == [DeliveryState.WAITING]
    await dispatcher.drain()
    assert len(postman.of(STATUS)) == 1


async def test_nothing_is_said_of_what_was_not_committed(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    batches: list[Batch] = []
    with pytest.raises(Undone):
        database.transact(lambda uow: issued_then_lost(batches, dispatcher, uow))
    (batch,) = batches
    assert len(batch.claims) == 1
    dispatcher.expect(batch)
    dispatcher.settle(batch, committed=False)
    await _sent(dispatcher)
    clock.advance(LEASE.total_seconds())
    await dispatcher.drain()
    assert postman.said == []


async def test_what_cannot_be_composed_undoes_no_promise(
    followed: Database, dispatcher: Dispatcher
) -> None:
    def work(uow: UnitOfWork) -> None:
        uow.outbox.add("no.such.kind", {}, Method.POST, cast.TOKYO, cast.TOKYO_ADV)

    await followed.run(work)
    await _sent(dispatcher)
    waiting = followed.transact(lambda uow: uow.outbox.in_state(DeliveryState.WAITING))
    assert [(one.kind, one.attempts) for one in waiting] == [("no.such.kind", 0)]
    await dispatcher.drain()
    parked = followed.transact(lambda uow: uow.outbox.in_state(DeliveryState.PARKED))
    assert [one.kind for one in parked] == ["no.such.kind"]


async def test_policy_is_asked_in_the_transaction_that_claims(
    followed: Database, dispatcher: Dispatcher, postman: HonestPostman
) -> None:
    def work(uow: UnitOfWork) -> None:
        link = cast.join(uow)
        cast.post(uow, "SATO", GREEN)
        links.cut_link(uow, cast.the(uow, "WALSH"), link.code)

    await followed.run(work)
    await _sent(dispatcher)
    await dispatcher.drain()
    assert postman.of(COPY) == []
    assert [one.state for one in of_kind(followed, COPY)] == [DeliveryState.WITHHELD]


async def test_a_lane_that_rests_keeps_its_pace(
    followed: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    await followed.run(issue)
    await _sent(dispatcher)
    await dispatcher.drain()
    clock.advance(0.25)
    again = cast.stamp(clock.now)
    await followed.run(lambda uow: cast.post(uow, "SATO", f"{GREEN} again", ts=again))
    await _sent(dispatcher)
    await dispatcher.drain()
    assert len(postman.of(COPY, Method.POST)) == 1
    clock.advance(0.75)
    await dispatcher.drain()
    times = [one.at for one in postman.said if one.outgoing.delivery.kind == COPY]
    assert times[1] - times[0] >= timedelta(seconds=1)


async def test_a_wide_fan_out_is_left_to_the_loop_after_the_first_few(
    followed: Database, dispatcher: Dispatcher, postman: HonestPostman
) -> None:
    def work(uow: UnitOfWork) -> None:
        for number in range(LANES_WITHIN + 3):
            cast.join(uow, far_channel=f"C2{number:02}", ceiling=Label.GREEN)
        cast.post(uow, "SATO", GREEN)

    await followed.run(work)
    await _sent(dispatcher)
    assert len(postman.of(COPY)) <= LANES_WITHIN
    await dispatcher.drain()
    assert len(postman.of(COPY)) == LANES_WITHIN + 3
