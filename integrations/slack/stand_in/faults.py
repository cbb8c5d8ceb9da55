"""What goes wrong on purpose: queued or random faults of the Web API and of event delivery.

Web API kinds: `429`, `5xx_before`, `5xx_after`, `cut_before`, `cut_after`, `hang`, `error:NAME`,
`limited_200`. "before" leaves no trace in the workspace; "after" keeps the effect and loses the
answer. A fault for method `*` spares `apps.connections.open`, so that Socket Mode stays up.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

KINDS = frozenset(
    {
        "429",
        "5xx_before",
        "5xx_after",
        "cut_before",
        "cut_after",
        "hang",
        "limited_200",
    }
)
_SPARED = frozenset({"apps.connections.open", "api.test"})


@dataclass(slots=True)
class Fault:
    """One fault rule: the next `times` matching calls, or each call with `probability`."""

    kinds: tuple[str, ...]
    method: str = "*"
    channel: str | None = None
    times: int | None = 1
    probability: float = 1.0
    retry_after: int = 1
    seconds: float = 10.0
    stored: bool = False
    rng: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311  # nosec B311

    def strikes(self, method: str, channel: str | None) -> bool:
        """Does this rule meet that call? Draws from the rule's own random numbers."""
        if self.times == 0 or (self.channel is not None and self.channel != channel):
            return False
        if self.method != method and (self.method != "*" or method in _SPARED):
            return False
        return self.probability >= 1.0 or self.rng.random() < self.probability


@dataclass(frozen=True, slots=True)
class Struck:
    """The fault that a call has met."""

    kind: str
    rule: Fault


@dataclass(slots=True)
class EventFaults:
    """How events are disturbed: copies (each 1 to `duplicates`), and shuffling of `window` events.

    Shuffled events are held until `window` of them wait, or `hold` seconds have passed.
    """

    duplicates: int = 1
    window: int = 0
    hold: float = 0.1
    fresh_ids: bool = False
    rng: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311  # nosec B311

    def copies(self) -> int:
        """How often the next event is delivered."""
        return self.rng.randint(1, self.duplicates) if self.duplicates > 1 else 1


class Faults:
    """The standing orders for things to go wrong; `injected` counts what was done, by kind."""

    def __init__(self) -> None:
        self.rules: list[Fault] = []
        self.injected: Counter[str] = Counter()
        self.history_lag = 0.0
        self.events = EventFaults()

    def add(
        self,
        kind: str | list[str] | tuple[str, ...],
        method: str = "*",
        *,
        channel: str | None = None,
        times: int | None = None,
        probability: float | None = None,
        seed: int = 0,
        retry_after: int = 1,
        seconds: float = 10.0,
        stored: bool = False,
    ) -> None:
        """Order a fault; with `probability` it stands until cleared unless `times` limits it.

        Several kinds: one is drawn at each strike. ValueError on an unknown kind.
        """
        kinds = (kind,) if isinstance(kind, str) else tuple(kind)
        for name in kinds:
            if name not in KINDS and not name.startswith("error:"):
                raise ValueError(f"unknown fault {name!r}")
        if times is None and probability is None:
            times = 1
        rng = random.Random(seed)  # noqa: S311 - reproducible, not secret  # nosec B311
        chance = 1.0 if probability is None else probability
        rule = Fault(
            kinds, method, channel, times, chance, retry_after, float(seconds), stored, rng
        )
        self.rules.append(rule)

    def draw(self, method: str, channel: str | None) -> Struck | None:
        """The fault this call meets, if any; queued faults are used up in order."""
        for rule in self.rules:
            if not rule.strikes(method, channel):
                continue
            if rule.times is not None:
                rule.times -= 1
                if not rule.times:
                    self.rules.remove(rule)
            kind = rule.kinds[0] if len(rule.kinds) == 1 else rule.rng.choice(rule.kinds)
            self.injected[kind] += 1
            return Struck(kind, rule)
        return None

    def disturb_events(
        self,
        *,
        duplicates: int = 1,
        window: int = 0,
        hold: float = 0.1,
        fresh_ids: bool = False,
        seed: int = 0,
    ) -> None:
        """Deliver each event 1 to `duplicates` times, shuffled within `window` events.

        `fresh_ids` gives every copy its own event_id, as Slack has been seen to do.
        """
        rng = random.Random(seed)  # noqa: S311 - reproducible, not secret  # nosec B311
        self.events = EventFaults(duplicates, window, hold, fresh_ids, rng)

    def clear(self) -> None:
        """Everything works again; the counts stay."""
        self.rules.clear()
        self.history_lag = 0.0
        self.events = EventFaults()

    def order(self, request: dict[str, Any]) -> None:
        """Take an order as JSON, as `/_control/fault` receives it; ValueError or TypeError if odd.

        Keys: `clear`, `history_lag`, `events` {duplicates, window, hold, fresh_ids, seed}, and/or
        `kind` with the arguments of `add`.
        """
        if request.get("clear"):
            self.clear()
        if "history_lag" in request:
            self.history_lag = float(request["history_lag"])
        if "events" in request:
            self.disturb_events(**request["events"])
        if "kind" in request:
            wanted = ("method", "channel", "times", "probability", "seed", "retry_after")
            keys = (*wanted, "seconds", "stored")
            self.add(request["kind"], **{key: request[key] for key in keys if key in request})
