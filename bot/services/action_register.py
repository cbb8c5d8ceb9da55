"""Reading the register: pages of items under a filter, and everything about one."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.actions import Action, Filter
from bot.domain.officials import Official
from bot.services.action_composers import facts_of, lines_of
from bot.services.action_facts import ActionFacts, ActionLineFacts
from bot.services.actions import find_action
from bot.storage.actions import BEGINNING, Key, key_of
from bot.storage.unit_of_work import UnitOfWork

PAGE = 10


@dataclass(frozen=True)
class Page:
    """Some items of a list, and where the next ones begin; None when these are the last."""

    items: tuple[ActionFacts, ...]
    next: Key | None


def list_actions(
    uow: UnitOfWork, actor: Official, wanted: Filter, after: Key = BEGINNING, limit: int = PAGE
) -> Page:
    """The items the actor's side may see, by due date; there is no count of what is not shown.

    Counting would cost more the longer the register grows.
    """
    found = uow.actions.page(actor.government, wanted, limit + 1, after)
    shown, has_more = found[:limit], len(found) > limit
    items = tuple(facts_of(uow, action) for action in shown)
    return Page(items, key_of(shown[-1]) if has_more else None)


def show_action(
    uow: UnitOfWork, actor: Official, number: str
) -> tuple[Action, ActionFacts, tuple[ActionLineFacts, ...]]:
    """One item with its whole history; raises ActionNotFound."""
    action = find_action(uow, actor, number)
    return action, facts_of(uow, action), lines_of(uow, uow.actions.events(action.id))
