"""Looking at a channel: every member known, few calls for it, and never a guess."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.domain.fingerprints import Fingerprint
from bot.domain.officials import Government
from bot.services.ports import NotSent, OutcomeUnknown, Refused
from integrations.slack.connections import Connection
from integrations.slack.gateway import clients_for, new_session
from integrations.slack.people import People
from integrations.slack.sightings import MANY, Sightings
from integrations.slack.stand_in import TOKYO, StandIn, UserSpec

TEAM = TOKYO.team_id
CHANNEL = "C01ADV"


@pytest.fixture
async def tokyo() -> AsyncIterator[StandIn]:
    async with StandIn(TOKYO) as one:
        yield one


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with new_session() as one:
        yield one


@pytest.fixture
def sightings(tokyo: StandIn, session: aiohttp.ClientSession) -> Sightings:
    app = TOKYO.apps[0]
    place = Connection(
        name="tokyo",
        government=Government.JP,
        team=TEAM,
        mode="socket",
        api_url=tokyo.api_url,
        bot_token=app.bot_token,
    )
    clients = clients_for((place,), session)
    return Sightings(clients, People(clients, (place,)))


def calls(tokyo: StandIn, method: str) -> int:
    return sum(one["summary"].startswith(method) for one in tokyo.state.log)


async def test_a_channel_of_ones_own_people_has_no_outsiders(sightings: Sightings) -> None:
    assert await sightings.look(TEAM, CHANNEL) == Fingerprint("au-advisories")


OUTSIDERS = {
    "guest": {"is_restricted": True},
    "single-channel-guest": {"is_ultra_restricted": True},
    "stranger": {"is_stranger": True},
    "of-another-team": {"team_id": "T0OTHER"},
}


@pytest.mark.parametrize("kind", OUTSIDERS)
async def test_guests_and_people_of_other_organisations_are_outsiders_by_id(
    tokyo: StandIn, sightings: Sightings, kind: str
) -> None:
    about: dict[str, Any] = OUTSIDERS[kind]
    tokyo.state.users["U0X"] = UserSpec("U0X", "x", "CANARY", **about)
    tokyo.state.channel(CHANNEL).members.append("U0X")
    seen = await sightings.look(TEAM, CHANNEL)
    assert seen.outsiders == {"U0X"}
    assert "CANARY" not in repr(seen)


async def test_a_member_the_workspace_knows_nothing_of_is_an_outsider(
    tokyo: StandIn, sightings: Sightings
) -> None:
    tokyo.state.channel(CHANNEL).members.append("U0NOBODY")
    assert (await sightings.look(TEAM, CHANNEL)).outsiders == {"U0NOBODY"}


async def test_what_the_channel_itself_is_shows(tokyo: StandIn, sightings: Sightings) -> None:
    channel = tokyo.state.channel(CHANNEL)
    channel.is_archived = channel.is_private = channel.is_pending_ext_shared = True
    channel.shared_team_ids = ["T0OTHER"]
    seen = await sightings.look(TEAM, CHANNEL)
    assert (seen.is_archived, seen.is_private, seen.is_shared) == (True, True, True)
    assert seen.teams == {"T0OTHER"}


async def test_a_second_look_asks_for_newcomers_only(tokyo: StandIn, sightings: Sightings) -> None:
    await sightings.look(TEAM, CHANNEL)
    before = calls(tokyo, "users.info")
    tokyo.state.channel(CHANNEL).members.append("U08GUEST")
    assert (await sightings.look(TEAM, CHANNEL)).outsiders == {"U08GUEST"}
    assert calls(tokyo, "users.info") == before + 1


async def test_of_many_members_a_list_of_everybody_is_asked_for(
    tokyo: StandIn, sightings: Sightings
) -> None:
    for number in range(3 * MANY):
        user = UserSpec(f"U7{number}", f"u{number}", "Somebody", is_restricted=number == 7)
        tokyo.state.users[user.id] = user
        tokyo.state.channel(CHANNEL).members.append(user.id)
    assert (await sightings.look(TEAM, CHANNEL)).outsiders == {"U77"}
    assert calls(tokyo, "users.list") == 1
    assert calls(tokyo, "users.info") == 0


FAULTS: dict[str, tuple[str, type[Exception]]] = {
    "429": ("429", NotSent),
    "broken": ("5xx_before", OutcomeUnknown),
    "token": ("error:token_revoked", Refused),
}


@pytest.mark.parametrize("method", ["conversations.info", "conversations.members", "users.info"])
@pytest.mark.parametrize("fault", FAULTS)
async def test_what_slack_does_not_say_is_never_guessed(
    tokyo: StandIn, sightings: Sightings, fault: str, method: str
) -> None:
    kind, failure = FAULTS[fault]
    tokyo.state.faults.add(kind, method, times=1)
    with pytest.raises(failure):
        await sightings.look(TEAM, CHANNEL)


async def test_a_channel_the_bot_is_not_in_is_refused_or_says_so(
    tokyo: StandIn, sightings: Sightings
) -> None:
    tokyo.state.channel(CHANNEL).members.remove("U0TOKYOBOT")
    assert not (await sightings.look(TEAM, CHANNEL)).is_member
    tokyo.state.channel(CHANNEL).is_private = True
    with pytest.raises(Refused):
        await sightings.look(TEAM, CHANNEL)
    with pytest.raises(Refused):
        await sightings.look("T0NOWHERE", CHANNEL)
