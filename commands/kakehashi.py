"""`/kakehashi`: the roster, one's own settings, and help."""

from __future__ import annotations

from enum import StrEnum

from bot.domain.agencies import Agency
from bot.domain.officials import Official, Role
from bot.services import roster
from commands.arguments import Field, Kind
from commands.catalogue import Ask, Command, Reply, Verb
from integrations.slack.speech import Safe

USER = Field("user", Kind.PERSON, positional=True)


class LanguageChoice(StrEnum):
    """What the bot speaks with an official."""

    EN = "en"
    JA = "ja"
    AUTO = "auto"


def enrol(ask: Ask) -> Reply:
    person = ask.people[ask.arguments.person("user")]
    roles = ask.arguments.choices("roles", Role)
    enrolled = roster.enrol_official(ask.uow, ask.official, person, ask.agency("agency"), roles)
    return Reply(_described(ask, "roster.enrolled", enrolled))


def remove(ask: Ask) -> Reply:
    user = ask.arguments.person("user")
    removed = roster.remove_official(ask.uow, ask.official, ask.team, user)
    return Reply(_described(ask, "roster.removed", removed))


def leave(ask: Ask) -> Reply:
    left = roster.remove_official(ask.uow, ask.official, ask.team, ask.official.user)
    return Reply(_described(ask, "roster.left", left))


def whoami(ask: Ask) -> Reply:
    return Reply(_described(ask, "roster.whoami", ask.official))


def list_(ask: Ask) -> Reply:
    found = roster.list_roster(ask.uow, ask.official)
    lines = [ask.say("roster.list", n=len(found))]
    lines += [_described(ask, "roster.line", official) for official in found]
    return Reply(Safe("\n".join(lines)))


def language(ask: Ask) -> Reply:
    chosen = ask.arguments.choice("language", LanguageChoice)
    roster.set_language(ask.uow, ask.official, chosen.value)
    speech = ask.speech
    if chosen is not LanguageChoice.AUTO:
        speech = speech.in_(type(speech.language)(chosen.value))
    return Reply(speech.say(f"roster.language.{chosen.value}"))


def help_(ask: Ask) -> Reply:
    return Reply(ask.say("commands.help"))


def _described(ask: Ask, key: str, official: Official) -> Safe:
    agency: Agency | str = ask.uow.agencies.get(official.agency) or official.agency
    roles = [ask.say(f"roster.role.{role.value}") for role in sorted(official.roles)]
    return ask.say(key, name=official.name, agency=agency, roles=roles)


COMMAND = Command(
    "/kakehashi",
    (
        Verb(
            "enrol",
            enrol,
            (
                USER,
                Field("agency", Kind.AGENCY),
                Field(
                    "roles",
                    Kind.CHOICES,
                    required=False,
                    choices=tuple(role.value for role in Role),
                    default=Role.MEMBER.value,
                ),
            ),
            asks_person="user",
        ),
        Verb("whoami", whoami),
        Verb("roster", list_),
        Verb("remove", remove, (USER,)),
        Verb("leave", leave),
        Verb(
            "language",
            language,
            (
                Field(
                    "language",
                    Kind.CHOICE,
                    choices=tuple(LanguageChoice),
                    positional=True,
                ),
            ),
        ),
        Verb("help", help_),
    ),
)
