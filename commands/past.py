"""What is said now waits its turn behind what was said while the bot was away.

Otherwise the advisories of an outage would be overtaken by the first one posted after it. Within a
channel messages are taken in one after the other, in the order in which they came.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from bot import errors

# Slack waits three seconds; storing gets the rest. What had no turn by then comes again.
PATIENCE_SECONDS = 0.9


class Past:
    """Which channels' past is still unread; `teams` are those that nobody has listened to yet."""

    def __init__(self, teams: Iterable[str] = ()) -> None:
        # None: it is not known yet which channels have to be read.
        self._unread: dict[str, set[str] | None] = dict.fromkeys(teams)
        self._gaps: dict[str, set[str]] = {}
        self._turns: dict[tuple[str, str], asyncio.Lock] = {}
        self._progress = asyncio.Event()

    def lose(self, team: str) -> None:
        """Nobody listened to the workspace for a while: its past has to be read again."""
        self._unread[team] = None

    def note_gap(self, team: str, channel: str) -> None:
        """Something said there could not be stored: what follows must not overtake it."""
        unread = self._unread.setdefault(team, set())
        if unread is not None:
            unread.add(channel)
        self._gaps.setdefault(team, set()).add(channel)

    def take_gaps(self, team: str) -> set[str]:
        """The channels in which something is missing since this was asked last."""
        return self._gaps.pop(team, set())

    def expect(self, team: str, channels: Iterable[str]) -> None:
        """These channels, and no others, have a past to be read."""
        unread = self._unread.get(team)
        self._unread[team] = set(channels) if unread is None else unread & set(channels)
        self._pulse()

    def note_read(self, team: str, channel: str) -> None:
        """What was said there while nobody listened has been taken in."""
        unread = self._unread.get(team)
        if unread is not None and channel not in self._gaps.get(team, ()):
            unread.discard(channel)
            self._pulse()

    @asynccontextmanager
    async def turn(self, team: str, channel: str, *, missed: bool) -> AsyncIterator[None]:
        """One message's turn in its channel; raises DatabaseBusy when it does not come in time."""
        lock = self._turns.setdefault((team, channel), asyncio.Lock())
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not missed and self._is_unread(team, channel):
                    await self._progress.wait()
                await lock.acquire()
        except TimeoutError as error:
            # What is being read back just now may be older than this: it is read once more.
            if not missed:
                self.note_gap(team, channel)
            raise errors.DatabaseBusy from error
        try:
            # Whoever had the turn before may have left a gap.
            if not missed and self._is_unread(team, channel):
                self.note_gap(team, channel)
                raise errors.DatabaseBusy
            yield
        finally:
            lock.release()

    def _is_unread(self, team: str, channel: str) -> bool:
        unread = self._unread.get(team, set())
        return unread is None or channel in unread

    def _pulse(self) -> None:
        self._progress.set()
        self._progress.clear()
