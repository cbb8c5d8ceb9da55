"""Open advisories are looked at again after a gap: whatever was done to older posts meanwhile.

History shows what was posted since; an edit, a deletion or a reply beneath something older shows
only where that stands. So sources and threads still in use are read again, oldest first, slowly
enough to leave Slack's limits to others, and from where it stopped should the bot stop.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import takewhile
from typing import Any

import structlog

from bot.services import intake
from bot.services.kinds import COPY
from bot.storage.rereads import Head, Reread
from bot.storage.unit_of_work import UnitOfWork
from commands.edge import Edge
from commands.enclosures import REMAINS
from commands.messages import Messages
from integrations.slack.history import History, Span

log = structlog.get_logger()

# An advisory about which nothing was said or changed for so long is not looked at again.
ALIVE = timedelta(days=90)
# Heads read at once: after each lot the place is noted.
LOT = 50
LEASE = timedelta(minutes=10)
PAUSE = timedelta(seconds=1)
UNREAD_PAUSE = timedelta(seconds=30)
NOTHING_PAUSE = timedelta(seconds=3)


class Afresh:
    """Reads heads and threads of open advisories again, one lot at a time."""

    def __init__(
        self, edge: Edge, messages: Messages, history: History, teams: Iterable[str]
    ) -> None:
        self._edge = edge
        self._messages = messages
        self._history = history
        # Until when each workspace is left alone, by the clock that never goes back.
        self._resting_until = dict.fromkeys(teams, 0.0)

    async def step(self) -> timedelta:
        """Reads one lot of every workspace that has any; how long to wait before the next."""
        for team, until in self._resting_until.items():
            if time.monotonic() >= until:
                pause = await self._read_one(team)
                self._resting_until[team] = time.monotonic() + pause.total_seconds()
        soonest = min(self._resting_until.values(), default=0.0) - time.monotonic()
        return min(timedelta(seconds=max(soonest, 0.0)), NOTHING_PAUSE)

    async def _read_one(self, team: str) -> timedelta:
        reading = await self._edge.look(lambda uow: uow.rereads.claim(team, LEASE))
        if reading is None:
            return NOTHING_PAUSE
        lot = await self._edge.look(lambda uow: _next_lot(uow, reading))
        if not lot:
            is_done = await self._edge.look(lambda uow: uow.rereads.end_half(reading))
            log.info("afresh.read", team=team, done=is_done)
            return NOTHING_PAUSE if is_done else timedelta()
        position, wait = await self._read_lot(reading, lot)
        await self._edge.look(lambda uow: uow.rereads.rest(reading, position))
        return wait

    async def _read_lot(self, reading: Reread, lot: tuple[Head, ...]) -> tuple[str, timedelta]:
        """The place up to which it was read, and how long to leave Slack alone."""
        channel = lot[0].channel
        span = await self._history.window(reading.team, channel, lot[0].ts, lot[-1].ts)
        if span.wait:
            return reading.position, timedelta(seconds=span.wait)
        # Too much was said in between: each head is asked for by itself.
        listed = {str(one["ts"]): one for one in span.messages} if span.is_complete else None
        position = reading.position
        for head in lot:
            wait = await self._read_head(reading, head, listed)
            if wait is not None:
                return position, max(wait, UNREAD_PAUSE)
            position = head.position
        return position, PAUSE

    async def _read_head(
        self, reading: Reread, head: Head, listed: Mapping[str, Mapping[str, Any]] | None
    ) -> timedelta | None:
        """Takes in what was done to a head and beneath it; a wait when that cannot be told."""
        team, channel = reading.team, head.channel
        known = await self._edge.look(
            lambda uow: uow.rereads.known_replies(team, channel, head.ts, COPY)
        )
        shown = listed.get(head.ts) if listed is not None else None
        if shown is not None and not known and not _has_news(shown, reading):
            await self._take_head(reading, head, shown)
            return None
        # What a list does not show is not believed to be gone before its thread says so too.
        thread = await self._history.thread(team, channel, head.ts)
        contradicts = shown is not None and not thread.messages
        if not thread.is_complete or contradicts:
            return timedelta(seconds=thread.wait)
        await self._take_thread(reading, head, thread, known)
        return None

    async def _take_thread(
        self, reading: Reread, head: Head, thread: Span, known: frozenset[str]
    ) -> None:
        said = {str(one["ts"]): one for one in thread.messages}
        await self._take_head(reading, head, said.get(head.ts))
        for ts, one in said.items():
            is_new = float(ts) >= reading.since.timestamp() or _is_edited(one, reading)
            if ts != head.ts and is_new:
                await self._messages.take_missed(reading.team, head.channel, one)
        for ts in sorted(known - said.keys()):
            await self._take_deletion(reading.team, head.channel, ts)

    async def _take_head(
        self, reading: Reread, head: Head, shown: Mapping[str, Any] | None
    ) -> None:
        if not head.is_source:
            return
        if shown is None or shown.get("subtype") == REMAINS:
            await self._take_deletion(reading.team, head.channel, head.ts)
        elif _is_edited(shown, reading):
            await self._messages.take_missed(reading.team, head.channel, shown)

    async def _take_deletion(self, team: str, channel: str, ts: str) -> None:
        await self._edge.look(lambda uow: intake.take_deletion(uow, team, channel, ts))


def _next_lot(uow: UnitOfWork, reading: Reread) -> tuple[Head, ...]:
    heads = uow.rereads.heads(reading, COPY, reading.since - ALIVE)[:LOT]
    return tuple(takewhile(lambda head: head.channel == heads[0].channel, heads))


def _has_news(head: Mapping[str, Any], reading: Reread) -> bool:
    return float(head.get("latest_reply") or 0) >= reading.since.timestamp()


def _is_edited(message: Mapping[str, Any], reading: Reread) -> bool:
    edited = (message.get("edited") or {}).get("ts")
    return float(edited or 0) >= reading.since.timestamp()
