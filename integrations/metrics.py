"""What an operator watches: how many deliveries stand in which state, and how old the oldest is."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Gauge

from bot import errors
from bot.domain.deliveries import DeliveryState
from bot.storage.database import Database


class Meters:
    """Gauges read from the database whenever somebody asks."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._skew_now: Callable[[], float | None] = lambda: None
        self.registry = CollectorRegistry()
        self._deliveries = Gauge(
            "kakehashi_deliveries",
            "Deliveries not yet made, by state",
            ["state"],
            registry=self.registry,
        )
        self._up = Gauge(
            "kakehashi_database_up", "Whether the database answers", registry=self.registry
        )
        self._skew = Gauge(
            "kakehashi_clock_skew_seconds",
            "This machine's clock less Slack's, by the newest answer",
            registry=self.registry,
        )

    def watch_clock(self, skew: Callable[[], float | None]) -> None:
        """Where the clock's difference from Slack's is learned; None while it is not known."""
        self._skew_now = skew

    async def read(self) -> None:
        """Brings the gauges up to date."""
        skew = self._skew_now()
        if skew is not None:
            self._skew.set(skew)
        try:
            counts = await self._database.run(lambda uow: uow.outbox.count_open())
        except errors.TryAgain:
            self._up.set(0)
            return
        self._up.set(1)
        for state in (DeliveryState.WAITING, DeliveryState.SENDING, DeliveryState.PARKED):
            self._deliveries.labels(state.value).set(counts.get(state, 0))
