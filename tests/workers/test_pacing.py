"""Slack's published limits hold for a workspace and a method, whatever the number of lanes."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.budgets import BUDGETS, POSTS_PER_MINUTE, Spending
from bot.domain.deliveries import Method
from bot.services.kinds import COPY, NOTE
from bot.services.ports import NotSent, OutcomeUnknown, Outgoing, Posted
from bot.storage.database import Database
from bot.storage.unit_of_work import UnitOfWork
from bot.workers.outbox import HOLD_OFF, Dispatcher
from integrations.slack.stand_in.pacing import Pacing
from integrations.slack.stand_in.refusals import RateLimitedError
from tests import cast
from tests.storage.databases import HandClock, fresh_url, opened
from tests.workers.postman import HonestPostman

GREEN = "#advisory [TLP:GREEN] patch now"
CHANNELS = 20
# The bot looks every second at the latest; what it may say by then it says at once.
STEP = timedelta(seconds=1)
ADVISORIES = 1_000
CALLED = {
    Method.POST: "chat.postMessage",
    Method.DIRECT: "chat.postMessage",
    Method.UPDATE: "chat.update",
    Method.PRIVATE: "chat.postEphemeral",
}


class StrictPostman(HonestPostman):
    """Slack as the stand-in paces it: what comes too fast is refused, and counted."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__(clock)
        self.pacing = Pacing(lambda: clock().timestamp(), enabled=True)
        self.pacing.workspace_posts_per_minute = POSTS_PER_MINUTE

    async def deliver(self, outgoing: Outgoing) -> Posted:
        team, method = outgoing.delivery.team, outgoing.delivery.method
        try:
            self.pacing.admit(team, CALLED[method])
            if CALLED[method] == "chat.postMessage":
                self.pacing.admit_post(team, f"{team}/{outgoing.channel}")
        except RateLimitedError as error:
            raise NotSent("ratelimited", timedelta(seconds=error.retry_after)) from error
        if CALLED[method] == "chat.postMessage":
            self.pacing.posted(f"{team}/{outgoing.channel}")
        return await super().deliver(outgoing)


def fan_out(uow: UnitOfWork) -> None:
    """Every advisory of one channel in Tokyo goes to every channel in Canberra."""
    for number in range(CHANNELS):
        cast.join(uow, far_channel=f"C2{number:03}")
    began = uow.now.timestamp()
    for number in range(ADVISORIES):
        cast.post(uow, "SATO", f"{GREEN} {number}", ts=f"{began + number / 1000:.6f}")


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_a_flood_drains_at_the_published_rate_without_a_refusal(tmp_path: Path) -> None:
    clock = HandClock()
    postman = StrictPostman(clock)
    with fresh_url("sqlite", tmp_path) as url, opened(url, clock) as database:
        database.transact(cast.assemble)
        database.transact(fan_out)
        began, copies = clock.now, ADVISORIES * CHANNELS
        dispatcher = Dispatcher(database, postman)
        done = seen = 0
        while done < copies:
            await dispatcher.drain()
            due = database.transact(lambda uow: uow.outbox.next_due())
            assert due is not None
            clock.now = max(clock.now + STEP, due)
            done += sum(1 for one in postman.said[seen:] if is_copy(one.outgoing))
            seen = len(postman.said)
    assert postman.pacing.self_caused_429 == 0
    least = max(copies * 60 / POSTS_PER_MINUTE, ADVISORIES - 1)
    last = max(one.at for one in postman.said if is_copy(one.outgoing))
    assert (last - began).total_seconds() <= 1.05 * least
    assert set(Counter(one.outgoing.channel for one in postman.said if is_copy(one.outgoing))) == {
        f"C2{number:03}" for number in range(CHANNELS)
    }
    in_order = [one.outgoing.delivery.id for one in postman.said if one.outgoing.channel == "C2000"]
    assert in_order == sorted(in_order)


async def test_what_slack_says_of_a_method_holds_for_its_workspace_and_nothing_else(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    places = ((cast.CANBERRA, "C2001"), (cast.CANBERRA, "C2002"), (cast.TOKYO, "C1"))

    def notes(uow: UnitOfWork) -> None:
        for team, channel in places:
            uow.outbox.add(NOTE, {"key": "commands.help"}, Method.POST, team, channel)
        uow.outbox.add(
            NOTE, {"key": "commands.help"}, Method.PRIVATE, cast.CANBERRA, "C2001", user="U11WALSH"
        )

    database.transact(
        lambda uow: uow.outbox.add(
            NOTE, {"key": "commands.help"}, Method.POST, cast.CANBERRA, "C2000"
        )
    )
    postman.expect(NotSent("ratelimited", timedelta(seconds=30)))
    await dispatcher.drain()
    assert postman.said == []
    database.transact(notes)
    await dispatcher.drain()
    assert sorted((one.outgoing.delivery.team, one.outgoing.channel) for one in postman.said) == [
        (cast.CANBERRA, "C2001"),
        (cast.TOKYO, "C1"),
    ]
    clock.advance(29.999)
    await dispatcher.drain()
    assert len(postman.said) == 2
    for _ in range(10):
        clock.advance(0.1)
        await dispatcher.drain()
    assert len(postman.of(NOTE, Method.POST)) == 4


async def test_a_search_that_has_to_wait_holds_up_no_post(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    def searching(uow: UnitOfWork) -> None:
        uow.budgets.close(cast.CANBERRA, Spending.SEARCH, uow.now + timedelta(minutes=1))

    def advisory(uow: UnitOfWork) -> None:
        cast.join(uow)
        cast.post(uow, "SATO", GREEN)

    database.transact(advisory)
    postman.expect(OutcomeUnknown("timeout"), wanted=is_copy)
    await dispatcher.drain()
    database.transact(searching)
    clock.advance(HOLD_OFF.total_seconds())
    database.transact(
        lambda uow: uow.outbox.add(
            NOTE, {"key": "commands.help"}, Method.POST, cast.CANBERRA, "C2000"
        )
    )
    await dispatcher.drain()
    assert postman.searches == []
    assert [one.channel for one in postman.of(NOTE)] == ["C2000"]
    clock.advance(60)
    await dispatcher.drain()
    assert len(postman.searches) == 1


def test_a_budget_never_allows_more_in_any_minute_than_it_says() -> None:
    now = HandClock().now
    for budget in BUDGETS.values():
        open_at, calls, moment = now, [], now
        while moment < now + timedelta(minutes=3):
            left = budget.left(open_at, moment)
            if left:
                open_at = budget.after(open_at, moment, left)
                calls += [moment] * left
            moment += timedelta(milliseconds=100)
        for first in calls:
            within = [one for one in calls if first <= one < first + timedelta(minutes=1)]
            assert len(within) <= budget.per_minute


def is_copy(outgoing: Outgoing) -> bool:
    return outgoing.delivery.kind == COPY and outgoing.delivery.target is None
