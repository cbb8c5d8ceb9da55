"""A postman that keeps the contract of `ports.Postman` and fails exactly as it is told to."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.deliveries import Method
from bot.domain.fingerprints import Fingerprint
from bot.services.ports import Outgoing, Posted
from tests.cast import stamp

Wanted = Callable[[Outgoing], bool]


@dataclass(frozen=True)
class Said:
    """One attempt that Slack took."""

    at: datetime
    outgoing: Outgoing
    posted: Posted


@dataclass(frozen=True)
class Trouble:
    """What happens to the next attempt that fits; `lands`: Slack took it all the same."""

    failure: BaseException | None
    lands: bool = False
    hangs: bool = False
    wanted: Wanted = lambda _outgoing: True


class HonestPostman:
    """Remembers what was said; `said` is what stands in Slack, in order."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self.said: list[Said] = []
        self.searches: list[datetime] = []
        self.looks: list[tuple[str, str]] = []
        self.channels: dict[tuple[str, str], Fingerprint | BaseException] = {}
        self.troubles: deque[Trouble] = deque()
        self.hanging = asyncio.Event()
        self.goes_on = asyncio.Event()

    def expect(
        self,
        failure: BaseException | None = None,
        *,
        lands: bool = False,
        hangs: bool = False,
        wanted: Wanted = lambda _outgoing: True,
    ) -> None:
        """The next attempt that fits meets this trouble."""
        self.troubles.append(Trouble(failure, lands, hangs, wanted))

    async def prepare(self, outgoing: Outgoing) -> Outgoing:
        return outgoing

    async def deliver(self, outgoing: Outgoing) -> Posted:
        trouble = self._trouble(outgoing)
        posted = None
        if trouble is None or trouble.lands:
            posted = self._take(outgoing)
        if trouble is not None and trouble.hangs:
            self.hanging.set()
            await self.goes_on.wait()
        if trouble is not None and trouble.failure is not None:
            raise trouble.failure
        assert posted is not None
        return posted

    async def find(self, outgoing: Outgoing, since: datetime) -> Posted | None:
        self.searches.append(since)
        for one in self.said:
            if one.outgoing.delivery.key == outgoing.delivery.key and one.at >= since:
                return one.posted
        return None

    async def find_all(self, outgoing: Outgoing, since: datetime) -> list[Posted]:
        self.searches.append(since)
        key = outgoing.delivery.key
        return [one.posted for one in self.said if one.outgoing.delivery.key == key]

    async def remove(self, outgoing: Outgoing, posted: Posted) -> None:
        self.said = [one for one in self.said if one.posted != posted]

    async def look(self, team: str, channel: str) -> Fingerprint:
        self.looks.append((team, channel))
        found = self.channels.get((team, channel), Fingerprint(channel.lower()))
        if isinstance(found, BaseException):
            raise found
        return found

    def of(self, kind: str, method: Method | None = None) -> list[Outgoing]:
        """What was said of a kind."""
        found = (one.outgoing for one in self.said if one.outgoing.delivery.kind == kind)
        return [one for one in found if method is None or one.delivery.method is method]

    def _trouble(self, outgoing: Outgoing) -> Trouble | None:
        for trouble in self.troubles:
            if trouble.wanted(outgoing):
                self.troubles.remove(trouble)
                return trouble
        return None

    def _take(self, outgoing: Outgoing) -> Posted:
        ts = f"{stamp(self._clock())}-{len(self.said)}"
        posted = Posted(outgoing.channel, outgoing.target_ts or ts)
        self.said.append(Said(self._clock(), outgoing, posted))
        return posted
