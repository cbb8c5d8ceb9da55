"""What a command is: its verbs, their fields, and the handler of each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot import errors
from bot.domain.agencies import Agency
from bot.domain.calendars import ZONES, CalendarName
from bot.domain.due import DueReading, read_due
from bot.domain.officials import Official
from bot.services.calendars import calendar_of
from bot.services.ports import ChannelView
from bot.services.roster import Person
from bot.storage.unit_of_work import UnitOfWork
from commands.arguments import Arguments, Field, folded
from integrations.slack.blocks import Block
from integrations.slack.speech import Safe, Speech

Place = tuple[str, str]


@dataclass(frozen=True)
class Ask:
    """One request of one official, inside its transaction."""

    uow: UnitOfWork
    official: Official
    team: str
    channel: str
    arguments: Arguments
    speech: Speech
    views: dict[Place, ChannelView] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    value: str = ""

    @property
    def here(self) -> ChannelView:
        """The channel the request came from, as Slack describes it."""
        view = self.views.get((self.team, self.channel))
        if view is None:
            raise errors.SlackUnreachable
        return view

    def agency(self, name: str) -> Agency:
        """The agency typed for a field; raises UnknownAgency."""
        typed = self.arguments.text(name)
        agency = self.uow.agencies.find(typed, self.uow.now.date())
        if agency is None:
            raise errors.UnknownAgency(value=typed)
        return agency

    def due(self, name: str) -> DueReading:
        """The due date typed for a field, on the joint calendar; raises DueNotUnderstood.

        Read in the official's language and city; without a time their side's close of business.
        """
        phrase, side = self.arguments.text(name), self.official.government
        reading = read_due(
            phrase,
            self.uow.now.astimezone(ZONES[side]),
            calendar_of(self.uow, CalendarName.JOINT),
            self.speech.language.value,
            side,
        )
        if reading.why is not None:
            raise errors.DueNotUnderstood(phrase=phrase, why=reading.why)
        return reading

    def say(self, key: str, **parameters: object) -> Safe:
        return self.speech.say(key, **parameters)


# What is made once the answer has been given, by the desk; see `commands/desk.py`.
Then = Callable[[Any], Awaitable[None]]


@dataclass(frozen=True)
class Reply:
    """What the official is told, privately, in their language."""

    text: Safe
    blocks: tuple[Block, ...] = ()
    then: Then | None = None


@dataclass(frozen=True)
class Verb:
    """One thing a command does. `looks_at`: channels to be looked up before the transaction."""

    name: str
    run: Callable[[Ask], Reply]
    fields: tuple[Field, ...] = ()
    looks_at: Callable[[UnitOfWork, Arguments, Place], Sequence[Place]] | None = None
    asks_person: str | None = None

    @property
    def key(self) -> str:
        """Where its words stand in the catalogue: `holiday add` speaks under `holiday_add`."""
        return self.name.replace(" ", "_")

    @property
    def opens_form(self) -> bool:
        """Whether the verb, typed alone, asks for its words in a form."""
        return any(one.is_needed for one in self.fields)

    def usage(self, command: str) -> str:
        """`/link accept LNK-7Q3F`."""
        return " ".join([command, self.name, *(one.usage for one in self.fields)])


@dataclass(frozen=True)
class Command:
    """A slash command and its verbs; the first is what its form opens with."""

    name: str
    verbs: tuple[Verb, ...]

    def verb(self, typed: str) -> Verb:
        """The verb of that name; raises UnknownVerb listing the ones there are."""
        for verb in self.verbs:
            if verb.name == typed:
                return verb
        names = ", ".join(verb.name for verb in self.verbs)
        raise errors.UnknownVerb(verb=typed, command=self.name, verbs=names)

    def split(self, typed: str) -> tuple[Verb, str]:
        """The verb a command line begins with, and what follows it; a verb may be two words.

        Any kind of blank may stand between: a Japanese keyboard types a full-width one.
        """
        for words in (2, 1):
            parts = typed.split(maxsplit=words)
            name = " ".join(folded(part) for part in parts[:words])
            if len(parts) >= words and any(verb.name == name for verb in self.verbs):
                return self.verb(name), "".join(parts[words:])
        return self.verb(folded(typed.split(maxsplit=1)[0])), ""


def only_here(_uow: UnitOfWork, _arguments: Arguments, place: Place) -> Sequence[Place]:
    """Looks at the channel the command was typed in."""
    return (place,)
