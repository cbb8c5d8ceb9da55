"""Capturing what is said in a thread: pointed at in four ways, kept once.

The same message leads to the same lines whichever way it arrives first and however often; what was
changed or deleted meanwhile is not captured as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot import errors
from bot.domain import policy
from bot.domain.captures import (
    Capture,
    CaptureState,
    SourceState,
    Way,
    calls_for_action,
    captured_lines,
    words_of,
)
from bot.domain.inert import plain
from bot.domain.notes import NoteReading
from bot.domain.officials import Official
from bot.domain.rights import Act
from bot.services.access import require_official, require_right
from bot.services.action_news import places_for
from bot.services.capture_cards import save_capture, show_capture
from bot.services.dialogue_threads import MIRRORED, dialogue_of_thread
from bot.services.incoming import Message
from bot.services.notes import tell_here
from bot.services.screening import require_fit
from bot.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Captured:
    """What pointing at a message came to: its lines, and whether any of it is new."""

    captures: tuple[Capture, ...]
    is_new: bool


def switch_capture(uow: UnitOfWork, actor: Official, team: str, channel: str, *, on: bool) -> None:
    """Lets words alone capture in a channel's threads, or no longer."""
    require_right(uow, actor, Act.CAPTURE)
    uow.captures.switch(team, channel, on=on, by=actor.id, at=uow.now)
    uow.audit.record(actor, f"capture.{'on' if on else 'off'}", f"{team}/{channel}")


def set_reaction(uow: UnitOfWork, actor: Official, name: str) -> str:
    """The reaction by which the actor's side captures from now on."""
    require_right(uow, actor, Act.CAPTURE)
    name = name.strip().strip(":").casefold()
    if not name or not all(char.isalnum() or char in "_+-'" for char in name) or len(name) > 80:
        raise errors.UnknownChoice(word="emoji", value=name, choices=":memo:")
    uow.captures.set_reaction(actor.government, name)
    uow.audit.record(actor, "capture.reaction", name)
    return name


def may_concern(text: str, bot_user: str | None = None) -> bool:
    """Whether a message could be captured by its words: a cheap question, without the database."""
    return any(captured_lines(text, bot_user, whole=False))


def take_spoken(uow: UnitOfWork, message: Message) -> None:
    """A message, new or edited: captured where words are enough, and followed where it was."""
    known = uow.captures.at(message.team, message.channel, message.ts)
    if known:
        _follow_edit(uow, message, known)
        return
    if _is_stale(uow, message) or not _is_listened_to(uow, message):
        return
    author = uow.officials.find(message.team, message.user)
    if message.bot or message.is_stranger or author is None or not policy.may(author, Act.CAPTURE):
        return
    _tell_refusal(uow, message, author, lambda: _capture(uow, author, message, Way.TEXT))


def take_mention(uow: UnitOfWork, message: Message) -> bool:
    """Somebody called the bot by name; False when it was not to capture anything."""
    if not calls_for_action(message.text, _bot_user(uow, message.team)):
        return False

    def capture() -> None:
        actor = require_official(uow, message.team, message.user)
        capture_message(uow, actor, message, Way.MENTION)

    if not _is_stale(uow, message):
        author = uow.officials.find(message.team, message.user)
        _tell_refusal(uow, message, author, capture)
    return True


def take_reaction(uow: UnitOfWork, user: str, name: str, message: Message, at: str) -> None:
    """Somebody reacted; only a notetaker's own side's reaction captures."""
    actor = uow.officials.find(message.team, user)
    if actor is None or not policy.may(actor, Act.CAPTURE) or message.bot:
        return
    if _plain_name(name) != uow.captures.reaction_of(actor.government):
        return
    if _is_stale(uow, message):
        return
    pointed = instant_of(at)
    _tell_refusal(
        uow,
        replace(message, user=user),
        actor,
        lambda: capture_message(uow, actor, message, Way.REACTION, pointed),
    )


def is_capturing_reaction(uow: UnitOfWork, team: str, user: str, name: str) -> bool:
    """Whether that person's reaction captures: asked before the message is read from Slack."""
    actor = uow.officials.find(team, user)
    if actor is None or not policy.may(actor, Act.CAPTURE):
        return False
    return _plain_name(name) == uow.captures.reaction_of(actor.government)


def capture_message(
    uow: UnitOfWork,
    actor: Official,
    message: Message,
    way: Way,
    pointed_at: datetime | None = None,
) -> Captured:
    """A notetaker points at a message: all of it that can be captured gets a card.

    What a notetaker refused before is proposed anew only by pointing at it later than that.
    """
    require_right(uow, actor, Act.CAPTURE)
    known = uow.captures.at(message.team, message.channel, message.ts)
    if not known:
        return _capture(uow, actor, message, way)
    is_new = False
    for capture in known:
        again = pointed_at is not None and pointed_at > capture.changed_at
        if capture.state is CaptureState.SUGGESTED or (
            capture.state is CaptureState.REFUSED and again
        ):
            show_capture(uow, save_capture(uow, capture.propose(uow.now), actor, "propose"))
            is_new = True
    return Captured(uow.captures.at(message.team, message.channel, message.ts), is_new)


