"""What readers are shown of an advisory: copies, changes, replies, and the tombstones after them.

Policy is asked again here, in the transaction that claims the send.
"""

from __future__ import annotations

from datetime import timedelta

from bot.domain import policy
from bot.domain.advisories import Advisory, AdvisoryState, Route, RouteState
from bot.domain.changes import changed_lines
from bot.domain.deliveries import Delivery
from bot.domain.links import Link
from bot.services.awaiting import is_released, may_update, revision_to_show
from bot.services.cards import (
    agencies_expected,
    agency_of,
    is_shown,
    names_in,
    receipts_of,
    refresh_status,
)
from bot.services.composing import Composers, required, side_of
from bot.services.facts import ChangeFacts, CopyFacts, FilesFacts, ReplyFacts, TombstoneFacts
from bot.services.file_facts import files_facts
from bot.services.issuing import ask_releasers
from bot.services.kinds import (
    CHANGE,
    COPY,
    HELD,
    REPLY,
    SOURCE,
    STATUS,
    STOPPED,
    TOMBSTONE,
    Withheld,
    parts_of,
)
from bot.services.mirrored import Showing, as_replied, is_reply_shown, showing_of
from bot.storage.unit_of_work import UnitOfWork

# A copy queued this long after its source was posted says so.
LATE = timedelta(minutes=10)


def _copy(uow: UnitOfWork, delivery: Delivery) -> CopyFacts | TombstoneFacts:
    advisory = uow.advisories.get(required(delivery.advisory_id))
    link = uow.links.get(required(delivery.link_id))
    route = uow.advisories.route(advisory.id, link.id)
    if route is None:
        raise Withheld("policy")
    if delivery.target is None:
        _require_sendable(uow, advisory, link, route)
    elif not is_shown(uow, delivery, advisory):
        return _tombstone(uow, delivery, advisory)
    elif uow.outbox.get(delivery.target).shown == TOMBSTONE:
        _require_back(uow, advisory, link, route)
    return _copy_facts(uow, delivery, advisory, _revision_to_show(uow, delivery, link, route))


def _revision_to_show(uow: UnitOfWork, delivery: Delivery, link: Link, route: Route) -> int:
    target = uow.outbox.get(delivery.target) if delivery.target else None
    if target is None:
        return route.revision
    advisory = uow.advisories.get(route.advisory_id)
    return revision_to_show(uow, advisory, link, route, target.shown)


def _require_sendable(uow: UnitOfWork, advisory: Advisory, link: Link, route: Route) -> None:
    released = is_released(uow, advisory, link, route)
    if policy.may_send(advisory, link, route.state, released=released):
        return
    if route.state is RouteState.QUEUED and advisory.state is AdvisoryState.ISSUED:
        # Whoever let it go may have left since: then two who may are asked anew.
        asks = policy.first_state(advisory, link) is RouteState.AWAITING
        state = RouteState.AWAITING if asks else RouteState.WITHHELD
        uow.advisories.put_route(advisory.id, link.id, state)
        refresh_status(uow, advisory.id)
        ask_releasers(uow, advisory)
    raise Withheld("policy" if advisory.state is AdvisoryState.ISSUED else advisory.state.value)


def _require_back(uow: UnitOfWork, advisory: Advisory, link: Link, route: Route) -> None:
    """Readers had it no longer: it comes back only where it might be sent anew."""
    if may_update(uow, advisory, link, route):
        return
    if link.is_live and not policy.carries(advisory, link):
        # It is tried again once the link flows.
        raise Withheld(STOPPED)
    _require_sendable(uow, advisory, link, route)


def _tombstone(uow: UnitOfWork, delivery: Delivery, advisory: Advisory) -> TombstoneFacts:
    if advisory.label is None:
        raise Withheld("not_issued")
    withdrawn = advisory.state is AdvisoryState.WITHDRAWN
    return TombstoneFacts(
        side=side_of(uow, delivery),
        why="withdrawn" if withdrawn else "recalled",
        number=advisory.number,
        label=advisory.label,
        agency=agency_of(uow, advisory.agency),
        at=advisory.changed_at or uow.now,
        reason=advisory.reason,
    )


def _source(uow: UnitOfWork, delivery: Delivery) -> CopyFacts | TombstoneFacts:
    advisory = uow.advisories.get(required(delivery.advisory_id))
    if advisory.state is AdvisoryState.WITHDRAWN and delivery.target is not None:
        return _tombstone(uow, delivery, advisory)
    return _copy_facts(uow, delivery, advisory, advisory.revision)


