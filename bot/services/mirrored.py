"""What of a reply may be read where it is mirrored: its text, nothing, or what stands already."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum, auto

from bot.domain import policy
from bot.domain.advisories import Advisory, ThreadReply
from bot.domain.deliveries import Delivery
from bot.domain.labels import Label
from bot.services.cards import is_shown
from bot.services.kinds import digest_of
from bot.storage.unit_of_work import UnitOfWork


class Showing(Enum):
    """What becomes of a mirrored reply."""

    TEXT = auto()  # what its author says now
    GONE = auto()  # taken back, deleted, or no longer to be read here
    BARRED = auto()  # changed, and the new text may not go; nor may the old one stay as it is
    AS_IT_STANDS = auto()  # changed, and nothing moves along the link now


def as_replied(uow: UnitOfWork, advisory: Advisory, reply: ThreadReply) -> Advisory:
    """The advisory under the strictest label it has borne since a reply to it was said.

    Whoever relaxes an advisory has its own text before them, not what others said of it.
    """
    return replace(advisory, label=uow.advisories.strictest_since(advisory, reply.revision))


def is_reply_shown(uow: UnitOfWork, delivery: Delivery, said: Advisory) -> bool:
    """The same for a reply, of an advisory as `as_replied` gives it.

    Taken back as too restricted for the link, a reply stays so when only its advisory is relaxed.
    """
    shown = is_shown(uow, delivery, said)
    if not shown or delivery.link_id is None or delivery.team == said.team:
        return shown
    if said.label is uow.advisories.get(said.id).label:
        return True
    return policy.barrier(said, uow.links.get(delivery.link_id)) is None


def showing_of(uow: UnitOfWork, sent: Delivery, advisory: Advisory, reply: ThreadReply) -> Showing:
    """What may be read where a reply was mirrored to.

    A changed reply is new text, and goes only where a reply may go now. The text that stands may
    always take on a tighter label; one that was changed meanwhile is not known any more.
    """
    said = as_replied(uow, advisory, reply)
    if reply.is_deleted or not is_reply_shown(uow, sent, said):
        return Showing.GONE
    text, _, label = (sent.shown or "").partition("/")
    if sent.link_id is None or text == digest_of(reply.body):
        return Showing.TEXT
    link = uow.links.get(sent.link_id)
    if policy.may_reply(said, link):
        return Showing.TEXT
    is_tight = label in list(Label) and Label(label) is said.label
    moves = policy.carries(advisory, link)
    return Showing.AS_IT_STANDS if is_tight and not moves else Showing.BARRED
