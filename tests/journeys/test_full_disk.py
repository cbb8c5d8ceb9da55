"""The disk is full: nothing is half written, nothing is forgotten, and all goes on by itself."""

from __future__ import annotations

from sqlalchemy import text

from bot.storage.unit_of_work import UnitOfWork
from tests.journeys.bridge import Bridge

# SQLite's own limit, which is none on any disk there is.
NO_LIMIT = 1_073_741_823
POSTS_MOST = 300


async def _limit(bridge: Bridge, pages: int | None) -> None:
    """No page more than so many, or than there are: as on a disk without room."""

    def work(uow: UnitOfWork) -> None:
        count = uow.connection.execute(text("PRAGMA page_count")).scalar_one()
        uow.connection.execute(text(f"PRAGMA max_page_count={pages or count}"))

    await bridge.app.database.run(work)


async def test_what_a_full_disk_cannot_take_comes_again_when_there_is_room(strict: Bridge) -> None:
    await strict.enrol_everybody()
    await strict.link()
    tokyo = strict.stand_ins["tokyo"]
    tokyo.deliveries.retry_delays = (0.0, *[1.0] * 120)
    await _limit(strict, None)
    refused = []
    for number in range(POSTS_MOST):
        words = f"#advisory TLP:GREEN no. {number:03} of the full disk\n{'filler ' * 300}"
        said = await tokyo.people.message("C01ADV", "U03SUZUKI", words)
        if not said["acked"]:
            refused.append(number)
        if len(refused) == 3:
            break
    assert refused, "the disk was never full"
    await _limit(strict, NO_LIMIT)
    for number in refused:
        await strict.nguyen.sees(f"no. {number:03} of the full disk")
    for at in range(refused[-1] + 1):
        assert len(await strict.nguyen.posts_with(f"no. {at:03} of the full disk")) == 1
