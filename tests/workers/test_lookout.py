"""A channel is read again before anything is sent there; unknown means that nothing is sent."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.advisories import RouteState
from bot.domain.deliveries import DeliveryState, Method
from bot.domain.fingerprints import BELIEVED, Change, Fingerprint
from bot.domain.links import Link, LinkState, Mode
from bot.domain.officials import Government
from bot.services import actions, intake, links, receipts
from bot.services.actions import ActionRequest
from bot.services.facts import CopyFacts, NoteFacts
from bot.services.kinds import ACTION_CARD, CHANGE, COPY, NOTE, RELEASE, REPLY, SUSPENDED
from bot.services.ports import NotSent, OutcomeUnknown, Refused
from bot.storage.database import Database
from bot.storage.tables import lanes
from bot.storage.unit_of_work import UnitOfWork
from bot.workers.lookout import IN_A_ROUND
from bot.workers.outbox import Dispatcher
from tests import cast
from tests.storage.databases import HandClock
from tests.workers.postman import HonestPostman

GREEN = "#advisory [TLP:GREEN] patch now"
PLACE = (cast.CANBERRA, cast.CANBERRA_ADV)
NUMBER = "ADV-2026-0001"
ADMIN_PLACE = (cast.TOKYO, "C03ADMIN")
SEEN = Fingerprint(cast.CANBERRA_ADV.lower())
GUEST = replace(SEEN, outsiders=frozenset({"U18GUEST"}))


def issued(database: Database) -> Link:
    def work(uow: UnitOfWork) -> Link:
        link = cast.join(uow)
        here = cast.view(*PLACE, fingerprint=SEEN)
        uow.fingerprints.agree(link.id, cast.the(uow, "WALSH").government, here.fingerprint or SEEN)
        cast.post(uow, "SATO", GREEN)
        return link

    return database.transact(work)


def now(database: Database, link: Link) -> Link:
    return database.transact(lambda uow: uow.links.get(link.id))


def copy_state(database: Database) -> DeliveryState:
    return database.transact(lambda uow: uow.outbox.of_advisory(1, COPY)[0].state)


async def settle(dispatcher: Dispatcher, clock: HandClock, seconds: int = 6) -> None:
    for _ in range(seconds):
        await dispatcher.drain()
        clock.advance(1)
    await dispatcher.drain()


async def test_an_outsider_added_between_queue_and_send_means_that_nothing_is_posted(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    link = issued(database)
    postman.channels[PLACE] = GUEST
    await settle(dispatcher, clock)
    assert postman.of(COPY) == []
    assert copy_state(database) is DeliveryState.WITHHELD
    assert database.transact(lambda uow: uow.advisories.routes(1)[0].state) is RouteState.WITHHELD
    suspended = now(database, link)
    assert (suspended.state, suspended.suspension is not None) == (LinkState.PAUSED, True)
    told = [one.channel for one in postman.of(SUSPENDED, Method.POST)]
    assert sorted(told) == [cast.TOKYO_ADV, cast.CANBERRA_ADV]


async def test_a_reading_holds_for_a_while_and_is_shared_by_all_that_is_sent_there(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    issued(database)
    for number in range(5):
        about = {"ts": f"1789520401.00000{number}"}
        database.transact(lambda uow, about=about: cast.post(uow, "SATO", GREEN, **about))
    await settle(dispatcher, clock, 10)
    assert len(postman.of(COPY, Method.POST)) == 6
    assert postman.looks.count(PLACE) == 1
    clock.advance(BELIEVED.total_seconds())
    database.transact(lambda uow: cast.post(uow, "SATO", GREEN, ts="1789520402.000000"))
    await settle(dispatcher, clock)
    assert len(postman.of(COPY, Method.POST)) == 7
    assert postman.looks.count(PLACE) == 2


async def test_what_an_event_puts_in_doubt_is_read_again_although_it_was_just_read(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    issued(database)
    await settle(dispatcher, clock)
    postman.channels[PLACE] = GUEST
    database.transact(lambda uow: uow.fingerprints.doubt(*PLACE))
    database.transact(lambda uow: cast.post(uow, "SATO", GREEN, ts="1789520402.000000"))
    await settle(dispatcher, clock)
    assert len(postman.of(COPY, Method.POST)) == 1


UNKNOWN: dict[str, Callable[[], BaseException]] = {
    "not-now": lambda: NotSent("ratelimited", timedelta(seconds=30)),
    "no-answer": lambda: OutcomeUnknown("timeout"),
    "of-unknown-meaning": lambda: Refused("missing_scope"),
}


@pytest.mark.parametrize("trouble", UNKNOWN)
async def test_where_the_channel_cannot_be_read_the_send_waits_and_nothing_else_does(
    database: Database,
    dispatcher: Dispatcher,
    postman: HonestPostman,
    clock: HandClock,
    trouble: str,
) -> None:
    link = issued(database)
    postman.channels[PLACE] = UNKNOWN[trouble]()
    await settle(dispatcher, clock, 30)
    assert postman.of(COPY) == []
    assert copy_state(database) is DeliveryState.WAITING
    assert now(database, link).state is LinkState.ACTIVE
    database.transact(lambda uow: cast.post(uow, "WALSH", GREEN))
    await settle(dispatcher, clock)
    assert [one.delivery.team for one in postman.of(COPY)] == [cast.TOKYO]
    del postman.channels[PLACE]
    await settle(dispatcher, clock, 61)
    assert len(postman.of(COPY, Method.POST)) == 2


async def test_an_outsider_whose_event_came_while_the_channel_was_read_stops_the_send(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    issued(database)
    looked, goes_on = asyncio.Event(), asyncio.Event()
    honest = postman.look

    async def slow(team: str, channel: str) -> Fingerprint:
        found = await honest(team, channel)
        looked.set()
        await goes_on.wait()
        return found

    postman.look = slow  # type: ignore[method-assign]
    draining = asyncio.create_task(dispatcher.drain())
    await looked.wait()
    await database.run(lambda uow: uow.fingerprints.doubt(*PLACE))
    postman.channels[PLACE] = GUEST
    goes_on.set()
    await draining
    await settle(dispatcher, clock)
    assert postman.of(COPY) == []


async def test_a_newer_text_a_reply_and_a_note_wait_for_a_reading_as_the_first_did(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    issued(database)
    await settle(dispatcher, clock)
    posted = database.transact(lambda uow: uow.advisories.get(1).source_ts or "")
    clock.advance(BELIEVED.total_seconds())
    postman.channels[PLACE] = GUEST
    before = len(postman.of(COPY))

    def change(uow: UnitOfWork) -> None:
        text = "#advisory [TLP:GREEN] patch today"
        edited = cast.said(uow, "SATO", text, ts=posted, edited_ts=cast.stamp(uow.now))
        intake.take_edit(uow, edited)
        cast.post(uow, "SATO", "a reply", ts=cast.stamp(uow.now), thread_ts=posted)

    database.transact(change)
    await settle(dispatcher, clock, 10)
    assert postman.of(REPLY) == postman.of(CHANGE) == []
    shown = [one for one in postman.of(COPY)[before:] if "today" in repr(one.facts)]
    assert shown == []


async def test_a_withdrawal_reaches_a_channel_that_cannot_be_read(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    issued(database)
    await settle(dispatcher, clock)
    clock.advance(BELIEVED.total_seconds())
    postman.channels[PLACE] = OutcomeUnknown("timeout")
    posted = database.transact(lambda uow: uow.advisories.get(1).source_ts or "")
    database.transact(lambda uow: intake.take_deletion(uow, cast.TOKYO, cast.TOKYO_ADV, posted))
    await settle(dispatcher, clock)
    assert "Tombstone" in type(postman.of(COPY)[-1].facts).__name__


async def test_a_joint_card_does_not_cross_a_link_that_was_suspended_meanwhile(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    link = issued(database)
    await settle(dispatcher, clock)

    def work(uow: UnitOfWork) -> None:
        sato = cast.the(uow, "SATO")
        request = ActionRequest("share the list", team=cast.TOKYO, channel=cast.TOKYO_ADV)
        actions.open_action(uow, sato, request)

    database.transact(work)
    clock.advance(BELIEVED.total_seconds())
    postman.channels[PLACE] = GUEST
    await settle(dispatcher, clock)
    assert cast.CANBERRA not in [one.delivery.team for one in postman.of(ACTION_CARD)]
    assert now(database, link).suspension is not None


@pytest.mark.parametrize("reason", ["not_in_channel", "token_revoked"])
async def test_a_bot_that_was_removed_is_found_out_by_the_next_round_without_an_event(
    database: Database,
    dispatcher: Dispatcher,
    postman: HonestPostman,
    clock: HandClock,
    reason: str,
) -> None:
    link = issued(database)
    await settle(dispatcher, clock)
    postman.channels[PLACE] = Refused(reason)
    clock.advance(BELIEVED.total_seconds())
    await dispatcher.lookout.look_round()
    found = now(database, link).suspension
    assert found is not None
    assert {change for _, change in found.findings} < {Change.NO_ACCESS, Change.UNINSTALLED}
    await settle(dispatcher, clock)
    assert "U01SATO" in [one.delivery.user for one in postman.of(SUSPENDED, Method.DIRECT)]
    looks = len(postman.looks)
    await dispatcher.lookout.look_round()
    assert PLACE not in postman.looks[looks:]


async def test_a_post_refused_for_want_of_a_way_in_has_its_channel_read_at_once(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    link = issued(database)
    postman.expect(Refused("not_in_channel"), wanted=lambda one: one.channel == PLACE[1])
    await settle(dispatcher, clock)
    postman.channels[PLACE] = Refused("not_in_channel")
    database.transact(opens_an_item)
    await settle(dispatcher, clock)
    assert now(database, link).suspension is not None


async def test_a_round_reads_few_channels_and_not_what_was_read_lately(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    def work(uow: UnitOfWork) -> None:
        for number in range(10):
            cast.join(uow, channel=f"C3{number}", far_channel=f"C4{number}")

    database.transact(work)
    for _ in range(3):
        assert await dispatcher.lookout.look_round() <= 2 * IN_A_ROUND
    assert len(set(postman.looks)) == len(postman.looks) == 20
    assert await dispatcher.lookout.look_round() == 0


async def test_what_is_sent_after_a_change_that_both_confirmed_goes_on(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    link = issued(database)
    postman.channels[PLACE] = GUEST
    await settle(dispatcher, clock)

    def confirm(uow: UnitOfWork) -> None:
        seen = Fingerprint(cast.TOKYO_ADV.lower())
        views = [
            cast.view(cast.TOKYO, cast.TOKYO_ADV, fingerprint=seen),
            cast.view(*PLACE, fingerprint=GUEST),
        ]
        for name in ("SATO", "WALSH"):
            links.resume_link(uow, cast.the(uow, name), link.code, views)

    database.transact(confirm)
    database.transact(lambda uow: cast.post(uow, "SATO", GREEN, ts=cast.stamp(uow.now)))
    await settle(dispatcher, clock)
    assert len(postman.of(COPY, Method.POST)) == 1


async def test_no_lane_is_left_leased_by_a_send_that_had_to_wait(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman
) -> None:
    issued(database)
    postman.channels[PLACE] = OutcomeUnknown("timeout")
    await dispatcher.drain()
    rows = database.transact(lambda uow: uow.connection.execute(lanes.select()).all())
    assert all(row.lease_until is None for row in rows)


def held_for_two(database: Database) -> None:
    def work(uow: UnitOfWork) -> None:
        uow.workspaces.put(cast.TOKYO, "tokyo", Government.JP, "", ADMIN_PLACE[1])
        cast.second_releaser(uow, cast.TOKYO)
        cast.join(uow, mode=Mode.MANUAL)
        cast.post(uow, "TANAKA", GREEN)

    database.transact(work)


async def test_what_waits_for_release_is_shown_where_only_the_side_reads(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    postman.channels[ADMIN_PLACE] = Fingerprint("releases", is_private=True)
    held_for_two(database)
    await settle(dispatcher, clock)
    assert [one.channel for one in postman.of(RELEASE)] == [ADMIN_PLACE[1]]
    assert postman.looks.count(ADMIN_PLACE) == 1


async def test_an_outsider_in_the_admin_channel_means_that_each_releaser_is_asked_in_person(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    """Nobody had looked before the card was promised."""
    postman.channels[ADMIN_PLACE] = Fingerprint(
        "releases", is_private=True, outsiders=frozenset({"U08GUEST"})
    )
    held_for_two(database)
    await settle(dispatcher, clock)
    assert sorted(one.delivery.user or "" for one in postman.of(RELEASE)) == [
        "U03SUZUKI",
        "U06MORI",
    ]
    told = [
        (one.delivery.user, one.facts.key)
        for one in postman.of(NOTE)
        if isinstance(one.facts, NoteFacts)
    ]
    assert told == [("U01SATO", "admin_channels.unfit.outsiders")]


async def test_a_card_waits_while_the_admin_channel_cannot_be_read(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    postman.channels[ADMIN_PLACE] = OutcomeUnknown("timeout")
    held_for_two(database)
    await settle(dispatcher, clock)
    assert postman.of(RELEASE) == []
    postman.channels[ADMIN_PLACE] = Fingerprint("releases", is_private=True)
    await settle(dispatcher, clock, 90)
    assert [one.channel for one in postman.of(RELEASE)] == [ADMIN_PLACE[1]]


def card_states(database: Database) -> list[tuple[str, str]]:
    """(workspace, state) of the cards of the one item."""

    def work(uow: UnitOfWork) -> list[tuple[str, str]]:
        cards = uow.outbox.of_subject("action:1", ACTION_CARD)
        return sorted((one.team, one.state.value) for one in cards)

    return database.transact(work)


def opens_an_item(uow: UnitOfWork) -> None:
    request = ActionRequest("Share it", team=cast.TOKYO, channel=cast.TOKYO_ADV)
    actions.open_action(uow, cast.the(uow, "TANAKA"), request)


async def test_an_items_card_outlives_a_pause_of_its_link(
    database: Database, dispatcher: Dispatcher, clock: HandClock
) -> None:
    link = database.transact(cast.join)
    database.transact(opens_an_item)
    clock.advance(1)
    for verb in (links.pause_link, links.resume_link):
        database.transact(lambda uow, verb=verb: verb(uow, cast.the(uow, "SATO"), link.code))
    await settle(dispatcher, clock)
    assert card_states(database) == [(cast.CANBERRA, "delivered"), (cast.TOKYO, "delivered")]


async def test_what_a_suspended_link_withholds_is_said_once_both_sides_have_confirmed(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    link = issued(database)
    await settle(dispatcher, clock)
    postman.channels[PLACE] = GUEST
    clock.advance(BELIEVED.total_seconds())
    database.transact(opens_an_item)
    await settle(dispatcher, clock)
    assert now(database, link).suspension is not None
    said = len(postman.of(COPY))
    database.transact(
        lambda uow: receipts.acknowledge_advisory(uow, cast.the(uow, "WALSH"), NUMBER)
    )
    await settle(dispatcher, clock)
    assert len(postman.of(COPY)) == said
    assert card_states(database) == [(cast.CANBERRA, "withheld"), (cast.TOKYO, "delivered")]
    near = cast.view(cast.TOKYO, cast.TOKYO_ADV, fingerprint=Fingerprint("c01adv"))
    views = [near, cast.view(*PLACE, fingerprint=GUEST)]
    for name in ("SATO", "WALSH"):
        database.transact(
            lambda uow, name=name: links.resume_link(uow, cast.the(uow, name), link.code, views)
        )
    await settle(dispatcher, clock, 10)
    assert card_states(database) == [(cast.CANBERRA, "delivered"), (cast.TOKYO, "delivered")]
    (copy,) = [one.facts for one in postman.of(COPY)[said:]]
    assert isinstance(copy, CopyFacts)
    assert [one.agency.code for one in copy.receipts] == ["DFAT"]
