"""The Slack app manifest: exactly what the bot needs, in the Socket Mode and the HTTP variant.

Limits are those of Slack's published manifest schema, version 2.0.0. Every scope states its use and
every event its scope, so that nothing is asked for that nothing needs.
"""

from __future__ import annotations

from collections.abc import Sequence, Sized
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from bot import errors
from bot.texts.catalog import Language, load

MOST_COMMANDS = 50
MOST_SHORTCUTS = 10
LONGEST_COMMAND = 32
LONGEST_COMMAND_DESCRIPTION = 2000
LONGEST_USAGE_HINT = 1000
LONGEST_SHORTCUT = 24
LONGEST_SHORTCUT_DESCRIPTION = 150
LONGEST_CALLBACK = 255
LONGEST_APP_NAME = 35
LONGEST_ADDRESS = 3000
# Slack would renew the tokens of an app every twelve hours; ours are renewed by people.
ROTATING = False
EVENTS_PATH = "/slack/events"

# scope -> what it is for
SCOPES = {
    "app_mentions:read": "actions and questions addressed to the bot",
    "channels:history": "advisories in public channels; backfill; finding a delivery key",
    "channels:read": "the fingerprint of a linked channel: shared, renamed, archived, members",
    "chat:write": "announcements, cards, private replies",
    "commands": "slash commands and shortcuts",
    "files:read": "names of attached files are screened; advisories' files are fetched",
    "files:write": "files relayed and taken back; registers and documents on request",
    "groups:history": "advisories in private channels",
    "groups:read": "the fingerprint of a linked private channel",
    "im:history": "commands typed to the bot in a direct message",
    "im:read": "telling a direct message from a channel",
    "im:write": "private cards to an official",
    "reactions:read": "acknowledging and capturing by a reaction",
    "users:read": "names, time zone, locale, guests and strangers",
}

# event -> the scope that carries it ("" where Slack asks for none)
EVENTS = {
    "app_home_opened": "",
    "app_mention": "app_mentions:read",
    "app_uninstalled": "",
    "channel_archive": "channels:read",
    "channel_deleted": "channels:read",
    "channel_id_changed": "channels:read",
    "channel_left": "channels:read",
    "channel_rename": "channels:read",
    "channel_shared": "channels:read",
    "channel_unarchive": "channels:read",
    "channel_unshared": "channels:read",
    "group_archive": "groups:read",
    "group_deleted": "groups:read",
    "group_left": "groups:read",
    "group_rename": "groups:read",
    "group_unarchive": "groups:read",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "reaction_added": "reactions:read",
    "tokens_revoked": "",
}


@dataclass(frozen=True)
class CommandEntry:
    """A slash command as people see it: `/link`, what it does, what may follow it."""

    name: str
    description: str
    usage_hint: str = ""


@dataclass(frozen=True)
class ShortcutEntry:
    """A shortcut in the menu of a message, or in the global one."""

    name: str
    callback_id: str
    description: str
    kind: Literal["message", "global"] = "message"


def build_manifest(
    commands: Sequence[CommandEntry],
    shortcuts: Sequence[ShortcutEntry],
    *,
    mode: Literal["socket", "http"],
    prefix: str = "",
    request_url: str | None = None,
    bot_name: str = "Kakehashi",
) -> dict[str, Any]:
    """The manifest of the app for one workspace, ready for JSON.

    `request_url` is the public https address of `/slack/events`, for HTTP mode alone; events,
    commands and interactivity all go there. Raises MissingWord or UnknownChoice for that address,
    TooLong for anything over Slack's limits.
    """
    address = _address(mode, request_url)
    _within("bot_name", bot_name, LONGEST_APP_NAME)
    _at_most("commands", commands, MOST_COMMANDS)
    _at_most("shortcuts", shortcuts, MOST_SHORTCUTS)
    features: dict[str, Any] = {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": bot_name, "always_online": True},
    }
    # Slack refuses these lists when they are empty.
    if commands:
        features["slash_commands"] = [_command(one, prefix, address) for one in commands]
    if shortcuts:
        features["shortcuts"] = [_shortcut(one) for one in shortcuts]
    return {
        "_metadata": {"major_version": 2, "minor_version": 0},
        "display_information": {
            "name": bot_name,
            "description": load().say(Language.EN, "setup.manifest.description"),
        },
        "features": features,
        "oauth_config": {"scopes": {"bot": sorted(SCOPES)}},
        "settings": _settings(mode, address),
    }


def _settings(mode: str, address: str) -> dict[str, Any]:
    delivered = {"request_url": address} if address else {}
    return {
        "event_subscriptions": {**delivered, "bot_events": sorted(EVENTS)},
        "interactivity": {"is_enabled": True, **delivered},
        "org_deploy_enabled": False,
        "socket_mode_enabled": mode == "socket",
        "token_rotation_enabled": ROTATING,
    }


def _command(entry: CommandEntry, prefix: str, address: str) -> dict[str, Any]:
    name = f"/{prefix}{entry.name.removeprefix('/')}"
    command: dict[str, Any] = {
        "command": _within("command", name, LONGEST_COMMAND),
        "description": _within(name, entry.description, LONGEST_COMMAND_DESCRIPTION),
        # Without escaping, "@sato" arrives as typed and could be anybody.
        "should_escape": True,
    }
    if entry.usage_hint:
        command["usage_hint"] = _within(name, entry.usage_hint, LONGEST_USAGE_HINT)
    if address:
        command["url"] = address
    return command


def _shortcut(entry: ShortcutEntry) -> dict[str, str]:
    return {
        "name": _within("shortcut", entry.name, LONGEST_SHORTCUT),
        "type": entry.kind,
        "callback_id": _within(entry.name, entry.callback_id, LONGEST_CALLBACK),
        "description": _within(entry.name, entry.description, LONGEST_SHORTCUT_DESCRIPTION),
    }


def _address(mode: str, request_url: str | None) -> str:
    if mode == "socket":
        return ""
    usage = f"https://HOST{EVENTS_PATH}"
    if not request_url:
        raise errors.MissingWord(word="request_url", usage=usage)
    try:
        parts = urlsplit(request_url)
        whole = parts.scheme == "https" and bool(parts.hostname) and parts.path == EVENTS_PATH
    except ValueError:
        whole = False
    if not whole or any(mark in request_url for mark in "@?#"):
        raise errors.UnknownChoice(word="request_url", value=request_url, choices=usage)
    return _within("request_url", request_url, LONGEST_ADDRESS)


def _within(word: str, text: str, limit: int) -> str:
    if len(text) > limit:
        raise errors.TooLong(word=word, limit=limit)
    return text


def _at_most(word: str, entries: Sized, limit: int) -> None:
    if len(entries) > limit:
        raise errors.TooLong(word=word, limit=limit)
