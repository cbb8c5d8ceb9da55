"""What is served over HTTP: Slack's requests in, health out, and never a 500 for nonsense."""

import asyncio
import io
import json
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from slack_bolt.async_app import AsyncApp

from bot.storage.database import Database
from bot.texts.catalog import load
from commands import register
from commands.desk import Desk
from commands.edge import Edge
from commands.messages import Messages
from integrations.slack.bolt import Identities, Identity, build_bolt
from integrations.slack.gateway import clients_for
from integrations.slack.ingress import BODY_LIMIT, IngressGuard
from integrations.slack.people import People
from integrations.slack.uploads import Uploads
from integrations.slack.windows import Windows
from integrations.web import WebServer
from tests import cast
from tests.integrations.slack.signed import FORM, JSON, NOW, SECRETS, connection, event, headers
from tests.integrations.slack.test_ingress import ANY_JSON, BODIES, ODD_HEADERS
from tests.storage.databases import fresh_url, opened

ALLOWED = {200, 400, 401, 404, 413}
CONNECTIONS = (connection(cast.TOKYO), connection(cast.CANBERRA))
READY = {"database": True, "clock": True}


class Host:
    """The bot's HTTP side over a real database; Slack itself is nowhere to be reached."""

    def __init__(
        self, port: int, database: Database, session: aiohttp.ClientSession, bolt: AsyncApp
    ) -> None:
        self.bolt = bolt
        self.url = f"http://127.0.0.1:{port}"
        self.database = database
        self.session = session

    async def post(self, raw: bytes | io.BytesIO, given_: dict[str, str]) -> tuple[int, str]:
        url = f"{self.url}/slack/events"
        async with self.session.post(url, data=raw, headers=given_) as answer:
            return answer.status, await answer.text()

    async def get(self, path: str) -> tuple[int, Any]:
        async with self.session.get(self.url + path) as answer:
            return answer.status, await answer.text()


@asynccontextmanager
async def hosted() -> AsyncIterator[Host]:
    with (
        tempfile.TemporaryDirectory() as folder,
        fresh_url("sqlite", Path(folder)) as url,
        opened(url) as database,
    ):
        database.transact(cast.assemble)
        async with aiohttp.ClientSession() as session:
            bolt = _app(database, session)
            server = WebServer(
                bolt,
                IngressGuard(CONNECTIONS, lambda: NOW),
                _ready,
                CollectorRegistry(),
                _measure,
            )
            await server.start("127.0.0.1", 0)
            try:
                yield Host(server.port, database, session, bolt)
            finally:
                await server.stop()


def _app(database: Database, session: aiohttp.ClientSession) -> Any:
    identities = Identities()
    for team, (user, bot) in cast.BOT_USERS.items():
        identities.note(Identity(team, user, bot))
    app = build_bolt(CONNECTIONS, identities)
    edge = Edge(database, load(), People({}, CONNECTIONS), lambda: None)
    clients = clients_for(CONNECTIONS, session)
    desk = Desk(edge, Uploads(clients, CONNECTIONS, session))
    register(app, edge, Windows(clients, CONNECTIONS, session), desk, Messages(edge))
    return app


async def _ready() -> dict[str, bool]:
    return READY


async def _measure() -> None:
    return None


def command(text: str, **about: str) -> bytes:
    values = {
        "command": "/link",
        "text": text,
        "team_id": cast.TOKYO,
        "user_id": "U01SATO",
        "channel_id": cast.TOKYO_ADV,
        "trigger_id": "1.2.3",
        "response_url": "http://127.0.0.1:1/",
    }
    return urlencode(values | about).encode()


async def test_the_challenge_is_answered_once_it_is_signed() -> None:
    raw = json.dumps({"type": "url_verification", "challenge": "abc"}).encode()
    async with hosted() as host:
        forged = headers(raw) | {"X-Slack-Signature": "v0=" + "0" * 64}
        assert (await host.post(raw, forged))[0] == 401
        status, body = await host.post(raw, headers(raw))
    assert (status, json.loads(body)) == (200, {"challenge": "abc"})


@pytest.mark.parametrize(
    "text", ["list", 'test "the payload is a worm"', "test payload=%7B%7D&payload={}"]
)
async def test_a_command_is_answered_whatever_its_words(text: str) -> None:
    raw = command(text)
    async with hosted() as host:
        status, body = await host.post(raw, headers(raw, content_type=FORM))
    assert status == 200
    assert json.loads(body)["response_type"] == "ephemeral"


