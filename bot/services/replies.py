"""Replies in an advisory's thread, on either side, appear in the thread of every other copy.

Only enrolled officials' replies travel, under the advisory's label and after the same screening;
along a link where advisories wait for a releaser they stay, and their author is told.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot import errors
from bot.domain import policy
from bot.domain.advisories import Advisory, Route, RouteState, ThreadReply
from bot.domain.deliveries import ENDED_UNSENT, Delivery, Method
from bot.domain.officials import Official
from bot.domain.rights import Act
from bot.services import attachments
from bot.services.incoming import Message, Outcome
from bot.services.kinds import COPY, REPLY
from bot.services.mirrored import Showing, showing_of
from bot.services.notes import tell_here, tell_refusal
from bot.services.screening import unfit
from bot.storage.unit_of_work import UnitOfWork

REPLY_LIMIT = 8_000


def take_reply(uow: UnitOfWork, message: Message) -> Outcome:
    """Takes in a reply once, if the thread above it is an advisory's."""
    advisory = advisory_of_thread(uow, message)
    if advisory is None or not advisory.is_out or message.bot:
        return Outcome.LEFT_ALONE
    author = uow.officials.find(message.team, message.user)
    barred = message.is_stranger or message.is_guest
    if author is None or barred or not policy.may(author, Act.WORK):
        return Outcome.LEFT_ALONE
    if uow.requests.is_overtaken(message.key) or not uow.requests.is_new(message.key):
        return Outcome.LEFT_ALONE
    if uow.advisories.reply_at(message.team, message.channel, message.ts) is not None:
        return Outcome.LEFT_ALONE
    refusal = unfit(advisory, message.text, REPLY_LIMIT, message.file_names)
    if refusal is not None:
        return _refused(uow, message, author, refusal)
    reply = uow.advisories.add_reply(
        ThreadReply(
            id=0,
            advisory_id=advisory.id,
            team=message.team,
            channel=message.channel,
            ts=message.ts,
            author_id=author.id,
            body=message.text,
            posted_at=datetime.fromtimestamp(float(message.ts), UTC),
            revision=advisory.revision,
        )
    )
    if message.files:
        attachments.take_files(uow, advisory, author, message, reply_id=reply.id)
    sent, stayed = _mirror(uow, advisory, reply)
    uow.audit.record(author, "reply.mirror", advisory.number, sent=sent, stayed=stayed)
    if stayed:
        tell_here(
            uow,
            message.team,
            message.channel,
            message.user,
            "advisories.reply_stays",
            number=advisory.number,
        )
    return Outcome.ISSUED


def take_reply_edit(uow: UnitOfWork, reply: ThreadReply, message: Message) -> Outcome:
    """Mirrored replies follow the edit; one that may no longer be shown disappears everywhere."""
    advisory = uow.advisories.get(reply.advisory_id)
    if not reply.is_deleted:
        attachments.follow_removals(uow, advisory, message, reply.id)
    more = attachments.brings_more(uow, advisory, message, reply.id)
    same = reply.body == message.text and not more
    if same or reply.is_deleted or not uow.requests.is_new(message.key):
        return Outcome.LEFT_ALONE
    author = uow.officials.find(message.team, message.user)
    refusal = unfit(advisory, message.text, REPLY_LIMIT, message.file_names)
    if refusal is None and (author is None or not policy.may(author, Act.WORK)):
        return Outcome.LEFT_ALONE
    if refusal is not None:
        _change(uow, replace(reply, body="", is_deleted=True))
        return _refused(uow, message, uow.officials.get(reply.author_id), refusal)
    if author is not None and more:
        attachments.take_files(uow, advisory, author, message, reply_id=reply.id)
    changed = replace(reply, body=message.text)
    _change(uow, changed)
    uow.audit.record(uow.officials.get(reply.author_id), "reply.revise", advisory.number)
    if not _is_shown_everywhere(uow, advisory, changed):
        key, where = "advisories.reply_stays", (message.team, message.channel, message.user)
        tell_here(uow, *where, key, number=advisory.number)
    return Outcome.ISSUED


def take_reply_deletion(uow: UnitOfWork, reply: ThreadReply) -> Outcome:
    """Mirrored replies of a deleted one become tombstones."""
    if not reply.is_deleted:
        _change(uow, replace(reply, body="", is_deleted=True))
        author, advisory = uow.officials.get(reply.author_id), uow.advisories.get(reply.advisory_id)
        uow.audit.record(author, "reply.delete", advisory.number)
    return Outcome.LEFT_ALONE


def advisory_of_thread(uow: UnitOfWork, message: Message) -> Advisory | None:
    """The advisory whose source or copy stands at the head of the message's thread."""
    if message.thread_ts is None or message.thread_ts == message.ts:
        return None
    source = uow.advisories.by_source(message.team, message.channel, message.thread_ts)
    if source is not None:
        return source
    copy = uow.outbox.posted_at(message.team, message.thread_ts, COPY)
    if copy is None or copy.channel != message.channel or copy.advisory_id is None:
        return None
    return uow.advisories.get(copy.advisory_id)


