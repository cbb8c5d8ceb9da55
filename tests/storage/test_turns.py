"""Whoever floods waits for themselves: everybody else is served in turn."""

from __future__ import annotations

from collections import deque

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.storage.turns import Turns

ASKERS = st.sampled_from(["T0TOKYO", "T0CANB", "", "T0OTHER"])


class Served(RuleBasedStateMachine):
    """Against a plain model: what waits by asker, and how often each was passed over."""

    def __init__(self) -> None:
        super().__init__()
        self.turns: Turns[tuple[str, int]] = Turns()
        self.waiting: dict[str, deque[int]] = {}
        self.passed_over: dict[str, dict[str, int]] = {}
        self.count = 0

    @rule(asker=ASKERS, many=st.integers(1, 20))
    def put(self, asker: str, many: int) -> None:
        for _ in range(many):
            self.count += 1
            self.turns.put(asker, (asker, self.count))
            self.waiting.setdefault(asker, deque()).append(self.count)
            self.passed_over.setdefault(asker, {})

    @precondition(lambda self: self.waiting)
    @rule()
    def take(self) -> None:
        asker, number = self.turns.take()
        assert number == self.waiting[asker].popleft(), "each asker's in their own order"
        if not self.waiting[asker]:
            del self.waiting[asker]
        self.passed_over[asker] = {}
        for other in self.waiting:
            if other != asker:
                passed = self.passed_over[other]
                passed[asker] = passed.get(asker, 0) + 1

    @invariant()
    def nobody_is_passed_over_twice_by_the_same(self) -> None:
        for asker in self.waiting:
            assert all(times <= 1 for times in self.passed_over[asker].values())


TestServed = Served.TestCase
