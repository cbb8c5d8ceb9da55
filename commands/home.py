"""The Home tab: who one is to the bot, what is linked, and how to begin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot import errors
from bot.services import links
from bot.services.access import require_official
from bot.storage.unit_of_work import UnitOfWork
from commands.edge import Answer, Edge, Sender
from integrations.slack.blocks import DIVIDER, Block, section
from integrations.slack.speech import Safe, Speech
from integrations.slack.teams import acting_team
from integrations.slack.windows import Windows

Body = Mapping[str, Any]
LINKS_SHOWN = 20


class Home:
    """Publishes the tab whenever somebody opens it."""

    def __init__(self, edge: Edge, windows: Windows) -> None:
        self._edge = edge
        self._windows = windows

    async def open(self, body: Body) -> None:
        """Shows an official their own page, and everybody else how to be enrolled."""
        event = body["event"]
        if event.get("tab", "home") != "home":
            return
        sender = Sender(acting_team(body), str(event["user"]), "")
        shown = await self._edge.explain(
            sender, lambda: self._edge.read(sender, lambda uow, sp: _page(uow, sp, sender))
        )
        blocks = [section(shown.text)] if isinstance(shown, Answer) else shown
        self._edge.later(self._publish(sender, blocks))

    async def _publish(self, sender: Sender, blocks: list[Block]) -> None:
        try:
            await self._windows.publish(sender.team, sender.user, blocks)
        except errors.SlackUnreachable:
            # The tab keeps what it showed; the next opening tries again.
            return


def _page(uow: UnitOfWork, speech: Speech, sender: Sender) -> list[Block]:
    official = require_official(uow, sender.team, sender.user)
    agency = uow.agencies.get(official.agency) or official.agency
    roles = [speech.say(f"roster.role.{role.value}") for role in sorted(official.roles)]
    live = [link for link in links.list_links(uow, official) if link.is_live]
    lines = [
        speech.say(
            "links.home_line",
            code=link.code,
            state=speech.say(f"links.state.{link.state.value}"),
            near=link.near.agency,
            far=link.far.agency if link.far else link.to_agency,
        )
        for link in live[:LINKS_SHOWN]
    ]
    linked = Safe("\n".join([speech.say("links.list", n=len(live)), *lines]))
    return [
        section(speech.say("roster.whoami", name=official.name, agency=agency, roles=roles)),
        DIVIDER,
        section(linked if live else speech.say("links.none")),
        DIVIDER,
        section(speech.say("commands.help")),
    ]
