"""A register of 200,000 actions against one of 200: what a page of a list, and Home, cost.

Both stand in databases of their own on disk, filled alike; the requests are the services' own, each
in a transaction as at the edge.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from bot.domain.actions import ActionState, Filter, Pillar
from bot.domain.officials import Government, Official
from bot.services.action_register import list_actions
from bot.storage.database import Database
from bot.storage.schema import upgrade
from bot.storage.tables_actions import action_owners, actions
from bot.storage.unit_of_work import UnitOfWork
from bot.texts.catalog import Language, load
from commands.home import page_of
from commands.home.sections import Visit
from integrations.slack.speech import Speech
from tests import cast
from tests.bench.timing import Comparison, Round, compared

SMALL, LARGE = 200, 200_000
TARGET = 1.2
# Short turns, many of them: what disturbs the machine for a moment disturbs both alike.
REQUESTS, TURNS = 5, 4
AT_ONCE = 10_000
STATES = tuple(ActionState)
AGENCIES = (("JP", "NPA"), ("AU", "ASD"), ("JP", "MOFA"), ("AU", "DFAT"))
WORDS = load()

Ask = Callable[[UnitOfWork, Official], object]

WHAT: dict[str, Ask] = {
    "register list": lambda uow, who: list_actions(uow, who, Filter()),
    "register list mine": lambda uow, who: list_actions(uow, who, Filter(official_id=who.id)),
    "register list agency": lambda uow, who: list_actions(uow, who, Filter(agency="NPA")),
    "register list side": lambda uow, who: list_actions(uow, who, Filter(side=Government.AU)),
    "register list pillar": lambda uow, who: list_actions(uow, who, Filter(pillar=Pillar.C)),
    "register list blocked": lambda uow, who: list_actions(
        uow, who, Filter(state=ActionState.BLOCKED)
    ),
    "register list overdue": lambda uow, who: list_actions(
        uow, who, Filter(overdue_on=uow.now.date())
    ),
    "register home": lambda uow, who: page_of(Visit(uow, who, Speech(WORDS, Language.EN)), 0),
}


async def measure(rounds: int, folder: Path) -> list[Comparison]:
    """Every request against the small register and the large one, in turn."""
    small, large = (_filled(folder, count) for count in (SMALL, LARGE))
    try:
        return [
            await compared(name, _round(small, ask), _round(large, ask), rounds * TURNS, TARGET)
            for name, ask in WHAT.items()
        ]
    finally:
        small.close()
        large.close()


def _round(database: Database, ask: Ask) -> Round:
    async def one() -> list[float]:
        taken = []
        for _ in range(REQUESTS):
            began = time.perf_counter()
            await database.run(lambda uow: ask(uow, cast.the(uow, "SUZUKI")))
            taken.append(time.perf_counter() - began)
        return taken

    return one


def _filled(folder: Path, count: int) -> Database:
    database = Database(f"sqlite:///{folder}/register-{count}.db")
    upgrade(database)
    database.transact(cast.assemble)
    for first in range(1, count + 1, AT_ONCE):
        last = min(first + AT_ONCE, count + 1)
        database.transact(lambda uow, first=first, last=last: _put(uow, first, last))
    return database


def _put(uow: UnitOfWork, first: int, last: int) -> None:
    """Items of every state, pillar and owner; a tenth of them internal to each side."""
    people = {"NPA": cast.the(uow, "SUZUKI"), "ASD": cast.the(uow, "NGUYEN")}
    rows, owners = [], []
    for number in range(first, last):
        side, agency = AGENCIES[number % len(AGENCIES)]
        state = STATES[number // 4 % len(STATES)]
        scope = side if number % 10 == 0 else "joint"
        due = uow.now.date() + timedelta(days=number % 400 - 40)
        person = people.get(agency) if number % 8 < 4 else None
        shared = {"scope": scope, "is_open": number // 4 % len(STATES) < 3, "due_key": due}
        rows.append(_row(number, state, due, people["NPA"], uow) | shared)
        owners.append(
            shared
            | {
                "action_id": number,
                "position": 0,
                "government": side,
                "agency": agency,
                "official_id": person.id if person else None,
                "heads_agency": True,
                "heads_side": True,
            }
        )
    uow.connection.execute(actions.insert(), rows)
    uow.connection.execute(action_owners.insert(), owners)


def _row(
    number: int, state: ActionState, due: date, by: Official, uow: UnitOfWork
) -> dict[str, object]:
    return {
        "id": number,
        "number": f"ACT-2026-{number:06}",
        "text": f"Share the format of notice {number}",
        "rendering": "",
        "state": state.value,
        "pillar": tuple(Pillar)[number % 4].value,
        "priority": "normal",
        "due_phrase": "",
        "due_on": due,
        "due_by": None,
        "permalink": "",
        "dialogue_id": None,
        "created_by": by.id,
        "created_at": uow.now,
        "changed_at": uow.now,
        "reason": "",
        "superseded_by": "",
    }
