"""A share of what Slack lets a workspace be asked in a minute; the rest is left to others."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque

# Tier 3 is fifty calls a minute and method (docs: rate limits). Reading afresh can wait; finding a
# delivery again and catching up after a gap cannot.
CALLS = 25
WINDOW_SECONDS = 60.0


class Budget:
    """At most that many calls of each method and workspace in any minute."""

    def __init__(self, calls: int = CALLS, window: float = WINDOW_SECONDS) -> None:
        self._calls = calls
        self._window = window
        self._made: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)

    async def turn(self, team: str, method: str) -> None:
        """Returns when one more call may be made."""
        made = self._made[team, method]
        clock = asyncio.get_running_loop().time
        while len(made) >= self._calls:
            wait = made[0] + self._window - clock()
            if wait > 0:
                await asyncio.sleep(wait)
            else:
                made.popleft()
        made.append(clock())
