"""A slash command until it is acknowledged: ours with its committed decision, bare with nothing.

Once inside the process (`async_dispatch`, the same call for both), once end to end over Socket
Mode, timed where the person types.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from itertools import count, islice
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from integrations.slack.stand_in import TOKYO
from tests.bench.slack import COMMAND_CHANNEL, OFFICIAL, Slack
from tests.bench.timing import Comparison, Round, compared

# Each changes something: the command is never one that finds nothing to do.
LANGUAGES = ("language en", "language ja")
TARGET = 0.5


async def measure(slack: Slack, bare: AsyncApp, ours: AsyncApp, rounds: int) -> list[Comparison]:
    """Dispatch and end to end, one at a time and ten at once."""
    triggers = count()
    found = []
    for at_once, size in ((1, 40), (10, 100)):
        found.append(
            await compared(
                f"command, dispatch, {at_once} at a time",
                _dispatched(bare, triggers, at_once, size),
                _dispatched(ours, triggers, at_once, size),
                rounds,
                TARGET if at_once == 1 else None,
            )
        )
        found.append(
            await compared(
                f"command, Socket Mode, {at_once} at a time",
                _typed(slack, "bare", at_once, size),
                _typed(slack, "ours", at_once, size),
                rounds,
            )
        )
    return found


def _dispatched(app: AsyncApp, triggers: Iterator[int], at_once: int, size: int) -> Round:
    async def one_after_another(mine: list[dict[str, Any]]) -> list[float]:
        return [await _dispatch(app, body) for body in mine]

    async def run() -> list[float]:
        bodies = [_body(n) for n in islice(triggers, size)]
        hands = (one_after_another(bodies[start::at_once]) for start in range(at_once))
        return [seconds for one in await asyncio.gather(*hands) for seconds in one]

    return run


def _typed(slack: Slack, contender: str, at_once: int, size: int) -> Round:
    async def run() -> list[float]:
        texts = [LANGUAGES[n % 2] for n in range(size)]
        return await slack.commands(contender, texts, at_once)

    return run


async def _dispatch(app: AsyncApp, body: dict[str, Any]) -> float:
    began = time.perf_counter()
    answer = await app.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))
    taken = time.perf_counter() - began
    if answer.status != 200:
        raise RuntimeError(f"answered {answer.status}: {answer.body}")
    return taken


def _body(number: int) -> dict[str, Any]:
    return {
        "token": "not-a-token",
        "team_id": TOKYO.team_id,
        "team_domain": TOKYO.domain,
        "channel_id": COMMAND_CHANNEL,
        "channel_name": "au-advisories",
        "user_id": OFFICIAL,
        "user_name": "sato.mofa",
        "command": "/kakehashi",
        "text": LANGUAGES[number % 2],
        "api_app_id": TOKYO.apps[0].app_id,
        "is_enterprise_install": "false",
        "response_url": "http://127.0.0.1:9/never-called",
        "trigger_id": f"bench.{number}",
    }
