"""Destroyed is what is old enough, by two people's word, and never what is under legal hold."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import select

from bot import errors
from bot.domain.officials import Government
from bot.domain.retention import DataClass
from bot.services import retention, roster, withdrawals
from bot.services.incoming import SentFile
from bot.services.intake import take_edit
from bot.services.receipts import acknowledge_advisory
from bot.storage.tables import (
    advisories,
    advisory_revisions,
    officials,
    outbox,
    receipts,
    thread_replies,
)
from bot.storage.tables_files import advisory_files
from bot.storage.unit_of_work import UnitOfWork
from tests import cast
from tests.services.desk import Desk

JP, AU = Government.JP, Government.AU
CANARY = "canary7391"
DAYS = dict.fromkeys(DataClass, 30)
FIRST = "ADV-2026-0001"


@pytest.fixture
def old(uow: UnitOfWork) -> UnitOfWork:
    """Forty days after both sides' advisories, an edit, a reply, a receipt and a departure."""
    cast.enrol(uow, "TANAKA", roles=["admin", "member"])
    cast.enrol(uow, "NGUYEN", roles=["admin", "member"])
    cast.join(uow)
    file = SentFile("F1", f"{CANARY}.pdf", 10, f"https://files.slack.com/{CANARY}.pdf")
    cast.post(uow, "TANAKA", f"#advisory [TLP:GREEN] {CANARY} one", files=(file,))
    desk = Desk(uow)
    desk.say_all()
    source = cast.stamp(uow.now)
    two = f"#advisory [TLP:GREEN] {CANARY} two"
    edited = after(uow, 1)
    take_edit(uow, cast.said(uow, "TANAKA", two, ts=source, edited_ts=edited, files=(file,)))
    cast.post(uow, "TANAKA", f"{CANARY} reply", ts=after(uow, 2), thread_ts=source)
    desk.say_all()
    acknowledge_advisory(uow, cast.the(uow, "NGUYEN"), FIRST)
    cast.post(uow, "NGUYEN", f"#advisory [TLP:GREEN] {CANARY} theirs")
    cast.post(uow, "TANAKA", f"#advisory {CANARY} held", ts=after(uow, 3), files=(file,))
    desk.say_all()
    roster.remove_official(uow, cast.the(uow, "SATO"), cast.TOKYO, "U04ITO")
    return UnitOfWork(uow.connection, uow.now + timedelta(days=40))


def after(uow: UnitOfWork, seconds: int) -> str:
    return cast.stamp(uow.now + timedelta(seconds=seconds))


def approved(uow: UnitOfWork, *names: str, side: Government = JP) -> str:
    code = retention.propose_purge(uow, side, DAYS)
    for name in names:
        retention.approve_purge(uow, cast.the(uow, name), code)
    return code


def everything_written(uow: UnitOfWork, side: Government = JP) -> str:
    """All content of one side's advisories, wherever it is kept."""
    own = select(advisories.c.id).where(advisories.c.government == side.value)
    found = [list(uow.connection.execute(advisories.select().where(advisories.c.id.in_(own))))]
    for table in (advisory_revisions, thread_replies, receipts, outbox, advisory_files):
        here = table.c.advisory_id.in_(own)
        found.append(list(uow.connection.execute(table.select().where(here))))
    return repr(found)


def test_nothing_is_destroyed_by_default(old: UnitOfWork) -> None:
    assert retention.plan_purge(old, JP, dict.fromkeys(DataClass, 0)).is_empty
    assert retention.plan_purge(old, JP, {}).is_empty


def test_a_plan_counts_one_side_alone_and_changes_nothing(old: UnitOfWork) -> None:
    before = everything_written(old)
    plan = retention.plan_purge(old, JP, DAYS)
    assert (plan.counts["held"], plan.counts["advisory"], plan.counts["person"]) == (1, 1, 1)
    theirs = retention.plan_purge(old, AU, DAYS)
    assert (theirs.counts["held"], theirs.counts["advisory"], theirs.counts["person"]) == (0, 1, 0)
    assert everything_written(old) == before
    young = UnitOfWork(old.connection, old.now - timedelta(days=20))
    assert retention.plan_purge(young, JP, DAYS).is_empty


def test_content_goes_and_numbers_states_and_the_log_stay(old: UnitOfWork) -> None:
    code = approved(old, "SATO", "TANAKA")
    assert CANARY in everything_written(old)
    retention.carry_out_purge(old, code)
    written = everything_written(old)
    assert CANARY not in written
    assert "Tanaka" not in written
    assert "Nguyen" not in written
    assert FIRST in written
    assert old.audit.first_bad() is None
    assert cast.decisions(old)[-1] == "retention.purge"
    names = select(officials.c.name).where(officials.c.user == "U04ITO")
    assert old.connection.execute(names).scalar_one() == "U04ITO"
    assert CANARY in everything_written(old, AU)


