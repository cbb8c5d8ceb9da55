"""What is said now waits its turn behind what was said while the bot was away.

Otherwise the advisories of an outage would be overtaken by the first one posted after it. Within a
channel messages are taken in one after the other, in the order in which they came.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Set
from contextlib import asynccontextmanager, suppress

from bot import errors

# Slack waits three seconds, and a person one; storing gets the rest. What had no turn by then comes
# again.
PATIENCE_SECONDS = 0.8
# What history does not show after so long was deleted meanwhile.
SHOWN_SECONDS = 15.0


class Past:
    """Which channels' past is still unread; `teams` are those that nobody has listened to yet."""

    def __init__(self, teams: Iterable[str] = ()) -> None:
        # None: it is not known yet which channels have to be read.
        self._unread: dict[str, set[str] | None] = dict.fromkeys(teams)
        self._gaps: dict[str, set[str]] = {}
        # Per channel what could not be stored, and when it came: messages by their `ts`; None for
        # the last of all that history does not list.
        self._missing: dict[tuple[str, str], dict[str | None, float]] = {}
        self._turns: dict[tuple[str, str], asyncio.Lock] = {}
        self._progress = asyncio.Event()
        self._noted: dict[str, asyncio.Event] = {}

    def lose(self, team: str) -> None:
        """Nobody listened to the workspace for a while: its past has to be read again."""
        self._unread[team] = None

    def note_gap(self, team: str, channel: str, ts: str | None) -> None:
        """Something said there could not be stored: what follows must not overtake it.

        `ts`: of a message, which history will show; None for an edit, a deletion or a reply.
        """
        now = time.monotonic()
        unread = self._unread.setdefault(team, set())
        if unread is not None:
            unread.add(channel)
        missing = self._missing.setdefault((team, channel), {})
        # Coming again, a message is not younger; an edit or a deletion may be another.
        missing[ts] = now if ts is None else missing.get(ts, now)
        self._open_gap(team, channel)

    def take_gaps(self, team: str) -> set[str]:
        """The channels in which something is missing since this was asked last."""
        self._event(team).clear()
        return self._gaps.pop(team, set())

    async def wait_for_gap(self, team: str, seconds: float) -> None:
        """Returns when something is missing in the workspace, and after so long in any case."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event(team).wait()

    def expect(self, team: str, channels: Iterable[str]) -> None:
        """These channels, and no others, have a past to be read."""
        expected = set(channels)
        unread = self._unread.get(team)
        self._unread[team] = expected if unread is None else unread & expected
        for missing in [one for one in self._missing if one[0] == team and one[1] not in expected]:
            del self._missing[missing]
        self._pulse()

    def note_read(
        self, team: str, channel: str, shown: Set[str], began: float, oldest: float
    ) -> None:
        """What was said there while nobody listened has been taken in, from `oldest` (a `ts`) on.

        `shown`: the `ts` of all messages that history showed; `began`: when it was asked for them.
        Replies may have had to wait: one that was refused then holds up nothing.
        """
        missing = {
            ts: came
            for ts, came in self._missing.pop((team, channel), {}).items()
            if not (ts in shown or _was_read(ts, came, began, oldest))
        }
        if missing:
            self._missing[team, channel] = missing
            self._open_gap(team, channel)
        elif (unread := self._unread.get(team)) is not None:
            unread.discard(channel)
            self._gaps.get(team, set()).discard(channel)
            self._pulse()

    @asynccontextmanager
    async def turn(
        self, team: str, channel: str, ts: str | None, *, missed: bool
    ) -> AsyncIterator[None]:
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
                self.note_gap(team, channel, ts)
            raise errors.DatabaseBusy from error
        try:
            # Whoever had the turn before may have left a gap.
            if not missed and self._is_unread(team, channel):
                self.note_gap(team, channel, ts)
                raise errors.DatabaseBusy
            yield
        finally:
            lock.release()

    def _is_unread(self, team: str, channel: str) -> bool:
        unread = self._unread.get(team, set())
        return unread is None or channel in unread

    def _open_gap(self, team: str, channel: str) -> None:
        self._gaps.setdefault(team, set()).add(channel)
        self._event(team).set()

    def _event(self, team: str) -> asyncio.Event:
        return self._noted.setdefault(team, asyncio.Event())

    def _pulse(self) -> None:
        self._progress.set()
        self._progress.clear()


def _was_read(ts: str | None, came: float, began: float, oldest: float) -> bool:
    """Whether nothing more is to be expected of history: it was asked after this had come.

    Except for a message, which it has to show while it stands; one from before it cannot.
    """
    if ts is None:
        return came < began
    return came < began - SHOWN_SECONDS or float(ts) < oldest
