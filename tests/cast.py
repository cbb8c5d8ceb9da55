"""The people, channels and links the tests tell their stories with.

Ids are those of the stand-in's two workspaces.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bot.domain.agencies import Agency
from bot.domain.deliveries import DeliveryState
from bot.domain.labels import Label
from bot.domain.links import Direction, Link, Mode, Terms
from bot.domain.officials import Government, Official, Role
from bot.services import intake, links, releases
from bot.services.incoming import Message, Outcome
from bot.services.kinds import COPY, NOTE
from bot.services.ports import ChannelView
from bot.services.roster import Person
from bot.storage.outbox_rows import Claim
from bot.storage.tables import outbox
from bot.storage.unit_of_work import UnitOfWork

TOKYO, CANBERRA = "T0TOKYO", "T0CANB"
TOKYO_ADV, TOKYO_DLG = "C01ADV", "C02DLG"
CANBERRA_ADV, CANBERRA_DLG = "C11ADV", "C12DLG"
BOT_USERS = {TOKYO: ("U0TOKYOBOT", "B0TOKYOBOT"), CANBERRA: ("U0CANBBOT", "B0CANBBOT")}

ADMIN, LIAISON, RELEASER = Role.ADMIN, Role.LIAISON, Role.RELEASER
MEMBER, OBSERVER, SOURCE = Role.MEMBER, Role.OBSERVER, Role.SOURCE

ROSTER: dict[str, tuple[str, str, str, tuple[Role, ...]]] = {
    "SATO": (TOKYO, "U01SATO", "MOFA", (ADMIN, LIAISON, MEMBER)),
    "TANAKA": (TOKYO, "U02TANAKA", "NCO", (MEMBER,)),
    "SUZUKI": (TOKYO, "U03SUZUKI", "NPA", (RELEASER,)),
    "ITO": (TOKYO, "U04ITO", "JPCERT/CC", (OBSERVER,)),
    "FEED": (TOKYO, "B0FEED", "JPCERT/CC", (SOURCE,)),
    "WALSH": (CANBERRA, "U11WALSH", "DFAT", (ADMIN, LIAISON, MEMBER)),
    "NGUYEN": (CANBERRA, "U12NGUYEN", "ASD", (MEMBER,)),
    "BAKER": (CANBERRA, "U13BAKER", "AFP", (RELEASER,)),
    "KHAN": (CANBERRA, "U14KHAN", "NOCS", (OBSERVER,)),
}

# Who joins the releasers of a side where two are needed: user, agency, government.
SECONDS = {TOKYO: ("U06MORI", "MOFA", "JP"), CANBERRA: ("U16REID", "DFAT", "AU")}


def assemble(uow: UnitOfWork) -> None:
    """Both workspaces, and everybody on the roster."""
    uow.workspaces.put(TOKYO, "tokyo", Government.JP)
    uow.workspaces.put(CANBERRA, "canberra", Government.AU)
    for team, (user, bot) in BOT_USERS.items():
        uow.workspaces.note_bot(team, user, bot)
    for name in ROSTER:
        enrol(uow, name)


def enrol(uow: UnitOfWork, name: str, **changed: Any) -> Official:
    """Puts one of the cast on the roster, with changes if any."""
    team, user, agency, roles = ROSTER[name]
    values = {
        "team": team,
        "user": user,
        "government": "JP" if team == TOKYO else "AU",
        "agency": agency,
        "roles": sorted(role.value for role in roles),
        "name": name.title(),
        "enrolled_by": None,
        "enrolled_at": uow.now,
    }
    return uow.officials.put(values | changed)


def the(uow: UnitOfWork, name: str) -> Official:
    """One of the cast, as the roster knows them now."""
    team, user, *_ = ROSTER[name]
    found = uow.officials.find(team, user)
    assert found is not None, name
    return found


def person(name: str, **about: Any) -> Person:
    team, user, *_ = ROSTER[name]
    return Person(team, user, name.title(), **about)


def agency(uow: UnitOfWork, code: str) -> Agency:
    found = uow.agencies.get(code)
    assert found is not None, code
    return found


def view(team: str, channel: str, **changed: Any) -> ChannelView:
    """A channel the bot is in, read by two people of its own side."""
    values: dict[str, Any] = {
        "team": team,
        "channel": channel,
        "name": channel.lower(),
        "is_direct": False,
        "is_member": True,
        "is_shared": False,
        "readers": ("One", "Two"),
        "more_readers": 0,
        "guests": 0,
    }
    return ChannelView(**(values | changed))


def terms(
    *tags: str,
    ceiling: Label = Label.GREEN,
    direction: Direction = Direction.BOTH,
    mode: Mode = Mode.AUTO,
) -> Terms:
    return Terms(tags or ("advisory",), ceiling, direction, mode)


def propose(uow: UnitOfWork, *tags: str, channel: str = TOKYO_ADV, **about: Any) -> Link:
    """Sato proposes a link out of a Tokyo channel to ASD."""
    here = view(TOKYO, channel)
    to = agency(uow, "ASD")
    return links.propose_link(uow, the(uow, "SATO"), here, to, terms(*tags, **about))


def join(
    uow: UnitOfWork,
    *tags: str,
    channel: str = TOKYO_ADV,
    far_channel: str = CANBERRA_ADV,
    **about: Any,
) -> Link:
    """An active link: Sato proposed it, Walsh accepted it."""
    code = propose(uow, *tags, channel=channel, **about).code
    return links.accept_link(uow, the(uow, "WALSH"), code, view(CANBERRA, far_channel))


def said(uow: UnitOfWork, name: str, text: str, **about: Any) -> Message:
    """A message by one of the cast in their side's advisories channel."""
    team, user, *_ = ROSTER[name]
    values: dict[str, Any] = {
        "team": team,
        "channel": TOKYO_ADV if team == TOKYO else CANBERRA_ADV,
        "user": user,
        "ts": stamp(uow.now),
        "text": text,
        "bot": user if user.startswith("B") else None,
    }
    return Message(**(values | about))


