"""Two contenders measured in turn, so that a noisy machine disturbs both alike."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import chain
from statistics import median, quantiles

# One round of one contender: the seconds that each of its requests took.
Round = Callable[[], Awaitable[list[float]]]


@dataclass
class Samples:
    """The seconds that requests took, round by round."""

    rounds: list[list[float]] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(len(one) for one in self.rounds)

    def percentile(self, percent: int) -> float:
        """The percentile over all requests, in seconds."""
        return quantiles(chain.from_iterable(self.rounds), n=100, method="inclusive")[percent - 1]

    def medians(self) -> list[float]:
        """The median of each round, in seconds."""
        return [median(one) for one in self.rounds]


@dataclass(frozen=True)
class Comparison:
    """Ours against bare in one run; `target` is the ratio of medians aimed at, if there is one."""

    name: str
    bare: Samples
    ours: Samples
    target: float | None = None

    def ratio(self, percent: int = 50) -> float:
        """Ours divided by bare, at that percentile over all requests."""
        return self.ours.percentile(percent) / self.bare.percentile(percent)

    def ratios(self) -> list[float]:
        """The ratio of medians in each round, neighbours in time compared with each other."""
        pairs = zip(self.ours.medians(), self.bare.medians(), strict=True)
        return [ours / bare for ours, bare in pairs]


async def compared(
    name: str, bare: Round, ours: Round, rounds: int, target: float | None = None
) -> Comparison:
    """Runs both in turn, the first of a pair changing every time, after one round unmeasured."""
    found = Comparison(name, Samples(), Samples(), target)
    both = [(bare, found.bare), (ours, found.ours)]
    for one, _ in both:
        await one()
    for turn in range(rounds):
        for one, samples in both if turn % 2 else reversed(both):
            samples.rounds.append(await one())
    return found
