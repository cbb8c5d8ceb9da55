"""What a purge finds and destroys is the same on both databases."""

from bot.domain.officials import Government
from bot.domain.retention import DataClass
from bot.services import roster
from bot.storage.database import Database
from bot.storage.unit_of_work import UnitOfWork
from tests import cast
from tests.storage.databases import HandClock

DAYS = dict.fromkeys(DataClass, 30)


def test_a_plan_finds_what_is_old_and_a_purge_leaves_nothing_of_it(
    database: Database, clock: HandClock
) -> None:
    def live(uow: UnitOfWork) -> None:
        cast.join(uow)
        cast.post(uow, "TANAKA", "#advisory [TLP:GREEN] one")
        cast.arrive(uow)
        roster.remove_official(uow, cast.the(uow, "SATO"), cast.TOKYO, "U04ITO")

    database.transact(live)
    clock.advance(31 * 24 * 3600)

    def purge(uow: UnitOfWork) -> None:
        plan = uow.retention.plan(Government.JP, DAYS, uow.now)
        assert (plan.counts["advisory"], plan.counts["person"]) == (1, 1)
        uow.retention.propose("PRG-AAAA", plan, DAYS)
        uow.retention.approve("PRG-AAAA", cast.the(uow, "SATO").id)
        found = uow.retention.proposed("PRG-AAAA")
        assert found is not None
        assert (
            found.digest == uow.retention.plan(Government.JP, found.days, found.planned_at).digest
        )
        assert len(found.approved_by) == 1
        uow.retention.destroy(plan)
        uow.retention.finish("PRG-AAAA")

    database.transact(purge)
    left = database.transact(lambda uow: uow.retention.plan(Government.JP, DAYS, uow.now))
    assert left.is_empty
    advisory = database.transact(lambda uow: uow.advisories.by_number("ADV-2026-0001"))
    assert advisory is not None
    assert advisory.is_purged
