"""What follows from how a delivery ended: cards brought up to date, people told."""

from __future__ import annotations

from bot.domain import policy
from bot.domain.advisories import Advisory, RouteState
from bot.domain.deliveries import URGENT, Delivery
from bot.domain.officials import Role
from bot.services import attachments
from bot.services.awaiting import revision_to_show
from bot.services.cards import is_shown, refresh_status
from bot.services.digest_charts import promise_chart
from bot.services.escalations import watch_receipts
from bot.services.facts import ChangeFacts, CopyFacts, Facts, FileFacts, ReplyFacts, TombstoneFacts
from bot.services.kinds import (
    CHANGE,
    COPY,
    DIGEST,
    FILE,
    NOTE,
    REPLY,
    SOURCE,
    STOPPED,
    TOMBSTONE,
    digest_of,
)
from bot.services.mirrored import Showing, as_replied, showing_of
from bot.services.notes import keepers_of, tell_directly, tell_here
from bot.services.ports import Outgoing, Posted
from bot.services.suspensions import doubt_where_refused
from bot.storage.unit_of_work import UnitOfWork

# Deliveries whose text may have to be changed, or taken back, where it stands.
FOLLOWED = frozenset({COPY, REPLY, CHANGE})
# Attempts that said different things may have arrived: which one did is not known.
SEVERAL = "several"


def note_delivered(uow: UnitOfWork, outgoing: Outgoing, posted: Posted) -> None:
    """A copy that arrived shows on the status card; a typed advisory now has a source message."""
    delivery = outgoing.delivery
    if delivery.kind == DIGEST and delivery.target is None:
        promise_chart(uow, delivery, posted)
    if delivery.advisory_id is None:
        return
    if delivery.kind == FILE:
        if delivery.target is None and not posted.was_found:
            uow.outbox.note_shown(delivery.id, shown_by(outgoing.facts))
        attachments.note_arrived(uow, delivery, uow.advisories.lock(delivery.advisory_id))
    if delivery.kind in FOLLOWED:
        if not posted.was_found:
            uow.outbox.note_shown(delivery.target or delivery.id, shown_by(outgoing.facts))
        _follow_change(uow, delivery, uow.advisories.lock(delivery.advisory_id))
    if delivery.kind == SOURCE and delivery.target is None and posted.ts is not None:
        uow.advisories.note_source(delivery.advisory_id, posted.ts)


def note_tried(uow: UnitOfWork, outgoing: Outgoing) -> None:
    """An attempt that may have arrived: should it be found, this is what it says."""
    delivery = outgoing.delivery
    if delivery.kind not in {*FOLLOWED, FILE} or delivery.target is not None:
        return
    said, before = shown_by(outgoing.facts), uow.outbox.get(delivery.id).shown
    uow.outbox.note_shown(delivery.id, said if before in (None, said) else SEVERAL)


def shown_by(facts: Facts) -> str | None:
    """What facts let readers see, as far as it may have to be changed later."""
    match facts:
        case CopyFacts():
            return f"{facts.revision}/{facts.label}"
        case ReplyFacts():
            return f"{digest_of(facts.body)}/{facts.label}"
        case ChangeFacts():
            return f"-/{facts.label}" if facts.removed or facts.added else TOMBSTONE
        case FileFacts():
            return facts.label.value
        case TombstoneFacts():
            return TOMBSTONE
    return None


def _follow_change(uow: UnitOfWork, delivery: Delivery, advisory: Advisory) -> None:
    sent = uow.outbox.get(delivery.target or delivery.id)
    if delivery.kind == COPY:
        refresh_status(uow, advisory.id)
        watch_receipts(uow, advisory)
        if delivery.target is None:
            _keep_route_open(uow, advisory, delivery)
            attachments.queue_files(uow, advisory, uow.links.get(delivery.link_id or 0))
    if delivery.kind == REPLY and delivery.target is None:
        reply = uow.advisories.get_reply(int(str(delivery.facts["reply"])))
        attachments.queue_reply_files(uow, reply, delivery.id)
    # What was composed before a change may arrive after it: it is brought up to date at once.
    if sent.shown != _to_be_shown(uow, sent, advisory):
        uow.outbox.refresh(sent, URGENT)


