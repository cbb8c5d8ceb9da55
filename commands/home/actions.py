"""What is due for me, and what my agency carries."""

from __future__ import annotations

from bot.domain import policy
from bot.domain.actions import ActionState, Filter
from bot.domain.rights import Act
from bot.services.action_facts import ActionFacts
from bot.services.action_register import Page, list_actions
from commands.home.sections import Section, Visit, heading, with_button
from integrations.slack.blocks import Block, button, context, section
from integrations.slack.shown_actions import list_line
from integrations.slack.speech import Safe

# The most urgent ones; a page that shows everything is read by nobody, and costs more.
SHOWN = 10


def due_for_me(visit: Visit) -> list[Block]:
    """The items I carry by name, the most urgent first, each with the button that ends it."""
    page = _listed(visit, Filter(official_id=visit.official.id))
    head = heading(visit, "home.due_for_me")
    if not page.items:
        return [head, section(visit.speech.say("home.nothing_due"))]
    lines = [_line(visit, item) for item in page.items]
    return [head, *lines, *_more(visit, page, "mine")]


def of_my_agency(visit: Visit) -> list[Block]:
    """What my agency carries besides, so that nothing waits for somebody who is away."""
    mine = visit.official.id
    page = _listed(visit, Filter(agency=visit.official.agency))
    lines = [
        _line(visit, item)
        for item in page.items
        if all(owner.official_id != mine for owner in item.action.owners)
    ]
    if not lines:
        return []
    agency = f"agency:{visit.official.agency}"
    return [heading(visit, "home.of_my_agency"), *lines, *_more(visit, page, agency)]


def _listed(visit: Visit, wanted: Filter) -> Page:
    return list_actions(visit.uow, visit.official, wanted, limit=SHOWN)


def _more(visit: Visit, page: Page, words: str) -> list[Block]:
    """Where the rest of a section is read."""
    if page.next is None:
        return []
    return [context(visit.speech.say("home.more", words=words))]


def _line(visit: Visit, item: ActionFacts) -> Block:
    line = section(Safe(list_line(visit.speech, item)))
    if not policy.may(visit.official, Act.WORK):
        return line
    number, is_begun = item.action.number, item.action.state is ActionState.IN_PROGRESS
    name = "done" if is_begun else "start"
    words = visit.speech.say(f"actions.button.{name}")
    return with_button(line, button(words, f"action_{name}", number))


SECTIONS: tuple[Section, ...] = (due_for_me, of_my_agency)
