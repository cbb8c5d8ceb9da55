"""Files as they are on their way, and as their own side's cards show them.

Policy is asked again here, in the transaction that claims the send, as it is for the text.
"""

from __future__ import annotations

from bot.domain import policy
from bot.domain.advisories import Advisory
from bot.domain.attachments import Attachment
from bot.domain.deliveries import Delivery, DeliveryState
from bot.domain.labels import Label
from bot.domain.links import Link
from bot.services.attachments import file_of, may_stand
from bot.services.awaiting import is_released
from bot.services.cards import agency_of, is_shown
from bot.services.composing import Composers, required, side_of
from bot.services.facts import FileFacts, FileGoneFacts, FileStatus
from bot.services.file_facts import TOLD_FROM
from bot.services.kinds import FILE, TOMBSTONE, Withheld, mark_of
from bot.services.mirrored import as_replied
from bot.services.whereabouts import cause_of
from bot.storage.unit_of_work import UnitOfWork


def _file(uow: UnitOfWork, delivery: Delivery) -> FileFacts | FileGoneFacts:
    if delivery.target is not None:
        return FileGoneFacts()
    file = file_of(uow, delivery)
    advisory = _advisory_of(uow, file)
    link = uow.links.get(required(delivery.link_id))
    _require_sendable(uow, delivery, advisory, file, link)
    if advisory.label is None or not file.url:
        raise Withheld("not_issued")
    return FileFacts(
        side=side_of(uow, delivery),
        number=advisory.number,
        label=advisory.label,
        position=file.position,
        name=file.name,
        size=file.size,
        team=file.team,
        url=file.url,
        mark=mark_of(delivery.key),
        releasable=advisory.releasable,
    )


def _advisory_of(uow: UnitOfWork, file: Attachment) -> Advisory:
    """Its advisory, under the label that counts for the text the file came with."""
    advisory = uow.advisories.get(file.advisory_id)
    if file.reply_id is None:
        return advisory
    return as_replied(uow, advisory, uow.advisories.get_reply(file.reply_id))


def _require_sendable(
    uow: UnitOfWork, delivery: Delivery, advisory: Advisory, file: Attachment, link: Link
) -> None:
    """What holds for the text holds for its file."""
    if file.staying is not None or file.removed_in is not None:
        raise Withheld("file_stays")
    if "instead_of" in delivery.facts:
        # Its readers have it: like a text that stands, it may always take on the tighter label.
        fits = policy.carries(advisory, link) and policy.barrier(advisory, link) is None
        if not fits or not may_stand(uow, advisory, delivery):
            raise Withheld("policy")
        return
    if file.reply_id is None:
        route = uow.advisories.route(advisory.id, link.id)
        if route is None or not file.travels_with(route.revision):
            raise Withheld("policy")
        released = is_released(uow, advisory, link, route)
        if not policy.may_send(advisory, link, route.state, released=released):
            raise Withheld("policy" if advisory.is_out else advisory.state.value)
        return
    leads_there = any(to.is_at(delivery.team, delivery.channel) for _, to in link.routes())
    if not leads_there or not policy.may_reply(advisory, link):
        raise Withheld("policy")
    if not is_shown(uow, delivery, advisory) or not may_stand(uow, advisory, delivery):
        raise Withheld("no_longer_shown")


def note_upload(
    uow: UnitOfWork, delivery_id: int, before: str, file: str, label: Label | None
) -> bool:
    """Notes Slack's id of bytes that nobody can see yet, if they may still be shown so labelled.

    What has no label is the side's own and does not travel.

    Fetching and sending takes its time: policy is asked once more, right before they are shown.
    False when they may not be, or when somebody else has noted others meanwhile.
    """
    if file and label is not None:
        try:
            facts = _file(uow, uow.outbox.get(delivery_id))
        except Withheld:
            return False
        if isinstance(facts, FileFacts) and facts.label is not label:
            return False
    return uow.attachments.note_upload(delivery_id, before, file)


def file_lines(uow: UnitOfWork, advisory: Advisory) -> tuple[FileStatus, ...]:
    """What became of each file of an advisory, at each destination, for its own side."""
    if not advisory.files:
        return ()
    lines: list[FileStatus] = []
    sent = uow.outbox.of_advisory(advisory.id, FILE)
    for file in uow.attachments.of(advisory.id):
        if file.staying is not None:
            why = f"attachments.why.{file.staying}"
            lines.append(FileStatus(file.name, "stays", cause=why))
            continue
        newest = {one.link_id: one for one in sent if one.facts["file"] == file.id}
        lines += [_line(uow, advisory, file, one) for one in newest.values()]
    return tuple(lines)


def files_to_release(uow: UnitOfWork, advisory: Advisory) -> tuple[FileStatus, ...]:
    """The files that go with an advisory once it is released, and those that stay."""
    files = uow.attachments.of(advisory.id) if advisory.files else ()
    return tuple(
        FileStatus(one.name, "stays", cause=f"attachments.why.{one.staying}")
        if one.staying
        else FileStatus(one.name, "goes_along")
        for one in files
        if one.is_of(advisory.revision)
    )


def _line(uow: UnitOfWork, advisory: Advisory, file: Attachment, sent: Delivery) -> FileStatus:
    link = uow.links.get(sent.link_id or 0)
    other = link.end_of(advisory.government.other)
    agency = agency_of(uow, other.agency if other else link.to_agency)
    outcome = _outcome(uow, advisory, sent)
    cause = cause_of(sent.last_error) if outcome in ("late", "parked") else None
    why = f"deliveries.cause.{cause}" if cause else ""
    return FileStatus(file.name, outcome, link.code, agency, why)


def _outcome(uow: UnitOfWork, advisory: Advisory, sent: Delivery) -> str:
    if sent.shown == TOMBSTONE:
        return "taken_back"
    if sent.slack_ts is not None and not may_stand(uow, advisory, sent):
        return "taking_back"
    if sent.state in (DeliveryState.PARKED, DeliveryState.DROPPED):
        return "parked"
    if sent.state in (DeliveryState.DELIVERED, DeliveryState.WITHHELD):
        return sent.state.value
    return "late" if sent.last_error and sent.attempts >= TOLD_FROM else "queued"


COMPOSERS: Composers = {FILE: _file}
