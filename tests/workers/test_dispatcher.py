"""What the outbox promises is said once, in order, at Slack's pace, or somebody is told why not."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.domain.advisories import RouteState
from bot.domain.deliveries import Delivery, DeliveryState, Method
from bot.domain.labels import Label
from bot.domain.links import Link, Mode
from bot.domain.officials import Role
from bot.services import links
from bot.services.facts import CopyFacts, NoteFacts, StatusFacts, TombstoneFacts
from bot.services.issuing import label_advisory
from bot.services.kinds import COPY, NOTE, STATUS
from bot.services.ports import NotSent, OutcomeUnknown, Outgoing, Refused
from bot.services.relabelling import relabel_advisory
from bot.storage.database import Database
from bot.storage.tables import outbox
from bot.storage.unit_of_work import UnitOfWork
from bot.workers.outbox import HOLD_OFF, LEASE, Dispatcher
from tests import cast
from tests.storage.databases import HandClock, fresh_url, opened
from tests.workers.postman import HonestPostman

GREEN = "#advisory [TLP:GREEN] patch now"


def is_copy(outgoing: Outgoing) -> bool:
    return outgoing.delivery.kind == COPY and outgoing.delivery.target is None


def issued(database: Database, text: str = GREEN, **about: Any) -> Link:
    """A link, and one advisory of Sato's waiting in the outbox for Canberra."""

    def work(uow: UnitOfWork) -> Link:
        link = cast.join(uow, **about)
        cast.post(uow, "SATO", text)
        return link

    return database.transact(work)


def copies(database: Database) -> list[Delivery]:
    def work(uow: UnitOfWork) -> list[Delivery]:
        rows = uow.connection.execute(outbox.select().where(outbox.c.kind == COPY))
        return [uow.outbox.get(row.id) for row in rows if row.target is None]

    return database.transact(work)


def outcome(database: Database) -> RouteState:
    return database.transact(lambda uow: uow.advisories.routes(1)[0].state)


def card(postman: HonestPostman) -> StatusFacts:
    """What the status card shows now."""
    facts = postman.of(STATUS)[-1].facts
    assert isinstance(facts, StatusFacts)
    return facts


async def settle(dispatcher: Dispatcher, clock: HandClock, seconds: int = 6) -> None:
    """Lets everything happen that will happen in that many seconds."""
    for _ in range(seconds):
        await dispatcher.drain()
        clock.advance(1)
    await dispatcher.drain()