def _mirror(uow: UnitOfWork, advisory: Advisory, reply: ThreadReply) -> tuple[int, int]:
    """Queues the reply for every other thread; returns how many it goes to and how many not."""
    sent = stayed = 0
    copies = _thread_heads(uow, advisory)
    origin = next((c for c in copies if (c.team, c.channel) == (reply.team, reply.channel)), None)
    at_source = (reply.team, reply.channel) == (advisory.team, advisory.channel)
    for copy in copies:
        if copy is origin:
            continue
        # In the thread of a copy that was taken back there is nothing left to reply to.
        leaves = at_source or (origin is not None and _may_leave(uow, advisory, origin))
        if leaves and _may_arrive(uow, advisory, copy):
            _queue(uow, reply, copy.team, copy.channel, copy.link_id, thread_of=copy.id)
            sent += 1
        else:
            stayed += 1
    if origin is not None and advisory.source_ts is not None:
        if _may_leave(uow, advisory, origin):
            _queue(
                uow,
                reply,
                advisory.team,
                advisory.channel,
                origin.link_id,
                thread_ts=advisory.source_ts,
            )
            sent += 1
        else:
            stayed += 1
    return sent, stayed


def _queue(
    uow: UnitOfWork,
    reply: ThreadReply,
    team: str,
    channel: str,
    link_id: int | None,
    *,
    thread_ts: str | None = None,
    thread_of: int | None = None,
) -> None:
    delivery_id = uow.outbox.add(
        REPLY,
        {"reply": reply.id},
        Method.POST,
        team,
        channel,
        thread_ts=thread_ts,
        thread_of=thread_of,
        advisory_id=reply.advisory_id,
        link_id=link_id,
        key=uow.delivery_keys.unused(
            REPLY, reply.team, reply.channel, reply.ts, team, channel, link_id
        ),
        doubted_since=uow.delivery_keys.doubted_since(reply.posted_at),
    )
    attachments.queue_reply_files(uow, reply, delivery_id)


def _thread_heads(uow: UnitOfWork, advisory: Advisory) -> list[Delivery]:
    routes = {route.link_id: route for route in uow.advisories.routes(advisory.id)}
    return [
        copy
        for copy in uow.outbox.of_advisory(advisory.id, COPY)
        if copy.facts.get("part", 1) == 1
        and copy.state not in ENDED_UNSENT
        and _is_open(routes.get(copy.link_id or 0))
    ]


def _is_open(route: Route | None) -> bool:
    return route is not None and route.state is not RouteState.RECALLED


def _may_arrive(uow: UnitOfWork, advisory: Advisory, copy: Delivery) -> bool:
    """From the source to a copy: the way the advisory itself went."""
    if copy.link_id is None:
        return False
    link = uow.links.get(copy.link_id)
    there = link.leads_from(advisory.team, advisory.channel) is not None
    return there and policy.may_reply(advisory, link)


def _may_leave(uow: UnitOfWork, advisory: Advisory, copy: Delivery) -> bool:
    """From a copy back to the source: only along a link that carries anything that way."""
    if copy.link_id is None:
        return False
    link = uow.links.get(copy.link_id)
    back = link.leads_from(copy.team, copy.channel) is not None
    return back and policy.may_reply(advisory, link)


def _is_shown_everywhere(uow: UnitOfWork, advisory: Advisory, reply: ThreadReply) -> bool:
    """Whether what a reply says now can be read wherever it was mirrored to."""
    sent = uow.outbox.of_advisory(advisory.id, REPLY)
    mirrored = [one for one in sent if one.facts.get("reply") == reply.id]
    return all(showing_of(uow, one, advisory, reply) is Showing.TEXT for one in mirrored)


def _change(uow: UnitOfWork, reply: ThreadReply) -> None:
    uow.advisories.save_reply(reply)
    for mirrored in uow.outbox.of_advisory(reply.advisory_id, REPLY):
        if mirrored.facts.get("reply") == reply.id:
            uow.outbox.refresh(mirrored)
            if not reply.is_deleted:
                attachments.queue_reply_files(uow, reply, mirrored.id)
    attachments.take_away(uow, uow.advisories.get(reply.advisory_id))


def _refused(
    uow: UnitOfWork, message: Message, author: Official, refusal: errors.BotError
) -> Outcome:
    uow.audit.record(
        author, "reply.refuse", f"{message.team}/{message.channel}/{message.ts}", reason=refusal.key
    )
    tell_refusal(uow, message.team, message.channel, message.user, author, refusal)
    return Outcome.REFUSED
