"""How often one person may ask for something: so many requests within any minute.

Counted in this process, before the database is asked anything.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from bot import errors

SECONDS = 60.0
# Whoever has not asked for the longest time is forgotten first: their minute is over.
PEOPLE = 10_000


class Quota:
    """Counts requests by whom they came from; 0 allows any number."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._asked: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def require(self, team: str, user: str) -> None:
        """Counts one request; raises TooManyRequests, which is not counted, saying for how long."""
        if not self._per_minute:
            return
        now = self._clock()
        asked = self._asked.setdefault((team, user), deque())
        self._asked.move_to_end((team, user))
        while asked and asked[0] <= now - SECONDS:
            asked.popleft()
        if len(asked) >= self._per_minute:
            raise errors.TooManyRequests(seconds=math.ceil(asked[0] + SECONDS - now))
        asked.append(now)
        if len(self._asked) > PEOPLE:
            self._asked.popitem(last=False)
