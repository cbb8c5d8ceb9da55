"""What is said now waits its turn behind what was said while the bot was away."""

import asyncio

import pytest

from bot import errors
from commands.past import Past

TEAM, CHANNEL, OTHER = "T0TOKYO", "C01ADV", "C02DLG"


async def test_what_is_said_now_waits_until_the_channel_has_been_read() -> None:
    reading = Past([TEAM])
    order: list[str] = []
    now = asyncio.create_task(_take(reading, order, "now"))
    await asyncio.sleep(0)
    reading.expect(TEAM, [CHANNEL, OTHER])
    await _take(reading, order, "then", missed=True)
    reading.note_read(TEAM, CHANNEL)
    await now
    assert order == ["then", "now"]


async def test_a_channel_without_a_past_waits_for_nobody() -> None:
    reading = Past([TEAM])
    reading.expect(TEAM, [OTHER])
    order: list[str] = []
    await _take(reading, order, "now")
    assert order == ["now"]


async def test_a_channel_is_read_again_after_a_connection_was_lost() -> None:
    reading = Past()
    order: list[str] = []
    await _take(reading, order, "before")
    reading.lose(TEAM)
    with pytest.raises(errors.DatabaseBusy):
        await _take(reading, order, "unstored, so Slack says it again")
    reading.expect(TEAM, [])
    await _take(reading, order, "after")
    assert order == ["before", "after"]


async def test_messages_of_one_channel_are_taken_in_as_they_came() -> None:
    reading = Past()
    order: list[str] = []
    words = [f"{number}" for number in range(5)]
    await asyncio.gather(*(_take(reading, order, word) for word in words))
    assert order == words


async def test_what_could_not_be_stored_is_not_overtaken() -> None:
    reading = Past()
    order: list[str] = []
    await _take(reading, order, "before")
    reading.note_gap(TEAM, CHANNEL)
    with pytest.raises(errors.DatabaseBusy):
        await _take(reading, order, "what follows")
    assert reading.take_gaps(TEAM) == {CHANNEL}
    assert reading.take_gaps(TEAM) == set()
    await _take(reading, order, "the missing", missed=True)
    reading.note_read(TEAM, CHANNEL)
    await _take(reading, order, "what follows")
    assert order == ["before", "the missing", "what follows"]


async def test_a_channel_that_is_linked_no_more_has_no_gap() -> None:
    reading = Past()
    order: list[str] = []
    reading.note_gap(TEAM, CHANNEL)
    reading.expect(TEAM, [OTHER])
    await _take(reading, order, "now")
    assert order == ["now"]


async def _take(reading: Past, order: list[str], word: str, *, missed: bool = False) -> None:
    async with reading.turn(TEAM, CHANNEL, missed=missed):
        # Storing takes a while, and may be overtaken where nothing prevents it.
        for _ in range(5 - len(order)):
            await asyncio.sleep(0)
        order.append(word)
