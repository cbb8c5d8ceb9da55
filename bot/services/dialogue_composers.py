"""What is said in a round's threads, looked up anew in the transaction that claims the delivery."""

from __future__ import annotations

from bot.domain.deliveries import Delivery
from bot.domain.dialogues import Dialogue
from bot.domain.links import LinkState
from bot.domain.officials import Government
from bot.services.cards import agency_of, names_in
from bot.services.composing import Composers, side_of
from bot.services.dialogue_facts import DialogueCardFacts, DialogueLineFacts, DialogueNewsFacts
from bot.services.dialogue_record import record_of
from bot.services.kinds import DIALOGUE_CARD, DIALOGUE_LINE, DIALOGUE_NEWS, STOPPED, Withheld
from bot.storage.unit_of_work import UnitOfWork


def _card(uow: UnitOfWork, delivery: Delivery) -> DialogueCardFacts:
    dialogue, side = _permitted(uow, delivery)
    return DialogueCardFacts(side, record_of(uow, dialogue))


def _line(uow: UnitOfWork, delivery: Delivery) -> DialogueLineFacts:
    side = _side(uow, delivery)
    line = uow.dialogues.line(int(str(delivery.facts["line"])))
    if line.is_deleted and delivery.target is None:
        raise Withheld("line_gone")
    author = uow.officials.get(line.author_id)
    return DialogueLineFacts(
        side,
        agency_of(uow, author.agency),
        author.name,
        line.body,
        names_in(uow, line.team, line.body),
    )


def _news(uow: UnitOfWork, delivery: Delivery) -> DialogueNewsFacts:
    dialogue, side = _permitted(uow, delivery)
    by = uow.officials.get(int(str(delivery.facts["by"])))
    position = int(str(delivery.facts["position"]))
    found = [one for one in uow.dialogues.decisions(dialogue.id) if one.position == position]
    return DialogueNewsFacts(
        side,
        dialogue.number,
        str(delivery.facts["what"]),
        by.name,
        agency_of(uow, by.agency),
        found[0] if found else None,
    )


def _permitted(uow: UnitOfWork, delivery: Delivery) -> tuple[Dialogue, Government]:
    side = _side(uow, delivery)
    return uow.dialogues.get(int(str(delivery.facts["dialogue"]))), side


def _side(uow: UnitOfWork, delivery: Delivery) -> Government:
    """The side spoken to, as long as the link of the round's threads is active."""
    link = uow.links.get(delivery.link_id) if delivery.link_id else None
    if link is None or link.state is not LinkState.ACTIVE:
        # What people say while a link is stopped does not pass it later on.
        is_words = delivery.kind == DIALOGUE_LINE
        raise Withheld(STOPPED if link and link.is_live and not is_words else "policy")
    return side_of(uow, delivery)


COMPOSERS: Composers = {DIALOGUE_CARD: _card, DIALOGUE_LINE: _line, DIALOGUE_NEWS: _news}
