"""P8: whatever database and Slack are doing, each request is answered and takes effect once."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from urllib.parse import urlencode

import aiohttp
import pytest
from sqlalchemy import create_engine, func, select

from bot.storage.tables import advisories, outbox
from tests.crash.process import Bot, Way
from tests.crash.rig import Rig, near
from tests.crash.test_locked import locked
from tests.integrations.slack.signed import FORM, JSON, sign

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]
SECRET, TEAM, SUZUKI = "tokyo-signing-secret", "T0TOKYO", "U03SUZUKI"
PER_SECOND, LOCKED_SECONDS = 50, 5.0
# A minute, the five locked seconds in its middle.
SECONDS = 60
# What Slack is asked for while a request is answered, or after it.
HANGING = (
    "users.info",
    "conversations.info",
    "chat.postMessage",
    "chat.postEphemeral",
    "team.info",
)
# Seconds after which an event comes again; Slack takes 0, 60 and 300. More often than three times,
# for a machine that is busy with other things.
AGAIN_SECONDS = (1, 2, 4, 8, 16, *(32,) * 8)
GIVE_UP_SECONDS = 60.0


@dataclass
class Answers:
    """How requests were answered, and after how many seconds."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        times = sorted(self.seconds)
        p50, p99 = times[len(times) // 2], times[len(times) * 99 // 100]
        slow = sum(one > 3 for one in times)
        return (
            f"{dict(self.statuses)}, p50 {p50:.3f} s, p99 {p99:.3f} s, longest {times[-1]:.3f} s, "
            f"{slow} after Slack's 3 s"
        )


async def test_fifty_requests_a_second_are_answered_while_the_database_is_locked_and_slack_hangs(
    rig: Rig,
) -> None:
    await asyncio.to_thread(rig.prepare)
    bot = await rig.serve(Way.OVER_HTTP)
    answers = Answers()
    work = []
    async with AsyncExitStack() as trouble:
        for tick in range(SECONDS * PER_SECOND):
            if tick == SECONDS * PER_SECOND // 3:
                for place in (rig.tokyo, rig.canberra):
                    for method in HANGING:
                        place.faults.add("hang", method, probability=1.0, seconds=30.0)
                trouble.enter_context(locked(rig.url))
            if tick == SECONDS * PER_SECOND // 3 + LOCKED_SECONDS * PER_SECOND:
                await trouble.aclose()
                rig.calm()
            ask = _event if tick % 2 else _command
            work.append(asyncio.create_task(ask(rig, bot, tick, answers)))
            await asyncio.sleep(1 / PER_SECOND)
    await asyncio.gather(*work)
    print(f"pressed: {len(work)} requests of {PER_SECOND} a second; {answers}")
    told = await asyncio.to_thread(_stored, rig.url)
    assert answers.statuses.keys() <= {200, 503}, bot.last_words()
    # Every event has become one advisory, and each of those one copy and one card.
    assert told == dict.fromkeys(("advisories", "copies", "cards"), len(work) // 2)


async def _event(rig: Rig, bot: Bot, tick: int, answers: Answers) -> None:
    """A labelled post; not acknowledged, it comes again, as Slack promises."""
    message = {
        "type": "message",
        "channel": near(tick % 4),
        "user": SUZUKI,
        "ts": rig.tokyo.state.next_ts(),
        "text": f"#advisory TLP:GREEN\npressed {tick}",
    }
    place = rig.tokyo.state
    place.store(place.channel(near(tick % 4)), dict(message))
    body = {"type": "event_callback", "team_id": TEAM, "event_id": f"Ev{tick}", "event": message}
    raw = json.dumps(body).encode()
    for again in AGAIN_SECONDS:
        if await _asks(rig, bot, raw, JSON, answers) == 200:
            return
        await asyncio.sleep(again)
    raise AssertionError(f"never taken: {tick}; {answers}; {bot.last_words()}")


async def _command(rig: Rig, bot: Bot, tick: int, answers: Answers) -> None:
    """A question typed; whoever gets no answer may ask again, and nobody does."""
    words = {
        "command": "/link",
        "text": "list",
        "team_id": TEAM,
        "user_id": SUZUKI,
        "channel_id": near(tick % 4),
        "trigger_id": f"{tick}.1",
        "response_url": "http://127.0.0.1:1/",
    }
    assert await _asks(rig, bot, urlencode(words).encode(), FORM, answers) == 200


async def _asks(rig: Rig, bot: Bot, raw: bytes, kind: str, answers: Answers) -> int:
    stamp = str(int(time.time()))
    headers = {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": sign(raw, SECRET, stamp),
        "Content-Type": kind,
    }
    began = time.monotonic()
    patient = aiohttp.ClientTimeout(total=GIVE_UP_SECONDS)
    url = f"{bot.address}/slack/events"
    async with rig.session.post(url, data=raw, headers=headers, timeout=patient) as answer:
        await answer.read()
    answers.statuses[answer.status] += 1
    answers.seconds.append(time.monotonic() - began)
    return answer.status


def _stored(url: str) -> dict[str, int]:
    engine = create_engine(url)
    kinds = {"copies": "advisory.copy", "cards": "advisory.status"}
    with engine.connect() as connection:
        found = {"advisories": connection.execute(select(func.count()).select_from(advisories))}
        for name, kind in kinds.items():
            first = select(func.count()).where(outbox.c.kind == kind, outbox.c.target.is_(None))
            found[name] = connection.execute(first)
        counted = {name: int(one.scalar_one()) for name, one in found.items()}
    engine.dispose()
    return counted
