"""A stage for short stories: the real commands, services, composers and renderer, without Slack.

Whatever a workspace is given, posts and cards, private notes, answers and Home tabs, is written
down there as Slack would have been given it, in the order in which it was said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from bot import errors
from bot.domain.deliveries import DeliveryState, Method
from bot.domain.dialogues import Dates
from bot.domain.labels import Label
from bot.domain.officials import Government, Official
from bot.services import capturing, dialogues, intake
from bot.services.access import note_refusal, require_official
from bot.services.announcements import compose
from bot.services.duties import DUTIES, set_standing
from bot.services.facts import NothingFacts
from bot.services.incoming import Message
from bot.services.kinds import Withheld
from bot.services.outcomes import note_delivered, note_parked
from bot.services.ports import Outgoing, Posted
from bot.services.roster import Person
from bot.services.schedules import take
from bot.storage.database import Database
from bot.storage.outbox_rows import Claim
from bot.storage.schema import upgrade
from bot.storage.tables import outbox
from bot.storage.unit_of_work import UnitOfWork
from bot.texts.catalog import Language, load
from commands import BUTTONS, COMMANDS
from commands.arguments import Arguments, parse
from commands.catalogue import Ask
from commands.edge import refused
from commands.home import page_of
from commands.home.sections import Visit
from integrations.slack.render import Renderer
from integrations.slack.speech import Speech
from tests import cast
from tests.storage.databases import BEGINNING

WORDS = load()
RENDERER = Renderer(WORDS)
ADMIN_CHANNELS = {cast.TOKYO: "C03ADMIN", cast.CANBERRA: "C13ADMIN"}
NATIVE = {cast.TOKYO: Language.JA, cast.CANBERRA: Language.EN}
BY_NAME = {command.name: command for command in COMMANDS}
NOTHING = Arguments((), {}, "")
# So that cards, digests and steps of escalation have somebody to reach on both sides.
MORE_ROLES = {
    **dict.fromkeys(("SATO", "WALSH"), ("cochair", "contact", "notetaker")),
    **dict.fromkeys(("TANAKA", "NGUYEN"), ("notetaker",)),
}
# Who besides the cast decides about releases.
SECONDS = {"MORI": (cast.TOKYO, "U06MORI"), "REID": (cast.CANBERRA, "U16REID")}
WAITING = (
    outbox.select()
    .where(outbox.c.state == DeliveryState.WAITING.value)
    .order_by(outbox.c.priority, outbox.c.id)
    .limit(1)
)
# What is drawn by lot or derived with the key of one installation, and differs in every run.
BY_LOT = (
    (re.compile(r"\b[0-9a-f]{32}\b"), "SEAL"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "HASH"),
)


@cache
def house(ceiling: Label) -> Database:
    """A migrated database in memory with both sides' people, a link and a round; never changed."""
    database = Database("sqlite://", lambda: BEGINNING)
    upgrade(database)
    database.transact(lambda uow: furnish(uow, ceiling))
    return database


def furnish(uow: UnitOfWork, ceiling: Label) -> None:
    """Both sides' people, one link and a round between them."""
    cast.assemble(uow)
    for name, more in MORE_ROLES.items():
        roles = sorted({*(role.value for role in cast.ROSTER[name][3]), *more})
        cast.enrol(uow, name, roles=roles)
    cast.join(uow, ceiling=ceiling)
    for user, team in (("U02TANAKA", cast.TOKYO), ("U12NGUYEN", cast.CANBERRA)):
        uow.homes.open(team, user)
    days = Dates(date(2026, 10, 5), date(2026, 10, 6))
    dialogues.new_dialogue(uow, cast.the(uow, "SATO"), Government.JP, days, "", 7)
    dialogues.confirm_dates(uow, cast.the(uow, "WALSH"), "7", None)
    for team, channel in ADMIN_CHANNELS.items():
        cast.second_releaser(uow, team)
        name, side = ("tokyo", Government.JP) if team == cast.TOKYO else ("canberra", Government.AU)
        uow.workspaces.put(team, name, side, audit_channel=channel, admin_channel=channel)
    set_standing(uow)


