"""One transaction and the repositories that work in it; whoever opened it commits, nobody else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from functools import cached_property

from sqlalchemy import Connection

from bot.domain.budgets import BUDGETS, Budget, Spending
from bot.storage.actions import Actions
from bot.storage.advisories import Advisories
from bot.storage.agencies import Agencies
from bot.storage.approvals import Approvals
from bot.storage.attachments import Attachments
from bot.storage.audit import AuditLog
from bot.storage.budgets import Budgets
from bot.storage.captures import Captures
from bot.storage.ceilings import AgencyCeilings
from bot.storage.delivery_keys import DeliveryKeys
from bot.storage.dialogues import Dialogues
from bot.storage.fingerprints import Fingerprints
from bot.storage.follow_ups import FollowUps
from bot.storage.holidays import Holidays
from bot.storage.homes import Homes
from bot.storage.kept import Retention
from bot.storage.keyring import KeyRing
from bot.storage.links import Links
from bot.storage.officials import Officials
from bot.storage.outbox import Outbox
from bot.storage.requests import Requests
from bot.storage.rereads import Rereads
from bot.storage.restores import Restores
from bot.storage.schedules import Schedules
from bot.storage.seals import Seals
from bot.storage.sequences import Sequences
from bot.storage.tokens import Tokens
from bot.storage.walls import Walls
from bot.storage.workspaces import Workspaces

# Repositories that read a row once and remember it.
REMEMBERING = (
    *("workspaces", "agencies", "officials", "ceilings", "links", "fingerprints", "advisories"),
    "attachments",
)


class UnitOfWork:
    """The repositories of one transaction, and the instant at which it began (`now`).

    `keys` sign the audit log on its way and seal what must not be read in the database.
    """

    def __init__(
        self,
        connection: Connection,
        now: datetime,
        keys: KeyRing | None = None,
        lanes: set[tuple[str, str]] | None = None,
        limits: Mapping[Spending, Budget] = BUDGETS,
    ) -> None:
        self.connection = connection
        self.now = now
        # The same instant on a clock that nobody sets.
        self.began = time.monotonic()
        self.keys = keys
        self.walls = Walls(connection)
        # The lanes of the outbox that the process knows to exist.
        self._lanes = set() if lanes is None else lanes
        self._limits = limits

    @property
    def has_promised(self) -> bool:
        """Whether something was put into the outbox, so that the dispatcher has work to find."""
        return "outbox" in vars(self) and self.outbox.has_news

    @property
    def has_changed_homes(self) -> bool:
        """Whether somebody's open Home tab shows old things now."""
        return "homes" in vars(self) and self.homes.has_stale

    @contextmanager
    def part(self) -> Iterator[None]:
        """What fails inside is undone alone; the rest of the transaction goes on."""
        holds = False
        try:
            with self.walls.remembered(), self.connection.begin_nested():
                yield
            holds = True
        finally:
            # What was read or written in a part that is undone may not be so any more.
            for name in () if holds else REMEMBERING:
                vars(self).pop(name, None)

    @cached_property
    def workspaces(self) -> Workspaces:
        return Workspaces(self.connection, self.budgets)

    @cached_property
    def agencies(self) -> Agencies:
        return Agencies(self.connection)

    @cached_property
    def officials(self) -> Officials:
        return Officials(self.connection)

    @cached_property
    def ceilings(self) -> AgencyCeilings:
        return AgencyCeilings(self.connection, self.now)

    @cached_property
    def links(self) -> Links:
        return Links(self.connection, self.ceilings)

    @cached_property
    def fingerprints(self) -> Fingerprints:
        return Fingerprints(self.connection, self.now)

    @cached_property
    def advisories(self) -> Advisories:
        return Advisories(self.connection)

    @cached_property
    def attachments(self) -> Attachments:
        return Attachments(self.connection, self.now)

    @cached_property
    def actions(self) -> Actions:
        return Actions(self.connection)

    @cached_property
    def dialogues(self) -> Dialogues:
        return Dialogues(self.connection)

    @cached_property
    def follow_ups(self) -> FollowUps:
        return FollowUps(self.connection)

    @cached_property
    def captures(self) -> Captures:
        return Captures(self.connection)

    @cached_property
    def homes(self) -> Homes:
        return Homes(self.connection, self.now)

    @cached_property
    def budgets(self) -> Budgets:
        return Budgets(self.connection, self.now, self._limits)

    @cached_property
    def outbox(self) -> Outbox:
        return Outbox(self.connection, self.now, self.began, self._lanes, self.budgets)

    @cached_property
    def requests(self) -> Requests:
        return Requests(self.connection, self.now)

    @cached_property
    def schedules(self) -> Schedules:
        return Schedules(self.connection, self.now)

    @cached_property
    def rereads(self) -> Rereads:
        return Rereads(self.connection, self.now)

    @cached_property
    def working_days(self) -> dict[str, Callable[[date], bool]]:
        """The calendars looked up in this transaction, by name."""
        return {}

    @cached_property
    def delivery_keys(self) -> DeliveryKeys:
        return DeliveryKeys(self.connection, self.now)

    @cached_property
    def restores(self) -> Restores:
        return Restores(self.connection, self.now)

    @cached_property
    def sequences(self) -> Sequences:
        return Sequences(self.connection)

    @cached_property
    def holidays(self) -> Holidays:
        return Holidays(self.connection, self.now)

    @cached_property
    def retention(self) -> Retention:
        return Retention(self.connection, self.now)

    @cached_property
    def approvals(self) -> Approvals:
        return Approvals(self.connection, self.now)

    @cached_property
    def seals(self) -> Seals:
        return Seals(self.keys, self.delivery_keys, self.now)

    @cached_property
    def tokens(self) -> Tokens:
        return Tokens(self.connection, self.now, self.keys)

    @cached_property
    def audit(self) -> AuditLog:
        return AuditLog(self.connection, self.now, self.walls, self.keys)
