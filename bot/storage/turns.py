"""Who is served next: one of each asker in turn, and each asker's in their own order.

Whoever asks for one thing waits behind at most one of every other asker, however many those have
asked for: a flood on one side is the flood's own delay.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Turns(Generic[T]):
    """What waits, by who asked for it; safe between threads."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, deque[T]] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, asker: str, wanted: T) -> None:
        """Joins the end of the asker's own queue."""
        with self._lock:
            self._waiting.setdefault(asker, deque()).append(wanted)

    def take(self) -> T:
        """The next one; there has to be one. Its asker comes after all others that wait."""
        with self._lock:
            asker, own = next(iter(self._waiting.items()))
            wanted = own.popleft()
            if own:
                self._waiting.move_to_end(asker)
            else:
                del self._waiting[asker]
            return wanted
