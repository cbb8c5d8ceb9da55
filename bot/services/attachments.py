"""Files that travel with an advisory or a reply: promised with its text, said after it.

Each is a delivery of its own, with its own retries. What its originator takes back is taken away on
the other side too, and what has not left by then never does.
"""

from __future__ import annotations

from dataclasses import replace

from bot.domain.advisories import Advisory, ThreadReply
from bot.domain.attachments import Attachment, Staying, safe_name
from bot.domain.deliveries import (
    BACKGROUND,
    ENDED_UNSENT,
    ERASE_LANE,
    FILE_LANE,
    URGENT,
    Delivery,
    DeliveryState,
    Method,
)
from bot.domain.labels import Label
from bot.domain.links import Link
from bot.domain.officials import Official, Role
from bot.services.cards import copies_on, is_shown, refresh_status
from bot.services.file_facts import TOLD_FROM
from bot.services.incoming import Message, SentFile
from bot.services.kinds import FILE, REPLY, TOMBSTONE
from bot.services.mirrored import as_replied
from bot.services.notes import tell_author, tell_directly
from bot.services.ports import Outgoing
from bot.storage.unit_of_work import UnitOfWork

# What the reasons of failures begin with that lie with the workspace a file comes from.
FETCHING = "download"


def take_files(
    uow: UnitOfWork,
    advisory: Advisory,
    author: Official,
    message: Message,
    *,
    reply_id: int | None = None,
    revision: int | None = None,
) -> int:
    """Notes the files of a message that are not known yet; returns how many there are now.

    Whoever sent one that does not travel is told so, privately.
    """
    known = uow.attachments.of(advisory.id, reply_id)
    fresh = _unknown(known, message)
    if _came_before_files_travelled(advisory, known, reply_id, revision):
        # Their author was told that they stay.
        fresh = [replace(one, staying=one.staying or Staying.SWITCHED_OFF) for one in fresh]
    for position, sent in enumerate(fresh, start=len(known) + 1):
        uow.attachments.add(
            Attachment(
                id=0,
                advisory_id=advisory.id,
                reply_id=reply_id,
                position=position,
                team=message.team,
                file=sent.file,
                url=sent.url,
                name=safe_name(sent.name),
                size=sent.size,
                added_in=revision or advisory.revision,
                staying=sent.staying,
            )
        )
    staying = [(safe_name(one.name), one.staying) for one in fresh if one.staying]
    for why in dict.fromkeys(why for _, why in staying):
        names = [name for name, reason in staying if reason is why]
        _tell_author(uow, author, message.team, message.channel, advisory.number, why, names)
    return len(known) + len(fresh)


def brings_more(
    uow: UnitOfWork, advisory: Advisory, message: Message, reply_id: int | None = None
) -> bool:
    """Whether an edited message has files that it did not have before."""
    return bool(_unknown(uow.attachments.of(advisory.id, reply_id), message))


def follow_removals(
    uow: UnitOfWork, advisory: Advisory, message: Message, reply_id: int | None = None
) -> None:
    """Files that a message no longer has are taken away wherever they went."""
    left = {one.file for one in message.files}
    known = uow.attachments.of(advisory.id, reply_id)
    gone = [one for one in known if one.removed_in is None and one.file not in left]
    for file in gone:
        uow.attachments.remove(file, advisory.revision)
        _refresh_texts(uow, advisory, file)
    if gone:
        uow.audit.record(advisory.government, "file.remove", advisory.number, files=len(gone))
        take_away(uow, advisory)
        refresh_status(uow, advisory.id)


def queue_files(uow: UnitOfWork, advisory: Advisory, link: Link) -> None:
    """Promises the files that one destination does not have yet, after the copy's first part."""
    if not advisory.files:
        return
    route = uow.advisories.route(advisory.id, link.id)
    heads = [c for c in copies_on(uow, advisory, link.id) if c.facts.get("part", 1) == 1]
    if route is None or not heads:
        return
    for file in uow.attachments.of(advisory.id):
        if file.travels_with(route.revision):
            _promise(uow, advisory, file, heads[-1])


def queue_reply_files(uow: UnitOfWork, reply: ThreadReply, delivery_id: int) -> None:
    """Promises the files of a reply after one of its mirrored posts."""
    advisory = uow.advisories.get(reply.advisory_id)
    files = uow.attachments.of(advisory.id, reply.id)
    for file in files:
        if file.travels_with(advisory.revision):
            _promise(uow, advisory, file, uow.outbox.get(delivery_id))


