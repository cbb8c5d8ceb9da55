"""A database put back an hour later says nothing twice and shows nothing that was taken back."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from bot.oversight import verify_audit
from bot.storage.copies import back_up, put_back
from bot.storage.database import Database
from integrations.slack.driver import Message, Workspace
from tests.journeys.bridge import Bridge, number_in
from tests.journeys.hands import Hand, eventually, text_of
from tests.journeys.test_life import GREEN, in_thread, no_word_stands, opened

AN_HOUR = timedelta(hours=1)


@asynccontextmanager
async def forgetting(bridge: Bridge) -> AsyncIterator[None]:
    """What happens inside is forgotten: the database is put back as it was at the beginning."""
    url = f"sqlite:///{bridge.database}"
    copy = bridge.database.with_name("backup.db")
    await settled(bridge)
    database = Database(url)
    back_up(database, copy)
    bridge.clock.advance(AN_HOUR)
    yield
    await settled(bridge)
    bridge.clock.advance(timedelta(minutes=2))
    await bridge.app.stop()
    database = Database(url, bridge.clock.instant)
    put_back(database, copy)
    await bridge.restart()


async def settled(bridge: Bridge) -> None:
    """Waits until nothing is left to be said."""

    async def look() -> bool | None:
        waiting = await bridge.app.database.run(lambda uow: uow.outbox.count_open())
        return True if not waiting else None

    await eventually(look, "an empty outbox")


async def bot_posts(workspace: Workspace, channel: str) -> list[Message]:
    """Everything of the bot in a channel and its threads that everybody sees."""
    spoken = await workspace.messages(channel)
    return [one for one in spoken if one.get("bot_id") and one.get("subtype") != "ephemeral"]


async def standing(bridge: Bridge) -> dict[str, int]:
    """How many posts of the bot stand on each side."""
    sides = {"tokyo": bridge.suzuki, "canberra": bridge.nguyen}
    return {
        name: len(await bot_posts(hand.workspace, hand.channel)) for name, hand in sides.items()
    }


async def one_copy(hand: Hand, word: str) -> Message:
    """The one copy that bears a word."""
    (copy,) = await hand.posts_with(word)
    return copy


async def test_what_was_relayed_since_the_backup_is_recognised_with_its_number(
    strict: Bridge,
) -> None:
    await opened(strict)
    suzuki, nguyen, baker = strict.suzuki, strict.nguyen, strict.baker
    async with forgetting(strict):
        sources = [await suzuki.says(f"{GREEN} since the backup {n}") for n in range(3)]
        last = await nguyen.sees("since the backup 2")
        await baker.says("asked since the backup", last["ts"])
        await in_thread(suzuki, "asked since the backup")
        await settled(strict)
        before = await standing(strict)
        numbers = [
            number_in((await one_copy(nguyen, f"since the backup {n}"))["text"]) for n in range(3)
        ]
    await suzuki.says(f"{GREEN} after the restore")
    await nguyen.sees("after the restore")
    await settled(strict)
    after = await standing(strict)
    # The sentinel's copy and its card, and nothing else.
    assert Counter(after) - Counter(before) == Counter(tokyo=1, canberra=1)
    for n, number in enumerate(numbers):
        copy = await one_copy(nguyen, f"since the backup {n}")
        assert number_in(copy["text"]) == number
        await suzuki.sees_on_card(sources[n], number)
    # They are followed again, like any other.
    await suzuki.edits(sources[0], f"{GREEN} corrected after the restore")
    await nguyen.sees("corrected after the restore", numbers[0])
    await strict.tokyo.delete(suzuki.channel, sources[1], suzuki.user)
    await nguyen.sees("was withdrawn by its originator", numbers[1])
    await suzuki.says("answered after the restore", sources[2])
    await in_thread(nguyen, "answered after the restore")


async def test_what_was_taken_back_since_the_backup_is_never_shown_again(strict: Bridge) -> None:
    await opened(strict)
    suzuki, nguyen = strict.suzuki, strict.nguyen
    known = await suzuki.says(f"{GREEN} CANARY-1 known to the backup")
    number = number_in((await nguyen.sees("CANARY-1"))["text"])
    removed = await suzuki.says(f"{GREEN} CANARY-2 known to the backup")
    await nguyen.sees("CANARY-2")
    async with forgetting(strict):
        await suzuki.types(f'/advisory withdraw {number} reason:"wrong"')
        await strict.tokyo.delete(suzuki.channel, removed, suzuki.user)
        forgotten = await suzuki.says(f"{GREEN} CANARY-3 forgotten by it")
        other = number_in((await nguyen.sees("CANARY-3"))["text"])
        await suzuki.types(f'/advisory withdraw {other} reason:"wrong as well"')
        gone = await suzuki.says(f"{GREEN} CANARY-4 forgotten by it")
        await nguyen.sees("CANARY-4")
        await strict.tokyo.delete(suzuki.channel, gone, suzuki.user)
        await no_word_stands(nguyen, "CANARY")
        await settled(strict)
        before = await standing(strict)
        stones = await texts(nguyen, "was withdrawn by its originator")
    await suzuki.says(f"{GREEN} the sentinel")
    await nguyen.sees("the sentinel")
    await settled(strict)
    assert "CANARY" not in await nguyen.everything()
    after = await standing(strict)
    assert Counter(after) - Counter(before) == Counter(tokyo=1, canberra=1)
    assert len(await texts(nguyen, "was withdrawn by its originator")) == len(stones) == 4
    await suzuki.sees_on_card(known, "no copy stands")
    await suzuki.sees_on_card(forgotten, "no copy stands")
    # Not even by an edit of a source that still stands.
    await suzuki.edits(forgotten, f"{GREEN} CANARY-5")
    await suzuki.says(f"{GREEN} another sentinel")
    await nguyen.sees("another sentinel")
    assert "CANARY" not in await nguyen.everything()


async def test_an_edit_since_the_backup_is_followed_without_a_second_note(strict: Bridge) -> None:
    await opened(strict)
    suzuki, nguyen = strict.suzuki, strict.nguyen
    source = await suzuki.says(f"{GREEN} version 13")
    await nguyen.sees("version 13")
    async with forgetting(strict):
        await suzuki.edits(source, f"{GREEN} version 14")
        await nguyen.sees("version 14", "Revision 2")
        await in_thread(nguyen, "revision 2")
        await settled(strict)
        before = await standing(strict)

    async def revised() -> bool | None:
        def look(uow):
            (one,) = uow.advisories.latest(1)
            return True if one.revision == 2 else None

        return await strict.app.database.run(look)

    await eventually(revised, "revision 2")
    await settled(strict)
    assert await standing(strict) == before
    await nguyen.sees("version 14", "Revision 2")


async def test_the_audit_log_of_a_restored_database_verifies_and_names_the_gap(
    strict: Bridge,
) -> None:
    await opened(strict)
    async with forgetting(strict):
        await strict.suzuki.says(f"{GREEN} since the backup")
        await strict.nguyen.sees("since the backup")

    def gap(uow):
        return [one for one in uow.audit.events() if one.action == "database.reconcile"]

    found = await strict.app.database.run(gap)
    assert {one.government for one in found} == {"JP", "AU"}
    assert all(one.facts["forgotten"] >= 1 for one in found)
    assert all(one.facts["unknown_from"] < one.facts["unknown_to"] for one in found)
    assert verify_audit(strict.app.database) == 0


async def test_until_both_workspaces_could_be_read_the_bot_is_silent(strict: Bridge) -> None:
    await opened(strict)
    async with forgetting(strict):
        await strict.suzuki.says(f"{GREEN} since the backup")
        await strict.nguyen.sees("since the backup")
        await settled(strict)
        before = await standing(strict)
        for stand_in in strict.stand_ins.values():
            stand_in.faults.add("5xx_before", "conversations.history", times=2)
    await strict.suzuki.says(f"{GREEN} the sentinel")
    await strict.nguyen.sees("the sentinel")
    await settled(strict)
    assert Counter(await standing(strict)) - Counter(before) == Counter(tokyo=1, canberra=1)


async def texts(hand: Hand, word: str) -> list[str]:
    """The bot's posts of a channel with a word."""
    return [text_of(one) for one in await hand.posts_with(word)]