def _copy_facts(
    uow: UnitOfWork, delivery: Delivery, advisory: Advisory, revision: int
) -> CopyFacts:
    if advisory.label is None or not advisory.is_out or advisory.is_purged:
        raise Withheld("not_issued")
    body = uow.advisories.body_of(advisory, revision)
    parts = parts_of(body)
    part = int(str(delivery.facts.get("part", 1)))
    is_source = delivery.kind == SOURCE
    return CopyFacts(
        side=side_of(uow, delivery),
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
        agencies_expected=0 if is_source else len(agencies_expected(uow, advisory)),
        acknowledgeable=not is_source and part >= len(parts),
        revision=revision,
        changed_at=advisory.changed_at if revision > 1 else None,
        is_late=_is_late(uow, delivery, advisory),
        superseded_by=advisory.superseded_by,
        files=_files(uow, delivery, advisory, revision) if part >= len(parts) else None,
        releasable=advisory.releasable,
    )


def _files(
    uow: UnitOfWork, delivery: Delivery, advisory: Advisory, revision: int
) -> FilesFacts | None:
    """At its source an advisory has its files beside it: nothing has to be said of them."""
    if delivery.kind == SOURCE:
        return None
    return files_facts(uow, advisory, delivery, revision)


def _is_late(uow: UnitOfWork, delivery: Delivery, advisory: Advisory) -> bool:
    """Whether the bot heard of it late; a releaser's or an author's time to think is not meant."""
    if delivery.created_at - advisory.posted_at <= LATE:
        return False
    first = uow.outbox.of_advisory(advisory.id, HELD, STATUS, COPY)
    return bool(first) and first[0].created_at - advisory.posted_at > LATE


def _change(uow: UnitOfWork, delivery: Delivery) -> ChangeFacts:
    advisory = uow.advisories.get(required(delivery.advisory_id))
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
    if change == "revised" and link is not None and delivery.target is None:
        _require_shown_there(uow, delivery, advisory, link, revision)
    before = int(str(delivery.facts["before"]))
    # Whoever relaxed the label agreed to the newest text: earlier lines keep theirs, unquoted.
    is_quotable = uow.advisories.strictest_since(advisory, before) is advisory.label
    if change == "revised" and shown and is_quotable:
        earlier = uow.advisories.body_of(advisory, before)
        removed, added, more = changed_lines(earlier, uow.advisories.body_of(advisory, revision))
    receipts = receipts_of(uow, advisory.id)
    return ChangeFacts(
        side=side_of(uow, delivery),
        number=advisory.number,
        label=advisory.label,
        change=change,
        revision=revision,
        removed=removed,
        added=added,
        more=more,
        acknowledged_by=tuple(receipt.agency for receipt in receipts),
        detail=advisory.superseded_by if change == "superseded" else advisory.reason,
        releasable=advisory.releasable,
    )


def _require_shown_there(
    uow: UnitOfWork, delivery: Delivery, advisory: Advisory, link: Link, revision: int
) -> None:
    """A note quotes the new text: it goes only where the copy may show that text as well."""
    route = uow.advisories.route(advisory.id, link.id)
    if route is None or delivery.thread_of is None:
        raise Withheld("policy")
    head = uow.outbox.get(delivery.thread_of)
    if revision_to_show(uow, advisory, link, route, head.shown) < revision:
        raise Withheld("policy")


def _reply(uow: UnitOfWork, delivery: Delivery) -> ReplyFacts | TombstoneFacts:
    reply = uow.advisories.get_reply(int(str(delivery.facts["reply"])))
    advisory = as_replied(uow, uow.advisories.get(required(delivery.advisory_id)), reply)
    author = uow.officials.get(reply.author_id)
    gone = reply.is_deleted or not advisory.is_out
    if advisory.label is None or (gone and delivery.target is None):
        raise Withheld("reply_gone")
    if delivery.target is None and delivery.link_id is not None:
        link = uow.links.get(delivery.link_id)
        leads_there = any(to.is_at(delivery.team, delivery.channel) for _, to in link.routes())
        if not leads_there or not policy.may_reply(advisory, link):
            raise Withheld("policy")
        if not is_reply_shown(uow, delivery, advisory):
            raise Withheld("no_longer_shown")
    if not is_reply_shown(uow, delivery, advisory):
        return _tombstone(uow, delivery, advisory)
    showing = Showing.TEXT
    if delivery.target is not None:
        showing = showing_of(uow, uow.outbox.get(delivery.target), advisory, reply)
    if showing is Showing.AS_IT_STANDS:
        raise Withheld("policy")
    if showing is not Showing.TEXT:
        return TombstoneFacts(
            side=side_of(uow, delivery),
            why="reply_deleted" if showing is Showing.GONE else "reply_barred",
            number=advisory.number,
            label=advisory.label,
            agency=agency_of(uow, author.agency),
            at=uow.now,
            reason="",
        )
    return ReplyFacts(
        side=side_of(uow, delivery),
        number=advisory.number,
        label=advisory.label,
        agency=agency_of(uow, author.agency),
        author=author.name,
        body=reply.body,
        names=names_in(uow, reply.team, reply.body),
        files=files_facts(uow, advisory, delivery, advisory.revision, reply.id),
        releasable=advisory.releasable,
    )


COMPOSERS: Composers = {COPY: _copy, SOURCE: _source, CHANGE: _change, REPLY: _reply}
