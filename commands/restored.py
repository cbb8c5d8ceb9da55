"""Before a database that was put back speaks again, it reads what stands in Slack.

It does not know what it said and took back since its copy was made. Until every channel has been
read, the bot neither listens nor speaks: silence can be made good, a second copy cannot.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError

from bot import errors
from bot.services import recovery
from bot.services.kinds import COPY
from bot.services.recovery import Tally
from bot.storage.restores import Restore
from commands.edge import Edge
from commands.missed import Missed
from integrations.slack.history import retry_after
from integrations.slack.standing import Standing

log = structlog.get_logger()

FAILURES = (SlackClientError, aiohttp.ClientError, TimeoutError, OSError, errors.TryAgain)
RETRY_SECONDS = 5.0
# Slack's words for a channel the bot cannot read (conversations.history, errors).
UNREACHABLE = frozenset({"channel_not_found", "not_in_channel", "is_archived"})
# Threads are read a second time: a reply finds its advisory only after that has been taken in.
ROUNDS = 2


class Restored:
    """Reads channels after a restore; returns at once when there was none."""

    def __init__(
        self, edge: Edge, missed: Missed, standing: Standing, teams: Iterable[str]
    ) -> None:
        self._edge = edge
        self._missed = missed
        self._standing = standing
        self._teams = tuple(teams)

    async def run(self) -> None:
        """Tries for as long as it takes; from then on the bot knows what it has said."""
        while True:
            try:
                await self._read()
            except FAILURES as error:
                log.warning("restored.unread", reason=type(error).__name__)
                await asyncio.sleep(max(RETRY_SECONDS, retry_after(error)))
            else:
                return

    async def _read(self) -> None:
        restore = await self._edge.look(lambda uow: uow.restores.pending())
        if restore is None:
            return
        log.info("restored.reading", since=restore.until.isoformat())
        tally = await self._take_standing(restore)
        for _ in range(ROUNDS):
            for team in self._teams:
                await self._catch_up(team, restore)
        await self._edge.look(lambda uow: recovery.finish(uow, restore, tally))
        log.info("restored.read", known=tally.known, forgotten=tally.forgotten)

    async def _take_standing(self, restore: Restore) -> Tally:
        channels = await self._edge.look(lambda uow: uow.restores.channels(restore, COPY))
        tally = Tally()
        for (team, channel), since in channels.items():
            if team not in self._teams:
                continue
            try:
                posts = await self._standing.posts(team, channel, since)
            except SlackApiError as error:
                if error.response.get("error") not in UNREACHABLE:
                    raise
                # Where the bot is no longer let in it can say nothing twice.
                log.warning("restored.no_access", team=team, channel=channel)
                continue
            tally += await self._edge.look(partial(recovery.take_standing, posts=posts))
        return tally

    async def _catch_up(self, team: str, restore: Restore) -> None:
        """What was said since the copy was made is taken in, before anything new is."""
        await self._edge.look(lambda uow: uow.workspaces.note_heard(team, restore.until))
        self._missed.note_lost(team)
        while not await self._missed.catch_up(team):  # noqa: ASYNC110  only Slack knows when
            await asyncio.sleep(RETRY_SECONDS)
