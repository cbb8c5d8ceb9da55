"""What was posted while the bot was not listening is taken in afterwards, once and in order."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from bot.services import intake
from bot.storage.unit_of_work import UnitOfWork
from commands.edge import Edge
from commands.messages import Messages
from integrations.slack.history import History, Span

log = structlog.get_logger()

# Events may have been lost a little before the connection was seen to be gone.
MARGIN = timedelta(seconds=60)
# Further back than this nothing is taken in: people have moved on, and somebody has to decide.
FURTHEST = timedelta(days=14)


class Missed:
    """Reads linked channels back from the last instant the workspace was listened to."""

    def __init__(self, edge: Edge, messages: Messages, history: History) -> None:
        self._edge = edge
        self._messages = messages
        self._history = history

    async def catch_up(self, team: str) -> bool:
        """Takes in what was missed; False when Slack could not be read, to be tried again."""
        start, channels = await self._edge.look(lambda uow: _gap(uow, team))
        complete = True
        for channel in channels:
            span = await self._history.since(team, channel, start)
            await self._take(team, channel, span)
            complete = complete and span.is_complete
        if complete:
            await self.note_heard(team)
        return complete

    async def note_heard(self, team: str) -> None:
        """The workspace is being listened to now."""
        await self._edge.look(lambda uow: uow.workspaces.note_heard(team, uow.now - MARGIN))

    async def _take(self, team: str, channel: str, span: Span) -> None:
        for message in span.messages:
            await self._messages.take_missed(team, channel, message)
        if not span.is_complete or not span.messages:
            return
        present = {str(one["ts"]) for one in span.messages}
        newest = max(present, key=float)

        def vanished(uow: UnitOfWork) -> int:
            known = uow.advisories.between(team, channel, span.oldest, newest)
            gone = [one for one in known if one.source_ts not in present]
            for advisory in gone:
                intake.take_deletion(uow, team, channel, str(advisory.source_ts))
            return len(gone)

        gone = await self._edge.look(vanished)
        log.info("missed.read", team=team, messages=len(span.messages), deleted=gone)


def _gap(uow: UnitOfWork, team: str) -> tuple[datetime, tuple[str, ...]]:
    heard = uow.workspaces.heard_until(team)
    start = max(heard, uow.now - FURTHEST) if heard else uow.now
    return start, uow.links.channels_of(team)
