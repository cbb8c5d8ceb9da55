"""Envelopes on their way to the apps: events with retries, commands and gestures without.

Slack tries an event at once, immediately again, then after 1 and after 5 minutes; a command or a
gesture is tried once and must be acknowledged within 3 s.
"""

import asyncio
from collections import deque
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from integrations.slack.stand_in.http_mode import Requests
from integrations.slack.stand_in.refusals import Payload
from integrations.slack.stand_in.sockets import Reply, Sockets
from integrations.slack.stand_in.state import App, Channel, Workspace

_REMEMBERED = 1000
# Slack sends one with everything; nobody should look at it any more.
VERIFICATION = "verification"


@dataclass(slots=True, eq=False)
class Delivery:
    """One event for one app; `outcome` says whether it was acked, before any slow retry."""

    app: App
    payload: Payload
    outcome: asyncio.Future[bool]
    attempts: int = 0

    def settle(self, acked: bool) -> None:
        """Tell those who wait, once."""
        if not self.outcome.done():
            self.outcome.set_result(acked)


class Deliveries:
    """Sends to Socket Mode or HTTP as each app is set up.

    `ack_timeout` is in seconds; `retry_delays` are the seconds before each further attempt.
    """

    def __init__(
        self,
        workspace: Workspace,
        sockets: Sockets,
        *,
        ack_timeout: float,
        retry_delays: tuple[float, ...],
    ) -> None:
        self._workspace = workspace
        self._sockets = sockets
        self._requests = Requests(workspace)
        self.ack_timeout = ack_timeout
        self.retry_delays = retry_delays
        self._tasks: set[asyncio.Task[None]] = set()
        self._held: list[Delivery] = []
        self._flush: asyncio.TimerHandle | None = None
        self.sent: deque[Delivery] = deque(maxlen=_REMEMBERED)

    def emit(
        self, event: Payload, channel: Channel | None, only: str | None = None
    ) -> list[asyncio.Future[bool]]:
        """Start delivering an event to every app that may see it; the outcomes, one per app.

        Apps see what happens in channels they are in; `only` names the one app concerned.
        """
        outcomes = []
        for app in self._workspace.apps.values():
            concerned = only is None or only == app.id
            if concerned and (channel is None or app.spec.bot_user_id in channel.members):
                delivery = self._delivery(app, self._wrap(app, event, channel))
                outcomes.append(delivery.outcome)
                self.sent.append(delivery)
                self._spread(delivery)
        return outcomes

    async def ask(self, app: App, kind: str, payload: Payload) -> Reply | None:
        """Deliver a command or a gesture once; the app's answer, or None if it failed in time."""
        self._workspace.record("to_bot", kind, f"envelope {kind} [{app.id}]", payload)
        return await self._attempt(app, kind, payload, 0, "")

    def redeliver(self, count: int, *, fresh_ids: bool = False) -> list[asyncio.Future[bool]]:
        """Send the last `count` events again, optionally under new event ids; the outcomes."""
        again = list(self.sent)[-count:] if count > 0 else []
        return [self._copy(delivery, fresh_ids).outcome for delivery in again]

    def flush(self) -> None:
        """Deliver, shuffled, whatever is being held back."""
        if self._flush is not None:
            self._flush.cancel()
            self._flush = None
        held, self._held = self._held, []
        self._workspace.faults.events.rng.shuffle(held)
        for delivery in held:
            self._start(self._run(delivery))

    async def close(self) -> None:
        """Give up everything still under way."""
        if self._flush is not None:
            self._flush.cancel()
            self._flush = None
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._requests.close()

    def _delivery(self, app: App, payload: Payload) -> Delivery:
        return Delivery(app, payload, asyncio.get_running_loop().create_future())

    def _wrap(self, app: App, event: Payload, channel: Channel | None) -> Payload:
        workspace = self._workspace
        return {
            "token": VERIFICATION,
            "team_id": workspace.team_id,
            "api_app_id": app.id,
            "event": event,
            "type": "event_callback",
            "event_id": workspace.unique("Ev"),
            "event_time": int(workspace.clock()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": workspace.team_id,
                    "user_id": app.spec.bot_user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": bool(channel and channel.is_ext_shared),
        }

    def _spread(self, delivery: Delivery) -> None:
        faults = self._workspace.faults.events
        self._dispatch(delivery)
        for _ in range(faults.copies() - 1):
            self._copy(delivery, faults.fresh_ids)

    def _copy(self, delivery: Delivery, fresh_ids: bool) -> Delivery:
        payload = delivery.payload
        if fresh_ids:
            payload = payload | {"event_id": self._workspace.unique("Ev")}
        copy = self._delivery(delivery.app, payload)
        self._dispatch(copy)
        return copy

    def _dispatch(self, delivery: Delivery) -> None:
        faults = self._workspace.faults.events
        if faults.window <= 1:
            self._start(self._run(delivery))
            return
        self._held.append(delivery)
        if len(self._held) >= faults.window:
            self.flush()
        elif self._flush is None:
            loop = asyncio.get_running_loop()
            self._flush = loop.call_later(faults.hold, self.flush)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, delivery: Delivery) -> None:
        app, payload = delivery.app, delivery.payload
        self._workspace.record("to_bot", "events_api", f"envelope events_api [{app.id}]", payload)
        reason = "http_timeout" if app.mode == "http" else "timeout"
        try:
            for retry, delay in enumerate((0.0, *self.retry_delays)):
                if delay > 0:
                    delivery.settle(False)
                    await asyncio.sleep(delay)
                delivery.attempts += 1
                if await self._attempt(app, "events_api", payload, retry, reason) is not None:
                    delivery.settle(True)
                    return
        finally:
            delivery.settle(False)

    async def _attempt(
        self, app: App, kind: str, payload: Payload, retry: int, reason: str
    ) -> Reply | None:
        envelope = {
            "envelope_id": str(uuid4()),
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        if app.mode == "http":
            return await self._requests.attempt(app, envelope, retry, reason, self.ack_timeout)
        if kind == "events_api":
            envelope |= {"retry_attempt": retry, "retry_reason": reason if retry else ""}
        return await self._sockets.attempt(app, envelope, self.ack_timeout)


async def acked(outcomes: Iterable[asyncio.Future[bool]]) -> bool:
    """Waits for all of these; True when every one was acknowledged."""
    return all(await asyncio.gather(*outcomes))
