"""Destroying what is old enough: planned by an operator, approved by two administrators, then done.

The side whose data it is decides, by two of its own administrators, on exactly what was planned. A
legal hold beats everything. Content goes; numbers, states, receipts and the audit log stay.
"""

from __future__ import annotations

from bot import errors
from bot.domain.advisories import Advisory
from bot.domain.approvals import counted
from bot.domain.officials import Government, Official
from bot.domain.policy_table import TWO_ADMINS
from bot.domain.retention import PurgePlan, Schedule
from bot.domain.rights import Act
from bot.services.access import require_right
from bot.services.numbers import draw
from bot.storage.audit import Operator
from bot.storage.kept import PurgeRow
from bot.storage.unit_of_work import UnitOfWork


def plan_purge(uow: UnitOfWork, side: Government, days: Schedule) -> PurgePlan:
    """What would be destroyed of one side now; changes nothing."""
    return uow.retention.plan(side, days, uow.now)


def propose_purge(uow: UnitOfWork, side: Government, days: Schedule) -> str:
    """Puts a plan up for approval; returns its code."""
    plan = plan_purge(uow, side, days)
    code = draw("PRG", lambda code: uow.retention.proposed(code) is not None)
    uow.retention.propose(code, plan, days)
    uow.audit.record(Operator(side), "retention.propose", code, digest=plan.digest, **plan.counts)
    return code


def approve_purge(uow: UnitOfWork, actor: Official, code: str) -> PurgeRow:
    """An administrator of the side agrees; once each. Returns the purge as it then stands."""
    require_right(uow, actor, Act.PURGE)
    purge = _open_purge(uow, code)
    if purge.government != actor.government:
        raise errors.PurgeNotFound(code=code)
    if any(actor.is_same_person(uow.officials.get(one)) for one in purge.approved_by):
        raise errors.PurgeApprovedAlready(code=purge.code)
    uow.retention.approve(purge.code, actor.id)
    uow.audit.record(actor, "retention.approve", purge.code, digest=purge.digest)
    return _open_purge(uow, code)


def rehearse_purge(uow: UnitOfWork, code: str) -> PurgePlan:
    """What carrying it out would destroy; raises what that would raise, changes nothing."""
    _, plan, _ = _approved_plan(uow, code)
    return plan


def carry_out_purge(uow: UnitOfWork, code: str) -> PurgePlan:
    """Destroys what was approved, and nothing else.

    Raises PurgeNotApproved unless two people approved who are administrators of that side now,
    PurgeChanged when something is held, gone or changed since, PurgeExpired after two weeks.
    """
    purge, plan, approved = _approved_plan(uow, code)
    uow.retention.destroy(plan)
    uow.retention.finish(purge.code)
    uow.audit.record(
        Operator(purge.government),
        "retention.purge",
        purge.code,
        digest=plan.digest,
        approved_by=[_principal(uow, one) for one in approved],
        **plan.counts,
    )
    return plan


def hold_advisory(uow: UnitOfWork, number: str) -> None:
    """Forbids to destroy an advisory, whatever was approved. Raises AlreadyHeld."""
    advisory = _advisory(uow, number)
    if not uow.retention.hold(advisory.id):
        raise errors.AlreadyHeld(number=number)
    uow.audit.record(Operator(advisory.government), "retention.hold", number)


def release_hold(uow: UnitOfWork, number: str) -> None:
    """Takes a legal hold back. Raises NotUnderHold."""
    advisory = _advisory(uow, number)
    if not uow.retention.release(advisory.id):
        raise errors.NotUnderHold(number=number)
    uow.audit.record(Operator(advisory.government), "retention.release", number)


def _advisory(uow: UnitOfWork, number: str) -> Advisory:
    advisory = uow.advisories.by_number(number)
    if advisory is None:
        raise errors.AdvisoryNotFound(number=number)
    return advisory


def _open_purge(uow: UnitOfWork, code: str) -> PurgeRow:
    purge = uow.retention.proposed(code.strip().upper())
    if purge is None or purge.done_at is not None:
        raise errors.PurgeNotFound(code=code)
    if PurgePlan(purge.government, purge.planned_at, {}).has_expired(uow.now):
        raise errors.PurgeExpired(code=purge.code)
    return purge


def _approved_plan(uow: UnitOfWork, code: str) -> tuple[PurgeRow, PurgePlan, list[int]]:
    purge = _open_purge(uow, code)
    roster = uow.officials.of(purge.government)
    agreed = [one for one in roster if one.id in purge.approved_by]
    approved = [one.id for one in counted(TWO_ADMINS, agreed, purge.government)]
    if len(approved) < TWO_ADMINS.people:
        raise errors.PurgeNotApproved(
            code=purge.code, approved=len(approved), needed=TWO_ADMINS.people
        )
    plan = uow.retention.plan(purge.government, purge.days, purge.planned_at)
    if plan.digest != purge.digest:
        raise errors.PurgeChanged(code=purge.code)
    return purge, plan, approved


def _principal(uow: UnitOfWork, official_id: int) -> str:
    official = uow.officials.get(official_id)
    return f"{official.team}/{official.user}"