def take_deletion(uow: UnitOfWork, team: str, channel: str, ts: str) -> None:
    """The source is gone: whoever decides is asked what becomes of its record."""
    for capture in uow.captures.at(team, channel, ts):
        if capture.source is SourceState.DELETED:
            continue
        was_refused = capture.state is CaptureState.REFUSED
        orphan = save_capture(uow, capture.orphan(uow.now), capture.government, "orphan")
        if not was_refused:
            show_capture(uow, orphan)


def _capture(uow: UnitOfWork, actor: Official, message: Message, way: Way) -> Captured:
    """Every line of a message that can be captured, unless somebody just did."""
    lines = list(
        captured_lines(message.text, _bot_user(uow, message.team), whole=way is not Way.TEXT)
    )
    if not lines:
        raise errors.NothingToCapture
    for words in (message.text, *(words_of(reading)[2] for _, reading in lines)):
        require_fit(plain(words))
    place = (message.team, message.channel, message.thread_ts)
    internal = not (places_for(uow, *place) or dialogue_of_thread(uow, *place))
    found = []
    for part, reading in lines:
        is_card = way is not Way.TEXT or reading.is_prefixed
        added = uow.captures.add(
            _new(uow, actor, message, way, part, reading, is_card=is_card, internal=internal)
        )
        if added is not None:
            uow.audit.record(actor, "capture.add", added.number, kind=added.kind, way=added.way)
            show_capture(uow, added)
            found.append(added)
    return Captured(tuple(found), bool(found))


def _new(
    uow: UnitOfWork,
    actor: Official,
    message: Message,
    way: Way,
    part: str,
    reading: NoteReading,
    *,
    is_card: bool,
    internal: bool,
) -> Capture:
    owners, due, text = words_of(reading)
    side = actor.government
    return Capture(
        id=0,
        number=f"CAP-{side.value}-{uow.sequences.next(f'capture-{side.value}'):04}",
        government=side,
        team=message.team,
        channel=message.channel,
        ts=message.ts,
        part=part,
        thread_ts=message.thread_ts or message.ts,
        kind=reading.kind,
        state=CaptureState.PROPOSED if is_card else CaptureState.SUGGESTED,
        way=way,
        text=text,
        owners=owners,
        due=due,
        author=message.user,
        noted_by=actor.id,
        created_at=uow.now,
        changed_at=uow.now,
        edited_ts=message.edited_ts or "",
        internal=internal,
    )


def _follow_edit(uow: UnitOfWork, message: Message, known: tuple[Capture, ...]) -> None:
    """The source says something else: every line of it that changed is open again."""
    edited = message.edited_ts or ""
    if any(edited <= one.edited_ts or one.source is SourceState.DELETED for one in known):
        return
    bot_user = _bot_user(uow, message.team)
    whole = any(one.way is not Way.TEXT for one in known)
    lines = dict(captured_lines(message.text, bot_user, whole=whole))
    for capture in known:
        reading = lines.pop(capture.part, None)
        if reading is None or _is_marked(message.text) or _is_marked(reading.text or ""):
            changed = capture.unsay(edited, uow.now)
        elif words_of(reading) == (capture.owners, capture.due, capture.text):
            uow.captures.save(replace(capture, edited_ts=edited))
            continue
        else:
            changed = capture.reread(reading, edited, uow.now)
        show_capture(uow, save_capture(uow, changed, capture.government, "edited"))
    author = uow.officials.find(message.team, message.user)
    if lines and author is not None and policy.may(author, Act.CAPTURE):
        way = known[0].way
        _tell_refusal(uow, message, author, lambda: _capture(uow, author, message, way))


def _is_marked(text: str) -> bool:
    """Whether the words bear what may not be stored."""
    try:
        require_fit(plain(text))
    except errors.BotError:
        return True
    return False


def _tell_refusal(
    uow: UnitOfWork, message: Message, author: Official | None, work: Callable[[], object]
) -> None:
    """What an event asks for is done, or its sender is told privately why it is not."""
    try:
        with uow.part():
            work()
    except errors.NothingToCapture:
        return
    except errors.BotError as refusal:
        if author is not None:
            uow.audit.record(author, "capture.refuse_words", message.key, reason=refusal.key)
        tell_here(
            uow, message.team, message.channel, message.user, refusal.key, **refusal.parameters
        )


def _is_listened_to(uow: UnitOfWork, message: Message) -> bool:
    """Whether words alone capture here: where it is switched on, and in a round's thread."""
    if uow.captures.is_on(message.team, message.channel):
        return True
    dialogue = dialogue_of_thread(uow, message.team, message.channel, message.thread_ts)
    return dialogue is not None and dialogue.state in MIRRORED


def _is_stale(uow: UnitOfWork, message: Message) -> bool:
    """Whether a later state of the message is known: what it said then does not count."""
    return uow.requests.is_overtaken(message.key)


def _bot_user(uow: UnitOfWork, team: str) -> str | None:
    workspace = uow.workspaces.of_team(team)
    return workspace.bot_user if workspace else None


def _plain_name(name: str) -> str:
    """A reaction without its skin tone."""
    return name.partition("::")[0].casefold()


def instant_of(ts: str) -> datetime:
    return datetime.fromtimestamp(float(ts), UTC)
