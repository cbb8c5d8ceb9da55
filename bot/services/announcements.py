"""From a row of the outbox to everything that has to be said, in the transaction that claims it.

Policy is asked again here: what was permitted when it was queued may no longer be when it is sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from bot.domain import policy
from bot.domain.advisories import Advisory, AdvisoryState, Route, RouteState
from bot.domain.agencies import Agency
from bot.domain.deliveries import Delivery, DeliveryState
from bot.domain.inert import split_text
from bot.domain.links import End, Link
from bot.domain.officials import Role
from bot.services.facts import (
    CopyFacts,
    Facts,
    HeldFacts,
    LinkFacts,
    NoteFacts,
    ReceiptFacts,
    ReleaseFacts,
    RouteFacts,
    StatusFacts,
)
from bot.services.ports import Outgoing
from bot.storage.unit_of_work import UnitOfWork

# Kinds of delivery: the word before the dot is the noun it belongs to.
COPY, SOURCE, STATUS = "advisory.copy", "advisory.source", "advisory.status"
RELEASE, HELD, NOTE, LINK = "advisory.release", "advisory.held", "note", "link.notice"

# A body longer than this is split over several messages, each with its own label and end mark.
PART_LENGTH = 9_000
MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")


class Withheld(Exception):
    """The delivery may not be sent any more; the reason is a word for the audit log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def compose(uow: UnitOfWork, delivery: Delivery) -> Outgoing:
    """Everything needed to say a delivery now; raises Withheld when it may not be said."""
    facts = COMPOSERS[delivery.kind](uow, delivery)
    target = uow.outbox.get(delivery.target) if delivery.target else None
    thread_ts, channel = delivery.thread_ts, delivery.channel
    if delivery.thread_of:
        parent = uow.outbox.get(delivery.thread_of)
        if parent.slack_ts is None:
            raise Withheld("parent_not_delivered")
        thread_ts = parent.slack_ts
    if target is not None:
        channel = target.posted_channel or target.channel
    return Outgoing(
        delivery,
        facts,
        thread_ts,
        target.slack_ts if target else None,
        channel,
        _language(uow, target or delivery),
    )


def parts_of(body: str) -> tuple[str, ...]:
    """The body cut into the messages it needs; one for nearly every advisory."""
    return split_text(body, PART_LENGTH) or ("",)


def _language(uow: UnitOfWork, delivery: Delivery) -> str:
    reader = uow.officials.find(delivery.team, delivery.user) if delivery.user else None
    return reader.language if reader else "auto"


def _copy(uow: UnitOfWork, delivery: Delivery) -> CopyFacts:
    advisory = uow.advisories.get(_required(delivery.advisory_id))
    link = uow.links.get(_required(delivery.link_id))
    route = uow.advisories.route(advisory.id, link.id)
    released = route is not None and route.decided_by is not None
    if delivery.target is None and (
        route is None or not policy.may_send(advisory, link, route.state, released=released)
    ):
        if route is not None and route.state is RouteState.QUEUED:
            uow.advisories.put_route(advisory.id, link.id, RouteState.WITHHELD)
            refresh_status(uow, advisory.id)
        raise Withheld("policy")
    return _copy_facts(uow, delivery, advisory)


def _source(uow: UnitOfWork, delivery: Delivery) -> CopyFacts:
    return _copy_facts(uow, delivery, uow.advisories.get(_required(delivery.advisory_id)))


def _copy_facts(uow: UnitOfWork, delivery: Delivery, advisory: Advisory) -> CopyFacts:
    if advisory.label is None or advisory.state is not AdvisoryState.ISSUED:
        raise Withheld("not_issued")
    parts = parts_of(advisory.body)
    part = int(str(delivery.facts.get("part", 1)))
    workspace = uow.workspaces.of_team(delivery.team)
    if workspace is None:
        raise Withheld("workspace")
    is_source = delivery.kind == SOURCE
    return CopyFacts(
        side=workspace.government,
        number=advisory.number,
        label=advisory.label,
        agency=_agency(uow, advisory.agency),
        author=advisory.author_name,
        posted_at=advisory.posted_at,
        tags=advisory.tags,
        title=advisory.title,
        body=parts[min(part, len(parts)) - 1],
        names=_names(uow, advisory),
        part=part,
        parts=len(parts),
        receipts=() if is_source else _receipts(uow, advisory.id),
        agencies_expected=0 if is_source else _expected(uow, advisory),
        acknowledgeable=not is_source and part == len(parts),
    )


def _status(uow: UnitOfWork, delivery: Delivery) -> StatusFacts:
    advisory = uow.advisories.get(_required(delivery.advisory_id))
    if advisory.label is None:
        raise Withheld("not_issued")
    routes, receipts = status_of(uow, advisory)
    return StatusFacts(
        side=advisory.government,
        number=advisory.number,
        label=advisory.label,
        routes=routes,
        receipts=receipts,
        agencies_expected=_expected(uow, advisory),
        files=advisory.files,
    )


def _release(uow: UnitOfWork, delivery: Delivery) -> ReleaseFacts:
    advisory = uow.advisories.get(_required(delivery.advisory_id))
    if advisory.label is None:
        raise Withheld("not_issued")
    routes = uow.advisories.routes(advisory.id)
    waiting = any(route.state is RouteState.AWAITING for route in routes)
    if delivery.target is None:
        reader = uow.officials.find(delivery.team, delivery.user or "")
        if not waiting or reader is None or not reader.has(Role.RELEASER):
            raise Withheld("nothing_to_release")
    return ReleaseFacts(
        side=advisory.government,
        number=advisory.number,
        label=advisory.label,
        agency=_agency(uow, advisory.agency),
        author=advisory.author_name,
        posted_at=advisory.posted_at,
        title=advisory.title,
        body=parts_of(advisory.body)[0],
        names=_names(uow, advisory),
        destinations=tuple(_route_facts(uow, advisory, route) for route in routes),
        decided=not waiting,
    )


