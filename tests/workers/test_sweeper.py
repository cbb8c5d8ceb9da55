"""What was posted twice because Slack's history lagged stands once in the end."""

from bot.domain.deliveries import DeliveryState
from bot.services.kinds import COPY
from bot.services.ports import OutcomeUnknown, Outgoing, Posted
from bot.storage.database import Database
from bot.storage.unit_of_work import UnitOfWork
from bot.workers.outbox import HOLD_OFF, Dispatcher
from bot.workers.sweeper import SWEEP_AFTER, Sweeper
from tests import cast
from tests.storage.databases import HandClock
from tests.workers.postman import HonestPostman


class LaggingPostman(HonestPostman):
    """Slack's history does not show what was posted, until it has caught up."""

    lags = True

    async def find(self, outgoing: Outgoing, since: object) -> Posted | None:
        return None if self.lags else await super().find(outgoing, since)  # type: ignore[arg-type]


def is_copy(outgoing: Outgoing) -> bool:
    return outgoing.delivery.kind == COPY and outgoing.delivery.target is None


def issue(uow: UnitOfWork) -> None:
    cast.join(uow)
    cast.post(uow, "SATO", "#advisory [TLP:GREEN] patch now")


async def posted_twice(database: Database, clock: HandClock) -> LaggingPostman:
    postman = LaggingPostman(clock)
    database.transact(issue)
    postman.expect(OutcomeUnknown("timeout"), lands=True, wanted=is_copy)
    dispatcher = Dispatcher(database, postman)
    await dispatcher.drain()
    clock.advance(HOLD_OFF.total_seconds())
    await dispatcher.drain()
    assert len([one for one in postman.said if is_copy(one.outgoing)]) == 2
    return postman


async def test_of_two_the_earlier_stays_and_the_log_has_it(
    database: Database, clock: HandClock
) -> None:
    postman = await posted_twice(database, clock)
    first = next(one.posted for one in postman.said if is_copy(one.outgoing))
    sweeper = Sweeper(database, postman)
    assert await sweeper.sweep() == 0
    clock.advance(SWEEP_AFTER.total_seconds())
    assert await sweeper.sweep() == 1
    assert [one.posted for one in postman.said if is_copy(one.outgoing)] == [first]
    (copy,) = database.transact(lambda uow: uow.outbox.of_advisory(1, COPY))
    assert (copy.state, copy.slack_ts) == (DeliveryState.DELIVERED, first.ts)
    assert "delivery.sweep" in database.transact(cast.decisions)
    clock.advance(3600)
    assert await sweeper.sweep() == 0


async def test_what_stands_once_is_left_alone(database: Database, clock: HandClock) -> None:
    postman = HonestPostman(clock)
    database.transact(issue)
    postman.expect(OutcomeUnknown("timeout"), wanted=is_copy)
    dispatcher = Dispatcher(database, postman)
    await dispatcher.drain()
    clock.advance(HOLD_OFF.total_seconds())
    await dispatcher.drain()
    clock.advance(SWEEP_AFTER.total_seconds())
    searches = len(postman.searches)
    assert await Sweeper(database, postman).sweep() == 0
    assert len(postman.searches) == searches + 1
    assert len([one for one in postman.said if is_copy(one.outgoing)]) == 1
    assert "delivery.sweep" not in database.transact(cast.decisions)


async def test_what_was_delivered_at_once_is_never_looked_for(
    database: Database, clock: HandClock, dispatcher: Dispatcher, postman: HonestPostman
) -> None:
    database.transact(issue)
    await dispatcher.drain()
    clock.advance(3600)
    assert await Sweeper(database, postman).sweep() == 0
    assert postman.searches == []
