"""What is said of action items, looked up anew in the transaction that claims the delivery."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.actions import Action, ActionEvent, Owner
from bot.domain.deliveries import Delivery, Method
from bot.domain.links import LinkState
from bot.domain.moments import TOKYO
from bot.domain.officials import Government
from bot.services.action_facts import (
    ActionCardFacts,
    ActionFacts,
    ActionLineFacts,
    ActionNewsFacts,
    OwnerFacts,
)
from bot.services.cards import agency_of
from bot.services.composing import Composers, side_of
from bot.services.kinds import ACTION_CARD, ACTION_NEWS, STOPPED, Withheld
from bot.storage.unit_of_work import UnitOfWork

# In one message; what happened before them stands in the item's history.
MOST_LINES = 20


def facts_of(uow: UnitOfWork, action: Action) -> ActionFacts:
    """An item with the names of its owners."""
    owners = tuple(owner_facts(uow, owner) for owner in action.owners)
    return ActionFacts(action, owners, uow.now.astimezone(TOKYO).date())


def lines_of(uow: UnitOfWork, events: Iterable[ActionEvent]) -> tuple[ActionLineFacts, ...]:
    """Lines of a history with the names of the people in them."""
    lines = []
    for event in events:
        by = uow.officials.get(event.by)
        agency = agency_of(uow, by.agency)
        lines.append(ActionLineFacts(event.verb, by.name, agency, event.at, event.detail))
    return tuple(lines)


def _card(uow: UnitOfWork, delivery: Delivery) -> ActionCardFacts:
    action, side = _permitted(uow, delivery)
    return ActionCardFacts(side, facts_of(uow, action))


def _news(uow: UnitOfWork, delivery: Delivery) -> ActionNewsFacts:
    action, side = _permitted(uow, delivery)
    since = int(str(delivery.facts["since"]))
    events = uow.actions.events(action.id, after=since - 1)
    if not events:
        raise Withheld("no_news")
    return ActionNewsFacts(
        side,
        facts_of(uow, action),
        lines_of(uow, events[-MOST_LINES:]),
        in_person=delivery.method is Method.DIRECT,
    )


def _permitted(uow: UnitOfWork, delivery: Delivery) -> tuple[Action, Government]:
    """The item, if it may be shown where the delivery goes; raises Withheld."""
    side = side_of(uow, delivery)
    action = uow.actions.get(int(str(delivery.facts["action"])))
    if not action.is_seen_by(side):
        raise Withheld("internal")
    if delivery.method is Method.DIRECT:
        reader = uow.officials.find(delivery.team, delivery.user or "")
        if reader is None:
            raise Withheld("not_enrolled")
    if delivery.link_id is not None:
        link = uow.links.get(delivery.link_id)
        if link.state is not LinkState.ACTIVE:
            raise Withheld(STOPPED if link.is_live else "policy")
    return action, side


def owner_facts(uow: UnitOfWork, owner: Owner) -> OwnerFacts:
    """An owner with the names they are known by."""
    agency = uow.agencies.get(owner.agency) if owner.agency else None
    name = uow.officials.get(owner.official_id).name if owner.official_id else ""
    return OwnerFacts(owner.government, agency, name)


COMPOSERS: Composers = {ACTION_CARD: _card, ACTION_NEWS: _news}
