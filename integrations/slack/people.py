"""Who a user is and which language they read, as their workspace says; remembered for a while."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot import errors
from bot.domain.officials import Government
from bot.services.ports import ChannelView
from bot.services.roster import Person
from bot.texts.catalog import Language
from integrations.slack.connections import Connection
from integrations.slack.fingerprinting import fingerprint_of, is_shared

FAILURES = (aiohttp.ClientError, SlackClientError, TimeoutError, OSError)
# Slack's words for "no such person" and "not a channel of yours" (Web API reference, errors).
UNKNOWN_PERSON = frozenset({"user_not_found", "bot_not_found", "user_not_visible"})
NOT_A_MEMBER = frozenset({"channel_not_found", "not_in_channel"})
BOT_MARK = "B"
REMEMBERED_SECONDS = 600
LOOKUP_SECONDS = 0.8
SILENT_SECONDS = 5.0
VIEW_SECONDS = 1.0
NAMED_READERS = 30
CHECKED_READERS = 60
BARE_NAME = re.compile(r"(?<![\w<])[@＠]([\w.\-]+)")


@dataclass(frozen=True)
class Profile:
    """A user as `users.info` describes them, and until when to believe it."""

    person: Person
    locale: str | None
    until: float


class People:
    """Looks people up; a workspace that does not answer in time is no reason to fail a request."""

    def __init__(
        self, clients: dict[str, AsyncWebClient], connections: tuple[Connection, ...]
    ) -> None:
        self._clients = clients
        self._governments = {one.team: one.government for one in connections}
        self._profiles: dict[tuple[str, str], Profile] = {}
        self._silent_until: dict[str, float] = {}
        self._names: dict[str, tuple[float, dict[str, str]]] = {}

    def government_of(self, team: str) -> Government | None:
        return self._governments.get(team)

    async def language(
        self, team: str, user: str | None, government: Government | None = None
    ) -> Language:
        """The reader's language by their Slack locale, else their government's."""
        profile = await self._profile(team, user) if user else None
        return self._language(profile, government or self.government_of(team))

    def language_at_hand(self, team: str, user: str) -> Language:
        """The same as far as it is known already, without asking anybody."""
        return self._language(self._profiles.get((team, user)), self.government_of(team))

    async def person(self, team: str, user: str) -> Person | None:
        """The user, or None when the workspace does not know or does not answer."""
        profile = await self._profile(team, user)
        return profile.person if profile else None

    def person_at_hand(self, team: str, user: str) -> Person | None:
        """The user as far as they are known, and that not too long ago, without asking anybody."""
        profile = self._profiles.get((team, user))
        return profile.person if profile and profile.until > time.monotonic() else None

    def learn(self, team: str, user: dict[str, Any]) -> Person:
        """Takes note of a user object that Slack gave somewhere else."""
        profile = _profile(team, user)
        self._profiles[team, profile.person.user] = profile
        return profile.person

    async def require_person(self, team: str, user: str) -> Person:
        """The user or bot; raises OfficialNotFound, or SlackUnreachable when nobody answers."""
        try:
            async with asyncio.timeout(VIEW_SECONDS):
                return (await self._ask(team, user)).person
        except SlackApiError as error:
            if error.response.get("error") in UNKNOWN_PERSON:
                raise errors.OfficialNotFound(user=user) from error
            raise errors.SlackUnreachable from error
        except FAILURES as error:
            raise errors.SlackUnreachable from error

    async def resolve_names(self, team: str, text: str) -> str:
        """Bare `@name` words become `<@U…>` mentions where the workspace knows the name."""
        if not BARE_NAME.search(text):
            return text
        names = await self._known_names(team)
        return BARE_NAME.sub(lambda found: _mention(found, names), text)

    async def channel(self, team: str, channel: str) -> ChannelView:
        """The channel as it is now and who reads it; raises SlackUnreachable."""
        try:
            async with asyncio.timeout(VIEW_SECONDS):
                return await self._channel(team, channel)
        except SlackApiError as error:
            if error.response.get("error") in NOT_A_MEMBER:
                raise errors.BotNotInChannel from error
            raise errors.SlackUnreachable from error
        except FAILURES as error:
            raise errors.SlackUnreachable from error

    @staticmethod
    def _language(profile: Profile | None, side: Government | None) -> Language:
        if profile and profile.locale:
            return Language.JA if profile.locale.lower().startswith("ja") else Language.EN
        return Language.JA if side is Government.JP else Language.EN

    async def _channel(self, team: str, channel: str) -> ChannelView:
        client = self._clients[team]
        info, members = await asyncio.gather(
            client.conversations_info(channel=channel),
            client.conversations_members(channel=channel, limit=1000),
        )
        about: dict[str, Any] = info["channel"]
        users: list[str] = members["members"]
        checked = users[:CHECKED_READERS]
        profiles = await asyncio.gather(*(self._profile(team, user) for user in checked))
        people = [one.person for one in profiles if one and not one.person.is_bot]
        readers = [one.name for one in people][:NAMED_READERS]
        outsiders = [one.person.user for one in profiles if one and one.person.is_outsider]
        known = {user for user, one in zip(checked, profiles, strict=True) if one is not None}
        unchecked = [user for user in users if user not in known]
        bots = sum(1 for one in profiles if one and one.person.is_bot)
        return ChannelView(
            team=team,
            channel=channel,
            name=str(about.get("name") or channel),
            is_direct=bool(about.get("is_im") or about.get("is_mpim")),
            # Only some servers leave this out; the first post would be refused there.
            is_member=bool(about.get("is_member", True)),
            is_shared=is_shared(about),
            readers=tuple(readers),
            more_readers=max(0, len(users) - bots - len(readers)),
            guests=sum(1 for one in people if one.is_outsider),
            unchecked=len(unchecked),
            fingerprint=fingerprint_of(team, channel, about, outsiders, unchecked),
        )

    async def _profile(self, team: str, user: str) -> Profile | None:
        known = self._profiles.get((team, user))
        if known and known.until > time.monotonic():
            return known
        if team not in self._clients or self._silent_until.get(team, 0.0) > time.monotonic():
            return known
        try:
            async with asyncio.timeout(LOOKUP_SECONDS):
                return await self._ask(team, user)
        except SlackApiError:
            return known
        except FAILURES:
            # A workspace that does not answer is not waited for again by every request.
            self._silent_until[team] = time.monotonic() + SILENT_SECONDS
            return known

    async def _ask(self, team: str, user: str) -> Profile:
        client = self._clients[team]
        if user.startswith(BOT_MARK):
            profile = _bot_profile(team, (await client.bots_info(bot=user))["bot"])
        else:
            answer = await client.users_info(user=user, include_locale=True)
            profile = _profile(team, answer["user"])
        self._profiles[(team, user)] = profile
        return profile

    async def _known_names(self, team: str) -> dict[str, str]:
        until, names = self._names.get(team, (0.0, {}))
        if until > time.monotonic():
            return names
        try:
            async with asyncio.timeout(LOOKUP_SECONDS):
                answer = await self._clients[team].users_list(limit=1000)
        except FAILURES:
            return names
        names = {str(one["name"]).lower(): str(one["id"]) for one in answer["members"]}
        names |= {str(one["id"]).lower(): str(one["id"]) for one in answer["members"]}
        self._names[team] = (time.monotonic() + REMEMBERED_SECONDS, names)
        return names


def _profile(team: str, user: dict[str, Any]) -> Profile:
    details = user.get("profile") or {}
    person = Person(
        team=team,
        user=str(user["id"]),
        name=str(user.get("real_name") or details.get("real_name") or user.get("name")),
        is_guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        is_stranger=bool(user.get("is_stranger") or user.get("team_id", team) != team),
        is_bot=bool(user.get("is_bot")),
    )
    return Profile(person, user.get("locale"), time.monotonic() + REMEMBERED_SECONDS)


def _bot_profile(team: str, bot: dict[str, Any]) -> Profile:
    # A feed built on an app speaks as that app's user; an older integration as the bot id itself.
    person = Person(
        team=team,
        user=str(bot.get("user_id") or bot["id"]),
        name=str(bot.get("name") or bot["id"]),
        is_bot=True,
    )
    return Profile(person, None, time.monotonic() + REMEMBERED_SECONDS)


def _mention(found: re.Match[str], names: dict[str, str]) -> str:
    user = names.get(found.group(1).lower())
    return f"<@{user}>" if user else found.group(0)
