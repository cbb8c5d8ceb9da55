"""Every Monday each agency and the co-chairs' offices hear how things stand, as they stand then."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.domain.actions import Due
from bot.services import actions
from bot.services.actions import ActionRequest
from bot.services.announcements import compose
from bot.services.digest_charts import ChartFacts
from bot.services.digests import DigestFacts, digest_for
from bot.services.duties import set_standing
from bot.services.kinds import Withheld
from bot.services.owners import read_owners
from bot.services.ports import Outgoing
from bot.storage.database import Database
from bot.storage.unit_of_work import UnitOfWork
from bot.workers.clock import Clock
from bot.workers.outbox import Dispatcher
from tests import cast
from tests.storage.databases import HandClock
from tests.workers.postman import HonestPostman


class Mondays:
    """The bot over some weeks, and the digests it sent."""

    def __init__(
        self, database: Database, clock: HandClock, dispatcher: Dispatcher, postman: HonestPostman
    ) -> None:
        self.database, self.clock = database, clock
        self._dispatcher, self._postman = dispatcher, postman
        self.said: list[Outgoing] = []
        database.transact(set_standing)
        database.transact(
            lambda uow: cast.enrol(uow, "WALSH", roles=["admin", "liaison", "cochair"])
        )

    def opens(self, owner: str, due: date, **about: Any) -> str:
        def work(uow: UnitOfWork) -> str:
            actor = cast.the(uow, "TANAKA")
            request = ActionRequest(
                about.pop("text", "Share it"),
                owners=read_owners(uow, actor, owner),
                due=Due("x", due),
                **about,
            )
            return actions.open_action(uow, actor, request)[0].number

        return self.database.transact(work)

    async def at(self, *moment: int) -> list[tuple[str, DigestFacts]]:
        """(reader, digest) of what is sent at that time in UTC, by reader."""
        self.clock.now = datetime(*moment, tzinfo=UTC)  # type: ignore[misc,arg-type]
        before = len(self._postman.said)
        await Clock(self.database).tick()
        for _ in range(6):
            await self._dispatcher.drain()
            self.clock.advance(2)
        await self._dispatcher.drain()
        self.said = [one.outgoing for one in self._postman.said[before:]]
        found = [(str(one.delivery.user), one.facts) for one in self.said]
        digests = [(user, facts) for user, facts in found if isinstance(facts, DigestFacts)]
        return sorted(digests, key=lambda pair: (pair[0], pair[1].agency is None))


@pytest.fixture
def mondays(
    database: Database, clock: HandClock, dispatcher: Dispatcher, postman: HonestPostman
) -> Mondays:
    return Mondays(database, clock, dispatcher, postman)


def numbers(facts: DigestFacts) -> tuple[list[str], list[str]]:
    return (
        [item.action.number for item in facts.near],
        [item.action.number for item in facts.overdue],
    )


async def test_it_comes_on_the_next_joint_working_day_to_whom_it_concerns(
    mondays: Mondays,
) -> None:
    overdue = mondays.opens("NPA", date(2026, 9, 17))
    near = mondays.opens("NPA", date(2026, 10, 1))
    mondays.opens("NPA", date(2026, 12, 1))
    # Silver Week: Monday 21 to Wednesday 23 September are holidays in Japan.
    assert [user for user, _ in await mondays.at(2026, 9, 21, 1, 30)] == []
    found = await mondays.at(2026, 9, 24, 1, 30)
    assert [(user, facts.agency is None) for user, facts in found] == [
        ("U03SUZUKI", False),
        ("U11WALSH", True),
    ]
    assert [numbers(facts) for _, facts in found] == [([near], [overdue])] * 2
    assert all(facts.weekly for _, facts in found)
    assert await mondays.at(2026, 9, 24, 2, 30) == []
    assert len(await mondays.at(2026, 9, 28, 1, 30)) == 2


async def test_what_is_internal_stands_in_no_digest_of_the_other_side_nor_in_the_joint_one(
    mondays: Mondays,
) -> None:
    own = mondays.opens("NPA", date(2026, 9, 30), internal=True)
    found = dict(await mondays.at(2026, 9, 24, 1, 30))
    assert numbers(found["U03SUZUKI"]) == ([own], [])
    assert "U11WALSH" not in found


async def test_a_missing_receipt_stands_with_the_agencies_that_owe_it(mondays: Mondays) -> None:
    def issue(uow: UnitOfWork) -> None:
        cast.join(uow)
        cast.post(uow, "SATO", "#advisory [TLP:GREEN] patch now")
        cast.arrive(uow)

    mondays.database.transact(issue)
    found = await mondays.at(2026, 9, 24, 1, 30)
    joint = [facts for user, facts in found if user == "U11WALSH" and facts.agency is None]
    assert [[one.code for one in missing.agencies] for missing in joint[0].receipts] == [
        ["AFP", "ASD", "DFAT"]
    ]
    own = {user: facts for user, facts in found if facts.agency is not None}
    assert [one.number for one in own["U12NGUYEN"].receipts] == ["ADV-2026-0001"]


def test_on_demand_it_says_how_things_stand_now(mondays: Mondays) -> None:
    near = mondays.opens("NPA", date(2026, 9, 30))

    def look(uow: UnitOfWork) -> DigestFacts:
        return digest_for(uow, cast.the(uow, "SUZUKI"))

    facts = mondays.database.transact(look)
    assert numbers(facts) == ([near], [])
    assert not facts.weekly


async def test_a_picture_follows_each_digest_in_its_thread_where_there_is_something_to_see(
    mondays: Mondays,
) -> None:
    for day in (17, 18, 30):
        mondays.opens("NPA", date(2026, 9, day))
    mondays.opens("MOFA", date(2026, 9, 17))
    digests = await mondays.at(2026, 9, 24, 1, 30)
    assert [user for user, _ in digests] == ["U01SATO", "U03SUZUKI", "U11WALSH"]
    charts = [(one, one.facts) for one in mondays.said if isinstance(one.facts, ChartFacts)]
    assert sorted(str(one.delivery.user) for one, _ in charts) == ["U03SUZUKI", "U11WALSH"]
    for outgoing, chart in charts:
        (digest,) = [
            one
            for one in mondays.said
            if isinstance(one.facts, DigestFacts) and one.delivery.user == outgoing.delivery.user
        ]
        assert outgoing.thread_ts is not None
        assert isinstance(digest.facts, DigestFacts)
        counted = [(one.overdue, one.coming) for one in chart.weeks]
        assert sum(map(sum, counted)) == len(digest.facts.near) + len(digest.facts.overdue)
    (own,) = [chart for one, chart in charts if one.delivery.user == "U03SUZUKI"]
    assert [(one.overdue, one.coming) for one in own.weeks] == [(2, 0), (0, 0), (0, 1), (0, 0)]


async def test_a_picture_of_what_was_done_meanwhile_is_not_sent(mondays: Mondays) -> None:
    found = [mondays.opens("NPA", date(2026, 9, day)) for day in (17, 18, 30)]
    await mondays.at(2026, 9, 24, 1, 30)
    charts = [one for one in mondays.said if isinstance(one.facts, ChartFacts)]
    chart = next(one.delivery for one in charts if one.delivery.user == "U03SUZUKI")

    def later(uow: UnitOfWork) -> None:
        for number in found:
            actions.finish_action(uow, cast.the(uow, "SUZUKI"), number)
        with pytest.raises(Withheld):
            compose(uow, chart)

    mondays.database.transact(later)
