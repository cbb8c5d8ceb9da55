"""Two workspaces that survive every kill, linked channels between them, and a press room.

The workspaces live in the test's own process: what stands in them at the end is the truth.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import NullPool, create_engine, func, select

from bot.domain.deliveries import DeliveryState, Method
from bot.storage.database import Database
from bot.storage.tables import advisories, lanes, outbox
from bot.storage.unit_of_work import UnitOfWork
from integrations.slack.driver import Workspace
from integrations.slack.stand_in import CANBERRA, TOKYO, ChannelSpec, StandIn, WorkspaceSpec
from tests import cast
from tests.crash.process import Bot, Nursery, Way
from tests.journeys.bridge import SETTINGS, code_in
from tests.journeys.hands import Hand

TROUBLE = ("429", "5xx_before", "5xx_after", "cut_before", "cut_after", "hang")
TROUBLED = ("chat.postMessage", "chat.update", "conversations.history")
# An event that was not acknowledged comes again sooner than Slack's minute and five minutes.
RETRIES = (0.0, 4.0, 15.0)
LOOK_AGAIN = 0.25
# The lease of hurried bots, in seconds. Where only one lives at a time it may be shorter still.
LEASE, LEASE_ALONE = 3.0, 1.5
# How long after its birth a bot may be silent without being taken for one with nothing to do.
FIRST_SIGN_SECONDS = 15.0

TOKYO_PEOPLE = ("U01SATO", "U02TANAKA", "U03SUZUKI", "U0TOKYOBOT")
CANBERRA_PEOPLE = ("U11WALSH", "U12NGUYEN", "U13BAKER", "U0CANBBOT")


def _unheard(_entry: dict[str, Any]) -> None:
    """What is done at a sign of life unless something else is asked for."""


@dataclass(frozen=True)
class Layout:
    """Groups of channels; in each, every one of `across` channels is linked to all opposite."""

    groups: int = 4
    across: int = 1

    def pairs(self) -> list[tuple[str, str]]:
        """The two ends of each link."""
        return [
            (near(group * self.across + here), far(group * self.across + there))
            for group in range(self.groups)
            for here in range(self.across)
            for there in range(self.across)
        ]

    @property
    def size(self) -> int:
        """How many channels each side has."""
        return self.groups * self.across


@dataclass(frozen=True)
class Route:
    """Where advisories are posted, by whom, and everywhere they have to arrive."""

    name: str
    source: StandIn
    channel: str
    author: str
    target: StandIn
    destinations: tuple[str, ...]


class Rig:
    """Everything around the bots; `posted` holds the marks of each route, in order of posting."""

    def __init__(
        self,
        folder: Path,
        url: str,
        session: aiohttp.ClientSession,
        stand_ins: tuple[StandIn, StandIn],
        layout: Layout,
        nursery: Nursery,
    ) -> None:
        # Bots may reach the database by another way than the test.
        self.url = self.url_of_bots = url
        self.session = session
        self.tokyo, self.canberra = stand_ins
        self._pairs = layout.pairs()
        self.routes = tuple(self._routes())
        self.posted: dict[Route, list[str]] = {route: [] for route in self.routes}
        self.lease = LEASE
        self._is_unlimited = False
        self.codes: dict[tuple[str, str], str] = {}
        self.posts_seen = 0
        self._folder = folder
        self._config = folder / "kakehashi.toml"
        self._engine = create_engine(url, poolclass=NullPool)
        self._nursery = nursery
        self._bots: list[Bot] = []
        self._speaking: dict[Route, asyncio.Task[None]] = {}
        self._overhear: Callable[[dict[str, Any]], None] = _unheard
        self._posted = asyncio.Event()
        for one in stand_ins:
            one.state.overhear = self._overheard

    def bot(self, way: Way = Way.HURRIED, point: str = "") -> Bot:
        """Another process of the bot, not yet started; it is gone when the rig is."""
        urls = {"tokyo": self.tokyo.url, "canberra": self.canberra.url}
        mode = "http" if way is Way.OVER_HTTP else "socket"
        words = SETTINGS.format(database=self._folder / "unused.db", mode=mode, **urls)
        self._config.write_text(words, encoding="utf-8")
        log = self._folder / "bot.log"
        one = Bot(
            self._config,
            self.url_of_bots,
            log,
            self._nursery,
            way,
            self.lease,
            point,
            unlimited=self._is_unlimited,
        )
        self._bots.append(one)
        return one

    async def serve(self, way: Way = Way.HURRIED) -> Bot:
        """Another process of the bot, connected on both sides."""
        one = self.bot(way)
        await one.start()
        await one.is_ready(self.session)
        return one

    def prepare(self) -> None:
        """Enrols the officials and links every pair, by the services, before any bot runs.

        In life a bot that listens is told of all this: what is said afterwards is not before its
        time, even if the first bot of a story is killed before it has heard anything.
        """

        def work(uow: UnitOfWork) -> None:
            cast.assemble(uow)
            for team in (cast.TOKYO, cast.CANBERRA):
                uow.workspaces.note_heard(team, uow.now)
            for here, there in self._pairs:
                joined = cast.join(uow, channel=here, far_channel=there)
                self.codes[here, there] = joined.code

        database = Database(self.url)
        database.transact(work)
        database.close()

    async def settle_in(self) -> None:
        """The same by commands, through a bot that is running."""
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

    def hand(self, side: str, user: str, at: int = 0) -> Hand:
        """A person at a keyboard, in one of their side's channels."""
        place = {"tokyo": self.tokyo, "canberra": self.canberra}[side]
        channel = (near if side == "tokyo" else far)(at)
        return Hand(Workspace(place.url, self.session), user, channel)

    def post(self, route: Route) -> None:
        """Somebody posts an advisory; nobody waits for the bot to hear of it."""
        mark = f"case-{route.name}-{len(self.posted[route]):04}"
        self.posted[route].append(mark)
        text = f"#advisory TLP:GREEN\n{mark}: credentials of the contractor are offered for sale."
        self._speaking[route] = asyncio.create_task(
            self._say(route, text, self._speaking.get(route))
        )

    async def everything_is_posted(self) -> None:
        """Returns once every post stands in its channel."""
        await asyncio.gather(*self._speaking.values())

    async def _say(self, route: Route, text: str, earlier: asyncio.Task[None] | None) -> None:
        # Slack promises no order to who hears two posts at once: each waits for the one before.
        if earlier is not None:
            await earlier
        await route.source.people.message(route.channel, route.author, text)

    async def posts(self, number: int, seconds: float) -> None:
        """Waits for so many more posts of a bot; TimeoutError when they do not come."""
        until = self.posts_seen + number
        async with asyncio.timeout(seconds):
            while self.posts_seen < until:
                self._posted.clear()
                await self._posted.wait()

    async def kill_at_post(self, bot: Bot, number: int, silence: float) -> None:
        """Kills the bot between its workspace taking that post and anybody being told."""
        await self._kill_at(bot, number, "chat.postMessage", silence)

    async def kill_at_sign(self, bot: Bot, number: int, silence: float) -> None:
        """Kills the bot at that sign of life: a call it made, unanswered, or an acknowledgement."""
        await self._kill_at(bot, number, "", silence)

    async def _kill_at(self, bot: Bot, number: int, summary: str, silence: float) -> None:
        """Whatever the signs, a bot that has been silent for so many seconds is killed."""
        loop = asyncio.get_running_loop()
        left, gone = number, asyncio.Event()
        last = loop.time() + FIRST_SIGN_SECONDS

        def overhear(entry: dict[str, Any]) -> None:
            nonlocal left, last
            if entry["direction"] != "from_bot":
                return
            # Cards are brought up to date and threads read again, call by call, for a long time:
            # that is no reason to wait.
            if last > loop.time() or entry["summary"] == "chat.postMessage":
                last = loop.time()
            left -= entry["summary"].startswith(summary)
            if not left:
                bot.strike()
                gone.set()

        self._overhear = overhear
        while not gone.is_set() and last + silence > loop.time():
            with suppress(TimeoutError):
                # A sign shortens the patience with the next silence: it is looked at again.
                async with asyncio.timeout(LOOK_AGAIN):
                    await gone.wait()
        self._overhear = _unheard
        await bot.kill()

    def trouble(self, seed: int, probability: float) -> None:
        """From now on Slack fails in six ways, each workspace and method by its own dice."""
        for place in (self.tokyo, self.canberra):
            for at, method in enumerate(TROUBLED):
                place.faults.add(
                    TROUBLE, method, probability=probability, seed=seed + at, seconds=0.7
                )

    def unlimited(self) -> None:
        """Nobody counts calls per minute any more; how far apart posts are is still kept."""
        self._is_unlimited = True
        for place in (self.tokyo, self.canberra):
            place.pacing.enabled = False

    def smallest_gap(self) -> float:
        """The least time in seconds between two posts of one channel."""
        times = (*self.tokyo.post_times.values(), *self.canberra.post_times.values())
        return min((b - a for one in times for a, b in pairwise(one)), default=math.inf)

    def calm(self) -> None:
        """Slack works again."""
        for place in (self.tokyo, self.canberra):
            place.faults.clear()

    def troubles(self) -> Counter[str]:
        """What went wrong so far, by kind."""
        return self.tokyo.faults.injected + self.canberra.faults.injected

    async def drained(self, seconds: float, *, posts_alone: bool = False) -> bool:
        """Waits until every advisory is known and nothing waits to be said; False when it was not.

        What is missing then is for the verdict to name. With `posts_alone` cards may still wait to
        be brought up to date: Slack takes fifty of those a minute.
        """
        expected = sum(len(marks) for marks in self.posted.values())
        await self.everything_is_posted()
        try:
            async with asyncio.timeout(seconds):
                while True:
                    known, states = await asyncio.to_thread(self.stored, posts_alone=posts_alone)
                    if known >= expected and not states["waiting"] and not states["sending"]:
                        return True
                    await asyncio.sleep(LOOK_AGAIN)
        except TimeoutError:
            return False

    def stored(self, *, posts_alone: bool = False) -> tuple[int, Counter[str]]:
        """How many advisories the database knows, and its deliveries by state."""
        by_state = select(outbox.c.state, func.count().label("count")).group_by(outbox.c.state)
        if posts_alone:
            by_state = by_state.where(outbox.c.method == Method.POST.value)
        with self._engine.connect() as connection:
            known = connection.execute(select(func.count()).select_from(advisories)).scalar_one()
            states = Counter({row.state: row[1] for row in connection.execute(by_state)})
        return known, states

    def being_sent(self) -> list[int]:
        """The deliveries that some process has in hand."""
        wanted = select(outbox.c.id).where(outbox.c.state == DeliveryState.SENDING.value)
        with self._engine.connect() as connection:
            return list(connection.execute(wanted).scalars())

    def leases(self) -> list[datetime]:
        """Until when lanes are held."""
        wanted = select(lanes.c.lease_until).where(lanes.c.lease_until.is_not(None))
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
        for task in self._speaking.values():
            task.cancel()
        await asyncio.gather(*self._speaking.values(), return_exceptions=True)
        self._engine.dispose()

    def _routes(self) -> list[Route]:
        ahead: dict[str, list[str]] = {}
        back: dict[str, list[str]] = {}
        for here, there in self._pairs:
            ahead.setdefault(here, []).append(there)
            back.setdefault(there, []).append(here)
        tokyo, canberra = self.tokyo, self.canberra
        found = []
        for at, ((here, far_ends), (there, near_ends)) in enumerate(
            zip(ahead.items(), back.items(), strict=True)
        ):
            found += [
                Route(f"t{at:02}", tokyo, here, "U03SUZUKI", canberra, tuple(far_ends)),
                Route(f"c{at:02}", canberra, there, "U13BAKER", tokyo, tuple(near_ends)),
            ]
        return found

    def _overheard(self, entry: dict[str, Any]) -> None:
        if entry["direction"] == "from_bot" and entry["summary"] == "chat.postMessage":
            self.posts_seen += 1
            self._posted.set()
        self._overhear(entry)


def near(at: int) -> str:
    """A channel of Tokyo's."""
    return f"C0R{at:02}"


def far(at: int) -> str:
    """A channel of Canberra's."""
    return f"C1R{at:02}"


def workspaces(size: int) -> tuple[WorkspaceSpec, WorkspaceSpec]:
    """Tokyo and Canberra with that many further channels each."""
    ours = [ChannelSpec(near(at), f"au-{at}", TOKYO_PEOPLE) for at in range(size)]
    theirs = [ChannelSpec(far(at), f"jp-{at}", CANBERRA_PEOPLE) for at in range(size)]
    return (
        replace(TOKYO, channels=(*TOKYO.channels, *ours)),
        replace(CANBERRA, channels=(*CANBERRA.channels, *theirs)),
    )
