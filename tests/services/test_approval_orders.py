"""Promise P12: in whatever order people approve, edit, withdraw and lose roles, nothing slips past.

Every sequence is carried out on a real database; after each step the claim of the send is asked
whether the copy may leave, and has to agree with what was written down apart from it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from bot import errors
from bot.domain.deliveries import DeliveryState
from bot.domain.labels import Label
from bot.services import intake, releases, withdrawals
from bot.services.announcements import compose
from bot.services.facts import CopyFacts, TombstoneFacts
from bot.services.kinds import COPY, Withheld
from bot.services.restoring import restore_advisory
from bot.storage.database import Database
from bot.storage.schema import upgrade
from bot.storage.tables import outbox
from bot.storage.tables_approvals import motion_approvals, motions
from bot.storage.unit_of_work import UnitOfWork
from tests import cast
from tests.services.desk import Desk
from tests.storage.databases import BEGINNING, KINDS, fresh_url, opened

FIRST = "ADV-2026-0001"
SOURCE = cast.stamp(BEGINNING)
STEPS = 4
# Account: whose it is. Suzuki and Tanaka have two accounts each.
PERSONS = {
    "SUZUKI": "suzuki",
    "ITO": "suzuki",
    "MORI": "mori",
    "TANAKA": "tanaka",
    "KATO": "tanaka",
}


def scene(uow: UnitOfWork) -> None:
    """An AMBER advisory of Tanaka's waits; five accounts of three people may release."""
    cast.assemble(uow)
    cast.second_releaser(uow, cast.TOKYO)
    cast.enrol(uow, "SUZUKI", person="s")
    cast.enrol(uow, "ITO", roles=["releaser"], person="s")
    cast.enrol(uow, "TANAKA", roles=["member", "releaser"], person="t")
    cast.enrol(uow, "TANAKA", user="U07KATO", roles=["releaser"], person="t")
    cast.join(uow, ceiling=Label.AMBER)
    cast.post(uow, "TANAKA", "#advisory [TLP:AMBER] text 0", ts=SOURCE)


def withdrawn_scene(uow: UnitOfWork) -> None:
    """The same was released, stood in Canberra and was withdrawn."""
    scene(uow)
    for user in ("U03SUZUKI", "U06MORI"):
        releaser = uow.officials.find(cast.TOKYO, user)
        assert releaser is not None
        releases.release_advisory(uow, releaser, FIRST)
    desk = Desk(uow)
    desk.say_all()
    withdrawals.withdraw_advisory(uow, cast.the(uow, "TANAKA"), FIRST, "")
    desk.say_all()


USERS = {"MORI": "U06MORI", "KATO": "U07KATO"} | {
    name: cast.ROSTER[name][1] for name in ("SUZUKI", "ITO", "TANAKA")
}


@dataclass(frozen=True)
class Known:
    """What happened, as far as whoever looks from outside can tell."""

    text: int = 0
    approvals: frozenset[str] = field(default_factory=frozenset)
    without_role: frozenset[str] = field(default_factory=frozenset)
    is_over: bool = False

    @property
    def may_leave(self) -> bool:
        valid = self.approvals - self.without_role
        people = {PERSONS[one] for one in valid} - {PERSONS["TANAKA"]}
        return len(people) >= 2 and not self.is_over


def approves(
    name: str, asked: Callable[..., object] = releases.release_advisory
) -> Callable[[UnitOfWork, Known], Known]:
    def step(uow: UnitOfWork, known: Known) -> Known:
        actor = uow.officials.find(cast.TOKYO, USERS[name])
        assert actor is not None
        try:
            asked(uow, actor, FIRST)
        except errors.BotError:
            return known
        return replace(known, approvals=known.approvals | {name})

    return step


def edits(uow: UnitOfWork, known: Known) -> Known:
    text = known.text + 1
    words = f"#advisory [TLP:AMBER] text {text}"
    edited = cast.said(uow, "TANAKA", words, ts=SOURCE, edited_ts=f"{SOURCE}{text}")
    intake.take_edit(uow, edited)
    if known.is_over:
        return known
    return replace(known, text=text, approvals=frozenset())


def withdraws(uow: UnitOfWork, known: Known) -> Known:
    try:
        withdrawals.withdraw_advisory(uow, cast.the(uow, "TANAKA"), FIRST, "")
    except errors.BotError:
        return known
    return replace(known, is_over=True)


def loses_role(uow: UnitOfWork, known: Known) -> Known:
    suzuki = cast.the(uow, "SUZUKI")
    uow.officials.set_roles(suzuki.id, [cast.MEMBER])
    return replace(known, without_role=known.without_role | {"SUZUKI"})


def withdraws_again(uow: UnitOfWork, known: Known) -> Known:
    """What was restored is restored once more, by approvals of its own."""
    is_again = withdraws(uow, known) is not known
    return replace(known, approvals=frozenset()) if is_again else known


