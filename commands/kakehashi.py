"""`/kakehashi`: the roster, one's own settings, and help."""

from __future__ import annotations

from enum import StrEnum

from bot.domain.agencies import Agency
from bot.domain.calendars import CalendarName, Holiday
from bot.domain.officials import Official, Role
from bot.services import calendars, roster
from bot.services.digests import digest_for
from commands import audited, ceilings
from commands.arguments import Field, Kind
from commands.catalogue import Ask, Command, Reply, Verb
from integrations.slack.shown_digests import digest_text
from integrations.slack.speech import Safe

HOLIDAY_NAME_LIMIT = 80
PERSON_LIMIT = 120
USER = Field("user", Kind.PERSON, positional=True)


class LanguageChoice(StrEnum):
    """What the bot speaks with an official."""

    EN = "en"
    JA = "ja"
    AUTO = "auto"


class OwnCalendar(StrEnum):
    """The calendars that are changed by hand; the joint one follows from them."""

    JP_GOV = "jp_gov"
    AU_ACT = "au_act"
    AU_DFAT = "au_dfat"


class AnyCalendar(StrEnum):
    """Every calendar, as it is typed."""

    JOINT = "joint"
    JP_GOV = "jp_gov"
    AU_ACT = "au_act"
    AU_DFAT = "au_dfat"


def enrol(ask: Ask) -> Reply:
    person = ask.people[ask.arguments.person("user")]
    roles = ask.arguments.choices("roles", Role)
    enrolled = roster.enrol_official(
        ask.uow,
        ask.official,
        person,
        ask.agency("agency"),
        roles,
        ask.arguments.short("person", PERSON_LIMIT),
    )
    return Reply(_described(ask, "roster.enrolled", enrolled))


def remove(ask: Ask) -> Reply:
    user = ask.arguments.person("user")
    removed = roster.remove_official(ask.uow, ask.official, ask.team, user)
    return Reply(_described(ask, "roster.removed", removed))


def duty(ask: Ask) -> Reply:
    official = roster.hand_duty(ask.uow, ask.official, ask.team, ask.arguments.person("user"))
    return Reply(ask.say("roster.duty_handed", name=official.name, agency=_agency(ask, official)))


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


def add_holiday(ask: Ask) -> Reply:
    calendar, on = ask.arguments.choice("calendar", OwnCalendar), ask.arguments.date("date")
    name = ask.arguments.short("name", HOLIDAY_NAME_LIMIT)
    calendars.add_holiday(ask.uow, ask.official, CalendarName(calendar.upper()), on, name)
    return Reply(ask.say("holidays.added", calendar=calendar.upper(), date=on, name=name))


def remove_holiday(ask: Ask) -> Reply:
    calendar, on = ask.arguments.choice("calendar", OwnCalendar), ask.arguments.date("date")
    calendars.remove_holiday(ask.uow, ask.official, CalendarName(calendar.upper()), on)
    return Reply(ask.say("holidays.removed", calendar=calendar.upper(), date=on))


def list_holidays(ask: Ask) -> Reply:
    name = CalendarName(ask.arguments.choice("calendar", AnyCalendar).upper())
    year = ask.arguments.year("year") or ask.uow.now.year
    found = calendars.list_holidays(ask.uow, name, year)
    lines = [ask.say("holidays.list", calendar=name.value, year=str(year), n=len(found))]
    lines += [_holiday_line(ask, one) for one in found]
    return Reply(Safe("\n".join(lines)))


def _holiday_line(ask: Ask, holiday: Holiday) -> Safe:
    key = "holidays.forecast" if holiday.is_forecast else "holidays.line"
    name = ask.speech.holiday(holiday)
    return ask.say(key, date=holiday.on, side=holiday.side.value, name=name)


def digest(ask: Ask) -> Reply:
    return Reply(digest_text(ask.speech, digest_for(ask.uow, ask.official)))


def help_(ask: Ask) -> Reply:
    return Reply(ask.say("commands.help"))


def _described(ask: Ask, key: str, official: Official) -> Safe:
    roles = [ask.say(f"roster.role.{role.value}") for role in sorted(official.roles)]
    return ask.say(key, name=official.name, agency=_agency(ask, official), roles=roles)


def _agency(ask: Ask, official: Official) -> Agency | str:
    return ask.uow.agencies.get(official.agency) or official.agency


DAY = Field("date", Kind.DATE, positional=True)
OWN_CALENDAR = Field("calendar", Kind.CHOICE, choices=tuple(OwnCalendar), positional=True)
ANY_CALENDAR = Field(
    "calendar",
    Kind.CHOICE,
    required=False,
    choices=tuple(AnyCalendar),
    default=AnyCalendar.JOINT,
    positional=True,
)
YEAR = Field("year", Kind.TEXT, required=False, positional=True)

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
                Field("person", Kind.TEXT, required=False),
            ),
            asks_person="user",
        ),
        Verb("whoami", whoami),
        Verb("roster", list_),
        Verb("remove", remove, (USER,)),
        Verb("duty", duty, (USER,)),
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
        Verb("holiday add", add_holiday, (DAY, OWN_CALENDAR, Field("name", Kind.TEXT))),
        Verb("holiday remove", remove_holiday, (DAY, OWN_CALENDAR)),
        Verb("holiday list", list_holidays, (ANY_CALENDAR, YEAR)),
        *ceilings.VERBS,
        *audited.VERBS,
        Verb("digest", digest),
        Verb("help", help_),
    ),
)
