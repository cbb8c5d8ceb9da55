"""Within a transaction an official is read once, and anew after every change of the roster."""

from collections.abc import Callable

import pytest
from sqlalchemy import event

from bot.domain.officials import Government, Official, Role
from bot.storage.database import Database
from bot.storage.unit_of_work import UnitOfWork
from tests import cast

Change = Callable[[UnitOfWork, Official], object]
Shown = Callable[[Official], object]
CHANGES: dict[str, tuple[Change, Shown, object]] = {
    "name": (lambda uow, one: uow.officials.rename(one.id, "New"), lambda one: one.name, "New"),
    "language": (
        lambda uow, one: uow.officials.set_language(one.id, "en"),
        lambda one: one.language,
        "en",
    ),
    "roles": (
        lambda uow, one: uow.officials.set_roles(one.id, [Role.OBSERVER]),
        lambda one: one.roles,
        frozenset({Role.OBSERVER}),
    ),
    "agency": (
        lambda uow, one: uow.officials.put(
            {
                "team": one.team,
                "user": one.user,
                "government": one.government,
                "agency": "NPA",
                "roles": ["member"],
                "name": one.name,
                "language": one.language,
                "person": "",
            }
        ),
        lambda one: one.agency,
        "NPA",
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_seen_at_once_in_whatever_way_one_asks(database: Database, what: str) -> None:
    change, shown, expected = CHANGES[what]

    def work(uow: UnitOfWork) -> list[object]:
        known = cast.the(uow, "TANAKA")
        asked = (
            lambda: uow.officials.get(known.id),
            lambda: uow.officials.find(known.team, known.user),
            lambda: next(one for one in uow.officials.of(Government.JP) if one.id == known.id),
        )
        before = [shown(found) for ask in asked if (found := ask())]
        assert len(before) == 3
        assert expected not in before
        change(uow, known)
        return [shown(found) for ask in asked if (found := ask())]

    assert database.transact(work) == [expected] * 3


def test_who_has_left_is_found_no_more(database: Database) -> None:
    def work(uow: UnitOfWork) -> None:
        known = cast.the(uow, "TANAKA")
        uow.officials.deactivate(known.id)
        assert uow.officials.find(known.team, known.user) is None
        assert known.id not in {one.id for one in uow.officials.of(Government.JP)}
        assert uow.officials.get(known.id).name == known.name

    database.transact(work)


def test_the_same_official_is_read_once(database: Database) -> None:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_about: object) -> None:
        asked.append(statement)

    def work(uow: UnitOfWork) -> None:
        known = cast.the(uow, "TANAKA").id
        event.listen(database.engine, "before_cursor_execute", note)
        for _ in range(3):
            uow.officials.get(known)
        event.remove(database.engine, "before_cursor_execute", note)

    database.transact(work)
    assert len(asked) == 1
