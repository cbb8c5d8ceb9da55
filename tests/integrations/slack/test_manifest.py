"""The manifest asks for what the bot uses, no more, within Slack's published limits."""

import json
import re

import pytest

from bot import errors
from integrations.slack.manifest import (
    EVENTS,
    SCOPES,
    CommandEntry,
    ShortcutEntry,
    build_manifest,
)

ADDRESS = "https://bridge.example.go.jp/slack/events"
COMMANDS = [
    CommandEntry("/link", "Join two channels", "propose to:ASD tags:advisory"),
    CommandEntry("/kakehashi", "The bridge itself"),
]
SHORTCUTS = [ShortcutEntry("Capture an action", "capture_action", "Opens a card")]


def manifest(mode="socket", commands=COMMANDS, shortcuts=SHORTCUTS, **options):
    if mode == "http":
        options.setdefault("request_url", ADDRESS)
    return build_manifest(commands, shortcuts, mode=mode, **options)


def addresses(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            if key.endswith("url"):
                yield inner
            else:
                yield from addresses(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from addresses(inner)


@pytest.mark.parametrize("mode", ["socket", "http"])
def test_every_part_is_within_the_limits_of_the_published_schema(mode):
    built = manifest(mode, [CommandEntry(f"/c{n}", "x") for n in range(50)], SHORTCUTS * 10)
    about, features = built["display_information"], built["features"]
    assert 1 <= len(about["name"]) <= 35
    assert 1 <= len(about["description"]) <= 140
    assert 1 <= len(features["bot_user"]["display_name"]) <= 80
    assert 1 <= len(features["slash_commands"]) <= 50
    assert 1 <= len(features["shortcuts"]) <= 10
    events = built["settings"]["event_subscriptions"]["bot_events"]
    assert len(events) == len(set(events)) <= 100
    assert all(len(name) <= 50 for name in [*events, *built["oauth_config"]["scopes"]["bot"]])
    assert json.loads(json.dumps(built)) == built


@pytest.mark.parametrize("mode", ["socket", "http"])
def test_only_known_parts_appear(mode):
    built = manifest(mode)
    assert set(built) == {
        "_metadata",
        "display_information",
        "features",
        "oauth_config",
        "settings",
    }
    assert set(built["features"]) == {"app_home", "bot_user", "slash_commands", "shortcuts"}
    for command in built["features"]["slash_commands"]:
        assert set(command) <= {"command", "description", "usage_hint", "should_escape", "url"}
        assert re.fullmatch(r"/[a-z0-9_-]{1,31}", command["command"])
        assert all(command[key] for key in command)


def test_socket_mode_carries_no_address():
    built = manifest("socket", request_url=ADDRESS)
    assert built["settings"]["socket_mode_enabled"] is True
    assert list(addresses(built)) == []


def test_http_mode_sends_events_commands_and_buttons_to_one_address():
    built = manifest("http")
    assert built["settings"]["socket_mode_enabled"] is False
    assert list(addresses(built)) == [ADDRESS] * (len(COMMANDS) + 2)


@pytest.mark.parametrize("mode", ["socket", "http"])
def test_the_app_is_one_workspaces_own_with_home_and_buttons(mode):
    built = manifest(mode)
    settings = built["settings"]
    assert settings["org_deploy_enabled"] is False
    assert settings["token_rotation_enabled"] is False
    assert settings["interactivity"]["is_enabled"] is True
    assert built["features"]["app_home"]["home_tab_enabled"] is True
    assert "user" not in built["oauth_config"]["scopes"]


def test_every_event_has_its_scope_and_every_scope_its_use():
    assert {scope for scope in EVENTS.values() if scope} <= set(SCOPES)
    assert all(SCOPES.values())
    assert set(manifest()["oauth_config"]["scopes"]["bot"]) == set(SCOPES)
    assert set(manifest()["settings"]["event_subscriptions"]["bot_events"]) == set(EVENTS)


def test_the_bot_cannot_invite_itself_post_anywhere_or_read_mail_addresses():
    for scope in SCOPES:
        assert not scope.startswith(("admin", "search", "channels:join", "channels:manage"))
        assert scope not in {"users:read.email", "chat:write.public"}


def test_the_prefix_stands_before_every_command():
    built = manifest(prefix="test-")
    names = [command["command"] for command in built["features"]["slash_commands"]]
    assert names == ["/test-link", "/test-kakehashi"]


def test_people_mentioned_in_commands_arrive_as_ids():
    assert all(one["should_escape"] for one in manifest()["features"]["slash_commands"])


def test_absent_lists_are_left_out_rather_than_empty():
    built = manifest(commands=[], shortcuts=[])
    assert set(built["features"]) == {"app_home", "bot_user"}


@pytest.mark.parametrize(
    "address",
    [
        "http://bridge.example.go.jp/slack/events",
        "https://bridge.example.go.jp",
        "https://bridge.example.go.jp/other",
        "https:///slack/events",
        "https://user:word@bridge.example.go.jp/slack/events",
        "https://bridge.example.go.jp/slack/events?a=1",
        "https://[bad/slack/events",
        "bridge.example.go.jp/slack/events",
    ],
)
def test_http_mode_refuses_an_address_slack_could_not_use(address):
    with pytest.raises(errors.UnknownChoice):
        manifest("http", request_url=address)


def test_http_mode_needs_an_address():
    with pytest.raises(errors.MissingWord):
        build_manifest(COMMANDS, SHORTCUTS, mode="http")


@pytest.mark.parametrize(
    "options",
    [
        {"commands": [CommandEntry(f"/c{n}", "x") for n in range(51)]},
        {"shortcuts": SHORTCUTS * 11},
        {"prefix": "p" * 23},
        {"commands": [CommandEntry("/link", "x" * 2001)]},
        {"commands": [CommandEntry("/link", "x", "y" * 1001)]},
        {"shortcuts": [ShortcutEntry("n" * 25, "id", "x")]},
        {"shortcuts": [ShortcutEntry("n", "id", "x" * 151)]},
        {"shortcuts": [ShortcutEntry("n", "i" * 256, "x")]},
        {"bot_name": "K" * 36},
    ],
)
def test_what_is_too_long_for_slack_is_refused(options):
    with pytest.raises(errors.TooLong):
        manifest(**options)
