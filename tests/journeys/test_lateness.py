"""What is late is told in person, in the reader's language, and stands in Monday's digest."""

from __future__ import annotations

from bot.services.digests import STANDING
from bot.storage.unit_of_work import UnitOfWork
from tests.journeys.bridge import Bridge


def _begin(uow: UnitOfWork) -> None:
    """The weekly digest as if the bot had first been started by this journey's clock."""
    uow.schedules.put(STANDING.name, STANDING.kind, STANDING.recurrence, STANDING.calendar)


async def test_an_overdue_action_is_told_to_the_duty_officer_and_stands_in_the_digest(
    strict: Bridge,
) -> None:
    # Wednesday 9 September 2026, 10:00 in Tokyo.
    await strict.set_clock(2026, 9, 9, 1, 0)
    await strict.app.database.run(_begin)
    await strict.enrol_everybody()
    await strict.link()
    await strict.walsh.types("/kakehashi duty <@U12NGUYEN>")
    assert "duty officer" in await strict.nguyen.types("/kakehashi whoami")
    await strict.tanaka.types('/action new "Share the IoC format" owner:ASD due:2026-09-10')
    await strict.nguyen.sees("ACT-2026-0001")

    await strict.set_clock(2026, 9, 11, 1, 30, 1)
    await strict.app.clock.tick()
    letter = await strict.nguyen.is_written("ACT-2026-0001", "has been overdue since")
    assert "as the duty officer" in str(letter)
    assert "/archives/C11ADV/p" in str(letter)

    digest = await strict.nguyen.types("/kakehashi digest")
    assert "ACT-2026-0001" in digest
    assert "1 day overdue" in digest
    assert "状況" not in digest
    paused = await strict.nguyen.types("/followup pause ACT-2026-0001")
    assert "will not be told any more" in paused

    # Monday 14 September, 10:30 in Tokyo.
    await strict.set_clock(2026, 9, 14, 1, 30, 1)
    await strict.app.clock.tick()
    weekly = await strict.nguyen.is_written("how things stand on", "の状況")
    assert "4 days overdue" in str(weekly)
    assert "4日超過" in str(weekly)


async def test_a_digest_of_several_items_comes_with_a_picture_and_its_words(
    strict: Bridge,
) -> None:
    # Friday 11 September 2026, 10:00 in Tokyo.
    await strict.set_clock(2026, 9, 11, 1, 0)
    await strict.app.database.run(_begin)
    await strict.enrol_everybody()
    await strict.link()
    for due in ("2026-09-11", "2026-09-15", "2026-09-24"):
        await strict.tanaka.types(f'/action new "Share the IoC format" owner:ASD due:{due}')
    await strict.nguyen.sees("ACT-2026-0003")
    # Monday 14 September, 10:30 in Tokyo.
    await strict.set_clock(2026, 9, 14, 1, 30, 1)
    await strict.app.clock.tick()
    picture = await strict.nguyen.is_written(
        "week of Mon 7 Sep 2026", "1 overdue, 0 to come", "期日超過1件、今後0件"
    )
    (file,) = picture["files"]
    assert file["name"] == "digest.png"
    assert "1 overdue, 0 to come" in file["alt_txt"]
    digest = await strict.nguyen.is_written("how things stand on")
    assert picture["thread_ts"] == digest["ts"]
