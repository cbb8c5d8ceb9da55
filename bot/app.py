"""The composition root: the only file that sees every room."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import structlog
from slack_bolt.async_app import AsyncApp

from bot import errors
from bot.custody import secrets_of, with_open_tokens
from bot.domain.budgets import BUDGETS, Budget, Spending
from bot.domain.labels import Label
from bot.domain.officials import Government, Official
from bot.logs import hide
from bot.services.duties import set_standing
from bot.services.file_composers import note_upload
from bot.services.roster import Person, ensure_first_admins
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.schema import upgrade
from bot.storage.unit_of_work import UnitOfWork
from bot.texts import catalog
from bot.workers.clock import Clock
from bot.workers.outbox import HOLD_OFF, LEASE, Dispatcher
from bot.workers.rereader import Rereader
from bot.workers.running import Running
from commands import register
from commands.afresh import Afresh
from commands.desk import Desk
from commands.edge import Edge
from commands.messages import Messages
from commands.missed import Missed
from commands.past import Past
from commands.quota import Quota
from commands.restored import Restored
from integrations.metrics import Meters
from integrations.slack.bolt import Connector, Identities, Identity, build_bolt
from integrations.slack.connections import Connection
from integrations.slack.courier import Courier
from integrations.slack.gateway import SlackPostman, clients_for, new_session
from integrations.slack.history import History
from integrations.slack.ingress import IngressGuard
from integrations.slack.people import People
from integrations.slack.render import Renderer
from integrations.slack.skew import ClockSkew
from integrations.slack.standing import Standing
from integrations.slack.uploads import Uploads
from integrations.slack.windows import Windows
from integrations.web import WebServer

log = structlog.get_logger()

# SIGTERM: out within ten seconds. First nothing new is let in, then the loops end.
INTAKE_SECONDS = 2
STOP_SECONDS = 6.5


class Application:
    """Everything that runs in one process; `start` and `stop` in the order things depend."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        session: aiohttp.ClientSession,
        *,
        hold_off: timedelta = HOLD_OFF,
        lease: timedelta = LEASE,
        skew: ClockSkew | None = None,
    ) -> None:
        self._settings = settings
        self._session = session
        self.database = database
        connections = connections_of(settings)
        self._connections = connections
        clients = clients_for(connections, session)
        self.people = People(clients, connections)
        words = catalog.load()
        renderer = Renderer(words, frozenset(settings.bridge.allowed_hosts))
        policy = settings.files.policy
        courier = Courier(clients, connections, session, policy, self._note_upload)
        self._identities = Identities()
        self.bolt: AsyncApp = build_bolt(connections, self._identities)
        postman = SlackPostman(clients, renderer, self.people, courier)
        self.dispatcher = Dispatcher(database, postman, hold_off=hold_off, lease=lease)
        lookout = self.dispatcher.lookout
        quota = Quota(settings.bridge.requests_per_minute)
        self.edge = Edge(database, words, self.people, self.dispatcher.wake, lookout.wake, quota)
        windows = Windows(clients, connections, session)
        past = Past(one.team for one in connections)
        messages = Messages(self.edge, past, policy)
        desk = Desk(self.edge, Uploads(clients, connections, session))
        register(self.bolt, self.edge, windows, desk, messages, settings.command_prefix)
        self.clock = Clock(database, self.dispatcher.wake)
        self._meters = Meters(database)
        self.web = WebServer(
            self.bolt,
            IngressGuard(connections),
            self.readiness,
            self._meters.registry,
            self._meters.read,
            lambda team: self._identities.get(team) is not None,
        )
        history = History(clients, self._identities)
        missed = Missed(self.edge, messages, past, history)
        afresh = Afresh(self.edge, messages, history, [one.team for one in connections])
        self._rereader = Rereader(afresh.step)
        self._restored = Restored(self.edge, missed, Standing(clients), list(clients))
        self._is_restored = asyncio.Event()
        self._connectors = [
            Connector(one, clients[one.team], self.bolt, self._learned, missed)
            for one in connections
        ]
        self._running, self._hearing = Running(), Running()
        self.clock.also_wake(self._show_homes)
        if skew is not None:
            self._meters.watch_clock(lambda: skew.seconds)

    async def start(self) -> None:
        """Brings the database up to date, then listens, then connects."""
        await asyncio.to_thread(upgrade, self.database)
        if not await self.database.run(lambda uow: uow.walls.bind_this_role()):
            log.warning("database.superuser")
        await self.database.run(self._remember_settings)
        await self.database.run(set_standing)
        await self._enrol_first_admins()
        await self.web.start(self._settings.http.host, self._settings.http.port)
        self.clock.start()
        self._running.start("dispatcher", self._speak())
        self._running.start("rereader", self._after_restore(self._rereader.run))
        for one in self._connectors:
            self._hearing.start(f"slack:{one.name}", self._after_restore(one.run))

    async def stop(self) -> None:
        """Takes nothing new in, finishes what is being sent, and closes."""
        with suppress(TimeoutError):
            async with asyncio.timeout(INTAKE_SECONDS):
                # No connection is made any more while those that stand are ended.
                closing = (one.close() for one in self._connectors)
                await asyncio.gather(self._hearing.stop(INTAKE_SECONDS), *closing, self.web.stop())
                await self.edge.settle()
        self.clock.stop()
        await self._running.stop(STOP_SECONDS)
        await self._session.close()
        self.database.close()

    async def readiness(self) -> Mapping[str, bool]:
        """What has to be up before the bot can do its work."""
        connected = {f"slack:{one.name}": await one.is_connected() for one in self._connectors}
        return {
            "database": await self._database_answers(),
            "clock": self.clock.is_ticking,
            "dispatcher": self._running.is_running("dispatcher") and self._is_restored.is_set(),
            **{name: up and self._hearing.is_running(name) for name, up in connected.items()},
        }

    async def wait_until_ready(self, seconds: float = 30) -> None:
        """Returns once every part is up; raises TimeoutError otherwise."""
        async with asyncio.timeout(seconds):
            # Readiness is asked of each part; none of them announces it.
            while not all((await self.readiness()).values()):  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def run(self) -> None:
        """Serves until SIGTERM or SIGINT."""
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        await self.start()
        log.info("serving", host=self._settings.http.host, port=self.web.port)
        try:
            await stopping.wait()
        finally:
            await self.stop()
            log.info("stopped")

    async def _speak(self) -> None:
        """A database that was put back reads what stands before anything is said or heard."""
        await self._restored.run()
        self._is_restored.set()
        await self.dispatcher.run()

    async def _after_restore(self, loop: Callable[[], Coroutine[Any, Any, None]]) -> None:
        await self._is_restored.wait()
        await loop()

    async def _database_answers(self) -> bool:
        with suppress(errors.TryAgain):
            await self.database.run(lambda uow: uow.workspaces.of_team(""))
            return True
        return False

    def _show_homes(self) -> None:
        """After a tick that promised something: open Home tabs show what fell due."""
        if self.edge.show_homes is not None:
            self.edge.later(self.edge.show_homes())

    def _remember_settings(self, uow: UnitOfWork) -> None:
        for one in self._settings.workspaces:
            uow.workspaces.put(one.team_id, **one.kept)
        for side in Government:
            uow.audit.sign_head(side, if_due=True)

    async def _enrol_first_admins(self) -> None:
        teams = {one.name: one.team for one in self._connections}
        admins = []
        for admin in self._settings.admins:
            team = teams[admin.workspace]
            person = await self._unnamed_admin(team, admin.user_id)
            if person is not None:
                admins.append((person, admin.agency))
        await self.database.run(lambda uow: ensure_first_admins(uow, admins))

    async def _unnamed_admin(self, team: str, user: str) -> Person | None:
        """A first admin not yet enrolled, or enrolled while Slack did not tell the name."""

        def known(uow: UnitOfWork) -> Official | None:
            return uow.officials.find_ever(team, user)

        found = await self.database.run(known)
        if found is not None and found.name != user:
            return None
        return await self.people.person(team, user) or Person(team, user, user)

    async def _note_upload(
        self, delivery: int, before: str, file: str, label: Label | None
    ) -> bool:
        return await self.database.run(lambda uow: note_upload(uow, delivery, before, file, label))

    async def _learned(self, identity: Identity) -> None:
        await self.database.run(
            lambda uow: uow.workspaces.note_bot(identity.team, identity.bot_user, identity.bot_id)
        )
        # Only now are requests let in: the bot has to know its own posts.
        self._identities.note(identity)


def connections_of(settings: Settings) -> tuple[Connection, ...]:
    """The workspaces of the settings, as the integrations know them."""
    return tuple(
        Connection(
            name=one.name,
            government=one.government,
            team=one.team_id,
            mode=one.mode.value,
            api_url=one.api_url,
            bot_token=one.bot_token.get_secret_value(),
            app_token=one.app_token.get_secret_value(),
            signing_secret=one.signing_secret.get_secret_value(),
        )
        for one in settings.workspaces
    )


def build(
    settings: Settings,
    *,
    hold_off: timedelta = HOLD_OFF,
    lease: timedelta = LEASE,
    now: Callable[[], datetime] | None = None,
    limits: Mapping[Spending, Budget] = BUDGETS,
) -> Application:
    """An application over its own database and session; call it inside a running event loop.

    `now` is the clock every transaction goes by; the database's own when it is left out. `limits`:
    how often Slack may be called.
    """
    database = Database(settings.database.url.get_secret_value(), now, settings.keys.ring(), limits)
    settings = with_open_tokens(settings, database)
    hide(secrets_of(settings))
    skew = ClockSkew()
    session = new_session(skew)
    return Application(settings, database, session, hold_off=hold_off, lease=lease, skew=skew)
