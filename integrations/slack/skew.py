"""How far this machine's clock is from Slack's, read from the Date header of every answer.

What is due is decided by our clock: one that is wrong reminds people at the wrong time, so that an
operator has to hear of it. Readiness does not depend on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import SimpleNamespace

import aiohttp
import structlog

log = structlog.get_logger()

# The header counts whole seconds, and an answer takes its time.
TOLERATED = timedelta(seconds=5)


def _now() -> datetime:
    return datetime.now(UTC)


class ClockSkew:
    """The newest difference seen, in seconds: positive when our clock is ahead; None before any."""

    def __init__(self, now: Callable[[], datetime] = _now) -> None:
        self._now = now
        self.seconds: float | None = None

    def note(self, headers: Mapping[str, str]) -> None:
        """Looks at one answer's headers; an answer without a usable date says nothing."""
        try:
            theirs = parsedate_to_datetime(headers["Date"])
        except (KeyError, TypeError, ValueError):
            return
        if theirs.tzinfo is None:
            return
        was_wrong = self._is_wrong
        self.seconds = (self._now() - theirs).total_seconds()
        if self._is_wrong and not was_wrong:
            log.warning("clock.skewed", seconds=round(self.seconds, 1))
        elif was_wrong and not self._is_wrong:
            log.info("clock.no_longer_skewed", seconds=round(self.seconds, 1))

    def tracing(self) -> aiohttp.TraceConfig:
        """Lets a session show every answer to this watch."""
        trace = aiohttp.TraceConfig()

        async def ended(
            _session: aiohttp.ClientSession,
            _context: SimpleNamespace,
            parameters: aiohttp.TraceRequestEndParams,
        ) -> None:
            self.note(parameters.response.headers)

        trace.on_request_end.append(ended)
        return trace

    @property
    def _is_wrong(self) -> bool:
        return self.seconds is not None and abs(self.seconds) > TOLERATED.total_seconds()