async def test_an_advisory_arrives_and_its_card_says_so(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    issued(database)
    await settle(dispatcher, clock)
    (copy,) = postman.of(COPY)
    assert (copy.delivery.team, copy.channel) == (cast.CANBERRA, cast.CANBERRA_ADV)
    assert isinstance(copy.facts, CopyFacts)
    assert copy.facts.label is Label.GREEN
    assert [one.outcome for one in card(postman).routes] == ["delivered"]


async def test_what_slack_did_not_take_is_tried_again_not_before_it_says(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    issued(database)
    postman.expect(NotSent("ratelimited", timedelta(seconds=7)), wanted=is_copy)
    await dispatcher.drain()
    clock.advance(6.999)
    await dispatcher.drain()
    assert postman.of(COPY) == []
    clock.advance(0.001)
    await dispatcher.drain()
    assert len(postman.of(COPY)) == 1
    assert postman.searches == []


async def test_each_failure_makes_the_next_pause_longer(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    issued(database)
    pauses = [1, 2, 4, 8, 16, 32, 60, 60]
    for pause in pauses:
        postman.expect(NotSent("connect"), wanted=is_copy)
        await dispatcher.drain()
        clock.advance(pause - 0.001)
        await dispatcher.drain()
        clock.advance(0.001)
    assert not postman.troubles
    await dispatcher.drain()
    assert len(postman.of(COPY)) == 1


@pytest.mark.parametrize("lands", [True, False], ids=["it-is-there", "it-is-not"])
async def test_an_unknown_outcome_is_looked_for_before_anything_is_repeated(
    database: Database,
    dispatcher: Dispatcher,
    postman: HonestPostman,
    clock: HandClock,
    lands: bool,
) -> None:
    issued(database)
    began = clock.now
    postman.expect(OutcomeUnknown("timeout"), lands=lands, wanted=is_copy)
    await dispatcher.drain()
    clock.advance(HOLD_OFF.total_seconds() - 0.001)
    await dispatcher.drain()
    assert postman.searches == []
    clock.advance(0.001)
    await dispatcher.drain()
    assert len(postman.searches) == 1
    assert postman.searches[0] < began
    assert len(postman.of(COPY)) == 1
    (copy,) = copies(database)
    assert (copy.state, copy.slack_ts) == (DeliveryState.DELIVERED, postman_ts(postman))


async def test_a_postman_that_breaks_its_contract_counts_as_unknown(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    issued(database)
    postman.expect(ZeroDivisionError(), lands=True, wanted=is_copy)
    await settle(dispatcher, clock, 12)
    assert len(postman.searches) == 1
    assert len(postman.of(COPY)) == 1


async def test_what_slack_refuses_is_parked_and_the_admins_are_told_once(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    issued(database)
    await settle(dispatcher, clock)
    database.transact(lambda uow: cast.post(uow, "SATO", GREEN, ts=cast.stamp(uow.now)))
    postman.expect(Refused("channel_not_found"), wanted=is_copy)
    await settle(dispatcher, clock)
    assert [one.state for one in copies(database)][-1] is DeliveryState.PARKED
    assert [one.outcome for one in card(postman).routes] == ["parked"]
    notes = [one for one in postman.of(NOTE) if _says(one, "deliveries.parked")]
    assert [one.delivery.user for one in notes] == ["U11WALSH"]
    assert len(copies(database)) == 2


CHANGES: dict[str, Callable[[UnitOfWork, Link], Any]] = {
    "cut": lambda uow, link: links.cut_link(uow, cast.the(uow, "WALSH"), link.code),
    "paused": lambda uow, link: links.pause_link(uow, cast.the(uow, "WALSH"), link.code),
    "ceiling-lowered": lambda uow, link: _agree(uow, link, ceiling=Label.CLEAR),
    "made-manual": lambda uow, link: _agree(uow, link, mode=Mode.MANUAL),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_what_is_no_longer_permitted_is_withheld_and_said_so(
    database: Database,
    dispatcher: Dispatcher,
    postman: HonestPostman,
    clock: HandClock,
    change: str,
) -> None:
    link = issued(database)
    database.transact(lambda uow: CHANGES[change](uow, link))
    await settle(dispatcher, clock, 10)
    assert postman.of(COPY) == []
    assert [one.state for one in copies(database)] == [DeliveryState.WITHHELD]
    # Where people can still let it go, they are asked.
    state = RouteState.AWAITING if change == "made-manual" else RouteState.WITHHELD
    assert outcome(database) is state
    assert [one.outcome for one in card(postman).routes] == [state.value]
    actions = database.transact(lambda uow: [one.action for one in uow.audit.events()])
    assert actions.count("delivery.withhold") == 1


async def test_what_was_taken_back_comes_back_once_its_link_flows_again(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    def begin(uow: UnitOfWork) -> Link:
        cast.second_releaser(uow, cast.TOKYO)
        cast.enrol(uow, "ITO", roles=["releaser"])
        link = cast.join(uow)
        cast.post(uow, "TANAKA", "#advisory patch now", ts=cast.stamp(uow.now))
        label_advisory(uow, cast.the(uow, "TANAKA"), "ADV-2026-0001", Label.GREEN)
        return link

    def relabelled(name: str, label: Label) -> None:
        database.transact(
            lambda uow: relabel_advisory(uow, cast.the(uow, name), "ADV-2026-0001", label)
        )

    link = database.transact(begin)
    await settle(dispatcher, clock, 10)
    relabelled("WALSH", Label.RED)
    await settle(dispatcher, clock, 10)
    for name in ("SUZUKI", "ITO"):
        relabelled(name, Label.GREEN)
    database.transact(lambda uow: links.pause_link(uow, cast.the(uow, "WALSH"), link.code))
    await settle(dispatcher, clock, 10)
    assert isinstance(postman.of(COPY)[-1].facts, TombstoneFacts)
    database.transact(lambda uow: links.resume_link(uow, cast.the(uow, "WALSH"), link.code))
    await settle(dispatcher, clock, 10)
    assert isinstance(postman.of(COPY)[-1].facts, CopyFacts)


async def test_a_released_advisory_still_leaves_after_the_link_was_made_manual(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    text, terms = "#advisory [TLP:AMBER] patch", {"ceiling": Label.AMBER}
    link = issued(database, text, **terms)
    database.transact(lambda uow: cast.release(uow, "ADV-2026-0001"))
    database.transact(lambda uow: _agree(uow, link, mode=Mode.MANUAL, **terms))
    await settle(dispatcher, clock, 10)
    assert len(postman.of(COPY, Method.POST)) == 1


async def test_what_was_said_before_a_crash_is_adopted_and_not_said_again(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    issued(database)
    postman.expect(lands=True, hangs=True, wanted=is_copy)
    await _crash_while_sending(dispatcher, postman)
    (copy,) = copies(database)
    assert copy.state is DeliveryState.SENDING
    successor = Dispatcher(database, postman)
    clock.advance(LEASE.total_seconds() - 1)
    await successor.drain()
    assert postman.searches == []
    await settle(successor, clock)
    assert len(postman.of(COPY, Method.POST)) == 1
    (copy,) = copies(database)
    assert (copy.state, copy.slack_ts) == (DeliveryState.DELIVERED, postman_ts(postman))


async def test_what_a_crash_kept_from_being_said_is_said(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    issued(database)
    postman.expect(hangs=True, wanted=is_copy)
    await _crash_while_sending(dispatcher, postman)
    clock.advance(LEASE.total_seconds())
    await settle(Dispatcher(database, postman), clock)
    assert postman.searches
    assert len(postman.of(COPY, Method.POST)) == 1


async def test_a_channel_gets_one_post_a_second_and_in_order(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    def work(uow: UnitOfWork) -> None:
        cast.join(uow)
        for number in range(6):
            cast.post(uow, "SATO", f"{GREEN} {number}", ts=f"1789520400.00000{number}")

    database.transact(work)
    for _ in range(60):
        await dispatcher.drain()
        clock.advance(0.25)
    times: dict[str, list[Any]] = {}
    for one in postman.said:
        if one.outgoing.delivery.method is Method.POST:
            times.setdefault(one.outgoing.channel, []).append(one.at)
    for instants in times.values():
        gaps = [late - early for early, late in pairwise(instants)]
        assert all(gap >= timedelta(seconds=1) for gap in gaps)
    bodies = [one.facts.body[-1] for one in postman.of(COPY) if isinstance(one.facts, CopyFacts)]
    assert bodies == list("012345")
    assert times[cast.CANBERRA_ADV][-1] - times[cast.CANBERRA_ADV][0] <= timedelta(seconds=6)


async def test_a_trouble_in_one_channel_holds_up_no_other(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman
) -> None:
    def work(uow: UnitOfWork) -> None:
        cast.join(uow)
        cast.join(uow, far_channel=cast.CANBERRA_DLG)
        cast.post(uow, "SATO", GREEN)

    database.transact(work)
    postman.expect(
        NotSent("ratelimited", timedelta(seconds=60)),
        wanted=lambda one: one.channel == cast.CANBERRA_ADV,
    )
    await dispatcher.drain()
    assert [one.channel for one in postman.of(COPY)] == [cast.CANBERRA_DLG]


async def test_a_delivery_nobody_can_make_sense_of_is_parked_and_holds_up_nobody(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    database.transact(
        lambda uow: uow.outbox.add("no.such.kind", {}, Method.POST, cast.TOKYO, cast.TOKYO_ADV)
    )
    issued(database)
    await settle(dispatcher, clock)
    assert len(postman.of(COPY)) == 1
    parked = database.transact(lambda uow: uow.outbox.in_state(DeliveryState.PARKED))
    assert [(one.kind, one.last_error) for one in parked] == [("no.such.kind", "fault")]
    assert any(_says(one, "deliveries.parked") for one in postman.of(NOTE))


async def test_an_attempt_does_not_outlast_its_lease(
    database: Database, postman: HonestPostman, clock: HandClock
) -> None:
    issued(database)
    postman.expect(lands=True, hangs=True, wanted=is_copy)
    impatient = Dispatcher(database, postman, patience=timedelta(milliseconds=20))
    await impatient.lookout.read(cast.CANBERRA, cast.CANBERRA_ADV)
    await settle(impatient, clock, 12)
    assert len(postman.searches) == 1
    assert len(postman.of(COPY, Method.POST)) == 1
    assert copies(database)[0].state is DeliveryState.DELIVERED


async def test_attempts_that_ended_while_the_database_was_busy_are_written_down_later(
    tmp_path: Path, postman: HonestPostman, clock: HandClock
) -> None:
    """One more connection holds SQLite's only write lock for a while."""
    with fresh_url("sqlite", tmp_path) as url, opened(url, clock) as database:
        database.transact(cast.assemble)
        database.transact(
            lambda uow: uow.connection.exec_driver_sql("PRAGMA busy_timeout=20").close()
        )
        issued(database)
        postman.expect(lands=True, hangs=True, wanted=is_copy)
        running = asyncio.create_task(Dispatcher(database, postman).run())
        await postman.hanging.wait()
        with opened(url) as other, _locked(other), capture_logs() as seen:
            postman.goes_on.set()
            await _until(lambda: any(one["event"] == "outbox.database_busy" for one in seen))
        # Nothing announces that the next turn has written it down.
        while (await database.run(lambda uow: uow.outbox.count_open())) != {}:  # noqa: ASYNC110
            await asyncio.sleep(0)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    assert len(postman.of(COPY, Method.POST)) == 1
    assert postman.searches == []


async def test_two_dispatchers_side_by_side_say_everything_once(
    database: Database, postman: HonestPostman, clock: HandClock
) -> None:
    def work(uow: UnitOfWork) -> None:
        for number in range(12):
            cast.join(uow, f"tag{number}", far_channel=f"C2{number:02}")
            cast.post(uow, "SATO", f"#tag{number} TLP:GREEN", ts=f"1789520400.0000{number:02}")

    database.transact(work)
    pair = [Dispatcher(database, postman), Dispatcher(database, postman)]
    for _ in range(20):
        await asyncio.gather(*(one.drain() for one in pair))
        clock.advance(1)
    assert sorted(one.channel for one in postman.of(COPY, Method.POST)) == [
        f"C2{number:02}" for number in range(12)
    ]


async def test_the_loop_sends_what_it_is_woken_for_and_ends_when_cancelled(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman
) -> None:
    running = asyncio.create_task(dispatcher.run())
    issued(database)
    dispatcher.wake()
    await _until(lambda: bool(postman.of(COPY)))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert copies(database)[0].state is DeliveryState.DELIVERED


async def test_a_release_card_is_not_shown_to_who_is_no_releaser_any_more(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    issued(database, "#advisory [TLP:AMBER] patch", ceiling=Label.AMBER)
    database.transact(lambda uow: cast.enrol(uow, "SUZUKI", roles=[Role.MEMBER.value]))
    await settle(dispatcher, clock)
    assert postman.of("advisory.release") == []


def postman_ts(postman: HonestPostman) -> str | None:
    return next(one.posted.ts for one in postman.said if is_copy(one.outgoing))


def _says(outgoing: Outgoing, key: str) -> bool:
    return isinstance(outgoing.facts, NoteFacts) and outgoing.facts.key == key


def _agree(uow: UnitOfWork, link: Link, **about: Any) -> None:
    links.amend_link(uow, cast.the(uow, "SATO"), link.code, cast.terms(**about))
    here = cast.view(cast.CANBERRA, cast.CANBERRA_ADV)
    links.accept_link(uow, cast.the(uow, "WALSH"), link.code, here)


async def _crash_while_sending(dispatcher: Dispatcher, postman: HonestPostman) -> None:
    """Everything in the middle of being sent dies with its process; nothing is written down."""
    loop = asyncio.create_task(dispatcher.drain())
    await postman.hanging.wait()
    loop.cancel()
    with suppress(asyncio.CancelledError):
        await loop
    for task in dispatcher._sending:
        task.cancel()
    await asyncio.gather(*dispatcher._sending, return_exceptions=True)


@contextmanager
def _locked(database: Database) -> Iterator[None]:
    with database.engine.connect() as connection, connection.begin():
        yield


async def _until(done: Callable[[], bool]) -> None:
    """Lets the loop turn until it is so."""
    async with asyncio.timeout(30):
        while not done():  # noqa: ASYNC110  nothing announces it
            await asyncio.sleep(0)