def say_anew(uow: UnitOfWork, advisory: Advisory) -> None:
    """Files whose words bear a looser label than counts now are sent once more, under that one.

    Slack lets nobody change the words of an upload: the one that stands is taken away.
    """
    for sent in uow.outbox.of_advisory(advisory.id, FILE):
        stands = sent.slack_ts is not None and sent.shown != TOMBSTONE
        if stands and may_stand(uow, advisory, sent) and _is_looser(uow, advisory, sent):
            _replace(uow, advisory, sent)


def take_away(uow: UnitOfWork, advisory: Advisory, link_id: int | None = None) -> None:
    """Deletes every file on the other side (of one link, when named) that may not stand there."""
    for sent in uow.outbox.of_advisory(advisory.id, FILE):
        if link_id in (None, sent.link_id) and not may_stand(uow, advisory, sent):
            _erase(uow, sent)


def may_stand(uow: UnitOfWork, advisory: Advisory, sent: Delivery) -> bool:
    """Whether a file may still be read where it went."""
    file = file_of(uow, sent)
    if file.removed_in is not None or not is_shown(uow, sent, advisory):
        return False
    return file.reply_id is None or not uow.advisories.get_reply(file.reply_id).is_deleted


def file_of(uow: UnitOfWork, delivery: Delivery) -> Attachment:
    """The file that a delivery carries."""
    return uow.attachments.get(int(str(delivery.facts["file"])))


def note_put_off(uow: UnitOfWork, outgoing: Outgoing) -> None:
    """A file that does not come at once: its readers and its author can see why."""
    delivery = outgoing.delivery
    tries = delivery.attempts
    # At the second, fourth, eighth ...: one of them may have died before it could tell.
    is_told = tries >= TOLD_FROM and tries & (tries - 1) == 0
    if delivery.kind == FILE and delivery.target is None and is_told:
        _refresh_everything(uow, delivery)


def note_arrived(uow: UnitOfWork, delivery: Delivery, advisory: Advisory) -> None:
    """It stands there, or is gone from there; what was taken back meanwhile is taken away."""
    refresh_status(uow, advisory.id)
    if delivery.target is not None:
        uow.outbox.note_shown(delivery.target, TOMBSTONE)
        return
    sent = uow.outbox.get(delivery.id)
    if not may_stand(uow, advisory, delivery):
        _erase(uow, sent)
    elif _is_looser(uow, advisory, sent):
        _replace(uow, advisory, sent)
    elif delivery.attempts >= TOLD_FROM:
        _refresh_texts(uow, advisory, file_of(uow, delivery), delivery.link_id)


def note_kept(uow: UnitOfWork, delivery: Delivery, reason: str) -> None:
    """It was not sent: by what its bytes are it goes nowhere, and whoever sent it learns why."""
    if delivery.target is not None or delivery.advisory_id is None:
        return
    refresh_status(uow, delivery.advisory_id)
    file = file_of(uow, delivery)
    if reason not in list(Staying) or file.staying is not None:
        return
    uow.attachments.keep_back(file, Staying(reason))
    advisory, author = uow.advisories.get(delivery.advisory_id), _author(uow, file)
    uow.audit.record(author, "file.stay", advisory.number, reason=reason)
    _refresh_texts(uow, advisory, file)
    place = _place(uow, advisory, file)
    _tell_author(uow, author, *place, advisory.number, Staying(reason), [file.name])


def note_stuck(uow: UnitOfWork, delivery: Delivery, reason: str) -> None:
    """Slack refused it for good: both sides see it, its author and the admins are told."""
    file, advisory = file_of(uow, delivery), uow.advisories.get(delivery.advisory_id or 0)
    is_ours = reason.startswith(FETCHING)
    channel = _place(uow, advisory, file)[1] if is_ours else delivery.channel
    workspace = uow.workspaces.of_team(file.team if is_ours else delivery.team)
    if workspace is None:
        return
    _refresh_everything(uow, delivery)
    about = {"id": delivery.id, "channel": channel, "reason": reason}
    for admin in uow.officials.of(workspace.government, Role.ADMIN):
        tell_directly(uow, admin, "deliveries.parked", **about)
    author = _author(uow, file)
    if delivery.target is None and uow.officials.find(author.team, author.user) is not None:
        tell_directly(uow, author, "attachments.stuck", number=advisory.number, name=file.name)


def _promise(
    uow: UnitOfWork,
    advisory: Advisory,
    file: Attachment,
    text: Delivery,
    instead_of: Delivery | None = None,
) -> None:
    before = [
        one
        for one in uow.outbox.of_advisory(advisory.id, FILE)
        if one.facts["file"] == file.id
        and (one.link_id, one.team, one.channel) == (text.link_id, text.team, text.channel)
    ]
    if text.state in ENDED_UNSENT or any(_stands_or_comes(uow, one) for one in before):
        return
    uow.outbox.add(
        FILE,
        {"file": file.id} | ({"instead_of": instead_of.id} if instead_of else {}),
        Method.POST,
        text.team,
        text.channel,
        thread_of=text.id,
        advisory_id=advisory.id,
        link_id=text.link_id,
        priority=BACKGROUND,
        key=uow.delivery_keys.unused(
            FILE, file.team, file.file, text.team, text.channel, text.link_id
        ),
        doubted_since=uow.delivery_keys.doubted_since(advisory.posted_at),
        lane=f"{FILE_LANE}{text.channel}",
    )