def post(uow: UnitOfWork, name: str, text: str, **about: Any) -> Outcome:
    return intake.take_message(uow, said(uow, name, text, **about))


def stamp(instant: datetime) -> str:
    """A Slack timestamp."""
    return f"{instant.astimezone(UTC).timestamp():.6f}"


def second_releaser(uow: UnitOfWork, team: str) -> Official:
    """The other releaser of a side, of an agency that is on its roster already."""
    user, agency_, side = SECONDS[team]
    return uow.officials.put(
        {
            "team": team,
            "user": user,
            "government": side,
            "agency": agency_,
            "roles": [RELEASER.value],
            "name": user[3:].title(),
            "enrolled_by": None,
            "enrolled_at": uow.now,
        }
    )


def release(uow: UnitOfWork, number: str = "ADV-2026-0001", team: str = TOKYO) -> None:
    """Both releasers of a side approve what waits."""
    agree(uow, releases.release_advisory, number, team)


def agree(
    uow: UnitOfWork, asked: Callable[[UnitOfWork, Official, str], object], number: str, team: str
) -> None:
    """Both releasers of a side ask for the same."""
    second = second_releaser(uow, team)
    first = the(uow, "SUZUKI" if team == TOKYO else "BAKER")
    for one in (first, second):
        asked(uow, one, number)


def arrive(uow: UnitOfWork, number: str = "ADV-2026-0001") -> None:
    """Every copy of an advisory that is queued now stands on the other side."""
    advisory = uow.advisories.by_number(number)
    assert advisory is not None, number
    for copy in uow.outbox.of_advisory(advisory.id, COPY):
        if copy.state is DeliveryState.WAITING:
            claim = Claim(copy, fence=-1, was_unknown=False)
            uow.outbox.delivered(claim, f"{stamp(uow.now)}{copy.id}", copy.channel)


def told(uow: UnitOfWork, name: str) -> list[str]:
    """The keys of everything one of the cast has been told in private, oldest first."""
    _, user, *_ = ROSTER[name]
    rows = uow.connection.execute(
        outbox.select().where(outbox.c.user == user, outbox.c.kind == NOTE).order_by(outbox.c.id)
    )
    return [row.facts["key"] for row in rows]


def routes(uow: UnitOfWork, number: str = "ADV-2026-0001") -> list[str]:
    """What became of an advisory on each link."""
    advisory = uow.advisories.by_number(number)
    assert advisory is not None, number
    return [route.state.value for route in uow.advisories.routes(advisory.id)]


def decisions(uow: UnitOfWork) -> list[str]:
    """Everything in the audit log, by its name."""
    return [event.action for event in uow.audit.events()]