def deletes(uow: UnitOfWork, known: Known) -> Known:
    intake.take_deletion(uow, cast.TOKYO, cast.TOKYO_ADV, SOURCE)
    return replace(known, is_over=True)


Events = dict[str, Callable[[UnitOfWork, Known], Known]]


def events(asked: Callable[..., object], **more: Callable[[UnitOfWork, Known], Known]) -> Events:
    return {
        "one approves": approves("SUZUKI", asked),
        "another approves": approves("MORI", asked),
        "the author approves": approves("TANAKA", asked),
        "the author's other account approves": approves("KATO", asked),
        "the first one's other account approves": approves("ITO", asked),
        "edited": edits,
        "the first one loses the role": loses_role,
        **more,
    }


# What is asked of two people: how it begins, and everything that may happen to it.
COURSES: dict[str, tuple[Callable[[UnitOfWork], None], Events]] = {
    "released": (scene, events(releases.release_advisory, withdrawn=withdraws)),
    "restored": (
        withdrawn_scene,
        events(restore_advisory, withdrawn=withdraws_again, deleted=deletes),
    ),
}


@contextmanager
def tried(connection: Connection) -> Iterator[UnitOfWork]:
    """What is done in here is taken back afterwards."""
    nested = connection.begin_nested()
    try:
        yield UnitOfWork(connection, BEGINNING)
    finally:
        nested.rollback()


def leaving(connection: Connection) -> list[CopyFacts]:
    """The copies that the claim would let go now."""
    with tried(connection) as uow:
        found = []
        for copy in uow.outbox.of_advisory(1, COPY):
            stands = copy.state is DeliveryState.DELIVERED
            for one in uow.outbox.undone_updates(copy.id) if stands else [copy]:
                try:
                    facts = compose(uow, one).facts
                except Withheld:
                    continue
                if not isinstance(facts, TombstoneFacts):
                    assert isinstance(facts, CopyFacts)
                    found.append(facts)
        return found


def walk(
    connection: Connection, course: Events, known: Known, path: tuple[str, ...], seen: list[bool]
) -> None:
    for name, event in course.items():
        here = (*path, name)
        with tried(connection) as uow:
            now = event(uow, known)
            copies = leaving(connection)
            assert bool(copies) is now.may_leave, here
            assert all(f"text {now.text}" in copy.body for copy in copies), here
            seen.append(bool(copies))
            if len(here) < STEPS:
                walk(connection, course, now, here, seen)


@pytest.mark.parametrize("name", COURSES)
def test_no_order_of_events_lets_anything_slip_past(name: str) -> None:
    beginning, course = COURSES[name]
    database = Database("sqlite://", lambda: BEGINNING)
    upgrade(database)
    database.transact(beginning)
    seen: list[bool] = []
    with database.engine.connect() as connection, connection.begin():
        walk(connection, course, Known(), (), seen)
    database.close()
    assert len(seen) == sum(len(course) ** steps for steps in range(1, STEPS + 1))
    assert 0 < sum(seen) < len(seen) / 4


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("names", [("SUZUKI", "SUZUKI"), ("SUZUKI", "ITO"), ("SUZUKI", "MORI")])
async def test_parallel_clicks_are_one_approval_for_each_person(
    kind: str, names: tuple[str, str], tmp_path: Path
) -> None:
    for turn in range(8):
        folder = tmp_path / str(turn)
        folder.mkdir()
        with fresh_url(kind, folder) as url, opened(url, lambda: BEGINNING) as database:
            database.transact(scene)
            await _click_together(database, names)
            two = len({PERSONS[name] for name in names}) == 2
            approvals, carried, copies = database.transact(_counts)
            assert (approvals, carried, copies) == ((2, 1, 1) if two else (1, 0, 0))


async def _click_together(database: Database, names: tuple[str, str]) -> None:
    def click(name: str) -> Callable[[UnitOfWork], None]:
        def work(uow: UnitOfWork) -> None:
            actor = uow.officials.find(cast.TOKYO, USERS[name])
            assert actor is not None
            releases.release_advisory(uow, actor, FIRST)

        return work

    clicks = [database.run(click(name)) for name in names]
    outcomes = [one for one in await asyncio.gather(*clicks, return_exceptions=True) if one]
    refusals = (errors.ApprovedAlready, errors.ApprovedByYourOtherAccount)
    assert all(isinstance(one, refusals) for one in outcomes), outcomes
    assert len(outcomes) == (0 if PERSONS[names[0]] != PERSONS[names[1]] else 1)


def _counts(uow: UnitOfWork) -> tuple[int, int, int]:
    """Approvals, motions that were carried, copies that wait to be sent."""
    run = uow.connection.execute
    copies = select(func.count()).where(
        outbox.c.kind == COPY, outbox.c.state == DeliveryState.WAITING.value
    )
    return (
        run(select(func.count()).select_from(motion_approvals)).scalar_one(),
        run(select(func.count()).where(motions.c.state == "carried")).scalar_one(),
        run(copies.select_from(outbox)).scalar_one(),
    )
