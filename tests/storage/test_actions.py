"""Items come back as they were, in order, page by page, and only for the side that may see them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from bot.domain.actions import Action, ActionEvent, ActionState, Due, Filter, Owner, Pillar, Source
from bot.domain.officials import Government
from bot.storage.actions import key_of
from bot.storage.unit_of_work import UnitOfWork
from tests import cast
from tests.storage.databases import BEGINNING, KINDS, fresh_url, opened

JP, AU = Government.JP, Government.AU
DAY = date(2026, 9, 25)


@pytest.fixture(params=KINDS)
def uow(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[UnitOfWork]:
    with (
        fresh_url(request.param, tmp_path) as url,
        opened(url) as database,
        database.engine.connect() as connection,
        connection.begin(),
    ):
        one = UnitOfWork(connection, BEGINNING)
        cast.assemble(one)
        yield one


def put(uow: UnitOfWork, number: str, *owners: Owner, **about: object) -> Action:
    values: dict[str, object] = {
        "id": 0,
        "number": number,
        "text": f"text of {number}",
        "state": ActionState.OPEN,
        "owners": owners,
        "created_by": cast.the(uow, "SATO").id,
        "created_at": BEGINNING,
        "changed_at": BEGINNING,
    }
    return uow.actions.add(Action(**(values | about)))  # type: ignore[arg-type]


def numbers(uow: UnitOfWork, seen_by: Government = JP, **wanted: object) -> list[str]:
    found = uow.actions.page(seen_by, Filter(**wanted), 50)  # type: ignore[arg-type]
    return [action.number for action in found]


def test_an_item_comes_back_as_it_was(uow: UnitOfWork) -> None:
    stored = put(
        uow,
        "ACT-2026-0001",
        Owner(JP, "NPA", cast.the(uow, "SUZUKI").id),
        Owner(AU),
        pillar=Pillar.C,
        due=Due("by 25 Sep", DAY, BEGINNING + timedelta(days=9)),
        source=Source(cast.TOKYO, cast.TOKYO_DLG, "1.000001", "2", "https://x.example/p1"),
        dialogue_id=3,
        rendering="訳",
    )
    assert uow.actions.get(stored.id) == stored
    assert uow.actions.by_number("ACT-2026-0001", AU) == stored
    assert uow.actions.at_source(cast.TOKYO, cast.TOKYO_DLG, "1.000001") == (stored,)
    changed = replace(stored.finish(stored.created_by, BEGINNING), owners=(Owner(AU, "ASD"),))
    uow.actions.save(changed)
    assert uow.actions.get(stored.id) == changed


def test_one_message_gives_one_item(uow: UnitOfWork) -> None:
    source = Source(cast.TOKYO, cast.TOKYO_DLG, "1.000001")
    put(uow, "ACT-2026-0001", source=source)
    put(uow, "ACT-2026-0002", source=replace(source, part="1"))
    with pytest.raises(IntegrityError), uow.part():
        put(uow, "ACT-2026-0003", source=source)
    put(uow, "ACT-2026-0004")
    put(uow, "ACT-2026-0005")


def test_what_is_internal_to_the_other_side_is_not_there(uow: UnitOfWork) -> None:
    put(uow, "ACT-2026-0001")
    put(uow, "ACT-JP-2026-0001", Owner(JP, "NPA"), internal_to=JP)
    assert numbers(uow, JP) == ["ACT-2026-0001", "ACT-JP-2026-0001"]
    assert numbers(uow, AU) == ["ACT-2026-0001"]
    assert numbers(uow, AU, agency="NPA") == []
    assert uow.actions.by_number("ACT-JP-2026-0001", AU) is None
    assert uow.actions.by_number("ACT-JP-2026-0001", JP) is not None


def test_filters_name_each_item_once_and_combine(uow: UnitOfWork) -> None:
    suzuki = cast.the(uow, "SUZUKI")
    npa, person = Owner(JP, "NPA"), Owner(JP, "NPA", suzuki.id)
    put(uow, "A", person, npa, Owner(AU, "ASD"), pillar=Pillar.A, dialogue_id=1)
    put(uow, "B", npa, pillar=Pillar.B, state=ActionState.BLOCKED)
    put(uow, "C", Owner(JP, "NCO"), Owner(AU, "ASD"), dialogue_id=1)
    put(uow, "D", npa, state=ActionState.DONE)
    assert numbers(uow) == ["A", "B", "C"]
    assert numbers(uow, official_id=suzuki.id) == ["A"]
    assert numbers(uow, agency="NPA") == ["A", "B"]
    assert numbers(uow, side=JP) == ["A", "B", "C"]
    assert numbers(uow, side=AU) == ["A", "C"]
    assert numbers(uow, agency="NPA", side=AU) == ["A"]
    assert numbers(uow, agency="ASD", side=JP) == ["A", "C"]
    assert numbers(uow, pillar=Pillar.B) == ["B"]
    assert numbers(uow, state=ActionState.BLOCKED) == ["B"]
    assert numbers(uow, state=ActionState.DONE) == ["D"]
    assert numbers(uow, agency="NPA", state=ActionState.DONE) == ["D"]
    assert numbers(uow, dialogue_id=1) == ["A", "C"]
    assert numbers(uow, agency="NPA", pillar=Pillar.A, dialogue_id=1) == ["A"]


def test_lists_are_read_by_due_date_and_go_on_where_they_stopped(uow: UnitOfWork) -> None:
    days = [None, DAY, DAY - timedelta(days=1), DAY, None]
    for at, day in enumerate(days):
        scope = JP if at % 2 else None
        put(uow, f"N{at}", Owner(JP, "NPA"), due=Due("", day), internal_to=scope)
    assert numbers(uow) == ["N2", "N1", "N3", "N0", "N4"]
    assert numbers(uow, overdue_on=DAY) == ["N2"]
    assert numbers(uow, overdue_on=DAY, agency="NPA") == ["N2"]
    for wanted in (Filter(), Filter(agency="NPA")):
        first = uow.actions.page(JP, wanted, 2)
        rest = uow.actions.page(JP, wanted, 9, key_of(first[-1]))
        assert [one.number for one in first + rest] == ["N2", "N1", "N3", "N0", "N4"]
        walked = [one.number for one in uow.actions.walk(JP, wanted, step=2)]
        assert walked == ["N2", "N1", "N3", "N0", "N4"]


def test_a_history_is_read_in_order_and_from_a_line_on(uow: UnitOfWork) -> None:
    item = put(uow, "A")
    by = item.created_by
    lines = [
        uow.actions.note(ActionEvent(0, item.id, verb, by, BEGINNING, verb))
        for verb in ("open", "note", "done")
    ]
    assert uow.actions.events(item.id) == tuple(lines)
    assert uow.actions.events(item.id, after=lines[0].id) == tuple(lines[1:])