def _held(uow: UnitOfWork, delivery: Delivery) -> HeldFacts:
    advisory = uow.advisories.get(_required(delivery.advisory_id))
    if advisory.state is not AdvisoryState.HELD:
        raise Withheld("no_longer_held")
    return HeldFacts(advisory.number, bool(delivery.facts.get("unknown_label")))


def _note(_uow: UnitOfWork, delivery: Delivery) -> NoteFacts:
    parameters = delivery.facts.get("parameters")
    if not isinstance(parameters, Mapping):
        parameters = {}
    return NoteFacts(str(delivery.facts["key"]), parameters)


def _link(uow: UnitOfWork, delivery: Delivery) -> LinkFacts:
    link = uow.links.get(_required(delivery.link_id))
    by = uow.officials.get(int(str(delivery.facts["by"])))
    here, there = _ends(link, delivery)
    far = there if here == link.near else here
    readers = delivery.facts.get("readers")
    return LinkFacts(
        side=here.government,
        change=str(delivery.facts["change"]),
        link=link,
        terms=link.terms,
        near=_agency(uow, link.near.agency),
        far=_agency(uow, far.agency if far else link.to_agency),
        by=by.name,
        by_agency=_agency(uow, by.agency),
        here=here,
        there=there,
        readers=tuple(str(name) for name in readers) if isinstance(readers, list) else (),
        more_readers=int(str(delivery.facts.get("more_readers", 0))),
        guests=int(str(delivery.facts.get("guests", 0))),
    )


COMPOSERS: Mapping[str, Callable[[UnitOfWork, Delivery], Facts]] = {
    COPY: _copy,
    SOURCE: _source,
    STATUS: _status,
    RELEASE: _release,
    HELD: _held,
    NOTE: _note,
    LINK: _link,
}


def refresh_status(uow: UnitOfWork, advisory_id: int) -> None:
    """The status card in the source's thread will show the newest facts."""
    for card in uow.outbox.of_advisory(advisory_id, STATUS):
        uow.outbox.refresh(card)


def refresh_everywhere(uow: UnitOfWork, advisory_id: int) -> None:
    """Status card and every delivered copy will show the newest facts."""
    refresh_status(uow, advisory_id)
    last_part = len(parts_of(uow.advisories.get(advisory_id).body))
    for copy in uow.outbox.of_advisory(advisory_id, COPY):
        if copy.state is DeliveryState.DELIVERED and copy.facts.get("part", 1) == last_part:
            uow.outbox.refresh(copy)


def status_of(
    uow: UnitOfWork, advisory: Advisory
) -> tuple[tuple[RouteFacts, ...], tuple[ReceiptFacts, ...]]:
    """What became of an advisory on each link, and who acknowledged it."""
    routes = tuple(_route_facts(uow, advisory, r) for r in uow.advisories.routes(advisory.id))
    return routes, _receipts(uow, advisory.id)


def _ends(link: Link, delivery: Delivery) -> tuple[End, End | None]:
    if link.far is not None and link.far.is_at(delivery.team, delivery.channel):
        return link.far, link.near
    return link.near, link.far


def _route_facts(uow: UnitOfWork, advisory: Advisory, route: Route) -> RouteFacts:
    link = uow.links.get(route.link_id)
    other = link.end_of(advisory.government.other)
    outcome, at = route.state.value, route.decided_at
    if route.state is RouteState.QUEUED:
        copies = [c for c in uow.outbox.of_advisory(advisory.id, COPY) if c.link_id == link.id]
        outcome, at = _copy_outcome(copies), copies[-1].delivered_at if copies else None
    by = uow.officials.get(route.decided_by).name if route.decided_by else None
    agency = _agency(uow, other.agency if other else link.to_agency)
    return RouteFacts(link.code, agency, outcome, at, by)


def _copy_outcome(copies: list[Delivery]) -> str:
    states = {copy.state for copy in copies}
    if states & {DeliveryState.PARKED, DeliveryState.DROPPED}:
        return "parked"
    return "delivered" if states == {DeliveryState.DELIVERED} else "queued"


def _receipts(uow: UnitOfWork, advisory_id: int) -> tuple[ReceiptFacts, ...]:
    return tuple(
        ReceiptFacts(_agency(uow, receipt.agency), receipt.name, receipt.at)
        for receipt in uow.advisories.receipts(advisory_id)
    )


def _expected(uow: UnitOfWork, advisory: Advisory) -> int:
    readers = uow.officials.of(advisory.government.other)
    return len({reader.agency for reader in readers if reader.may_speak})


def _names(uow: UnitOfWork, advisory: Advisory) -> dict[str, str]:
    mentioned = set(MENTION.findall(advisory.body)) | set(MENTION.findall(advisory.title))
    found = ((user, uow.officials.find(advisory.team, user)) for user in sorted(mentioned))
    return {user: official.name for user, official in found if official is not None}


def _agency(uow: UnitOfWork, code: str) -> Agency:
    agency = uow.agencies.get(code)
    if agency is None:
        raise Withheld("agency")
    return agency


def _required(value: int | None) -> int:
    if value is None:
        raise Withheld("incomplete")
    return value
