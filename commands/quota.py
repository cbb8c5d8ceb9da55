"""How often one person may ask for something: so many requests within any minute.

Counted in this process, before the database is asked anything.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
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
        # When each of a person's requests came, by its key, the earliest first.
        self._asked: OrderedDict[tuple[str, str], dict[str, float]] = OrderedDict()

    def require(self, team: str, user: str, key: str) -> None:
        """Counts a request, once however often it is delivered.

        Raises TooManyRequests, saying for how long; what is refused is not counted.
        """
        if not self._per_minute:
            return
        now = self._clock()
        asked = self._asked.setdefault((team, user), {})
        self._asked.move_to_end((team, user))
        for earlier in [one for one, at in asked.items() if at <= now - SECONDS]:
            del asked[earlier]
        if key in asked:
            return
        if len(asked) >= self._per_minute:
            first = next(iter(asked.values()))
            raise errors.TooManyRequests(seconds=math.ceil(first + SECONDS - now))
        asked[key] = now
        if len(self._asked) > PEOPLE:
            self._asked.popitem(last=False)
