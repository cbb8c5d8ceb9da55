"""One transaction at a time: nothing lost, nothing half done, no clock guessed at."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError, StatementError

from bot import errors
from bot.domain.deliveries import Method
from bot.domain.officials import Government
from bot.storage.database import POOL_SIZE, Database
from bot.storage.tables import lanes, sequences
from bot.storage.unit_of_work import UnitOfWork
from tests.cast import TOKYO, the
from tests.storage.databases import HandClock, fresh_url, opened

WRITERS, TIMES = 8, 12


@contextmanager
def several(url: str) -> Iterator[list[Database]]:
    """As many processes as there are writers, as far as the database can tell."""
    with ExitStack() as stack:
        yield [stack.enter_context(opened(url)) for _ in range(WRITERS)]


async def all_at_once(databases: list[Database], work: Callable[[UnitOfWork], Any]) -> list[Any]:
    runs = (one.run(work) for one in databases for _ in range(TIMES))
    return await asyncio.gather(*runs)


def test_an_exception_leaves_no_trace(database: Database) -> None:
    def work(uow: UnitOfWork) -> None:
        uow.workspaces.put("T9", "nine", Government.AU)
        uow.sequences.next("nine")
        uow.audit.record(Government.AU, "nine", "nine")
        raise errors.LinkToItself

    with pytest.raises(errors.LinkToItself):
        database.transact(work)
    assert database.transact(lambda uow: uow.workspaces.of_team("T9")) is None
    assert database.transact(lambda uow: uow.sequences.next("nine")) == 1
    assert list(database.transact(lambda uow: list(uow.audit.events()))) == []


async def test_reading_and_then_writing_loses_no_update_on_sqlite(tmp_path: Path) -> None:
    def count(uow: UnitOfWork) -> None:
        value = uow.connection.execute(select(sequences.c.value)).scalar_one()
        uow.connection.execute(update(sequences).values(value=value + 1))

    with fresh_url("sqlite", tmp_path) as url, several(url) as databases:
        databases[0].transact(lambda uow: uow.sequences.next("counter"))
        await all_at_once(databases, count)
        last = databases[0].transact(lambda uow: uow.sequences.next("counter"))
    assert last == WRITERS * TIMES + 2


async def test_two_threads_that_ask_at_once_wait_for_one_another(url: str) -> None:
    has_begun, may_end = threading.Event(), threading.Event()

    def slow(uow: UnitOfWork) -> int:
        has_begun.set()
        may_end.wait()
        return uow.sequences.next("slow")

    def quick(uow: UnitOfWork) -> int:
        return uow.sequences.next("quick")

    with opened(url) as database:
        running = asyncio.create_task(database.run(slow))
        await asyncio.to_thread(has_begun.wait)
        other = asyncio.create_task(asyncio.to_thread(database.transact, quick))
        # On SQLite it stands at the door now; nothing announces that.
        await asyncio.sleep(0.05)
        may_end.set()
        assert await asyncio.gather(running, other) == [1, 1]


async def test_a_sequence_never_gives_a_number_twice(url: str) -> None:
    with several(url) as databases:
        given = await all_at_once(databases, lambda uow: uow.sequences.next("ADV-2026"))
    assert sorted(given) == list(range(1, WRITERS * TIMES + 1))


async def test_a_request_is_new_to_exactly_one_of_those_who_ask(url: str) -> None:
    with several(url) as databases:
        for number in range(5):
            key = f"request:{number}"
            answers = await asyncio.gather(
                *(one.run(lambda uow, key=key: uow.requests.is_new(key)) for one in databases)
            )
            assert sorted(answers) == [False] * (WRITERS - 1) + [True]


async def test_the_audit_chain_holds_when_several_write_at_once(url: str) -> None:
    def record(uow: UnitOfWork) -> None:
        uow.audit.record(Government.JP, "test", "subject")

    with several(url) as databases:
        await all_at_once(databases, record)
        assert databases[0].transact(lambda uow: uow.audit.first_bad()) is None
        events = databases[0].transact(lambda uow: list(uow.audit.events(Government.JP)))
    assert [event.seq for event in events] == list(range(1, WRITERS * TIMES + 1))


def test_a_request_is_forgotten_after_a_day_and_not_before(
    database: Database, clock: HandClock
) -> None:
    database.transact(lambda uow: uow.requests.is_new("one"))
    clock.advance(24 * 3600)
    assert database.transact(lambda uow: uow.requests.forget_old()) == 0
    assert not database.transact(lambda uow: uow.requests.is_new("one"))
    clock.advance(1)
    assert database.transact(lambda uow: uow.requests.forget_old()) == 1
    assert database.transact(lambda uow: uow.requests.is_new("one"))


def test_a_naive_time_is_refused(database: Database) -> None:
    naive = datetime(2026, 9, 16)  # noqa: DTZ001  the very thing
    row = insert(lanes).values(team=TOKYO, name="C", next_at=naive)
    with pytest.raises(StatementError, match="naive datetime"):
        database.transact(lambda uow: uow.connection.execute(row))


def test_instants_come_back_as_they_went_in_whatever_their_zone(
    database: Database, clock: HandClock
) -> None:
    clock.now = datetime.fromisoformat("2026-10-04T02:59:59.123456+11:00")

    def work(uow: UnitOfWork) -> datetime:
        uow.connection.execute(insert(lanes).values(team=TOKYO, name="C", next_at=uow.now))
        return uow.connection.execute(select(lanes.c.next_at)).scalar_one()

    found = database.transact(work)
    assert found == clock.now
    assert found.utcoffset() is not None
    assert str(found) == "2026-10-03 15:59:59.123456+00:00"


def test_what_the_checks_forbid_is_refused_by_the_database_itself(database: Database) -> None:
    def work(uow: UnitOfWork) -> None:
        uow.officials.set_language(the(uow, "SATO").id, "fr")

    with pytest.raises(IntegrityError):
        database.transact(work)


def test_a_foreign_key_is_kept(database: Database) -> None:
    def work(uow: UnitOfWork) -> None:
        uow.outbox.add("note", {}, Method.POST, "T-UNKNOWN", "C1")

    with pytest.raises(IntegrityError):
        database.transact(work)


async def test_where_somebody_else_holds_the_lock_nobody_is_kept_waiting(tmp_path: Path) -> None:
    done: list[str] = []
    with fresh_url("sqlite", tmp_path) as url, opened(url) as database, opened(url) as other:
        with other.engine.connect() as holder, holder.begin(), pytest.raises(errors.DatabaseBusy):
            await database.run(lambda _uow: done.append("too late"), within=3600)
        await database.run(lambda _uow: done.append("in time"))
    assert done == ["in time"], "what was refused is never done"


async def test_a_database_that_is_at_work_is_waited_for(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, release = threading.Semaphore(0), threading.Event()

    def hold(_uow: UnitOfWork) -> None:
        begun.release()
        release.wait()

    with opened(url) as database:
        # As many as there are connections: nobody else has a turn.
        count = 1 if database.is_sqlite else POOL_SIZE
        held = [asyncio.create_task(database.run(hold)) for _ in range(count)]
        for _ in held:
            await asyncio.to_thread(begun.acquire)
        with monkeypatch.context() as hurried:
            # Whoever finds nobody at work at the first look would be refused there and then.
            hurried.setattr("bot.storage.database.STILL_SECONDS", 0)
            waits = asyncio.create_task(database.run(lambda _uow: "in time", within=3600))
            await asyncio.sleep(0)
            is_refused = waits.done()
        release.set()
        await asyncio.gather(*held)
        assert (is_refused, await waits) == (False, "in time")


def test_a_database_that_is_away_is_named_so(tmp_path: Path) -> None:
    with (
        opened(f"sqlite:///{tmp_path}/no/such/folder/x.db") as away,
        pytest.raises(errors.DatabaseBusy),
    ):
        away.ping()


def test_a_postgresql_that_is_away_is_named_so() -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    with opened(url) as away, pytest.raises(errors.DatabaseBusy):
        away.ping()


@pytest.mark.parametrize("flood", [10, 1_000])
async def test_a_flood_of_one_side_is_one_turn_for_the_other(url: str, flood: int) -> None:
    with opened(url) as database:
        order = list[str]()
        gates = [threading.Event() for _ in range(1 if database.is_sqlite else POOL_SIZE)]
        at_work = [
            asyncio.create_task(database.run(lambda _uow, gate=gate: gate.wait()))  # type: ignore[misc]
            for gate in gates
        ]
        while len(database._at_work) < len(gates):
            await asyncio.wait(at_work, timeout=0.01)
        asked = [
            asyncio.create_task(database.run(lambda _uow, who=who: order.append(who), asker=who))  # type: ignore[misc]
            for who in ["T0TOKYO"] * flood + ["T0CANB"]
        ]
        # Every one of them has asked before anybody is served.
        await asyncio.wait(asked, timeout=0)
        # One thread alone is free: what several begin at once, they begin in no order.
        gates[0].set()
        await asyncio.gather(*asked)
        for gate in gates:
            gate.set()
        await asyncio.gather(*at_work)
    assert order.index("T0CANB") == 1
    assert len(order) == flood + 1
