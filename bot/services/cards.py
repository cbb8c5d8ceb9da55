"""What is known about an advisory's whereabouts, and the cards that show it."""

from __future__ import annotations

from bot.domain import policy
from bot.domain.advisories import Advisory, AdvisoryState, Barrier, Route, RouteState
from bot.domain.agencies import Agency
from bot.domain.deliveries import ROUTINE, Delivery, DeliveryState
from bot.services.facts import ReceiptFacts, RouteFacts
from bot.services.kinds import COPY, FILE, MENTION, STATUS, TOMBSTONE, Withheld
from bot.services.releasability import may_read
from bot.storage.unit_of_work import UnitOfWork


def refresh_status(uow: UnitOfWork, advisory_id: int) -> None:
    """The status card in the source's thread will show the newest facts."""
    for card in uow.outbox.of_advisory(advisory_id, STATUS):
        uow.outbox.refresh(card)


def refresh_receipts(uow: UnitOfWork, advisory_id: int) -> None:
    """Status card and the last part of every copy will show the newest receipts."""
    refresh_status(uow, advisory_id)
    last_of_link: dict[int | None, Delivery] = {}
    for copy in uow.outbox.of_advisory(advisory_id, COPY):
        last_of_link[copy.link_id] = copy
    for copy in last_of_link.values():
        uow.outbox.refresh(copy)


def refresh_copies(
    uow: UnitOfWork, advisory_id: int, link_id: int | None = None, priority: int = ROUTINE
) -> None:
    """Every copy (of one link, when named) will show the newest text or tombstone."""
    for copy in uow.outbox.of_advisory(advisory_id, COPY):
        if link_id in (None, copy.link_id):
            uow.outbox.refresh(copy, priority)


def first_copies(
    uow: UnitOfWork, advisory: Advisory, link_id: int | None = None
) -> tuple[Delivery, ...]:
    """The first part of every delivered copy: the head of its thread."""
    return tuple(
        copy
        for copy in uow.outbox.of_advisory(advisory.id, COPY)
        if copy.state is DeliveryState.DELIVERED
        and copy.facts.get("part", 1) == 1
        and link_id in (None, copy.link_id)
    )


def is_shown(uow: UnitOfWork, delivery: Delivery, advisory: Advisory) -> bool:
    """Whether the text may still be read where a delivery goes; at its source always."""
    if not advisory.is_out or delivery.link_id is None or delivery.team == advisory.team:
        return advisory.is_out
    route = uow.advisories.route(advisory.id, delivery.link_id)
    if route is None or route.state is RouteState.RECALLED:
        return False
    # Taken back once, it comes back when it is released.
    waits = route.state is RouteState.AWAITING
    return not waits or not is_taken_back(uow, advisory, delivery.link_id)


def is_taken_back(uow: UnitOfWork, advisory: Advisory, link_id: int) -> bool:
    """Whether the copy on a link shows that it was taken back."""
    copies = uow.outbox.of_advisory(advisory.id, COPY)
    return any(copy.link_id == link_id and copy.shown == TOMBSTONE for copy in copies)


def has_left(uow: UnitOfWork, advisory: Advisory, link_id: int) -> bool:
    """Whether anything of the copy on a link was ever there, or may be."""
    copies = [one for one in uow.outbox.of_advisory(advisory.id, COPY) if one.link_id == link_id]
    return any(copy.slack_ts or copy.may_stand for copy in copies)


def stands_nowhere(uow: UnitOfWork, advisory: Advisory, link_id: int) -> bool:
    """Whether it is certain that no part of the copy on a link can be read."""
    copies = [one for one in uow.outbox.of_advisory(advisory.id, COPY) if one.link_id == link_id]
    return all(
        not copy.may_stand and (copy.slack_ts is None or copy.shown == TOMBSTONE) for copy in copies
    )


def copies_on(uow: UnitOfWork, advisory: Advisory, link_id: int) -> list[Delivery]:
    """The parts of the copy on one link; of a part that was withheld and sent anew, the newer."""
    newest = {
        copy.facts.get("part", 1): copy
        for copy in uow.outbox.of_advisory(advisory.id, COPY)
        if copy.link_id == link_id
    }
    return list(newest.values())


