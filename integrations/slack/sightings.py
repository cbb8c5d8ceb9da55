"""Looking at a linked channel: what Slack says of it now, and which members are outsiders.

A member of whom the workspace knows nothing counts as an outsider. What is known of people is
remembered as `people` does, so that a reading asks for newcomers only.
"""

from __future__ import annotations

import asyncio
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.fingerprints import Fingerprint
from bot.services.ports import OutcomeUnknown, Refused
from bot.services.roster import Person
from integrations.slack.answers import call
from integrations.slack.budget import Budget
from integrations.slack.fingerprinting import fingerprint_of
from integrations.slack.people import UNKNOWN_PERSON, People

PAGE = 1000
PAGES = 20
# From so many newcomers on, a list of everybody is asked for rather than one after the other.
MANY = 20
ASKED_AT_ONCE = 5


class Sightings:
    """Looks at channels within a share of Slack's limits: Tier 3, Tier 4, and Tier 2 for lists."""

    def __init__(self, clients: dict[str, AsyncWebClient], people: People) -> None:
        self._clients = clients
        self._people = people
        self._channels = Budget(calls=40)
        self._persons = Budget(calls=70)
        self._lists = Budget(calls=8)

    async def look(self, team: str, channel: str) -> Fingerprint:
        """The channel as it is now; fails as `ports.Postman.look` says."""
        client = self._clients.get(team)
        if client is None:
            raise Refused("workspace_not_configured")
        await self._channels.turn(team, "conversations.info")
        about = (await call(client.conversations_info(channel=channel))).get("channel") or {}
        outsiders = await self._outsiders(team, await self._members(client, team, channel))
        return fingerprint_of(team, channel, about, outsiders)

    async def _members(self, client: AsyncWebClient, team: str, channel: str) -> list[str]:
        members: list[str] = []
        cursor = ""
        for _ in range(PAGES):
            await self._persons.turn(team, "conversations.members")
            more: dict[str, Any] = {"cursor": cursor} if cursor else {}
            request = client.conversations_members(channel=channel, limit=PAGE, **more)
            page = await call(request)
            members += page.get("members") or ()
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return members
        raise OutcomeUnknown("too_many_members")

    async def _outsiders(self, team: str, members: list[str]) -> list[str]:
        known = {user: self._people.person_at_hand(team, user) for user in members}
        missing = [user for user, person in known.items() if person is None]
        if len(missing) > MANY:
            await self._list_everybody(team)
            known |= {user: self._people.person_at_hand(team, user) for user in missing}
            missing = [user for user in missing if known[user] is None]
        room = asyncio.Semaphore(ASKED_AT_ONCE)

        async def ask(user: str) -> None:
            async with room:
                known[user] = await self._ask(team, user)

        await asyncio.gather(*(ask(user) for user in missing))
        return [user for user, person in known.items() if person is None or person.is_outsider]

    async def _ask(self, team: str, user: str) -> Person | None:
        await self._persons.turn(team, "users.info")
        request = self._clients[team].users_info(user=user, include_locale=True)
        try:
            answer = await call(request)
        except Refused as refusal:
            if refusal.reason in UNKNOWN_PERSON:
                return None
            raise
        return self._people.learn(team, answer["user"])

    async def _list_everybody(self, team: str) -> None:
        cursor = ""
        for _ in range(PAGES):
            await self._lists.turn(team, "users.list")
            more: dict[str, Any] = {"cursor": cursor} if cursor else {}
            request = self._clients[team].users_list(limit=PAGE, include_locale=True, **more)
            page = await call(request)
            for user in page.get("members") or ():
                self._people.learn(team, user)
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return
