"""The thread of a round on each side: opened together, mirrored both ways, headed by one card.

The card is edited in place: the item the talks are at, decisions, actions. What is said in one
thread appears in the other under its author's name; edits and deletions follow.
"""

from __future__ import annotations

from dataclasses import replace

from bot import errors
from bot.domain import policy
from bot.domain.deliveries import Delivery, DeliveryState, Method
from bot.domain.dialogues import AFTER, Dialogue, DialogueState
from bot.domain.inert import plain
from bot.domain.links import Link, LinkState
from bot.domain.officials import Official
from bot.domain.rights import Act
from bot.services.incoming import Message, Outcome
from bot.services.kinds import DIALOGUE_CARD, DIALOGUE_LINE, DIALOGUE_NEWS
from bot.services.notes import tell_refusal
from bot.services.screening import require_fit
from bot.storage.dialogues import ThreadLine
from bot.storage.unit_of_work import UnitOfWork

LINE_LIMIT = 8_000
# While the talks are on, and as long as their outcome is being worded.
MIRRORED = (DialogueState.HELD, *AFTER)
ENDED = (DeliveryState.PARKED, DeliveryState.DROPPED, DeliveryState.WITHHELD)


def open_threads(uow: UnitOfWork, dialogue: Dialogue, link: Link) -> None:
    """Posts the round's card on both ends of a link; what follows is said beneath it."""
    for end in (link.near, link.far):
        if end is not None:
            uow.outbox.add(
                DIALOGUE_CARD,
                {"dialogue": dialogue.id},
                Method.POST,
                end.team,
                end.channel,
                link_id=link.id,
                subject=subject_of(dialogue.id),
            )


def link_here(uow: UnitOfWork, team: str, channel: str) -> Link:
    """The one active link of a channel; raises ChannelNotLinked without or with several."""
    active = [one for one in uow.links.live_at(team, channel) if one.state is LinkState.ACTIVE]
    if len(active) != 1:
        raise errors.ChannelNotLinked
    return active[0]


def refresh_card(uow: UnitOfWork, dialogue: Dialogue) -> None:
    """Both cards will show how the round stands now."""
    for card in heads_of(uow, dialogue.id):
        uow.outbox.refresh(card)


def tell_threads(
    uow: UnitOfWork, dialogue: Dialogue, what: str, position: int, actor: Official
) -> None:
    """A short note in both threads; `what` is the key under `dialogues.news`."""
    for card in heads_of(uow, dialogue.id):
        uow.outbox.add(
            DIALOGUE_NEWS,
            {"dialogue": dialogue.id, "what": what, "position": position, "by": actor.id},
            Method.POST,
            card.team,
            card.channel,
            thread_of=card.id,
            link_id=card.link_id,
            subject=subject_of(dialogue.id),
        )


def heads_of(uow: UnitOfWork, dialogue_id: int) -> list[Delivery]:
    """The cards that head a round's threads, one on each side."""
    cards = uow.outbox.of_subject(subject_of(dialogue_id), DIALOGUE_CARD)
    return [card for card in cards if card.state not in ENDED]


def dialogue_of_thread(
    uow: UnitOfWork, team: str, channel: str, thread_ts: str | None
) -> Dialogue | None:
    """The round whose card heads a thread."""
    if thread_ts is None:
        return None
    card = uow.outbox.posted_at(team, thread_ts, DIALOGUE_CARD)
    if card is None or card.channel != channel:
        return None
    return uow.dialogues.get(int(str(card.facts["dialogue"])))


def take_line(uow: UnitOfWork, dialogue: Dialogue, message: Message) -> Outcome:
    """What an official says in a round's thread is mirrored into the other one, once."""
    author = uow.officials.find(message.team, message.user)
    if author is None or message.bot or message.is_stranger or message.is_guest:
        return Outcome.LEFT_ALONE
    if not policy.may(author, Act.WORK) or dialogue.state not in MIRRORED:
        return Outcome.LEFT_ALONE
    if uow.requests.is_overtaken(message.key) or not uow.requests.is_new(message.key):
        return Outcome.LEFT_ALONE
    if uow.dialogues.line_at(message.team, message.channel, message.ts) is not None:
        return Outcome.LEFT_ALONE
    refusal = _unfit(message.text)
    if refusal is not None:
        tell_refusal(uow, message.team, message.channel, message.user, author, refusal)
        return Outcome.REFUSED
    line = uow.dialogues.add_line(
        ThreadLine(
            0,
            dialogue.id,
            message.team,
            message.channel,
            message.ts,
            author.id,
            message.text,
        )
    )
    _mirror(uow, dialogue, line)
    return Outcome.ISSUED


def take_line_edit(uow: UnitOfWork, line: ThreadLine, message: Message) -> Outcome:
    """The mirrored line follows the edit; one that may not be shown any more disappears."""
    if line.is_deleted or line.body == message.text or not uow.requests.is_new(message.key):
        return Outcome.LEFT_ALONE
    refusal = _unfit(message.text)
    if refusal is not None:
        take_line_deletion(uow, line)
        author = uow.officials.get(line.author_id)
        tell_refusal(uow, message.team, message.channel, message.user, author, refusal)
        return Outcome.REFUSED
    _changed(uow, replace(line, body=message.text))
    return Outcome.ISSUED


def take_line_deletion(uow: UnitOfWork, line: ThreadLine) -> Outcome:
    """What was said and taken back is taken back on the other side as well."""
    if not line.is_deleted:
        _changed(uow, replace(line, body="", is_deleted=True))
    return Outcome.LEFT_ALONE


def subject_of(dialogue_id: int) -> str:
    return f"dialogue:{dialogue_id}"


def _mirror(uow: UnitOfWork, dialogue: Dialogue, line: ThreadLine) -> None:
    for card in heads_of(uow, dialogue.id):
        if (card.team, card.channel) != (line.team, line.channel):
            uow.outbox.add(
                DIALOGUE_LINE,
                {"line": line.id},
                Method.POST,
                card.team,
                card.channel,
                thread_of=card.id,
                link_id=card.link_id,
                subject=_line_subject(line),
            )


def _changed(uow: UnitOfWork, line: ThreadLine) -> None:
    uow.dialogues.save_line(line)
    for mirrored in uow.outbox.of_subject(_line_subject(line), DIALOGUE_LINE):
        uow.outbox.refresh(mirrored)


def _line_subject(line: ThreadLine) -> str:
    return f"line:{line.id}"


def _unfit(text: str) -> errors.BotError | None:
    if len(text) > LINE_LIMIT:
        return errors.TooLong(word="text", limit=LINE_LIMIT)
    try:
        require_fit(plain(text))
    except errors.NotReleased as refusal:
        return refusal
    return None
