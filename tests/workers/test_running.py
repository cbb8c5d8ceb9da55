"""A loop that ends before it is told to is seen by the operator; one that was told to is not."""

import asyncio
from datetime import timedelta

from structlog.testing import capture_logs

from bot import app
from bot.domain.deliveries import DeliveryState, Method
from bot.services.kinds import NOTE
from bot.storage.database import Database
from bot.storage.unit_of_work import UnitOfWork
from bot.workers import outbox
from bot.workers.outbox import Dispatcher
from bot.workers.running import Running
from integrations import web
from tests import cast
from tests.workers.postman import HonestPostman

FACTS = {"key": "commands.help", "parameters": {}}


async def _for_ever() -> None:
    await asyncio.Event().wait()


async def _broken() -> None:
    raise ZeroDivisionError


async def _tired() -> None:
    return


async def test_a_loop_that_breaks_or_gives_up_is_logged_and_not_running() -> None:
    running = Running()
    with capture_logs() as seen:
        for name, loop in (("broken", _broken()), ("tired", _tired()), ("good", _for_ever())):
            running.start(name, loop)
        for _ in range(5):
            await asyncio.sleep(0)
        assert not running.is_running("broken")
        assert not running.is_running("tired")
        assert running.is_running("good")
        assert not running.is_running("never started")
        await running.stop(5)
    ended = {one["name"]: one["exc_info"] for one in seen if one["event"] == "loop.ended"}
    assert set(ended) == {"broken", "tired"}
    assert isinstance(ended["broken"], ZeroDivisionError)
    assert not running.is_running("good")


async def test_nothing_that_was_started_can_be_stopped() -> None:
    await Running().stop(5)


def test_everything_has_ended_within_ten_seconds_of_being_told_to() -> None:
    assert web.STOP_SECONDS < app.INTAKE_SECONDS
    assert outbox.DRAIN.total_seconds() < app.STOP_SECONDS
    assert app.INTAKE_SECONDS + app.STOP_SECONDS < 10


async def test_a_dispatcher_told_to_stop_leaves_what_hangs_to_be_looked_for(
    database: Database, postman: HonestPostman, dispatcher: Dispatcher
) -> None:
    def promise(uow: UnitOfWork) -> int:
        return uow.outbox.add(NOTE, FACTS, Method.DIRECT, cast.TOKYO, "C1", user="U01SATO")

    short = Dispatcher(database, postman, lease=timedelta(milliseconds=30))
    number = database.transact(promise)
    postman.expect(hangs=True, lands=True)
    running = Running()
    running.start("dispatcher", short.run())
    await postman.hanging.wait()
    await running.stop(5)
    assert not running.is_running("dispatcher")
    left = database.transact(lambda uow: uow.outbox.get(number))
    assert left.state is DeliveryState.WAITING
    assert left.unknown
