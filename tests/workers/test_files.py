"""Files on both databases: after their text, each with its own retries, longer leases, one id."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.attachments import Staying
from bot.domain.deliveries import ERASE_LANE, FILE_LANE, DeliveryState, Method
from bot.services import intake, withdrawals
from bot.services.facts import CopyFacts, FileFacts, FileGoneFacts
from bot.services.incoming import SentFile
from bot.services.kinds import COPY, FILE, Withheld
from bot.services.ports import NotSent, OutcomeUnknown, Outgoing, Refused
from bot.storage.database import Database
from bot.storage.unit_of_work import UnitOfWork
from bot.workers.outbox import LEASE, Dispatcher
from tests import cast
from tests.storage.databases import HandClock
from tests.workers.postman import HonestPostman, Wanted

GREEN = "#advisory TLP:GREEN see the files"
ANNEX = SentFile("F1", "annex.pdf", 10, "https://files.slack.com/1")
DATA = SentFile("F2", "ioc.csv", 10, "https://files.slack.com/2")
PROGRAM = SentFile("F3", "CANARY.exe", 10, "https://files.slack.com/3", Staying.KIND)


def posted(database: Database, *files: SentFile, text: str = GREEN) -> None:
    def work(uow: UnitOfWork) -> None:
        if not uow.links.live_at(cast.TOKYO, cast.TOKYO_ADV):
            cast.join(uow)
        cast.post(uow, "SATO", text, files=files)

    database.transact(work)


def names_of(outgoing: list[Outgoing]) -> list[str]:
    return [one.facts.name for one in outgoing if isinstance(one.facts, FileFacts)]


def is_named(name: str) -> Wanted:
    return lambda one: isinstance(one.facts, FileFacts) and one.facts.name == name


def states(database: Database) -> list[DeliveryState]:
    return database.transact(lambda uow: [one.state for one in uow.outbox.of_advisory(1, FILE)])


async def settle(dispatcher: Dispatcher, clock: HandClock, seconds: int = 60) -> None:
    """Everything that becomes due meanwhile is said."""
    for _ in range(seconds):
        await dispatcher.drain()
        clock.advance(1)


async def test_files_come_after_their_text_and_beside_its_lane(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    posted(database, ANNEX, DATA)
    await settle(dispatcher, clock, 10)
    kinds = [one.outgoing.delivery.kind for one in postman.said]
    assert kinds.index(COPY) < kinds.index(FILE)
    assert names_of(postman.of(FILE)) == ["annex.pdf", "ioc.csv"]
    (copy,) = [one for one in postman.said if one.outgoing.delivery.kind == COPY][:1]
    for file in postman.of(FILE):
        assert file.thread_ts == copy.posted.ts
        assert file.delivery.lane == f"{FILE_LANE}{cast.CANBERRA_ADV}"


async def test_while_its_text_waits_a_file_is_never_sent(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    for _ in range(4):
        postman.expect(NotSent("connect"), wanted=lambda one: one.delivery.kind == COPY)
    posted(database, ANNEX)
    for _ in range(5):
        await dispatcher.drain()
        assert postman.of(FILE) == [] or postman.of(COPY)
        clock.advance(1)
    await settle(dispatcher, clock)
    assert names_of(postman.of(FILE)) == ["annex.pdf"]


async def test_a_file_that_fails_lets_the_other_pass(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    for _ in range(6):
        postman.expect(NotSent("download_broken"), wanted=is_named("annex.pdf"))
    posted(database, ANNEX, DATA)
    await settle(dispatcher, clock, 10)
    assert names_of(postman.of(FILE)) == ["ioc.csv"]
    late = [one.facts for one in postman.of(COPY, Method.UPDATE)]
    assert any(
        isinstance(one, CopyFacts) and one.files is not None and one.files.late for one in late
    )
    await settle(dispatcher, clock, 120)
    assert names_of(postman.of(FILE)) == ["ioc.csv", "annex.pdf"]
    last = postman.of(COPY, Method.UPDATE)[-1].facts
    assert isinstance(last, CopyFacts)
    assert last.files is not None
    assert last.files.late == ()


async def test_a_text_that_is_refused_takes_its_file_along_until_it_is_revived(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    postman.expect(Refused("is_archived"), wanted=lambda one: one.delivery.kind == COPY)
    posted(database, ANNEX)
    await settle(dispatcher, clock, 5)
    assert states(database) == [DeliveryState.WITHHELD]
    database.transact(
        lambda uow: uow.outbox.revive(uow.outbox.in_state(DeliveryState.PARKED)[0].id)
    )
    await settle(dispatcher, clock, 10)
    assert names_of(postman.of(FILE)) == ["annex.pdf"]


async def test_what_the_bytes_say_keeps_the_file_back_from_everybody(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    postman.expect(Withheld("macro"), wanted=is_named("annex.pdf"))
    posted(database, ANNEX)
    await settle(dispatcher, clock, 10)
    assert states(database) == [DeliveryState.WITHHELD]
    assert database.transact(lambda uow: cast.told(uow, "SATO")) == ["attachments.told.macro"]
    shown = postman.of(COPY, Method.UPDATE)[-1].facts
    assert isinstance(shown, CopyFacts)
    assert shown.files is not None
    assert shown.files.staying == (("macro", 1),)
    assert "annex" not in repr(shown)


async def test_of_a_file_that_stays_the_other_side_learns_the_number_alone(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    posted(database, PROGRAM)
    await settle(dispatcher, clock, 5)
    assert postman.of(FILE) == []
    there = [one.outgoing for one in postman.said if one.outgoing.delivery.team == cast.CANBERRA]
    assert there
    assert "CANARY" not in repr([one.facts for one in there])
    assert "CANARY" in repr(postman.of("advisory.status")[-1].facts)


async def test_an_unknown_outcome_is_looked_for_and_a_withdrawal_waits_for_it(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    postman.expect(OutcomeUnknown("timeout"), lands=True, wanted=is_named("annex.pdf"))
    posted(database, ANNEX)
    await settle(dispatcher, clock, 3)
    database.transact(
        lambda uow: withdrawals.withdraw_advisory(uow, cast.the(uow, "SATO"), "ADV-2026-0001", "x")
    )
    await settle(dispatcher, clock, 60)
    gone = [one for one in postman.said if isinstance(one.outgoing.facts, FileGoneFacts)]
    assert len(names_of(postman.of(FILE))) == 1
    assert [one.outgoing.delivery.lane for one in gone] == [ERASE_LANE]


async def test_a_file_taken_out_of_the_post_is_taken_away_once(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    posted(database, ANNEX, DATA)
    await settle(dispatcher, clock, 10)
    ts = database.transact(lambda uow: uow.advisories.get(1).source_ts)

    def work(uow: UnitOfWork) -> None:
        for _ in range(3):
            intake.take_edit(uow, cast.said(uow, "SATO", GREEN, ts=ts, files=(DATA,)))

    database.transact(work)
    await settle(dispatcher, clock, 10)
    gone = [one for one in postman.of(FILE) if isinstance(one.facts, FileGoneFacts)]
    assert len(gone) == 1


async def test_a_file_added_by_an_edit_comes_with_the_revision(
    database: Database, dispatcher: Dispatcher, postman: HonestPostman, clock: HandClock
) -> None:
    posted(database, ANNEX)
    await settle(dispatcher, clock, 10)
    ts = database.transact(lambda uow: uow.advisories.get(1).source_ts)
    both = (ANNEX, DATA)
    database.transact(
        lambda uow: intake.take_edit(
            uow, cast.said(uow, "SATO", GREEN, ts=ts, files=both, edited_ts="2.0")
        )
    )
    await settle(dispatcher, clock, 10)
    assert names_of(postman.of(FILE)) == ["annex.pdf", "ioc.csv"]
    assert database.transact(lambda uow: uow.advisories.get(1).revision) == 2


def test_a_file_has_a_longer_lease_than_a_text(database: Database, clock: HandClock) -> None:
    posted(database, ANNEX)

    def claim(uow: UnitOfWork) -> list[str]:
        claims = uow.outbox.claim(50, LEASE)
        for one in claims:
            if one.delivery.kind == COPY:
                uow.outbox.delivered(one, "1.0", one.delivery.channel)
        return [one.delivery.kind for one in claims]

    database.transact(claim)
    clock.advance(1)
    assert FILE in database.transact(claim)
    clock.advance((LEASE * 6 - timedelta(seconds=1)).total_seconds())
    assert FILE not in database.transact(claim)
    clock.advance(2)
    assert FILE in database.transact(claim)


def test_of_two_who_send_the_same_file_one_alone_goes_on(database: Database) -> None:
    posted(database, ANNEX)
    (sent,) = database.transact(lambda uow: uow.outbox.of_advisory(1, FILE))

    def note(before: str, file: str) -> bool:
        return database.transact(lambda uow: uow.attachments.note_upload(sent.id, before, file))

    assert note("", "F10")
    assert not note("", "F11")
    assert not note("F9", "F12")
    assert note("F10", "F13")
    assert database.transact(lambda uow: uow.attachments.upload_of(sent.id)) == "F13"
    assert note("F13", "")
    assert database.transact(lambda uow: uow.attachments.upload_of(sent.id)) == ""
    assert note("", "F14")
