"""Until the bot knows who it is in a workspace, its requests are asked to come again."""

import aiohttp
from prometheus_client import CollectorRegistry

from integrations.slack.bolt import Identities, Identity, build_bolt
from integrations.slack.ingress import IngressGuard
from integrations.web import WebServer
from tests import cast
from tests.integrations.slack.signed import NOW, connection, event, headers

CONNECTIONS = (connection(cast.TOKYO), connection(cast.CANBERRA))


async def test_nothing_is_acknowledged_that_nobody_is_there_to_take() -> None:
    identities = Identities()
    app = build_bolt(CONNECTIONS, identities)
    taken: list[str] = []

    @app.event("message")
    async def take(body: dict[str, str]) -> None:
        taken.append(body["team_id"])

    async def ready() -> dict[str, bool]:
        return {}

    async def measure() -> None:
        return

    server = WebServer(
        app,
        IngressGuard(CONNECTIONS, lambda: NOW),
        ready,
        CollectorRegistry(),
        measure,
        lambda team: identities.get(team) is not None,
    )
    identities.note(Identity(cast.CANBERRA, "U0CANBBOT", "B0CANBBOT"))
    await server.start("127.0.0.1", 0)
    raw = event()
    url = f"http://127.0.0.1:{server.port}/slack/events"
    try:
        async with aiohttp.ClientSession() as session:
            async with session.post(url, data=raw, headers=headers(raw)) as answer:
                assert answer.status == 503
            identities.note(Identity(cast.TOKYO, "U0TOKYOBOT", "B0TOKYOBOT"))
            # The very same bytes: what was turned away is not taken for a replay.
            async with session.post(url, data=raw, headers=headers(raw)) as answer:
                assert answer.status == 200
    finally:
        await server.stop()
    assert taken == [cast.TOKYO]
