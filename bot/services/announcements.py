"""From a row of the outbox to everything that has to be said, in the transaction that claims it.

Policy is asked again here: what was permitted when it was queued may no longer be when it is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from bot.domain import policy
from bot.domain.advisories import Advisory, AdvisoryState, Route, RouteState, ThreadReply
from bot.domain.changes import changed_lines
from bot.domain.deliveries import Delivery
from bot.domain.links import End, Link
from bot.domain.officials import Government, Role
from bot.services.cards import (
    agencies_expected,
    agency_of,
    is_shown,
    names_in,
    receipts_of,
    refresh_status,
    route_facts,
    status_of,
)
from bot.services.facts import (
    ChangeFacts,
    CopyFacts,
    Facts,
    HeldFacts,
    LinkFacts,
    NoteFacts,
    NothingFacts,
    ReleaseFacts,
    ReplyFacts,
    StatusFacts,
    TombstoneFacts,
)
from bot.services.kinds import (
    CHANGE,
    COPY,
    HELD,
    LINK,
    NOTE,
    RELEASE,
    REPLY,
    SOURCE,
    STATUS,
    Withheld,
    digest_of,
    parts_of,
)
from bot.services.ports import Outgoing
from bot.storage.unit_of_work import UnitOfWork

# A copy queued this long after its source was posted says so.
LATE = timedelta(minutes=10)


def compose(uow: UnitOfWork, delivery: Delivery) -> Outgoing:
    """Everything needed to say a delivery now; raises Withheld when it may not be said."""
    return _address(uow, delivery, COMPOSERS[delivery.kind](uow, delivery))


def look_up(uow: UnitOfWork, delivery: Delivery, reason: str) -> Outgoing:
    """Everything needed to find what may not be said any more, should it stand already."""
    return _address(uow, delivery, NothingFacts(reason))


def _address(uow: UnitOfWork, delivery: Delivery, facts: Facts) -> Outgoing:
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


def _language(uow: UnitOfWork, delivery: Delivery) -> str:
    reader = uow.officials.find(delivery.team, delivery.user) if delivery.user else None
    return reader.language if reader else "auto"


def _copy(uow: UnitOfWork, delivery: Delivery) -> CopyFacts | TombstoneFacts:
    advisory = uow.advisories.get(_required(delivery.advisory_id))
    link = uow.links.get(_required(delivery.link_id))
    route = uow.advisories.route(advisory.id, link.id)
    if route is None:
        raise Withheld("policy")
    if delivery.target is None:
        _require_sendable(uow, advisory, link, route)
    elif not is_shown(uow, delivery, advisory):
        return _tombstone(uow, delivery, advisory)
    return _copy_facts(uow, delivery, advisory, _revision_to_show(uow, delivery, link, route))


def _revision_to_show(uow: UnitOfWork, delivery: Delivery, link: Link, route: Route) -> int:
    """The newest text permitted; over a link that carries nothing now, what stands already."""
    target = uow.outbox.get(delivery.target) if delivery.target else None
    advisory = uow.advisories.get(route.advisory_id)
    if target is None or policy.carries(advisory, link):
        return route.revision
    # After a crash nobody knows: then what was permitted last, never what nobody has released.
    revision = (target.shown or "").partition("/")[0]
    return int(revision) if revision.isdigit() else route.revision


def _require_sendable(uow: UnitOfWork, advisory: Advisory, link: Link, route: Route) -> None:
    released = route.decided_by is not None
    if policy.may_send(advisory, link, route.state, released=released):
        return
    if route.state is RouteState.QUEUED and advisory.state is AdvisoryState.ISSUED:
        uow.advisories.put_route(advisory.id, link.id, RouteState.WITHHELD)
        refresh_status(uow, advisory.id)
    raise Withheld("policy" if advisory.state is AdvisoryState.ISSUED else advisory.state.value)


def _tombstone(uow: UnitOfWork, delivery: Delivery, advisory: Advisory) -> TombstoneFacts:
    if advisory.label is None:
        raise Withheld("not_issued")
    withdrawn = advisory.state is AdvisoryState.WITHDRAWN
    return TombstoneFacts(
        side=_side(uow, delivery),
        why="withdrawn" if withdrawn else "recalled",
        number=advisory.number,
        label=advisory.label,
        agency=agency_of(uow, advisory.agency),
        at=advisory.changed_at or uow.now,
        reason=advisory.reason,
    )


def _source(uow: UnitOfWork, delivery: Delivery) -> CopyFacts | TombstoneFacts:
    advisory = uow.advisories.get(_required(delivery.advisory_id))
    if advisory.state is AdvisoryState.WITHDRAWN and delivery.target is not None:
        return _tombstone(uow, delivery, advisory)
    return _copy_facts(uow, delivery, advisory, advisory.revision)


def _copy_facts(
    uow: UnitOfWork, delivery: Delivery, advisory: Advisory, revision: int
) -> CopyFacts:
    if advisory.label is None or not advisory.is_out:
        raise Withheld("not_issued")
    body = uow.advisories.body_of(advisory, revision)
    parts = parts_of(body)
    part = int(str(delivery.facts.get("part", 1)))
    is_source = delivery.kind == SOURCE
    return CopyFacts(
        side=_side(uow, delivery),
        number=advisory.number,
        label=advisory.label,
        agency=agency_of(uow, advisory.agency),
        author=advisory.author_name,
        posted_at=advisory.posted_at,
        tags=advisory.tags,
        title=advisory.title,
        body=parts[part - 1] if part <= len(parts) else "",
        names=names_in(uow, advisory.team, advisory.title + body),
        part=part,
        parts=max(len(parts), part),
        receipts=() if is_source else receipts_of(uow, advisory.id),
        agencies_expected=0 if is_source else agencies_expected(uow, advisory),
        acknowledgeable=not is_source and part >= len(parts),
        revision=revision,
        changed_at=advisory.changed_at if revision > 1 else None,
        is_late=_is_late(uow, delivery, advisory),
        superseded_by=advisory.superseded_by,
    )


def _is_late(uow: UnitOfWork, delivery: Delivery, advisory: Advisory) -> bool:
    """Whether the bot heard of it late; a releaser's or an author's time to think is not meant."""
    if delivery.created_at - advisory.posted_at <= LATE:
        return False
    first = uow.outbox.of_advisory(advisory.id, HELD, STATUS, COPY)
    return bool(first) and first[0].created_at - advisory.posted_at > LATE


def _change(uow: UnitOfWork, delivery: Delivery) -> ChangeFacts:
    advisory = uow.advisories.get(_required(delivery.advisory_id))
    if advisory.label is None:
        raise Withheld("not_issued")
    change, revision = str(delivery.facts["change"]), int(str(delivery.facts["revision"]))
    # A text that was withdrawn meanwhile must not come back by way of its own change note.
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    more = 0
    shown = is_shown(uow, delivery, advisory)
    link = uow.links.get(delivery.link_id) if delivery.link_id else None
    may_tell = shown and link is not None and policy.carries(advisory, link)
    if change == "revised" and delivery.target is None and not may_tell:
        raise Withheld("no_longer_shown")
    if change == "revised" and shown:
        before = uow.advisories.body_of(advisory, int(str(delivery.facts["before"])))
        removed, added, more = changed_lines(before, uow.advisories.body_of(advisory, revision))
    receipts = receipts_of(uow, advisory.id)
    return ChangeFacts(
        side=_side(uow, delivery),
        number=advisory.number,
        label=advisory.label,
        change=change,
        revision=revision,
        removed=removed,
        added=added,
        more=more,
        acknowledged_by=tuple(receipt.agency for receipt in receipts),
        detail=advisory.superseded_by if change == "superseded" else advisory.reason,
    )


def _reply(uow: UnitOfWork, delivery: Delivery) -> ReplyFacts | TombstoneFacts:
    advisory = uow.advisories.get(_required(delivery.advisory_id))
    reply = uow.advisories.get_reply(int(str(delivery.facts["reply"])))
    author = uow.officials.get(reply.author_id)
    gone = reply.is_deleted or not advisory.is_out
    if advisory.label is None or (gone and delivery.target is None):
        raise Withheld("reply_gone")
    if delivery.target is None and delivery.link_id is not None:
        link = uow.links.get(delivery.link_id)
        leads_there = any(to.is_at(delivery.team, delivery.channel) for _, to in link.routes())
        if not leads_there or not policy.may_reply(advisory, link):
            raise Withheld("policy")
        if not is_shown(uow, delivery, advisory):
            raise Withheld("no_longer_shown")
    if not is_shown(uow, delivery, advisory):
        return _tombstone(uow, delivery, advisory)
    if not reply.is_deleted and not _may_change(uow, delivery, advisory, reply):
        raise Withheld("policy")
    if reply.is_deleted:
        return TombstoneFacts(
            side=_side(uow, delivery),
            why="reply_deleted",
            number=advisory.number,
            label=advisory.label,
            agency=agency_of(uow, author.agency),
            at=uow.now,
            reason="",
        )
    return ReplyFacts(
        side=_side(uow, delivery),
        number=advisory.number,
        label=advisory.label,
        agency=agency_of(uow, author.agency),
        author=author.name,
        body=reply.body,
        names=names_in(uow, reply.team, reply.body),
    )


def _may_change(
    uow: UnitOfWork, delivery: Delivery, advisory: Advisory, reply: ThreadReply
) -> bool:
    """An edited reply is new text: over a link that carries nothing now it stays as it was.

    The text that stands already may always take on the tighter label.
    """
    if delivery.target is None or delivery.link_id is None:
        return True
    shown = uow.outbox.get(delivery.target).shown or ""
    same = shown.partition("/")[0] == digest_of(reply.body)
    return same or policy.may_reply(advisory, uow.links.get(delivery.link_id))


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
        agencies_expected=agencies_expected(uow, advisory),
        files=advisory.files,
        revision=advisory.revision,
        state=advisory.state.value,
        reason=advisory.reason,
        superseded_by=advisory.superseded_by,
    )


def _release(uow: UnitOfWork, delivery: Delivery) -> ReleaseFacts:
    advisory = uow.advisories.get(_required(delivery.advisory_id))
    if advisory.label is None:
        raise Withheld("not_issued")
    routes = uow.advisories.routes(advisory.id)
    waiting = any(route.state is RouteState.AWAITING for route in routes)
    parts = parts_of(advisory.body)
    part = int(str(delivery.facts.get("part", 1)))
    if delivery.target is None:
        reader = uow.officials.find(delivery.team, delivery.user or "")
        if not waiting or reader is None or not reader.has(Role.RELEASER):
            raise Withheld("nothing_to_release")
    return ReleaseFacts(
        side=advisory.government,
        number=advisory.number,
        label=advisory.label,
        agency=agency_of(uow, advisory.agency),
        author=advisory.author_name,
        posted_at=advisory.posted_at,
        title=advisory.title,
        body=parts[part - 1] if part <= len(parts) else "",
        part=part,
        parts=max(part, len(parts)),
        revision=advisory.revision,
        names=names_in(uow, advisory.team, advisory.title + advisory.body),
        destinations=tuple(route_facts(uow, advisory, route) for route in routes),
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
        near=agency_of(uow, link.near.agency),
        far=agency_of(uow, far.agency if far else link.to_agency),
        by=by.name,
        by_agency=agency_of(uow, by.agency),
        here=here,
        there=there,
        readers=tuple(str(name) for name in readers) if isinstance(readers, list) else (),
        more_readers=int(str(delivery.facts.get("more_readers", 0))),
        guests=int(str(delivery.facts.get("guests", 0))),
        unchecked=int(str(delivery.facts.get("unchecked", 0))),
    )


COMPOSERS: Mapping[str, Callable[[UnitOfWork, Delivery], Facts]] = {
    COPY: _copy,
    SOURCE: _source,
    STATUS: _status,
    CHANGE: _change,
    REPLY: _reply,
    RELEASE: _release,
    HELD: _held,
    NOTE: _note,
    LINK: _link,
}


def _ends(link: Link, delivery: Delivery) -> tuple[End, End | None]:
    if link.far is not None and link.far.is_at(delivery.team, delivery.channel):
        return link.far, link.near
    return link.near, link.far


def _side(uow: UnitOfWork, delivery: Delivery) -> Government:
    workspace = uow.workspaces.of_team(delivery.team)
    if workspace is None:
        raise Withheld("workspace")
    return workspace.government


def _required(value: int | None) -> int:
    if value is None:
        raise Withheld("incomplete")
    return value
