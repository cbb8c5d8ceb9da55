"""Weeks later, and after a time when nobody listened, an advisory is still followed everywhere."""

from __future__ import annotations

from datetime import timedelta

from tests.journeys.bridge import Bridge, number_in
from tests.journeys.hands import text_of
from tests.journeys.test_life import GREEN, in_thread, no_word_stands, opened

THREE_WEEKS = timedelta(weeks=3)


async def test_an_edit_a_reply_and_a_withdrawal_weeks_and_a_restart_later_reach_every_copy(
    strict: Bridge,
) -> None:
    await opened(strict)
    suzuki, nguyen, baker = strict.suzuki, strict.nguyen, strict.baker
    ts = await suzuki.says(f"{GREEN} CANARY version 13")
    copy = await nguyen.sees("version 13")
    strict.clock.advance(THREE_WEEKS)
    await strict.restart()
    await suzuki.edits(ts, f"{GREEN} CANARY version 14")
    revised = await nguyen.sees("version 14", "Revision 2")
    assert revised["ts"] == copy["ts"]
    await baker.says("Still affected?", copy["ts"])
    await in_thread(suzuki, "Still affected?", "Tom Baker")
    number = number_in(copy["text"])
    await suzuki.types(f'/advisory withdraw {number} reason:"obsolete"')
    await nguyen.sees(number, "was withdrawn by its originator", "obsolete")
    await no_word_stands(nguyen, "CANARY")


async def test_what_was_done_to_older_posts_while_the_bot_was_away_is_found_afterwards(
    strict: Bridge,
) -> None:
    await opened(strict)
    suzuki, nguyen, baker = strict.suzuki, strict.nguyen, strict.baker
    edited = await suzuki.says(f"{GREEN} to be edited")
    deleted = await suzuki.says(f"{GREEN} CANARY to be deleted")
    held = await suzuki.says("#advisory label forgotten")
    asked = await suzuki.says(f"{GREEN} to be asked about")
    copy = await nguyen.sees("to be asked about")
    early = await baker.says("CANARY an early reply", copy["ts"])
    late = await baker.says("a reply with a typo", copy["ts"])
    await in_thread(suzuki, "a reply with a typo")
    strict.clock.advance(timedelta(days=2))
    await strict.restart()

    await strict.app.stop()
    strict.clock.advance(THREE_WEEKS)
    await suzuki.edits(edited, f"{GREEN} corrected while away")
    await strict.tokyo.delete(suzuki.channel, deleted, suzuki.user)
    await suzuki.edits(held, f"{GREEN} label remembered")
    await strict.canberra.delete(baker.channel, early, baker.user)
    await baker.edits(late, "a reply put right")
    await baker.says("a question meanwhile", copy["ts"])
    await suzuki.says("an answer meanwhile", asked)
    await strict.restart()

    await nguyen.sees("corrected while away", "Revision 2")
    await nguyen.sees("was withdrawn by its originator")
    await nguyen.sees("label remembered")
    await in_thread(suzuki, "a reply put right")
    await in_thread(suzuki, "a question meanwhile")
    await in_thread(nguyen, "an answer meanwhile")
    for hand in (suzuki, nguyen):
        await no_word_stands(hand, "an early reply")
    await no_word_stands(nguyen, "CANARY")
    for words in ("a question meanwhile", "an answer meanwhile"):
        other = suzuki if "question" in words else nguyen
        assert (await other.everything()).count(words) == 2  # its text and its block


async def test_an_advisory_posted_while_the_bot_was_stopped_comes_once_in_order_marked_late(
    strict: Bridge,
) -> None:
    await opened(strict)
    await strict.app.stop()
    for number in range(3):
        await strict.suzuki.says(f"{GREEN} while stopped {number}")
    strict.clock.advance(timedelta(hours=1))
    await strict.restart()
    await strict.nguyen.sees("while stopped 2", "Relayed late")
    relayed = [text_of(one) for one in await strict.nguyen.posts_with("while stopped ")]
    assert [f"while stopped {n}" in text for n, text in enumerate(relayed)] == [True] * 3
    assert all("Relayed late" in text for text in relayed)
