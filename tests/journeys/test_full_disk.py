"""The disk is full: nothing is half written, nothing is forgotten, and all goes on by itself."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import text

from bot import errors
from bot.storage.unit_of_work import UnitOfWork
from tests.journeys.bridge import Bridge

# SQLite's own limit, which is none on any disk there is.
NO_LIMIT = 1_073_741_823
POSTS_MOST, REFUSED = 60, 3
# What Slack waits for before it tries again.
ACK_SECONDS = 3.0


async def _fill(bridge: Bridge) -> None:
    """No page more than there are, and nothing left in those."""
    database = bridge.app.database

    def begin(uow: UnitOfWork) -> None:
        uow.connection.execute(text("CREATE TABLE ballast (what TEXT)"))

    def limit(uow: UnitOfWork) -> None:
        count = uow.connection.execute(text("PRAGMA page_count")).scalar_one()
        uow.connection.execute(text(f"PRAGMA max_page_count={count}"))

    def load(uow: UnitOfWork) -> None:
        uow.connection.execute(text(f"INSERT INTO ballast VALUES ('{'x' * 3_000}')"))

    await database.run(begin)
    await database.run(limit)
    with suppress(errors.DatabaseBusy):
        for _ in range(10_000):
            await database.run(load)


async def _make_room(bridge: Bridge) -> None:
    def work(uow: UnitOfWork) -> None:
        uow.connection.execute(text(f"PRAGMA max_page_count={NO_LIMIT}"))

    await bridge.app.database.run(work)


async def test_what_a_full_disk_cannot_take_comes_again_when_there_is_room(strict: Bridge) -> None:
    await strict.enrol_everybody()
    await strict.link()
    tokyo = strict.stand_ins["tokyo"]
    tokyo.deliveries.ack_timeout = ACK_SECONDS
    tokyo.deliveries.retry_delays = (0.0, *[1.0] * 120)
    await _fill(strict)
    refused: list[int] = []
    for number in range(POSTS_MOST):
        words = f"#advisory TLP:GREEN no. {number:03} of the full disk\n{'filler ' * 300}"
        said = await tokyo.people.message("C01ADV", "U03SUZUKI", words)
        if not said["acked"]:
            refused.append(number)
        if len(refused) == REFUSED:
            break
    assert refused, "the disk was never full"
    await _make_room(strict)
    for number in refused:
        await strict.nguyen.sees(f"no. {number:03} of the full disk")
    for at in range(refused[-1] + 1):
        assert len(await strict.nguyen.posts_with(f"no. {at:03} of the full disk")) == 1