def status_of(
    uow: UnitOfWork, advisory: Advisory
) -> tuple[tuple[RouteFacts, ...], tuple[ReceiptFacts, ...]]:
    """What became of an advisory on each link, and who acknowledged it."""
    routes = tuple(route_facts(uow, advisory, r) for r in uow.advisories.routes(advisory.id))
    return routes, receipts_of(uow, advisory.id)


def route_facts(uow: UnitOfWork, advisory: Advisory, route: Route) -> RouteFacts:
    """What became of an advisory on one link."""
    link = uow.links.get(route.link_id)
    other = link.end_of(advisory.government.other)
    outcome, at = route.state.value, route.decided_at
    if route.state is RouteState.TOO_RESTRICTED:
        outcome = (policy.barrier(advisory, link) or Barrier.ABOVE_CEILING).value
    if route.state is RouteState.QUEUED:
        copies = copies_on(uow, advisory, link.id)
        outcome, at = _copy_outcome(copies), copies[-1].delivered_at if copies else None
    if advisory.state is AdvisoryState.WITHDRAWN or route.state is RouteState.RECALLED:
        outcome = _recall_outcome(uow, advisory, link.id)
    by = uow.officials.get(route.decided_by).name if route.decided_by else None
    agency = agency_of(uow, other.agency if other else link.to_agency)
    return RouteFacts(link.code, agency, outcome, at, by)


def receipts_of(uow: UnitOfWork, advisory_id: int) -> tuple[ReceiptFacts, ...]:
    """Who acknowledged, in order of time."""
    return tuple(
        ReceiptFacts(agency_of(uow, receipt.agency), receipt.name, receipt.at)
        for receipt in uow.advisories.receipts(advisory_id)
    )


def agencies_expected(uow: UnitOfWork, advisory: Advisory) -> frozenset[str]:
    """The agencies of the other side that could acknowledge."""
    readers = uow.officials.of(advisory.government.other)
    return frozenset(one.agency for one in readers if one.may_speak and may_read(advisory, one))


def names_in(uow: UnitOfWork, team: str, text: str) -> dict[str, str]:
    """The names of the enrolled officials a text mentions, by user id."""
    mentioned = sorted(set(MENTION.findall(text)))
    found = ((user, uow.officials.find(team, user)) for user in mentioned)
    return {user: official.name for user, official in found if official is not None}


def agency_of(uow: UnitOfWork, code: str) -> Agency:
    """The agency of that code; a delivery without it is withheld."""
    agency = uow.agencies.get(code)
    if agency is None:
        raise Withheld("agency")
    return agency


def _copy_outcome(copies: list[Delivery]) -> str:
    if any(copy.shown == TOMBSTONE for copy in copies):
        # It is to come back, and has not yet.
        return "recalled"
    states = {copy.state for copy in copies}
    if states & {DeliveryState.PARKED, DeliveryState.DROPPED}:
        return "parked"
    if DeliveryState.WITHHELD in states:
        return "withheld"
    return "delivered" if states == {DeliveryState.DELIVERED} else "queued"


def _recall_outcome(uow: UnitOfWork, advisory: Advisory, link_id: int) -> str:
    """A withdrawal is never called done while one copy still shows the text, or one file stands."""
    sent = uow.outbox.of_advisory(advisory.id, COPY, FILE)
    copies = [one for one in sent if one.link_id == link_id]
    if any(copy.may_stand for copy in copies):
        return "recalling"
    standing = [c for c in copies if c.slack_ts and c.shown != TOMBSTONE]
    if not standing:
        return "recalled" if any(copy.slack_ts for copy in copies) else "never_sent"
    undone = {DeliveryState.WAITING, DeliveryState.SENDING}
    coming = [
        any(update.state in undone for update in uow.outbox.undone_updates(copy.id))
        for copy in standing
    ]
    return "recalling" if all(coming) else "parked"
