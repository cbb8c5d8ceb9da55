"""What was posted while the bot was not listening is taken in afterwards, once and in order."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import structlog

from bot.domain.advisories import AdvisoryState
from bot.services import intake
from bot.storage.unit_of_work import UnitOfWork
from commands.edge import Edge
from commands.messages import Messages
from commands.past import Past
from integrations.slack.history import History

log = structlog.get_logger()

# Events may have been lost a little before the connection was seen to be gone.
MARGIN = timedelta(seconds=60)
# A message this young that history does not show may have been deleted, or not be shown yet.
YOUNG = timedelta(seconds=15)
# Further back than this nothing is taken in: people have moved on, and somebody has to decide.
FURTHEST = timedelta(days=14)
# Where there was no gap, only doubt, what is older is looked at again no more often than this.
DOUBTED_SECONDS = 3600.0


class Missed:
    """Reads linked channels back from the last instant the workspace was listened to."""

    def __init__(self, edge: Edge, messages: Messages, past: Past, history: History) -> None:
        self._edge = edge
        self._messages = messages
        self._past = past
        self._history = history
        self._done: dict[str, set[str]] = {}
        self._resting_until: dict[str, float] = {}
        # The same for replies alone: their method has a limit of its own.
        self._replies_rest_until: dict[str, float] = {}
        # Channels of which all is read but, perhaps, replies that have to wait.
        self._listed: dict[str, set[str]] = {}
        # When what is older has to be looked at again too, and from which instant on.
        self._afresh_at: dict[str, float] = {}
        self._unsure_since: dict[str, datetime] = {}

    def note_lost(self, team: str) -> None:
        """Nobody listened for a while: what is said now waits until that has been read back."""
        self._begin_again(team)
        self._afresh_at.pop(team, None)
        self._past.lose(team)

    def note_gaps(self, team: str) -> bool:
        """Whether something could not be stored since: those channels are read back again."""
        gaps = self._past.take_gaps(team)
        for read in (self._done, self._listed):
            read.setdefault(team, set()).difference_update(gaps)
        return bool(gaps)

    async def wait_for_gap(self, team: str, seconds: float) -> None:
        """Returns when something could not be stored, and after so long in any case."""
        await self._past.wait_for_gap(team, seconds)

    def note_doubt(self, team: str) -> None:
        """Something may have been missed although we listened: it is read beside what is said."""
        self._begin_again(team)

    def _begin_again(self, team: str) -> None:
        self._done.pop(team, None)
        self._listed.pop(team, None)

    async def catch_up(self, team: str) -> bool:
        """Takes in what was missed; False when Slack could not be read, to be tried again."""
        if time.monotonic() < self._resting_until.get(team, 0):
            return False
        start, channels = await self._begin(team)
        self._past.expect(team, channels)
        done = self._done.setdefault(team, set())
        for channel in channels:
            if channel in done or self._waits_for_replies(team, channel):
                continue
            if await self._read(team, channel, start):
                done.add(channel)
            if time.monotonic() < self._resting_until.get(team, 0):
                return False
        if not done.issuperset(channels):
            return False
        await self.note_heard(team)
        return True

    def _waits_for_replies(self, team: str, channel: str) -> bool:
        rests = time.monotonic() < self._replies_rest_until.get(team, 0)
        return rests and channel in self._listed.get(team, ())

    async def _begin(self, team: str) -> tuple[datetime, tuple[str, ...]]:
        """Where the gap begins; that what is older will be read afresh is stored first."""
        is_due = time.monotonic() >= self._afresh_at.get(team, 0)

        def work(uow: UnitOfWork) -> tuple[datetime, tuple[str, ...]]:
            start, channels = _gap(uow, team)
            heard = uow.workspaces.heard_until(team) or uow.now
            unsure = min(self._unsure_since.get(team, heard), heard)
            self._unsure_since[team] = unsure
            if is_due and channels:
                uow.rereads.promise(team, unsure, start)
            return start, channels

        start, channels = await self._edge.look(work)
        if is_due:
            self._unsure_since.pop(team, None)
            self._afresh_at[team] = time.monotonic() + DOUBTED_SECONDS
        return start, channels

    async def note_heard(self, team: str) -> None:
        """The workspace is being listened to now."""
        await self._edge.look(lambda uow: uow.workspaces.note_heard(team, uow.now - MARGIN))

    async def _read(self, team: str, channel: str, start: datetime) -> bool:
        """Takes a channel's messages in; False while it cannot be told what was deleted."""
        known = await self._edge.look(lambda uow: _known(uow, team, channel, start))
        began = time.monotonic()
        with_replies = began >= self._replies_rest_until.get(team, 0)
        span = await self._history.since(team, channel, start, with_replies=with_replies)
        shown = {str(one["ts"]) for one in span.messages}
        rests = self._replies_rest_until if span.is_listed else self._resting_until
        rests[team] = max(rests.get(team, 0.0), time.monotonic() + span.wait)
        for message in span.messages:
            await self._messages.take_missed(team, channel, message)
        if span.is_listed:
            self._past.note_read(team, channel, shown, began, float(span.oldest))
            self._listed.setdefault(team, set()).add(channel)
        if not span.is_complete:
            return False
        absent = known - shown

        def vanished(uow: UnitOfWork) -> set[str]:
            old = {ts for ts in absent if float(ts) < (uow.now - YOUNG).timestamp()}
            for ts in old:
                intake.take_deletion(uow, team, channel, ts)
            return old

        gone = await self._edge.look(vanished)
        log.info("missed.read", team=team, read=len(span.messages), deleted=len(gone))
        return gone == absent


def _gap(uow: UnitOfWork, team: str) -> tuple[datetime, tuple[str, ...]]:
    heard = uow.workspaces.heard_until(team)
    start = max(heard, uow.now - FURTHEST) if heard else uow.now
    return start, uow.links.channels_of(team)


def _known(uow: UnitOfWork, team: str, channel: str, start: datetime) -> frozenset[str]:
    """The advisories' sources that history has to show from an instant on, or they are gone."""
    began, now = f"{start.timestamp():.6f}", f"{uow.now.timestamp():.6f}"
    open_ = (AdvisoryState.HELD, AdvisoryState.ISSUED, AdvisoryState.SUPERSEDED)
    found = uow.advisories.between(team, channel, began, now)
    return frozenset(one.source_ts for one in found if one.source_ts and one.state in open_)
