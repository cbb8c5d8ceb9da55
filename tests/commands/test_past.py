"""What is said now waits its turn behind what was said while the bot was away."""

import asyncio
import time

import pytest

from bot import errors
from commands.past import SHOWN_SECONDS, Past

TEAM, CHANNEL, OTHER = "T0TOKYO", "C01ADV", "C02DLG"


async def test_what_is_said_now_waits_until_the_channel_has_been_read() -> None:
    reading = Past([TEAM])
    order: list[str] = []
    now = asyncio.create_task(_take(reading, order, "now"))
    await asyncio.sleep(0)
    reading.expect(TEAM, [CHANNEL, OTHER])
    await _take(reading, order, "then", missed=True)
    read(reading)
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
    reading.note_gap(TEAM, CHANNEL, "1.1")
    with pytest.raises(errors.DatabaseBusy):
        await _take(reading, order, "what follows")
    assert reading.take_gaps(TEAM) == {CHANNEL}
    assert reading.take_gaps(TEAM) == set()
    await _take(reading, order, "the missing", missed=True)
    read(reading, "1.1")
    await _take(reading, order, "what follows")
    assert order == ["before", "the missing", "what follows"]


async def test_a_gap_is_open_until_history_shows_what_is_missing() -> None:
    reading = Past()
    reading.note_gap(TEAM, CHANNEL, "1.1")
    reading.note_gap(TEAM, CHANNEL, "1.2")
    reading.take_gaps(TEAM)
    read(reading, "1.1")
    assert reading.take_gaps(TEAM) == {CHANNEL}
    with pytest.raises(errors.DatabaseBusy):
        await _take(reading, [], "1.3", ts="1.3")
    read(reading, "1.1", "1.2", "1.3")
    order: list[str] = []
    await _take(reading, order, "1.4")
    assert (order, reading.take_gaps(TEAM)) == (["1.4"], set())


async def test_what_came_and_was_read_meanwhile_opens_no_new_gap() -> None:
    reading = Past()
    reading.note_gap(TEAM, CHANNEL, "1.1")
    order: list[str] = []
    waits = asyncio.create_task(_take(reading, order, "1.2"))
    await asyncio.sleep(0)
    read(reading, "1.1")
    await waits
    assert (order, reading.take_gaps(TEAM)) == (["1.2"], set())


async def test_what_history_does_not_list_is_there_when_it_was_asked_afterwards() -> None:
    reading = Past()
    began = time.monotonic()
    reading.note_gap(TEAM, CHANNEL, None)
    reading.note_read(TEAM, CHANNEL, set(), began, 0)
    assert reading.take_gaps(TEAM) == {CHANNEL}
    read(reading)
    assert reading.take_gaps(TEAM) == set()


async def test_what_was_deleted_meanwhile_is_not_waited_for_without_end() -> None:
    reading = Past()
    reading.note_gap(TEAM, CHANNEL, "1.1")
    reading.note_read(TEAM, CHANNEL, set(), time.monotonic() + SHOWN_SECONDS + 1, 0)
    order: list[str] = []
    await _take(reading, order, "after")
    assert order == ["after"]


async def test_what_is_older_than_what_was_read_is_not_waited_for() -> None:
    reading = Past()
    reading.note_gap(TEAM, CHANNEL, "0.5")
    read(reading)
    assert reading.take_gaps(TEAM) == set()


async def test_a_gap_wakes_whoever_reads_back() -> None:
    reading = Past()
    woken = asyncio.create_task(reading.wait_for_gap(TEAM, 3600))
    await asyncio.sleep(0)
    reading.note_gap(TEAM, CHANNEL, "1.1")
    await woken
    await reading.wait_for_gap(TEAM, 0)


async def test_a_channel_that_is_linked_no_more_has_no_gap() -> None:
    reading = Past()
    order: list[str] = []
    reading.note_gap(TEAM, CHANNEL, "1.1")
    reading.expect(TEAM, [OTHER])
    await _take(reading, order, "now")
    assert order == ["now"]


def read(reading: Past, *shown: str) -> None:
    reading.note_read(TEAM, CHANNEL, set(shown), time.monotonic() + 0.001, 1)


async def _take(
    reading: Past, order: list[str], word: str, *, ts: str | None = None, missed: bool = False
) -> None:
    async with reading.turn(TEAM, CHANNEL, ts, missed=missed):
        # Storing takes a while, and may be overtaken where nothing prevents it.
        for _ in range(5 - len(order)):
            await asyncio.sleep(0)
        order.append(word)
