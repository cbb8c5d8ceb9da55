"""What is late is told in person, in the reader's language, and stands in Monday's digest."""

from __future__ import annotations

from bot.services.digests import STANDING
from bot.storage.unit_of_work import UnitOfWork
from tests.journeys.bridge import Bridge


def _begin(uow: UnitOfWork) -> None:
    """The weekly digest as if the bot had first been started by this journey's clock."""
    uow.schedules.put(STANDING.name, STANDING.kind, STANDING.recurrence, STANDING.calendar)


async def test_an_overdue_action_is_told_to_the_duty_officer_and_stands_in_the_digest(
    bridge: Bridge,
) -> None:
    # Wednesday 9 September 2026, 10:00 in Tokyo.
    await bridge.set_clock(2026, 9, 9, 1, 0)
    await bridge.app.database.run(_begin)
    await bridge.enrol_everybody()
    await bridge.link()
    await bridge.walsh.types("/kakehashi duty <@U12NGUYEN>")
    assert "duty officer" in await bridge.nguyen.types("/kakehashi whoami")
    await bridge.tanaka.types('/action new "Share the IoC format" owner:ASD due:2026-09-10')
    await bridge.nguyen.sees("ACT-2026-0001")

    await bridge.set_clock(2026, 9, 11, 1, 30, 1)
    await bridge.app.clock.tick()
    letter = await bridge.nguyen.is_written("ACT-2026-0001", "has been overdue since")
    assert "as the duty officer" in str(letter)
    assert "/archives/C11ADV/p" in str(letter)

    digest = await bridge.nguyen.types("/kakehashi digest")
    assert "ACT-2026-0001" in digest
    assert "1 day overdue" in digest
    assert "状況" not in digest
    paused = await bridge.nguyen.types("/followup pause ACT-2026-0001")
    assert "will not be told any more" in paused

    # Monday 14 September, 10:30 in Tokyo.
    await bridge.set_clock(2026, 9, 14, 1, 30, 1)
    await bridge.app.clock.tick()
    weekly = await bridge.nguyen.is_written("how things stand on", "の状況")
    assert "4 days overdue" in str(weekly)
    assert "4日超過" in str(weekly)


async def test_a_digest_of_several_items_comes_with_a_picture_and_its_words(
    bridge: Bridge,
) -> None:
    # Friday 11 September 2026, 10:00 in Tokyo.
    await bridge.set_clock(2026, 9, 11, 1, 0)
    await bridge.app.database.run(_begin)
    await bridge.enrol_everybody()
    await bridge.link()
    for due in ("2026-09-11", "2026-09-15", "2026-09-24"):
        await bridge.tanaka.types(f'/action new "Share the IoC format" owner:ASD due:{due}')
    await bridge.nguyen.sees("ACT-2026-0003")
    # Monday 14 September, 10:30 in Tokyo.
    await bridge.set_clock(2026, 9, 14, 1, 30, 1)
    await bridge.app.clock.tick()
    picture = await bridge.nguyen.is_written(
        "week of Mon 7 Sep 2026", "1 overdue, 0 to come", "期日超過1件、今後0件"
    )
    (file,) = picture["files"]
    assert file["name"] == "digest.png"
    assert "1 overdue, 0 to come" in file["alt_txt"]
    digest = await bridge.nguyen.is_written("how things stand on")
    assert picture["thread_ts"] == digest["ts"]
