"""What workspace administrators do to channels and accounts, and the events that follow."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from integrations.slack.stand_in.conversations import joined
from integrations.slack.stand_in.model import UserSpec
from integrations.slack.stand_in.refusals import Payload
from integrations.slack.stand_in.state import Channel, Outcomes, Workspace

Change = Callable[[Workspace, Channel, Payload], Outcomes]


def join(workspace: Workspace, channel: Channel, order: Payload) -> Outcomes:
    """`user` enters the channel, if not in it already."""
    if order["user"] in channel.members:
        return []
    return joined(workspace, channel, order["user"])


def leave(workspace: Workspace, channel: Channel, order: Payload) -> Outcomes:
    """`user` leaves; a bot that leaves hears `channel_left` or `group_left`."""
    user = order["user"]
    if user not in channel.members:
        return []
    event = {
        "type": "member_left_channel",
        "user": user,
        "channel": channel.id,
        "channel_type": "G" if channel.is_private else "C",
        "team": workspace.team_id,
        "event_ts": workspace.next_ts(),
    }
    channel.members.remove(user)
    own = next((a.id for a in workspace.apps.values() if a.spec.bot_user_id == user), None)
    if own is None:
        return workspace.emit(event, channel)
    left = {"type": f"{channel.kind}_left", "channel": channel.id, "event_ts": event["event_ts"]}
    return workspace.emit(left, None, own) + workspace.emit(event, channel)


def rename(workspace: Workspace, channel: Channel, order: Payload) -> Outcomes:
    """The channel is called `name` from now on: `channel_rename` or `group_rename`."""
    channel.name = order["name"]
    named = {"id": channel.id, "name": channel.name, "created": int(workspace.clock())}
    event = {
        "type": f"{channel.kind}_rename",
        "channel": named,
        "event_ts": workspace.next_ts(),
    }
    return workspace.emit(event, channel)


def archive(workspace: Workspace, channel: Channel, order: Payload) -> Outcomes:
    """The channel is closed, or with `archived: false` opened again."""
    channel.is_archived = bool(order.get("archived", True))
    change = "archive" if channel.is_archived else "unarchive"
    event = {
        "type": f"{channel.kind}_{change}",
        "channel": channel.id,
        "user": order.get("user", ""),
        "event_ts": workspace.next_ts(),
    }
    return workspace.emit(event, channel)


def share(workspace: Workspace, channel: Channel, order: Payload) -> Outcomes:
    """The channel is shared with `teams` (one id or a list); an empty list ends the sharing.

    `pending: true` only marks the channel as about to be shared and raises no event.
    """
    wanted: Any = order.get("teams", [])
    teams = [wanted] if isinstance(wanted, str) else list(wanted)
    if order.get("pending"):
        channel.is_pending_ext_shared = True
        return []
    before, channel.shared_team_ids = channel.shared_team_ids, teams
    channel.is_ext_shared, channel.is_pending_ext_shared = bool(teams), False
    outcomes: Outcomes = []
    for team in (*(t for t in teams if t not in before), *(t for t in before if t not in teams)):
        event: Payload = {
            "type": "channel_shared" if team in teams else "channel_unshared",
            "channel": channel.id,
            "event_ts": workspace.next_ts(),
        }
        if team in teams:
            event["connected_team_id"] = team
        else:
            event |= {"previously_connected_team_id": team, "is_ext_shared": bool(teams)}
        outcomes += workspace.emit(event, channel)
    return outcomes


def put_user(workspace: Workspace, order: Payload) -> UserSpec:
    """Make an account (`id` and `name` at least), or change the one with that id."""
    known = {field.name for field in fields(UserSpec)}
    facts = {key: value for key, value in order.items() if key in known}
    if order["id"] in workspace.users:
        return workspace.change_user(facts.pop("id"), **facts)
    facts.setdefault("real_name", facts["name"])
    workspace.users[order["id"]] = UserSpec(**facts)
    return workspace.users[order["id"]]
