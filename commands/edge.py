"""Store, then acknowledge: one request, one transaction, one private answer.

Every entry point goes through here. A refusal rolls back and becomes its words in the reader's
language; a surprise becomes a reference id in the reply and a traceback in the log; an event that
could not be stored is not acknowledged, so that Slack delivers it again.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import structlog

from bot import errors, failpoints
from bot.domain.officials import Official
from bot.services.access import DECISIONS, note_refusal, require_official
from bot.services.ports import ChannelView
from bot.services.roster import Person
from bot.storage.database import Database
from bot.storage.unit_of_work import UnitOfWork
from bot.texts.catalog import Catalog, Language
from commands.arguments import Arguments
from commands.catalogue import Ask, Place, Reply, Then
from commands.deadline import Deadline
from commands.quota import Quota
from integrations.slack.people import People
from integrations.slack.speech import Safe, Speech

log = structlog.get_logger()
T = TypeVar("T")
Handler = Callable[[Ask], Reply]
# Slack redelivers within minutes; what it might ask for again is remembered that long, roughly.
ANSWERS_KEPT = 1_000
# What an event has for its transaction, once it has had its turn in its channel.
EVENT_SECONDS = 1.5
Looks = Callable[[UnitOfWork], Sequence[Place]]


@dataclass(frozen=True)
class Sender:
    """Who sent a request and from where, before anything is known about them."""

    team: str
    user: str
    channel: str


@dataclass(frozen=True)
class Answer:
    """What goes back to the sender: words, blocks, and whether the request was carried out."""

    text: Safe
    blocks: tuple[dict[str, Any], ...] = ()
    refusal: errors.BotError | None = None
    then: Then | None = None


def _nobody() -> None:
    """Nobody looks."""


class Edge:
    """Turns requests into transactions and their outcome into answers."""

    def __init__(
        self,
        database: Database,
        catalog: Catalog,
        people: People,
        wake: Callable[[], None],
        look_at_channels: Callable[[], None] = _nobody,
        quota: Quota | None = None,
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._wake = wake
        self._quota = quota or Quota(0)
        self.people = people
        # Whoever reads linked channels again is told when one of them is in doubt.
        self.look_at_channels = look_at_channels
        # Set by the Home tab, which is shown anew after what it shows has changed.
        self.show_homes: Callable[[], Awaitable[None]] | None = None
        self._afterwards: set[asyncio.Task[None]] = set()
        self._answers: OrderedDict[str, Answer] = OrderedDict()

    async def answer(
        self,
        sender: Sender,
        key: str,
        arguments: Arguments | Callable[[], Arguments],
        handler: Handler,
        *,
        value: str = "",
        looks: Callable[[UnitOfWork, Arguments], Sequence[Place]] | None = None,
        asks_person: str | None = None,
        deadline: Deadline | None = None,
    ) -> Answer | None:
        """Carries a request out once; None when the same one was answered before.

        All of it ends before the deadline, by default counted from now; what does not is refused.
        """
        until = deadline or Deadline()

        async def carry_out() -> Answer | None:
            self._quota.require(sender.team, sender.user, key)
            async with until.looking_up():
                fallback = await self.people.language(sender.team, sender.user)
                await self._require_own_person(sender)
            given = arguments() if callable(arguments) else arguments
            views = await self._views(sender, looks, given, until) if looks else {}
            people = await self._person(sender, given, asks_person, until) if asks_person else {}

            def work(uow: UnitOfWork) -> Answer | None:
                official = require_official(uow, sender.team, sender.user)
                if not uow.requests.is_new(key):
                    return None
                speech = Speech(self._catalog, chosen_language(official, fallback))
                reply = handler(
                    Ask(
                        uow,
                        official,
                        sender.team,
                        sender.channel,
                        given,
                        speech,
                        views,
                        people,
                        value,
                    )
                )
                return Answer(reply.text, reply.blocks, then=reply.then)

            return await self._store(work, until.patience, sender.team)

        answer = await self._guarded(carry_out, sender, until)
        if answer is not None and isinstance(answer.refusal, DECISIONS):
            await self._write_down(sender, handler, answer.refusal, until)
        return self._remembered(key, answer)

    async def read(
        self,
        sender: Sender,
        work: Callable[[UnitOfWork, Speech], T],
        deadline: Deadline | None = None,
        key: str = "",
    ) -> T:
        """Runs a read for an enrolled official (a form to be shown); refusals are raised.

        `key` is that of the request they made; nothing where the bot shows it by itself, which is
        not counted as theirs.
        """
        if key:
            self._quota.require(sender.team, sender.user, key)
        until = deadline or Deadline()
        async with until.looking_up():
            await self._require_own_person(sender)
            fallback = await self.people.language(sender.team, sender.user)

        def run(uow: UnitOfWork) -> T:
            official = require_official(uow, sender.team, sender.user)
            return work(uow, Speech(self._catalog, chosen_language(official, fallback)))

        return await self._database.run(run, until.patience, sender.team)

    async def explain(
        self,
        sender: Sender,
        work: Callable[[], Awaitable[T]],
        deadline: Deadline | None = None,
    ) -> T | Answer:
        """Runs something for a sender; a refusal or surprise becomes the Answer instead."""
        return await self._guarded(work, sender, deadline or Deadline())

    async def take(self, work: Callable[[UnitOfWork], object], team: str) -> None:
        """Stores an event of a workspace; whatever goes wrong leaves it unacknowledged."""
        await self._store(work, team=team)

    async def look(self, work: Callable[[UnitOfWork], T], team: str = "") -> T:
        """One transaction of the bot's own, on nobody's behalf; wakes the dispatcher.

        With the workspace of whoever made it necessary.
        """
        result = await self._store(work, None, team)
        self._wake()
        return result

    def later(self, work: Awaitable[None]) -> None:
        """Does something after the acknowledgement that nobody has to wait for."""

        async def run() -> None:
            await work

        task = asyncio.create_task(run())
        self._afterwards.add(task)
        task.add_done_callback(self._afterwards.discard)

    async def settle(self) -> None:
        """Waits for what was left for later; when it is cancelled, nothing of that is left."""
        try:
            while self._afterwards:
                await asyncio.wait(set(self._afterwards))
        finally:
            for task in self._afterwards:
                task.cancel()

    async def speech(self, sender: Sender, deadline: Deadline | None = None) -> Speech:
        """The voice for somebody: in the language they chose, else that of their Slack.

        When there is no time left to ask, as far as it is known.
        """
        until = deadline or Deadline()
        language = self.people.language_at_hand(sender.team, sender.user)
        with suppress(errors.TryAgain):
            async with until.looking_up():
                language = await self.people.language(sender.team, sender.user)
        with suppress(errors.TryAgain):
            official = await self._database.run(
                lambda uow: uow.officials.find(sender.team, sender.user),
                until.patience,
                sender.team,
            )
            language = chosen_language(official, language) if official else language
        return Speech(self._catalog, language)

    async def _store(
        self,
        work: Callable[[UnitOfWork], T],
        patience: float | None = EVENT_SECONDS,
        team: str = "",
    ) -> T:
        """One transaction; the dispatcher is woken when it has something new to say."""

        def run(uow: UnitOfWork) -> tuple[T, bool, bool]:
            done = work(uow)
            failpoints.reached("storing", _subject(uow.has_promised))
            return done, uow.has_promised, uow.has_changed_homes

        result, promised, changed_homes = await self._database.run(run, patience, team)
        failpoints.reached("stored", _subject(promised))
        if promised:
            self._wake()
        if changed_homes and self.show_homes is not None:
            self.later(self.show_homes())
        return result

    def _remembered(self, key: str, answer: Answer | None) -> Answer | None:
        """The same words for the same request: the first answer may have been lost on its way."""
        if answer is None:
            return self._answers.get(key)
        if answer.refusal is None:
            # Said again, it is not done again.
            self._answers[key] = replace(answer, then=None)
            while len(self._answers) > ANSWERS_KEPT:
                self._answers.popitem(last=False)
        return answer

    async def _guarded(
        self, work: Callable[[], Awaitable[T]], sender: Sender, until: Deadline
    ) -> T | Answer:
        try:
            return await work()
        except (errors.DatabaseBusy, errors.OutcomeUncertain, errors.TooManyRequests) as refusal:
            # Which language they chose is in the database, and there is no time to ask it.
            language = self.people.language_at_hand(sender.team, sender.user)
            return refused(Speech(self._catalog, language), refusal)
        except errors.BotError as refusal:
            return refused(await self.speech(sender, until), refusal)
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("edge.surprise", reference=reference)
            speech = await self.speech(sender, until)
            return Answer(speech.say("errors.surprise", reference=reference))

    async def _write_down(
        self, sender: Sender, handler: Handler, refusal: errors.BotError, until: Deadline
    ) -> None:
        """A refusal is a decision like any other; it rolled back, so it is noted by itself."""
        asked = f"{handler.__module__.rpartition('.')[2]}.{handler.__name__.strip('_')}"
        try:
            await self._database.run(
                lambda uow: note_refusal(uow, sender.team, sender.user, asked, refusal),
                until.patience,
                sender.team,
            )
        except errors.TryAgain:
            log.warning("edge.refusal_not_noted", asked=asked, reason=refusal.key)

    async def _require_own_person(self, sender: Sender) -> None:
        person = await self.people.person(sender.team, sender.user)
        if person is not None and person.is_stranger:
            raise errors.StrangerRefused
        if person is not None and person.is_guest:
            raise errors.GuestRefused

    async def _views(
        self,
        sender: Sender,
        looks: Callable[[UnitOfWork, Arguments], Sequence[Place]],
        given: Arguments,
        until: Deadline,
    ) -> dict[Place, ChannelView]:
        def run(uow: UnitOfWork) -> Sequence[Place]:
            require_official(uow, sender.team, sender.user)
            return looks(uow, given)

        places = await self._database.run(run, until.patience, sender.team)
        async with until.looking_up():
            views = await asyncio.gather(*(self.people.channel(*place) for place in places))
        return dict(zip(places, views, strict=True))

    async def _person(
        self, sender: Sender, given: Arguments, field: str, until: Deadline
    ) -> dict[str, Person]:
        user = given.person(field)
        async with until.looking_up():
            return {user: await self.people.require_person(sender.team, user)}


def _subject(promised: bool) -> str:
    """What a failpoint may be about: whether anything will be said."""
    return "news" if promised else "nothing"


def refused(speech: Speech, refusal: errors.BotError) -> Answer:
    """The words of a refusal."""
    return Answer(speech.say(refusal.key, **refusal.parameters), refusal=refusal)


def chosen_language(official: Official, fallback: Language) -> Language:
    """The language the official chose, or the one their Slack is set to."""
    return fallback if official.language == "auto" else Language(official.language)
