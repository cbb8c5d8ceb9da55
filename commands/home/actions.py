"""What is due for me, and what my agency carries."""

from __future__ import annotations

from bot.domain.actions import ActionState, Filter
from bot.services.action_facts import ActionFacts
from bot.services.action_register import list_actions
from commands.home.sections import MOST_SHOWN, Section, Visit, heading, with_button
from integrations.slack.blocks import Block, button, section
from integrations.slack.shown_actions import list_line
from integrations.slack.speech import Safe


def due_for_me(visit: Visit) -> list[Block]:
    """The items I carry by name, the most urgent first, each with the button that ends it."""
    found = _listed(visit, Filter(official_id=visit.official.id))
    if not found:
        return [heading(visit, "home.due_for_me"), section(visit.speech.say("home.nothing_due"))]
    return [heading(visit, "home.due_for_me"), *(_line(visit, item) for item in found)]


def of_my_agency(visit: Visit) -> list[Block]:
    """What my agency carries besides, so that nothing waits for somebody who is away."""
    mine = visit.official.id
    found = [
        item
        for item in _listed(visit, Filter(agency=visit.official.agency))
        if all(owner.official_id != mine for owner in item.action.owners)
    ]
    if not found:
        return []
    return [heading(visit, "home.of_my_agency"), *(_line(visit, item) for item in found)]


def _listed(visit: Visit, wanted: Filter) -> tuple[ActionFacts, ...]:
    return list_actions(visit.uow, visit.official, wanted, limit=MOST_SHOWN).items


def _line(visit: Visit, item: ActionFacts) -> Block:
    line = section(Safe(list_line(visit.speech, item)))
    if not visit.official.may_speak:
        return line
    number, is_begun = item.action.number, item.action.state is ActionState.IN_PROGRESS
    name = "done" if is_begun else "start"
    words = visit.speech.say(f"actions.button.{name}")
    return with_button(line, button(words, f"action_{name}", number))


SECTIONS: tuple[Section, ...] = (due_for_me, of_my_agency)