class Stage:
    """One run of a story; `seen` is what each workspace was given."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.now = now
        self.seen: dict[str, list[object]] = {cast.TOKYO: [], cast.CANBERRA: []}
        self.stands: dict[tuple[str, str], Outgoing] = {}
        self._microseconds = 0
        self._posts = dict.fromkeys(self.seen, 0)
        self._connection = connection
        self.uow = UnitOfWork(connection, now)

    def wait(self, **length: float) -> None:
        """Time passes; what is due meanwhile is done, and everything is said."""
        self.now += timedelta(**length)
        self._microseconds = 0
        self.uow = UnitOfWork(self._connection, self.now)
        claimed = sorted(self.uow.schedules.claim(200), key=lambda one: one.kind)
        for kind, group in groupby(claimed, key=lambda one: one.kind):
            take(self.uow, DUTIES[kind], list(group))
        self.say_all()

    # What people do -----------------------------------------------------------------------

    def types(self, name: str, line: str, channel: str = "") -> str:
        """A slash command; the answer is written down with what its workspace was given."""
        command, _, rest = line.partition(" ")
        verb, words = BY_NAME[command].split(rest)

        def run(official: Official) -> Any:
            given = parse(verb.fields, words, verb.usage(command))
            person = given.person(verb.asks_person) if verb.asks_person else ""
            return verb.run(self._ask(official, channel, given, people=self._people(name, person)))

        return self._answered(name, verb.run, run)

    def presses(self, name: str, button: str, value: str) -> str:
        """A button of that kind with that value."""
        handler, _ = BUTTONS[button]
        return self._answered(
            name, handler, lambda official: handler(self._ask(official, "", NOTHING, value))
        )

    def says(self, name: str, text: str, **about: Any) -> Message:
        """A message, posted or edited."""
        self._microseconds += 1
        ts = cast.stamp(self.now + timedelta(microseconds=self._microseconds))
        message = cast.said(self.uow, name, text, **({"ts": ts} | about))
        (intake.take_edit if message.edited_ts else intake.take_message)(self.uow, message)
        capturing.take_spoken(self.uow, message)
        return message

    def edits(self, name: str, before: Message, text: str) -> None:
        edited = cast.stamp(self.now + timedelta(microseconds=self._microseconds + 1))
        about = {"ts": before.ts, "channel": before.channel, "thread_ts": before.thread_ts}
        self.says(name, text, edited_ts=edited, **about)

    def deletes(self, message: Message) -> None:
        intake.take_deletion(self.uow, message.team, message.channel, message.ts)
        capturing.take_deletion(self.uow, message.team, message.channel, message.ts)

    def park(self, team: str, kind: str) -> None:
        """Slack refuses for good what waits of a kind in a workspace."""
        there = WAITING.where(outbox.c.team == team, outbox.c.kind == kind)
        row = self.uow.connection.execute(there).first()
        assert row is not None, kind
        parked = outbox.update().where(outbox.c.id == row.id)
        self.uow.connection.execute(
            parked.values(state=DeliveryState.PARKED.value, last_error="is_archived")
        )
        note_parked(self.uow, self.uow.outbox.get(row.id), "is_archived")

    # What they are shown --------------------------------------------------------------------

    def say_all(self) -> None:
        """Says or withholds everything that waits, urgent things first."""
        while (row := self.uow.connection.execute(WAITING).first()) is not None:
            claim = Claim(self.uow.outbox.get(row.id), fence=-1, was_unknown=False)
            try:
                outgoing = compose(self.uow, claim.delivery)
            except Withheld:
                ended = outbox.update().where(outbox.c.id == row.id)
                self.uow.connection.execute(ended.values(state=DeliveryState.WITHHELD.value))
                continue
            self._say(claim, outgoing)

    def _say(self, claim: Claim, outgoing: Outgoing) -> None:
        delivery = outgoing.delivery
        # Slack counts in each workspace by itself.
        self._posts[delivery.team] += 1
        ts = outgoing.target_ts or f"17896{self._posts[delivery.team]:05}.000000"
        if delivery.method is not Method.PRIVATE:
            self.stands[delivery.team, ts] = outgoing
        if not isinstance(outgoing.facts, NothingFacts):
            self.seen[delivery.team].append(_payload(outgoing, ts))
        self.uow.outbox.delivered(claim, ts, outgoing.channel)
        note_delivered(self.uow, outgoing, Posted(outgoing.channel, ts))

    def home_of(self, name: str) -> None:
        """Somebody's Home tab, as it is published."""
        official = self.person(name)
        with self._behind_the_wall_of(official):
            blocks = page_of(Visit(self.uow, official, _speech(official)), 0)
        self.seen[official.team].append(["home", official.user, blocks])

    def text_seen_in(self, team: str) -> str:
        """Everything a workspace was given; what is drawn by lot in every run reads alike."""
        said = "\n".join(
            json.dumps(one, ensure_ascii=False, default=str) for one in self.seen[team]
        )
        for lots, alike in BY_LOT:
            said = lots.sub(alike, said)
        return said

    def thread(self, team: str, kind: str) -> str:
        """The timestamp of the newest post of a kind in a workspace; empty when there is none."""
        found = [
            ts
            for (where, ts), one in self.stands.items()
            if where == team and one.delivery.kind == kind
        ]
        return max(found, default="")

    def _ask(
        self, official: Official, channel: str, given: Arguments, value: str = "", **about: Any
    ) -> Ask:
        own = cast.TOKYO_ADV if official.team == cast.TOKYO else cast.CANBERRA_ADV
        place = (official.team, channel or own)
        views = {place: cast.view(*place)}
        speech = _speech(official)
        return Ask(self.uow, official, *place, given, speech, views, value=value, **about)

    def person(self, name: str) -> Official:
        """One of the cast as the roster knows them now."""
        team, user = SECONDS.get(name) or cast.ROSTER[name][:2]
        found = self.uow.officials.find(team, user)
        assert found is not None, name
        return found

    @contextmanager
    def _behind_the_wall_of(self, official: Official) -> Iterator[None]:
        """As at the edge, where every act is a transaction of its own."""
        require_official(self.uow, official.team, official.user)
        yield
        self.uow.walls.leave()

    def _people(self, name: str, user: str) -> dict[str, Person]:
        return {user: Person(cast.ROSTER[name][0], user, f"Person {user}")} if user else {}

    def _answered(self, name: str, handler: Any, run: Any) -> str:
        official = self.person(name)
        try:
            with self.uow.part(), self._behind_the_wall_of(official):
                reply = run(official)
            text, blocks = reply.text, reply.blocks
        except errors.BotError as refusal:
            said = refused(_speech(official), refusal)
            asked = f"{handler.__module__.rpartition('.')[2]}.{handler.__name__.strip('_')}"
            note_refusal(self.uow, official.team, official.user, asked, refusal)
            text, blocks = said.text, said.blocks
        self.seen[official.team].append(["answer", official.user, text, blocks])
        return str(text)


def _speech(official: Official) -> Speech:
    native = NATIVE[official.team]
    return Speech(WORDS, native if official.language == "auto" else Language(official.language))


def _payload(outgoing: Outgoing, ts: str) -> list[object]:
    """What Slack is given, as far as it is not the key of the delivery."""
    delivery, team = outgoing.delivery, outgoing.delivery.team
    reader = NATIVE[team] if outgoing.language == "auto" else Language(outgoing.language)
    shown = RENDERER.show(outgoing.facts, reader)
    assert RENDERER.is_inert(shown), shown
    place = [delivery.method.value, outgoing.channel, outgoing.thread_ts, delivery.user, ts]
    return [*place, shown.text, shown.blocks]


@contextmanager
def a_stage(ceiling: Label, database: Database | None = None) -> Iterator[Stage]:
    """Everybody on the roster, one link and a round between them; taken back at the end.

    In a furnished database, or one in memory.
    """
    with (database or house(ceiling)).engine.connect() as connection:
        transaction = connection.begin()
        try:
            yield Stage(connection, BEGINNING)
        finally:
            transaction.rollback()