async def test_the_blank_after_a_verb_may_be_of_any_kind() -> None:
    async with hosted() as host:
        host.database.transact(cast.propose)
        (link,) = host.database.transact(lambda uow: uow.links.all())
        for number, blank in enumerate((" ", "\u3000", "\xa0", "\n", "  ")):
            raw = command(f"ＳＨＯＷ{blank}{link.code}", trigger_id=str(number))
            _, body = await host.post(raw, headers(raw, content_type=FORM))
            assert link.code in json.loads(body)["text"]


async def test_a_forged_or_replayed_request_does_nothing() -> None:
    raw = command("list")
    signed = headers(raw, content_type=FORM)
    async with hosted() as host:
        forged = signed | {"X-Slack-Signature": "v0=" + "a" * 64}
        assert (await host.post(raw, forged))[0] == 401
        assert (await host.post(raw, signed))[0] == 200
        assert (await host.post(raw, signed))[0] == 401


async def test_a_body_that_is_too_large_is_refused() -> None:
    async with hosted() as host:
        for more in (1, 2, 100_000):
            raw = b"x" * (BODY_LIMIT + more)
            assert (await host.post(io.BytesIO(raw), headers(raw)))[0] == 413


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
async def test_a_body_packed_badly_is_a_bad_request(encoding: str) -> None:
    raw = event()
    async with hosted() as host:
        status, _ = await host.post(raw, headers(raw) | {"Content-Encoding": encoding})
        assert status == 400
        assert (await host.get("/healthz"))[0] == 200


async def test_health_is_told() -> None:
    async with hosted() as host:
        assert (await host.get("/healthz"))[0] == 200
        status, body = await host.get("/readyz")
        assert (status, json.loads(body)) == (200, READY)
        assert (await host.get("/metrics"))[0] == 200
        assert (await host.get("/slack/events"))[0] == 405
        assert (await host.get("/elsewhere"))[0] == 404


ODD = ANY_JSON | st.sampled_from(
    [cast.TOKYO_ADV, "U01SATO", "1789520400.000100", "#advisory [TLP:GREEN]", "message_changed"]
)
EVENTS = st.builds(
    lambda kind, named, odd: {**named, **odd, "type": kind},
    st.sampled_from(["message", "app_mention", "app_home_opened", "reaction_added", "new_kind"]),
    st.fixed_dictionaries(
        {"channel": st.just(cast.TOKYO_ADV), "user": st.just("U01SATO")},
        optional={
            "ts": st.just("1789520400.000100"),
            "text": st.just("#advisory [TLP:GREEN] x"),
            "subtype": st.sampled_from(["message_changed", "message_deleted", "bot_message"]),
        },
    ),
    st.dictionaries(
        st.sampled_from(
            ["channel", "user", "ts", "text", "subtype", "files", "message", "edited", "bot_id"]
        ),
        ODD,
        max_size=2,
    ),
)
PAYLOADS = st.builds(
    lambda kind, event_, odd: {
        "type": kind,
        "team_id": cast.TOKYO,
        **({"event": event_} if kind == "event_callback" else {}),
        **odd,
    },
    st.sampled_from(["event_callback", "block_actions", "view_submission", "shortcut", "x"]),
    EVENTS,
    st.dictionaries(
        st.sampled_from(["user", "team", "actions", "view", "channel", "authorizations", "event"]),
        ODD,
        max_size=1,
    ),
)
REQUESTS = st.one_of(
    st.tuples(BODIES, ODD_HEADERS.map(lambda one: {k: _plain(v) for k, v in one.items()})),
    st.tuples(BODIES, st.sampled_from([JSON, FORM]), st.sampled_from(sorted(SECRETS))).map(
        lambda one: (one[0], headers(one[0], one[2], content_type=one[1]))
    ),
    PAYLOADS.map(lambda one: json.dumps(one).encode()).map(lambda raw: (raw, headers(raw))),
)


def _plain(value: str) -> str:
    """A header value that can be sent at all."""
    return "".join(char for char in value if char.isprintable() and ord(char) < 256).strip()


@pytest.fixture(scope="module")
def standing() -> Iterator[Callable[[bytes, dict[str, str]], int]]:
    """A host that stays up, in a thread of its own; posts to it and returns the status."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def run(work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(30)

    context = hosted()
    host = run(_entered(context))
    host.database.transact(cast.join)
    yield lambda raw, given_: run(host.post(raw, given_))[0]
    run(context.__aexit__(None, None, None))
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


async def _entered(context: Any) -> Host:
    host: Host = await context.__aenter__()
    return host


@settings(max_examples=2_000, deadline=None)
@given(request=REQUESTS)
def test_thousands_of_random_requests_are_answered_and_none_with_500(
    standing: Callable[[bytes, dict[str, str]], int], request: tuple[bytes, dict[str, str]]
) -> None:
    assert standing(*request) in ALLOWED