def _stands_or_comes(uow: UnitOfWork, sent: Delivery) -> bool:
    """One that was withheld never left, one that was taken away is gone: each may come anew."""
    if sent.state is DeliveryState.WITHHELD or sent.shown == TOMBSTONE:
        return False
    going = uow.outbox.undone_updates(sent.id)
    return all(one.state is DeliveryState.PARKED for one in going)


def _is_looser(uow: UnitOfWork, advisory: Advisory, sent: Delivery) -> bool:
    """Whether what stands says a looser label than counts, or may say one.

    Of one that was found after its dispatcher died nobody noted what it says: the label it was
    composed under is the one from before the last change.
    """
    file = file_of(uow, sent)
    reply = uow.advisories.get_reply(file.reply_id) if file.reply_id is not None else None
    label = (as_replied(uow, advisory, reply) if reply else advisory).label
    if sent.shown in list(Label):
        return label is None or label.rank > Label(sent.shown).rank
    began = max(sent.created_at, sent.first_attempt_at or sent.created_at)
    return advisory.changed_at is not None and advisory.changed_at >= began


def _replace(uow: UnitOfWork, advisory: Advisory, sent: Delivery) -> None:
    _erase(uow, sent)
    file = file_of(uow, sent)
    if sent.thread_of is not None:
        _promise(uow, advisory, file, uow.outbox.get(sent.thread_of), sent)


def _erase(uow: UnitOfWork, sent: Delivery) -> None:
    """What is not there yet is stopped where it is claimed."""
    stands = sent.slack_ts is not None or sent.may_stand
    if not stands or sent.shown == TOMBSTONE or uow.outbox.undone_updates(sent.id):
        return
    uow.outbox.add(
        FILE,
        sent.facts,
        Method.UPDATE,
        sent.team,
        sent.channel,
        target=sent.id,
        advisory_id=sent.advisory_id,
        link_id=sent.link_id,
        priority=URGENT,
        lane=ERASE_LANE,
    )


def _came_before_files_travelled(
    advisory: Advisory,
    known: tuple[Attachment, ...],
    reply_id: int | None,
    revision: int | None,
) -> bool:
    """An advisory from before the bridge carried files counts them, and has none on record."""
    return reply_id is None and revision is not None and not known and advisory.files > 0


def _unknown(known: tuple[Attachment, ...], message: Message) -> list[SentFile]:
    ids = {one.file for one in known}
    return [one for one in message.files if one.file not in ids]


def _refresh_everything(uow: UnitOfWork, delivery: Delivery) -> None:
    advisory = uow.advisories.get(delivery.advisory_id or 0)
    refresh_status(uow, advisory.id)
    _refresh_texts(uow, advisory, file_of(uow, delivery), delivery.link_id)


def _refresh_texts(
    uow: UnitOfWork, advisory: Advisory, file: Attachment, link_id: int | None = None
) -> None:
    """The texts a file came with will show what became of it."""
    if file.reply_id is not None:
        for mirrored in uow.outbox.of_advisory(advisory.id, REPLY):
            if mirrored.facts.get("reply") == file.reply_id:
                uow.outbox.refresh(mirrored)
        return
    for route in uow.advisories.routes(advisory.id):
        if link_id in (None, route.link_id):
            for last in copies_on(uow, advisory, route.link_id)[-1:]:
                uow.outbox.refresh(last)


def _author(uow: UnitOfWork, file: Attachment) -> Official:
    if file.reply_id is not None:
        return uow.officials.get(uow.advisories.get_reply(file.reply_id).author_id)
    return uow.officials.get(uow.advisories.get(file.advisory_id).author_id)


def _place(uow: UnitOfWork, advisory: Advisory, file: Attachment) -> tuple[str, str]:
    """Where a file was sent in the first place: the workspace and the channel."""
    if file.reply_id is None:
        return advisory.team, advisory.channel
    reply = uow.advisories.get_reply(file.reply_id)
    return reply.team, reply.channel


def _tell_author(
    uow: UnitOfWork,
    author: Official,
    team: str,
    channel: str,
    number: str,
    why: Staying,
    names: list[str],
) -> None:
    key = f"attachments.told.{why}"
    tell_author(uow, author, team, channel, key, number=number, names=names)
