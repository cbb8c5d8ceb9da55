"""The delivery engine alone: at Slack's rate against the least possible time, and without a rate
against a bare loop that posts the same by the same client and stores nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.budgets import BUDGETS, Budget
from bot.domain.deliveries import Method
from bot.domain.officials import Government
from bot.services.kinds import NOTE
from bot.storage.database import Database
from bot.storage.schema import upgrade
from bot.storage.unit_of_work import UnitOfWork
from bot.texts import catalog
from bot.workers.outbox import LANES_AT_ONCE, Dispatcher
from integrations.slack.connections import Connection
from integrations.slack.gateway import SlackPostman, clients_for, new_session
from integrations.slack.people import People
from integrations.slack.render import Renderer
from integrations.slack.stand_in import CANBERRA
from tests.bench.bare import FORCED
from tests.bench.far import FarSlack, channel, far_slack
from tests.storage.postgres import server

# What is measured is the pace of channels; the budget of a workspace would hide it.
LIFTED = dict.fromkeys(BUDGETS, Budget(1_000_000, at_once=100_000))
CHANNELS, POSTS = 100, 5
GAP_SECONDS = 1.0
TEXT = "What the bot can do for you stands at its Home tab."


@dataclass(frozen=True)
class Finding:
    """One line of the table: a figure, what it is compared with, and the ratio aimed at."""

    name: str
    ours: str
    theirs: str
    ratio: float
    target: str


async def paced(folder: Path) -> list[Finding]:
    """100 channels, five posts each, a second between two posts of a channel."""
    async with far_slack(CHANNELS, pace=True) as slack:
        await _deliver(slack, f"sqlite:///{folder / 'paced.db'}", CHANNELS, POSTS)
        seen = await slack.seen()
    least = (POSTS - 1) * GAP_SECONDS
    return [
        Finding(
            f"{CHANNELS} channels x {POSTS} posts at Slack's rate",
            f"{seen.seconds:.2f} s, {seen.refused} refused, smallest gap {seen.smallest_gap:.3f} s",
            f"least possible {least:.2f} s",
            seen.seconds / least,
            "≤ 1.05, none refused, gap ≥ 1 s",
        )
    ]


async def unpaced(folder: Path, count: int) -> list[Finding]:
    """As many channels as deliveries, so that no lane ever rests."""
    found = []
    places = [("SQLite", f"sqlite:///{folder / 'unpaced.db'}", "≥ 0.6")]
    if server().port:
        places.append(("PostgreSQL", server().create("bench"), "≥ 0.5"))
    async with far_slack(count, pace=False) as slack:
        for name, url, target in places:
            bare = await _bare(slack, count)
            await slack.seen()
            ours = await _deliver(slack, url, count, 1)
            if (await slack.seen()).count != count:
                raise RuntimeError("not everything arrived once")
            found.append(
                Finding(
                    f"{count} deliveries without a rate, {name}",
                    f"{count / ours:.0f}/s",
                    f"bare loop {count / bare:.0f}/s",
                    bare / ours,
                    target,
                )
            )
    return found


async def _bare(slack: FarSlack, count: int) -> float:
    """Seconds a plain loop takes, as many posts at once as the dispatcher has."""
    room = asyncio.Semaphore(LANES_AT_ONCE)
    async with new_session() as session:
        client = AsyncWebClient(CANBERRA.apps[0].bot_token, slack.api_url, session=session)

        async def post(number: int) -> None:
            async with room:
                await client.chat_postMessage(channel=channel(number), text=TEXT, **FORCED)

        began = time.perf_counter()
        await asyncio.gather(*(post(number) for number in range(count)))
        return time.perf_counter() - began


async def _deliver(slack: FarSlack, url: str, channels: int, posts: int) -> float:
    """Seconds the dispatcher's loop takes for everything that was promised."""
    async with engine(slack, url) as (database, dispatcher):
        await database.run(lambda uow: promise(uow, channels, posts))
        began = time.perf_counter()
        running = asyncio.create_task(dispatcher.run())
        while await database.run(lambda uow: uow.outbox.count_open()):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        taken = time.perf_counter() - began
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
    return taken


@contextlib.asynccontextmanager
async def engine(slack: FarSlack, url: str) -> AsyncIterator[tuple[Database, Dispatcher]]:
    """A database at the newest schema and a dispatcher that posts to that workspace."""
    database = Database(url, limits=LIFTED)
    await asyncio.to_thread(upgrade, database)
    app = CANBERRA.apps[0]
    place = Connection(
        name="canberra",
        government=Government.AU,
        team=CANBERRA.team_id,
        mode="socket",
        api_url=slack.api_url,
        bot_token=app.bot_token,
        app_token=app.app_token,
        signing_secret="",
    )
    async with new_session() as session:
        clients = clients_for((place,), session)
        people = People(clients, (place,))
        postman = SlackPostman(clients, Renderer(catalog.load()), people)
        await database.run(
            lambda uow: uow.workspaces.put(CANBERRA.team_id, "canberra", Government.AU)
        )
        yield database, Dispatcher(database, postman)
    database.close()


def promise(uow: UnitOfWork, channels: int, posts: int) -> None:
    """So many notes in each channel."""
    for _ in range(posts):
        for number in range(channels):
            facts = {"key": "commands.help"}
            uow.outbox.add(NOTE, facts, Method.POST, CANBERRA.team_id, channel(number))
