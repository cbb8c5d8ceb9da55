"""What follows from how a delivery ended: cards brought up to date, people told."""

from __future__ import annotations

from bot.domain import policy
from bot.domain.advisories import Advisory, RouteState
from bot.domain.deliveries import URGENT, Delivery
from bot.domain.officials import Role
from bot.services.cards import refresh_status
from bot.services.kinds import CHANGE, COPY, NOTE, REPLY, SOURCE
from bot.services.notes import tell_directly
from bot.services.ports import Posted
from bot.storage.unit_of_work import UnitOfWork


def note_delivered(uow: UnitOfWork, delivery: Delivery, posted: Posted) -> None:
    """A copy that arrived shows on the status card; a typed advisory now has a source message."""
    if delivery.advisory_id is None:
        return
    if delivery.kind in (COPY, REPLY, CHANGE):
        _follow_change(uow, delivery, delivery.advisory_id)
    if delivery.target is not None:
        return
    if delivery.kind == SOURCE and posted.ts is not None:
        uow.advisories.note_source(delivery.advisory_id, posted.ts)


def _follow_change(uow: UnitOfWork, delivery: Delivery, advisory_id: int) -> None:
    advisory, sent = uow.advisories.get(advisory_id), uow.outbox.get(delivery.id)
    if delivery.kind == COPY and (delivery.target is None or not advisory.is_out):
        refresh_status(uow, advisory_id)
    if delivery.kind == COPY and delivery.target is None:
        _keep_route_open(uow, advisory, delivery)
    # What was composed before a change arrived after it: it is brought up to date at once. What was
    # looked for and found may be what any attempt since the first one said.
    began, changed = sent.first_attempt_at, advisory.changed_at
    if began and changed and changed >= began:
        shown = uow.outbox.get(delivery.target) if delivery.target else sent
        uow.outbox.refresh(shown, URGENT)


def _keep_route_open(uow: UnitOfWork, advisory: Advisory, copy: Delivery) -> None:
    """A copy that was found standing after all is followed like any other."""
    route = uow.advisories.route(advisory.id, copy.link_id or 0)
    if route is None or route.state not in (RouteState.WITHHELD, RouteState.KEPT_BACK):
        return
    fits = policy.is_below_ceiling(advisory.label, uow.links.get(route.link_id))
    state = RouteState.QUEUED if fits else RouteState.RECALLED
    uow.advisories.put_route(advisory.id, route.link_id, state, at=uow.now)
    uow.outbox.refresh(uow.outbox.get(copy.id), URGENT)


def note_parked(uow: UnitOfWork, delivery: Delivery, reason: str) -> None:
    """Slack refused it for good: the log has it, the card shows it, the side's admins are told."""
    workspace = uow.workspaces.of_team(delivery.team)
    if workspace is None:
        return
    uow.audit.record(
        workspace.government,
        "delivery.park",
        delivery.key,
        kind=delivery.kind,
        channel=delivery.channel,
        reason=reason,
    )
    if delivery.kind == COPY and delivery.advisory_id is not None and delivery.target is None:
        refresh_status(uow, delivery.advisory_id)
    if delivery.kind == NOTE:
        return
    for admin in uow.officials.of(workspace.government, Role.ADMIN):
        tell_directly(
            uow,
            admin,
            "deliveries.parked",
            id=delivery.id,
            channel=delivery.channel,
            reason=reason,
        )


def note_withheld(uow: UnitOfWork, delivery: Delivery, reason: str) -> None:
    """Policy no longer permitted it: the log has it, and the card where it mattered."""
    if delivery.kind == COPY and delivery.advisory_id is not None:
        refresh_status(uow, delivery.advisory_id)
    workspace = uow.workspaces.of_team(delivery.team)
    if workspace is not None and reason == "policy":
        uow.audit.record(
            workspace.government, "delivery.withhold", delivery.key, kind=delivery.kind
        )
