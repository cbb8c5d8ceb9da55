"""A message in a linked channel becomes an advisory, is held, is refused, or is left alone.

The order of the questions matters: whoever is not concerned learns nothing, and the text of what is
refused is stored nowhere.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot import errors
from bot.domain import policy
from bot.domain.advisories import Advisory, AdvisoryState, RouteState
from bot.domain.inert import plain
from bot.domain.labels import LabelReading, most_restrictive, read_label
from bot.domain.links import Link
from bot.domain.markings import Decision, Screening, labels_ask, screen_post
from bot.domain.officials import Official, Role
from bot.domain.releasability import narrowed
from bot.domain.rights import Act, Channel, Matter
from bot.domain.tags import read_tags
from bot.services import (
    attachments,
    dialogue_threads,
    holding,
    issuing,
    recovery,
    replies,
    revisions,
    withdrawals,
)
from bot.services.access import contact_of
from bot.services.awaiting import follow_advisory
from bot.services.incoming import Message, Outcome, deletion_key
from bot.services.kinds import COPY
from bot.services.notes import tell_here, tell_refusal
from bot.services.releasability import after_edit, stated, tell_unknown
from bot.storage.unit_of_work import UnitOfWork

# States in which a copy may already be on its way.
HAS_LEFT = frozenset({RouteState.QUEUED, RouteState.RECALLED})


def may_concern(text: str) -> bool:
    """Whether a message could be an advisory at all: a cheap question, without the database."""
    return bool(read_tags(text))


def take_message(uow: UnitOfWork, message: Message) -> Outcome:
    """Takes in a message once; the same message again is left alone."""
    if message.is_reply:
        return _take_reply(uow, message)
    links = _matching_links(uow, message)
    if not links or uow.requests.is_overtaken(message.key) or not uow.requests.is_new(message.key):
        return Outcome.LEFT_ALONE
    if uow.advisories.by_source(message.team, message.channel, message.ts) is not None:
        return Outcome.LEFT_ALONE
    author = _author(uow, message)
    if author is None and message.bot:
        return Outcome.LEFT_ALONE
    reading, screening = _read(message)
    refusal = _refuse_author(uow, message, author) or _refuse_content(reading, screening)
    if refusal is not None or author is None:
        return _refuse(uow, message, author, refusal or errors.StrangerRefused())
    said = stated(uow, message.text)
    fresh = replace(_advisory(uow, message, author, reading, screening), releasable=said.named)
    known = recovery.numbered_as_known(uow, fresh, links)
    advisory = uow.advisories.add(known or issuing.numbered(uow, fresh, links))
    tell_unknown(uow, advisory, author, said.unknown)
    if message.files:
        attachments.take_files(uow, advisory, author, message)
    return _proceed(uow, advisory, author, links, unknown=reading.unknown)


def take_edit(uow: UnitOfWork, message: Message) -> Outcome:
    """An edited message is read afresh while nothing of it has left; then it becomes a revision."""
    if uow.requests.is_overtaken(message.key):
        return Outcome.LEFT_ALONE
    followed = _follow_edit(uow, message)
    if followed is not None:
        return followed
    known = uow.advisories.by_source(message.team, message.channel, message.ts)
    if known is None:
        outcome = take_message(uow, message)
        # Noted whatever came of it: an older state of it that arrives later does not count.
        uow.requests.is_new(message.key)
        return outcome
    is_held = known.state is AdvisoryState.HELD
    may_change = (known.is_out or is_held or known.is_restorable) and not known.is_purged
    if may_change:
        attachments.follow_removals(uow, known, message)
    same = known.body == message.text and not attachments.brings_more(uow, known, message)
    if not may_change or same or not uow.requests.is_new(message.key):
        return Outcome.LEFT_ALONE
    follow = _revise if _has_left(uow, known) else _read_afresh
    return (_reword_withdrawn if known.is_restorable else follow)(uow, known, message)


def take_deletion(uow: UnitOfWork, team: str, channel: str, ts: str) -> Outcome:
    """A deleted source takes its copies with it; what has not left never will."""
    uow.requests.is_new(deletion_key(team, channel, ts))
    reply = uow.advisories.reply_at(team, channel, ts)
    if reply is not None:
        return replies.take_reply_deletion(uow, reply)
    line = uow.dialogues.line_at(team, channel, ts)
    if line is not None:
        return dialogue_threads.take_line_deletion(uow, line)
    known = uow.advisories.by_source(team, channel, ts)
    if known is not None and known.state is AdvisoryState.HELD:
        return _let_go(uow, known)
    if known is not None and known.is_out:
        withdrawals.take_back_for_good(uow, known, known.government)
    if known is not None and known.is_restorable:
        _keep_withdrawn(uow, known)
    return Outcome.LEFT_ALONE


def _follow_edit(uow: UnitOfWork, message: Message) -> Outcome | None:
    """What becomes of an edited reply or line of a thread; None when it is neither."""
    reply = uow.advisories.reply_at(message.team, message.channel, message.ts)
    if reply is not None:
        return replies.take_reply_edit(uow, reply, message)
    line = uow.dialogues.line_at(message.team, message.channel, message.ts)
    if line is not None:
        return dialogue_threads.take_line_edit(uow, line, message)
    return None


def _take_reply(uow: UnitOfWork, message: Message) -> Outcome:
    """A reply belongs to an advisory or to a round of the Dialogue, whichever heads its thread."""
    place = (message.team, message.channel, message.thread_ts)
    dialogue = dialogue_threads.dialogue_of_thread(uow, *place)
    if dialogue is not None:
        return dialogue_threads.take_line(uow, dialogue, message)
    return replies.take_reply(uow, message)


def _revise(uow: UnitOfWork, known: Advisory, message: Message) -> Outcome:
    author = uow.officials.get(known.author_id)
    reading, screening = _read(message)
    refusal = _refuse_content(reading, screening)
    barred = _refuse_author(uow, message, _author(uow, message))
    if refusal is None and barred is not None:
        # Whoever may not speak any more cannot change what was said; readers keep what they have.
        return _refuse(uow, message, author, barred)
    if refusal is not None:
        # Its originator now says that it must not be out: what is out is taken back at once.
        withdrawals.take_back_for_good(uow, known, author)
        return _refuse(uow, message, author, refusal)
    asks = known.needs_release or reading.unknown or _asks(message, screening)
    files = attachments.take_files(uow, known, author, message, revision=known.revision + 1)
    changed = replace(known, needs_release=asks, files=files)
    said = stated(uow, message.text)
    revisions.revise_advisory(uow, changed, author, message.text, reading, said.named)
    tell_unknown(uow, known, author, said.unknown)
    if reading.unknown and not author.is_source:
        tell_here(
            uow,
            message.team,
            message.channel,
            author.user,
            "advisories.edit_waits",
            number=known.number,
        )
    return Outcome.ISSUED


def _reword_withdrawn(uow: UnitOfWork, known: Advisory, message: Message) -> Outcome:
    """What would be restored is what its author says now; nothing, where that may not leave."""
    author = uow.officials.get(known.author_id)
    reading, screening = _read(message)
    barred = _refuse_author(uow, message, _author(uow, message))
    label = most_restrictive(one for one in (known.label, reading.label) if one is not None)
    if _refuse_content(reading, screening) or barred or label is None:
        return _keep_withdrawn(uow, known)
    files = attachments.take_files(uow, known, author, message, revision=known.revision + 1)
    asks = known.needs_release or reading.unknown or _asks(message, screening)
    uow.advisories.keep_revision(known, uow.now)
    reworded = known.revise(label, message.text, known.changed_at or uow.now)
    named = narrowed(known.releasable, stated(uow, message.text).named)
    reworded = replace(reworded, needs_release=asks, files=files, releasable=named)
    uow.advisories.save(reworded)
    uow.audit.record(author, "advisory.revise", known.number, revision=reworded.revision)
    follow_advisory(uow, reworded, "changed")
    return Outcome.LEFT_ALONE


def _keep_withdrawn(uow: UnitOfWork, known: Advisory) -> Outcome:
    """From now on nothing brings it back."""
    kept = replace(known, is_final=True)
    uow.advisories.save(kept)
    uow.audit.record(known.government, "advisory.keep_withdrawn", known.number)
    follow_advisory(uow, kept, "changed")
    return Outcome.LEFT_ALONE


def _has_left(uow: UnitOfWork, known: Advisory) -> bool:
    """Whether anything of it was ever on its way."""
    is_leaving = any(route.state in HAS_LEFT for route in uow.advisories.routes(known.id))
    return is_leaving or bool(uow.outbox.of_advisory(known.id, COPY))


def _let_go(uow: UnitOfWork, known: Advisory) -> Outcome:
    """The author took the tags off, or the post away, before anything had left."""
    issuing.keep_back_unsent(uow, known)
    uow.advisories.save(replace(known, state=AdvisoryState.DISCARDED, body=""))
    uow.audit.record(known.government, "advisory.discard", known.number)
    return Outcome.LEFT_ALONE


def _matching_links(uow: UnitOfWork, message: Message) -> tuple[Link, ...]:
    # Most messages carry no tag at all: that question is cheap and comes first.
    tags = read_tags(message.text)
    if not tags:
        return ()
    said_at = datetime.fromtimestamp(float(message.ts), UTC)
    return issuing.matching_links(uow, message.team, message.channel, tags, said_at)


def _author(uow: UnitOfWork, message: Message) -> Official | None:
    author = uow.officials.find(message.team, message.user)
    if message.bot is None:
        return author
    # What an app posts with a person's token is the app's word, not the person's.
    author = author or uow.officials.find(message.team, message.bot)
    if author is None or not author.is_source:
        return None
    # What the bridge has said is never taken in again, whoever is enrolled.
    copy = uow.outbox.posted_at(message.team, message.ts, COPY)
    here = Channel.NONE if copy is None else Channel.ONWARD
    return author if policy.may(author, Act.POST, Matter(channel=here)) else None


def _refuse_author(
    uow: UnitOfWork, message: Message, author: Official | None
) -> errors.BotError | None:
    if message.is_stranger:
        return errors.StrangerRefused()
    if message.is_guest:
        return errors.GuestRefused()
    if author is not None and policy.may(author, Act.POST):
        return None
    workspace = uow.workspaces.of_team(message.team)
    contact = contact_of(uow, workspace.government if workspace else None)
    if author is None:
        return errors.NotEnrolled(contact=contact)
    return errors.RoleMissing(role=Role.MEMBER.value, contact=contact)


def _refuse_content(reading: LabelReading, screening: Screening) -> errors.BotError | None:
    if screening.decision is Decision.BLOCK:
        blocking = {f.rule for f in screening.findings if f.decision is Decision.BLOCK}
        return errors.MarkingBlocks(rules=", ".join(sorted(blocking)))
    never = policy.NEVER_RELAYED & set(reading.found)
    if never:
        return errors.LabelRefused(label=", ".join(sorted(never)))
    return None


def _refuse(
    uow: UnitOfWork, message: Message, author: Official | None, refusal: errors.BotError
) -> Outcome:
    workspace = uow.workspaces.of_team(message.team)
    if workspace is not None:
        uow.audit.record(
            author or workspace.government,
            "advisory.refuse",
            f"{message.team}/{message.channel}/{message.ts}",
            reason=refusal.key,
            by=message.user,
        )
    tell_refusal(uow, message.team, message.channel, message.user, author, refusal)
    return Outcome.REFUSED


def _read(message: Message) -> tuple[LabelReading, Screening]:
    texts = _texts(message)
    return read_label(*texts), screen_post(*texts)


def _asks(message: Message, screening: Screening) -> bool:
    """Whether a person has to decide: a marking that asks, or a label that is only mentioned."""
    return screening.decision is Decision.ASK or labels_ask(*_texts(message))


def _texts(message: Message) -> tuple[str, ...]:
    return (plain(message.text), *message.file_names)


def _advisory(
    uow: UnitOfWork,
    message: Message,
    author: Official,
    reading: LabelReading,
    screening: Screening,
) -> Advisory:
    return Advisory(
        id=0,
        number="",
        state=_state(uow, author, reading),
        government=author.government,
        agency=author.agency,
        author_id=author.id,
        author_name=author.name,
        team=message.team,
        channel=message.channel,
        source_ts=message.ts,
        label=reading.label,
        tags=read_tags(message.text),
        title="",
        body=message.text,
        needs_release=_asks(message, screening),
        files=len(message.files),
        posted_at=datetime.fromtimestamp(float(message.ts), UTC),
    )


def _state(uow: UnitOfWork, author: Official, reading: LabelReading) -> AdvisoryState:
    """Whether a post goes its way, or waits for somebody to say so."""
    waits = reading.label is None or holding.is_too_much(uow, author)
    return AdvisoryState.HELD if waits else AdvisoryState.ISSUED


def _proceed(
    uow: UnitOfWork,
    advisory: Advisory,
    author: Official,
    links: tuple[Link, ...],
    *,
    unknown: bool,
) -> Outcome:
    if advisory.state is AdvisoryState.ISSUED:
        issuing.issue_advisory(uow, advisory, author, links)
        return Outcome.ISSUED
    uow.audit.record(author, "advisory.hold", advisory.number, unknown_label=unknown)
    if advisory.label is None:
        holding.tell_unlabelled(uow, advisory, author, unknown=unknown)
    else:
        holding.tell_too_much(uow, advisory, author)
    return Outcome.HELD


def _read_afresh(uow: UnitOfWork, known: Advisory, message: Message) -> Outcome:
    """The author changed a post of which nothing has left, most likely to add its label."""
    author = uow.officials.get(known.author_id)
    reading, screening = _read(message)
    barred = _refuse_author(uow, message, _author(uow, message))
    refusal = _refuse_content(reading, screening) or barred
    if refusal is not None:
        issuing.keep_back_unsent(uow, known)
        uow.advisories.save(replace(known, state=AdvisoryState.DISCARDED, body=""))
        return _refuse(uow, message, author, refusal)
    said = after_edit(uow, known, message.text)
    was_asked_about = known.state is AdvisoryState.ISSUED
    fresh = replace(
        known,
        revision=known.revision + 1 if was_asked_about else known.revision,
        state=_state(uow, author, reading),
        label=reading.label,
        tags=read_tags(message.text),
        body=message.text,
        needs_release=_asks(message, screening),
        releasable=said.named,
    )
    links = _matching_links(uow, message)
    if not links:
        return _let_go(uow, known)
    if known.state is AdvisoryState.ISSUED:
        issuing.keep_back_unsent(uow, known)
    files = attachments.take_files(uow, fresh, author, message)
    fresh = replace(fresh, files=files)
    uow.advisories.save(fresh)
    tell_unknown(uow, fresh, author, said.unknown)
    return _proceed(uow, fresh, author, links, unknown=reading.unknown)