def _to_be_shown(uow: UnitOfWork, sent: Delivery, advisory: Advisory) -> str | None:
    if sent.kind == REPLY:
        return _reply_to_be_shown(uow, sent, advisory)
    if not is_shown(uow, sent, advisory):
        return TOMBSTONE
    if sent.kind != COPY:
        return TOMBSTONE if sent.shown == TOMBSTONE else f"-/{advisory.label}"
    route = uow.advisories.route(advisory.id, sent.link_id or 0)
    link = uow.links.get(sent.link_id or 0)
    if route is None or not policy.carries(advisory, link):
        return sent.shown
    revision = revision_to_show(uow, advisory, link, route, sent.shown)
    return f"{revision}/{advisory.label}"


def _reply_to_be_shown(uow: UnitOfWork, sent: Delivery, advisory: Advisory) -> str | None:
    reply = uow.advisories.get_reply(int(str(sent.facts["reply"])))
    showing = showing_of(uow, sent, advisory, reply)
    if showing is Showing.AS_IT_STANDS:
        return sent.shown
    label = as_replied(uow, advisory, reply).label
    return f"{digest_of(reply.body)}/{label}" if showing is Showing.TEXT else TOMBSTONE


def _keep_route_open(uow: UnitOfWork, advisory: Advisory, copy: Delivery) -> None:
    """A copy that was found standing after all is followed like any other."""
    route = uow.advisories.route(advisory.id, copy.link_id or 0)
    if route is None or route.state not in (RouteState.WITHHELD, RouteState.KEPT_BACK):
        return
    fits = policy.barrier(advisory, uow.links.get(route.link_id)) is None
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
    doubt_where_refused(uow, delivery, reason)
    if delivery.kind == FILE:
        attachments.note_stuck(uow, delivery, reason)
        return
    if delivery.kind == COPY and delivery.advisory_id is not None and delivery.target is None:
        refresh_status(uow, delivery.advisory_id)
        _tell_owner(uow, delivery, uow.advisories.get(delivery.advisory_id))
    if delivery.kind == NOTE:
        return
    for admin in uow.officials.of(workspace.government, Role.ADMIN):
        tell_directly(
            uow,
            admin,
            "deliveries.parked",
            # Not its number: both sides' deliveries are counted together.
            channel=delivery.channel,
            reason=reason,
        )


def _tell_owner(uow: UnitOfWork, delivery: Delivery, advisory: Advisory) -> None:
    """Whoever issued the advisory learns that it did not get everywhere."""
    author = uow.officials.get(advisory.author_id)
    code = uow.links.get(delivery.link_id or 0).code
    readers = keepers_of(uow, author) if author.is_source else (author,)
    for reader in readers:
        if uow.officials.find(reader.team, reader.user) is not None:
            key = "deliveries.parked_owner"
            tell_directly(uow, reader, key, number=advisory.number, code=code)


def note_withheld(uow: UnitOfWork, delivery: Delivery, reason: str) -> None:
    """Policy no longer permitted it: the log has it, and the card where it mattered."""
    if delivery.kind == REPLY and delivery.target is None:
        _tell_replier(uow, delivery)
    if delivery.kind == FILE:
        attachments.note_kept(uow, delivery, reason)
    if delivery.kind == COPY and delivery.advisory_id is not None:
        refresh_status(uow, delivery.advisory_id)
    workspace = uow.workspaces.of_team(delivery.team)
    if workspace is not None and reason in {"policy", STOPPED}:
        uow.audit.record(
            workspace.government, "delivery.withhold", delivery.key, kind=delivery.kind
        )


def note_swept(uow: UnitOfWork, delivery: Delivery, removed: int) -> None:
    """It stood twice and does no longer: the log has it, and what stays shows the newest facts."""
    workspace = uow.workspaces.of_team(delivery.team)
    if workspace is not None:
        uow.audit.record(
            workspace.government,
            "delivery.sweep",
            delivery.key,
            kind=delivery.kind,
            channel=delivery.channel,
            removed=removed,
        )
    uow.outbox.refresh(uow.outbox.get(delivery.id), URGENT)


def _tell_replier(uow: UnitOfWork, delivery: Delivery) -> None:
    """Whoever replied learns that the reply did not get everywhere."""
    reply = uow.advisories.get_reply(int(str(delivery.facts["reply"])))
    advisory, author = uow.advisories.get(reply.advisory_id), uow.officials.get(reply.author_id)
    if not reply.is_deleted and advisory.is_out:
        key = "advisories.reply_stays"
        tell_here(uow, reply.team, reply.channel, author.user, key, number=advisory.number)