def test_what_was_destroyed_is_shown_and_taken_in_no_more(old: UnitOfWork) -> None:
    retention.carry_out_purge(old, approved(old, "SATO", "TANAKA"))
    advisory = old.advisories.by_number(FIRST)
    assert advisory is not None
    assert advisory.is_purged
    desk = Desk(old)
    edited = cast.said(old, "TANAKA", f"#advisory [TLP:GREEN] {CANARY}", ts=advisory.source_ts)
    edited = replace(edited, edited_ts=after(old, 1))
    take_edit(old, edited)
    withdrawals.withdraw_advisory(old, cast.the(old, "TANAKA"), FIRST, "")
    desk.say_all()
    assert CANARY not in everything_written(old)
    assert FIRST in desk.words(cast.CANBERRA)


def test_a_purge_is_planned_anew_after_nothing_is_left(old: UnitOfWork) -> None:
    retention.carry_out_purge(old, approved(old, "SATO", "TANAKA"))
    assert retention.plan_purge(old, JP, DAYS).is_empty


@pytest.mark.parametrize("names", [(), ("SATO",), ("TANAKA",)])
def test_one_administrator_is_not_enough(old: UnitOfWork, names: tuple[str, ...]) -> None:
    code = approved(old, *names)
    for work in (retention.rehearse_purge, retention.carry_out_purge):
        with pytest.raises(errors.PurgeNotApproved):
            work(old, code)
    assert CANARY in everything_written(old)


def test_nobody_approves_twice_or_for_the_other_side_or_without_the_role(old: UnitOfWork) -> None:
    code = approved(old, "SATO")
    for name, refusal in (
        ("SATO", errors.PurgeApprovedAlready),
        ("WALSH", errors.PurgeNotFound),
        ("NGUYEN", errors.PurgeNotFound),
        ("SUZUKI", errors.RoleMissing),
    ):
        with pytest.raises(refusal):
            retention.approve_purge(old, cast.the(old, name), code)
    with pytest.raises(errors.PurgeNotApproved):
        retention.carry_out_purge(old, code)


def test_an_approval_counts_only_while_its_giver_is_an_administrator(old: UnitOfWork) -> None:
    code = approved(old, "SATO", "TANAKA")
    cast.enrol(old, "TANAKA", roles=["member"])
    with pytest.raises(errors.PurgeNotApproved):
        retention.carry_out_purge(old, code)
    cast.enrol(old, "SUZUKI", roles=["admin"])
    retention.approve_purge(old, cast.the(old, "SUZUKI"), code)
    retention.carry_out_purge(old, code)


def test_a_legal_hold_beats_a_purge_whenever_it_comes(old: UnitOfWork) -> None:
    for order in permutations(("hold", "SATO", "TANAKA")):
        code = retention.propose_purge(old, JP, DAYS)
        for step in order:
            if step == "hold":
                retention.hold_advisory(old, FIRST)
            else:
                retention.approve_purge(old, cast.the(old, step), code)
        with pytest.raises(errors.PurgeChanged):
            retention.carry_out_purge(old, code)
        retention.release_hold(old, FIRST)
    retention.hold_advisory(old, FIRST)
    retention.carry_out_purge(old, approved(old, "SATO", "TANAKA"))
    written = everything_written(old)
    assert f"{CANARY} two" in written
    assert f"{CANARY} reply" in written
    assert f"{CANARY} held" not in written
    assert [number for number, _ in old.retention.held()] == [FIRST]


def test_an_approval_binds_exactly_what_was_planned(old: UnitOfWork) -> None:
    code = approved(old, "SATO", "TANAKA")
    assert retention.rehearse_purge(old, code).counts["advisory"] == 1
    advisory = old.advisories.by_number(FIRST)
    assert advisory is not None
    withdrawals.withdraw_advisory(old, cast.the(old, "TANAKA"), FIRST, "")
    with pytest.raises(errors.PurgeChanged):
        retention.carry_out_purge(old, code)


def test_a_purge_is_carried_out_once_and_not_after_two_weeks(old: UnitOfWork) -> None:
    code = approved(old, "SATO", "TANAKA")
    late = UnitOfWork(old.connection, old.now + timedelta(days=15))
    with pytest.raises(errors.PurgeExpired):
        retention.carry_out_purge(late, code)
    retention.carry_out_purge(old, code.lower())
    with pytest.raises(errors.PurgeNotFound):
        retention.carry_out_purge(old, code)
