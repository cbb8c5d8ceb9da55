"""Two workspaces that survive every kill, pairs of linked channels between them, and a press room.

The workspaces live in the test's own process: what stands in them at the end is the truth.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import NullPool, create_engine, func, select

from bot.domain.deliveries import DeliveryState
from bot.storage.tables import advisories, outbox
from integrations.slack.driver import Workspace
from integrations.slack.stand_in import CANBERRA, TOKYO, ChannelSpec, StandIn, WorkspaceSpec
from tests.crash.process import HURRIED, Bot
from tests.journeys.bridge import SETTINGS, code_in
from tests.journeys.hands import Hand

TROUBLE = ("429", "5xx_before", "5xx_after", "cut_before", "cut_after", "hang")
TROUBLED = ("chat.postMessage", "chat.update", "conversations.history")
# An event that was not acknowledged comes again sooner than Slack's minute and five minutes.
RETRIES = (0.0, 4.0, 15.0)
LOOK_AGAIN = 0.25

TOKYO_PEOPLE = ("U01SATO", "U02TANAKA", "U03SUZUKI", "U0TOKYOBOT")
CANBERRA_PEOPLE = ("U11WALSH", "U12NGUYEN", "U13BAKER", "U0CANBBOT")


def _nothing() -> None:
    """What is done at a post unless something else is asked for."""


@dataclass(frozen=True)
class Way:
    """One direction of one link, and who posts at its beginning."""

    name: str
    source: StandIn
    channel: str
    author: str
    target: StandIn
    destination: str


class Rig:
    """Everything around the bots; `posted` holds the marks of each way, in order of posting."""

    def __init__(
        self,
        folder: Path,
        url: str,
        session: aiohttp.ClientSession,
        stand_ins: tuple[StandIn, StandIn],
        pairs: int,
    ) -> None:
        self.url = url
        self.session = session
        self.tokyo, self.canberra = stand_ins
        self._pairs = [(f"C0R{at:02}", f"C1R{at:02}") for at in range(pairs)]
        self.ways = tuple(self._ways())
        self.posted: dict[Way, list[str]] = {way: [] for way in self.ways}
        self._posts_seen = 0
        self._folder = folder
        self._config = folder / "kakehashi.toml"
        urls = {"tokyo": self.tokyo.url, "canberra": self.canberra.url}
        words = SETTINGS.format(database=folder / "unused.db", mode="socket", **urls)
        self._config.write_text(words, encoding="utf-8")
        self._engine = create_engine(url, poolclass=NullPool)
        self._bots: list[Bot] = []
        self._speaking: set[asyncio.Task[dict[str, Any]]] = set()
        self._on_post: Callable[[], None] = _nothing
        for one in stand_ins:
            one.state.notify = self._notified

    def bot(self, way: tuple[str, ...] = HURRIED) -> Bot:
        """Another process of the bot, not yet started; it is gone when the rig is."""
        one = Bot(self._config, self.url, self._folder / "bot.log", way)
        self._bots.append(one)
        return one

    async def serve(self, way: tuple[str, ...] = HURRIED) -> Bot:
        """Another process of the bot, connected on both sides."""
        one = self.bot(way)
        await one.start()
        await one.is_ready(self.session)
        return one

    async def settle_in(self) -> None:
        """Enrols the officials and links every pair, through a bot that is running."""
        sato, tanaka = self.hand("tokyo", "U01SATO"), self.hand("tokyo", "U02TANAKA")
        walsh, nguyen = self.hand("canberra", "U11WALSH"), self.hand("canberra", "U12NGUYEN")
        for admin, words in (
            (sato, "<@U02TANAKA> agency:NCO roles:liaison"),
            (sato, "<@U03SUZUKI> agency:NPA"),
            (walsh, "<@U12NGUYEN> agency:ASD roles:liaison"),
            (walsh, "<@U13BAKER> agency:AFP"),
        ):
            answer = await admin.types(f"/kakehashi enrol {words}")
            assert answer.startswith(("Enrolled", "登録しました")), answer
        for here, there in self._pairs:
            proposed = await tanaka.at(here).types("/link propose to:ASD tags:advisory")
            accepted = await nguyen.at(there).types(f"/link accept {code_in(proposed)}")
            assert "is now active" in accepted, accepted
        await self.drained(60)

    def hand(self, side: str, user: str, pair: int = 0) -> Hand:
        """A person at a keyboard, in their end of a pair of channels."""
        place = {"tokyo": self.tokyo, "canberra": self.canberra}[side]
        channel = self._pairs[pair][0 if side == "tokyo" else 1]
        return Hand(Workspace(place.url, self.session), user, channel)

    def post(self, way: Way) -> None:
        """Somebody posts an advisory; nobody waits for the bot to hear of it."""
        mark = f"case-{way.name}-{len(self.posted[way]):04}"
        self.posted[way].append(mark)
        text = f"#advisory TLP:GREEN\n{mark}: credentials of the contractor are offered for sale."
        saying = way.source.people.message(way.channel, way.author, text)
        task = asyncio.create_task(saying)
        self._speaking.add(task)
        task.add_done_callback(self._speaking.discard)

    async def posts(self, number: int, seconds: float, then: Callable[[], None] = _nothing) -> None:
        """Waits for so many more posts of a bot; TimeoutError when they do not come.

        `then` is done the instant the last one stands: its answer has not gone out.
        """
        stands = asyncio.Event()
        until = self._posts_seen + number

        def look() -> None:
            if self._posts_seen == until:
                then()
                stands.set()

        self._on_post = look
        try:
            async with asyncio.timeout(seconds):
                await stands.wait()
        finally:
            self._on_post = _nothing

    async def kill_at_post(self, bot: Bot, number: int, seconds: float) -> None:
        """Kills the bot between its workspace taking that post and anybody being told."""
        with suppress(TimeoutError):
            await self.posts(number, seconds, bot.strike)
        await bot.kill()

    def trouble(self, seed: int, probability: float) -> None:
        """From now on Slack fails in six ways, each workspace and method by its own dice."""
        for place in (self.tokyo, self.canberra):
            for at, method in enumerate(TROUBLED):
                place.faults.add(
                    TROUBLE, method, probability=probability, seed=seed + at, seconds=1.0
                )

    def calm(self) -> None:
        """Slack works again."""
        for place in (self.tokyo, self.canberra):
            place.faults.clear()

    def troubles(self) -> Counter[str]:
        """What went wrong so far, by kind."""
        return self.tokyo.faults.injected + self.canberra.faults.injected

    async def drained(self, seconds: float) -> bool:
        """Waits until every advisory is known and nothing waits to be said; False when it was not.

        What is missing then is for the verdict to name.
        """
        expected = sum(len(marks) for marks in self.posted.values())
        try:
            async with asyncio.timeout(seconds):
                while True:
                    known, states = await asyncio.to_thread(self.stored)
                    if known >= expected and not states["waiting"] and not states["sending"]:
                        return True
                    await asyncio.sleep(LOOK_AGAIN)
        except TimeoutError:
            return False

    def stored(self) -> tuple[int, Counter[str]]:
        """How many advisories the database knows, and its deliveries by state."""
        by_state = select(outbox.c.state, func.count().label("count")).group_by(outbox.c.state)
        with self._engine.connect() as connection:
            known = connection.execute(select(func.count()).select_from(advisories)).scalar_one()
            states = Counter({row.state: row[1] for row in connection.execute(by_state)})
        return known, states

    def being_sent(self) -> list[int]:
        """The deliveries that some process has in hand."""
        wanted = select(outbox.c.id).where(outbox.c.state == DeliveryState.SENDING.value)
        with self._engine.connect() as connection:
            return list(connection.execute(wanted).scalars())

    def delivered_at(self) -> dict[int, datetime]:
        """When each delivery was known to be delivered."""
        wanted = select(outbox.c.id, outbox.c.delivered_at)
        with self._engine.connect() as connection:
            return {row.id: row.delivered_at for row in connection.execute(wanted)}

    async def close(self) -> None:
        """Ends what still runs."""
        for one in self._bots:
            await one.kill()
        for task in self._speaking:
            task.cancel()
        await asyncio.gather(*self._speaking, return_exceptions=True)
        self._engine.dispose()

    def _ways(self) -> list[Way]:
        found = []
        for at, (here, there) in enumerate(self._pairs):
            found.append(Way(f"t{at:02}", self.tokyo, here, "U03SUZUKI", self.canberra, there))
            found.append(Way(f"c{at:02}", self.canberra, there, "U13BAKER", self.tokyo, here))
        return found

    def _notified(self, news: dict[str, Any]) -> None:
        if news.get("t") == "message" and "app_id" in news["message"]:
            self._posts_seen += 1
            self._on_post()


def with_pairs(pairs: int) -> tuple[WorkspaceSpec, WorkspaceSpec]:
    """Tokyo and Canberra with that many further channels each."""
    near = [ChannelSpec(f"C0R{at:02}", f"au-{at}", TOKYO_PEOPLE) for at in range(pairs)]
    far = [ChannelSpec(f"C1R{at:02}", f"jp-{at}", CANBERRA_PEOPLE) for at in range(pairs)]
    return (
        replace(TOKYO, channels=(*TOKYO.channels, *near)),
        replace(CANBERRA, channels=(*CANBERRA.channels, *far)),
    )
