"""What the bot serves over HTTP: health, metrics, and Slack's requests in HTTP mode."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from integrations.slack.ingress import BODY_LIMIT, IngressGuard, Rejected

log = structlog.get_logger()

# How long requests under way are waited for when the bot stops.
STOP_SECONDS = 1.5

Readiness = Callable[[], Awaitable[Mapping[str, bool]]]
Measure = Callable[[], Awaitable[None]]


class WebServer:
    """Listens on one address; started and stopped by the roof.

    `is_known`: whether it is known yet who the bot is in a workspace.
    """

    def __init__(
        self,
        app: AsyncApp,
        guard: IngressGuard,
        readiness: Readiness,
        registry: CollectorRegistry,
        measure: Measure,
        is_known: Callable[[str], bool] = lambda _team: True,
    ) -> None:
        self._app = app
        self._guard = guard
        self._readiness = readiness
        self._registry = registry
        self._measure = measure
        self._is_known = is_known
        self._runner: web.AppRunner | None = None
        self.port = 0

    async def start(self, host: str, port: int) -> None:
        """Listens; `port` 0 takes a free one, then found in `self.port`."""
        # One byte more than the guard allows, so that the guard is the one to say no.
        application = web.Application(client_max_size=BODY_LIMIT + 1)
        application.add_routes(
            [
                web.get("/healthz", self._healthz),
                web.get("/readyz", self._readyz),
                web.get("/metrics", self._metrics),
                web.post("/slack/events", self._slack),
            ]
        )
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=STOP_SECONDS)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _healthz(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def _readyz(self, _request: web.Request) -> web.Response:
        parts = await self._readiness()
        return web.json_response(dict(parts), status=200 if all(parts.values()) else 503)

    async def _metrics(self, _request: web.Request) -> web.Response:
        await self._measure()
        body = generate_latest(self._registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _slack(self, request: web.Request) -> web.Response:
        try:
            raw = await request.read()
            passed = self._guard.check(raw, request.headers)
        except web.HTTPRequestEntityTooLarge:
            return web.Response(status=413)
        except web.RequestPayloadError:
            # Packed badly: where it ends cannot be known, so the connection ends with it.
            answer = web.Response(status=400)
            answer.force_close()
            return answer
        except Rejected as rejected:
            log.info("ingress.rejected", status=rejected.status, reason=rejected.reason)
            return web.Response(status=rejected.status)
        if passed.team and not self._is_known(passed.team):
            # Bolt would say 200 to what it cannot authorise, and Slack would not deliver it again.
            self._guard.forget(request.headers["X-Slack-Signature"])
            return web.Response(status=503)
        headers: dict[str, str | Sequence[str]] = dict(request.headers)
        # Handed on as read by the guard (Bolt's "socket_mode"): Bolt's own reading of a form takes
        # any command with the word "payload" in it for an empty one.
        try:
            said = await self._app.async_dispatch(
                AsyncBoltRequest(body=passed.payload, headers=headers, mode="socket_mode")
            )
        except (AttributeError, LookupError, TypeError, ValueError):
            # Bolt could not read it; what goes wrong in a handler it answers itself.
            log.warning("ingress.unreadable")
            return web.Response(status=400)
        if said.status >= 500:
            self._guard.forget(request.headers["X-Slack-Signature"])
        content_type = said.headers.get("content-type", ["text/plain"])[0]
        return web.Response(
            status=said.status,
            body=(said.body or "").encode(),
            headers={"Content-Type": content_type},
        )
