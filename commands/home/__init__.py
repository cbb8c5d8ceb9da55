"""The Home tab: what is due for one official, what waits for them, and how things stand.

Each noun brings its sections; here they are put in order, cut into pages Slack takes, and shown
when the tab is opened and whenever something of theirs has changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from bot import errors
from bot.domain.officials import Official
from bot.services.access import require_official
from bot.storage.homes import OpenHome
from bot.storage.unit_of_work import UnitOfWork
from commands.catalogue import Ask, Reply
from commands.edge import Answer, Edge, Sender
from commands.home import actions, advisories, dialogue, follow_ups, links
from commands.home.sections import Section, Visit
from integrations.slack.blocks import DIVIDER, Block, button, context, section
from integrations.slack.blocks import actions as buttons
from integrations.slack.speech import Safe, Speech
from integrations.slack.teams import acting_team
from integrations.slack.windows import Windows

Body = Mapping[str, Any]
# A view takes 100 blocks (Slack's reference of views); the head and the way on need a few.
PAGE_BLOCKS = 90
AT_ONCE = 20
# For who is not shown at once; whoever has to wait longer opens the tab again.
MOST_TRIES, PAUSE_SECONDS = 5, 1

SECTIONS: tuple[Section, ...] = (
    *actions.SECTIONS[:1],
    *follow_ups.SECTIONS,
    *advisories.SECTIONS,
    *actions.SECTIONS[1:],
    *dialogue.SECTIONS,
    *links.SECTIONS,
)


class Home:
    """Publishes the tab when somebody opens it, and again when it has become stale."""

    def __init__(self, edge: Edge, windows: Windows) -> None:
        self._edge = edge
        self._windows = windows
        self._is_showing = self._is_wanted = False
        edge.show_homes = self.show_stale

    async def open(self, body: Body) -> None:
        """Shows an official their own page, and everybody else how to be enrolled."""
        event = body["event"]
        if event.get("tab", "home") != "home":
            return
        sender = Sender(acting_team(body), str(event["user"]), "")

        def look(uow: UnitOfWork, speech: Speech) -> list[Block]:
            official = require_official(uow, sender.team, sender.user)
            uow.homes.open(sender.team, sender.user)
            return page_of(Visit(uow, official, speech), 0)

        key = f"home:{body.get('event_id') or event.get('event_ts')}"
        shown = await self._edge.explain(sender, lambda: self._edge.read(sender, look, key=key))
        blocks = [section(shown.text)] if isinstance(shown, Answer) else shown
        self._edge.later(self._publish_first(sender, blocks))

    async def show_stale(self) -> None:
        """Shows every stale tab anew; changes that come meanwhile are shown with the next."""
        self._is_wanted = True
        if self._is_showing:
            return
        self._is_showing = True
        try:
            while self._is_wanted:
                self._is_wanted = False
                await self._show_all()
        except errors.TryAgain:
            # What is stale still stays so: the next change, or opening the tab, shows it anew.
            return
        finally:
            self._is_showing = False

    async def _show_all(self) -> None:
        """Until nothing is stale; what could not be shown is tried again a few times."""
        tries = 0
        while stale := await self._edge.look(lambda uow: uow.homes.take_stale(AT_ONCE)):
            missed = [home for home in stale if not await self._show(home)]
            if missed:
                await self._edge.look(partial(_put_back, missed))
                tries += 1
                if tries >= MOST_TRIES:
                    return
                await asyncio.sleep(PAUSE_SECONDS)

    async def _show(self, home: OpenHome) -> bool:
        """Shows a tab; False when there was no time or no Slack for it."""
        sender = Sender(home.team, home.user, "")

        def look(uow: UnitOfWork, speech: Speech) -> list[Block]:
            official = require_official(uow, home.team, home.user)
            return page_of(Visit(uow, official, speech), home.page)

        shown = await self._edge.explain(sender, lambda: self._edge.read(sender, look))
        if isinstance(shown, Answer):
            return not isinstance(shown.refusal, errors.TryAgain)
        return await self._publish(sender, shown)

    async def _publish(self, sender: Sender, blocks: list[Block]) -> bool:
        try:
            await self._windows.publish(sender.team, sender.user, blocks)
        except errors.SlackUnreachable:
            # The tab keeps what it showed.
            return False
        return True

    async def _publish_first(self, sender: Sender, blocks: list[Block]) -> None:
        await self._publish(sender, blocks)


def _put_back(missed: list[OpenHome], uow: UnitOfWork) -> None:
    """Tabs that could not be shown are stale still."""
    for home in missed:
        uow.homes.turn(home.team, home.user, home.page)


def turn(ask: Ask) -> Reply:
    """The buttons of a page: the value is the number of the one wanted."""
    if not ask.value.isdigit():
        raise errors.ButtonNotYours
    ask.uow.homes.turn(ask.team, ask.official.user, int(ask.value))
    return Reply(Safe(""))


def page_of(visit: Visit, number: int) -> list[Block]:
    """One page of somebody's Home, with the way to the others."""
    pages = _pages([_section(visit, one) for one in SECTIONS])
    at = min(number, len(pages) - 1)
    blocks = [section(_whoami(visit.speech, visit.uow, visit.official)), *pages[at]]
    if len(pages) > 1:
        blocks.append(_way(visit.speech, at, len(pages)))
    return [*blocks, DIVIDER, context(visit.speech.say("commands.help"))]


def _section(visit: Visit, one: Section) -> list[Block]:
    blocks = one(visit)
    return [DIVIDER, *blocks] if blocks else []


def _pages(sections: list[list[Block]]) -> list[list[Block]]:
    blocks = [block for one in sections for block in one]
    cut = [blocks[at : at + PAGE_BLOCKS] for at in range(0, len(blocks), PAGE_BLOCKS)]
    return cut or [[]]


def _way(speech: Speech, at: int, pages: int) -> Block:
    pressed = []
    if at > 0:
        pressed.append(button(speech.say("home.previous"), "home_previous", str(at - 1)))
    if at < pages - 1:
        pressed.append(button(speech.say("home.next"), "home_next", str(at + 1)))
    return buttons(*pressed)


def _whoami(speech: Speech, uow: UnitOfWork, official: Official) -> Safe:
    agency = uow.agencies.get(official.agency) or official.agency
    roles = [speech.say(f"roster.role.{role.value}") for role in sorted(official.roles)]
    return speech.say("roster.whoami", name=official.name, agency=agency, roles=roles)


BUTTONS: dict[str, tuple[Callable[[Ask], Reply], bool]] = {
    "home_previous": (turn, False),
    "home_next": (turn, False),
}
