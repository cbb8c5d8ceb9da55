"""A clock that differs from Slack's is noticed, said once, and shown to operators."""

from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from structlog.testing import capture_logs

from integrations.slack.gateway import new_session
from integrations.slack.skew import ClockSkew

THEIRS = "Wed, 16 Sep 2026 01:00:00 GMT"
NOON = datetime(2026, 9, 16, 1, 0, tzinfo=UTC)


def watch(ahead: float) -> ClockSkew:
    return ClockSkew(lambda: NOON + timedelta(seconds=ahead))


@pytest.mark.parametrize("ahead", [0.0, 4.9, -4.9, 3_600.0, -90.0])
def test_the_difference_is_ours_less_theirs(ahead: float) -> None:
    skew = watch(ahead)
    with capture_logs() as logged:
        for _ in range(3):
            skew.note({"Date": THEIRS})
    assert skew.seconds == ahead
    # A wrong clock is said once, not with every answer.
    assert [one["event"] for one in logged] == (["clock.skewed"] if abs(ahead) > 5 else [])


@pytest.mark.parametrize("headers", [{}, {"Date": "yesterday"}, {"Date": ""}])
def test_an_answer_without_a_date_says_nothing(headers: dict[str, str]) -> None:
    skew = watch(60)
    skew.note(headers)
    assert skew.seconds is None


async def test_every_answer_of_the_session_is_looked_at() -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text="ok", headers={"Date": THEIRS})

    server = web.Application()
    server.router.add_get("/", answer)
    skew = watch(7)
    async with (
        TestServer(server, host="127.0.0.1") as there,
        new_session(skew) as session,
        session.get(there.make_url("/")) as response,
    ):
        assert response.status == 200
    assert skew.seconds == 7
