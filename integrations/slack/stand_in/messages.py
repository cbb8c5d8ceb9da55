"""What happens to messages, whoever does it: said, changed, erased, reacted to; and its events."""

from typing import Any

from integrations.slack.stand_in.refusals import Payload, SlackError
from integrations.slack.stand_in.state import App, Channel, Outcomes, Workspace

_INTERNAL = frozenset(
    {
        "metadata",
        "reply_count",
        "reply_users",
        "reply_users_count",
        "latest_reply",
        "reactions",
    }
)


def said(workspace: Workspace, channel: Channel, message: Payload) -> Outcomes:
    """Keep a new message and raise its `message` event, and `app_mention` where a bot is named."""
    workspace.store(channel, message)
    event = {key: value for key, value in message.items() if key not in _INTERNAL}
    event |= {
        "event_ts": message["ts"],
        "channel_type": channel.kind,
        "team": workspace.team_id,
    }
    outcomes = workspace.emit(event, channel)
    if not channel.is_im:
        outcomes += _mentions(workspace, channel, event)
    return outcomes


def _mentions(workspace: Workspace, channel: Channel, event: Payload) -> Outcomes:
    outcomes: Outcomes = []
    text = event["text"]
    if "<@" not in text:
        return outcomes
    for app in workspace.apps.values():
        bot = app.spec.bot_user_id
        if event.get("user") != bot and (f"<@{bot}>" in text or f"<@{bot}|" in text):
            mention = {k: v for k, v in event.items() if k != "channel_type"}
            outcomes += workspace.emit(mention | {"type": "app_mention"}, channel, app.id)
    return outcomes


def changed(
    workspace: Workspace,
    channel: Channel,
    message: Payload,
    changes: Payload,
    by: str | None,
) -> Outcomes:
    """Alter a message in place, marked as edited if by somebody, and raise `message_changed`."""
    previous = dict(message)
    message |= changes
    if by is not None:
        message["edited"] = {"user": by, "ts": workspace.next_ts()}
    workspace.notify({"t": "message_update", "message": message})
    return workspace.emit(
        _subtyped(
            workspace,
            channel,
            "message_changed",
            message=_public(message),
            previous_message=_public(previous),
        ),
        channel,
    )


def erased(workspace: Workspace, channel: Channel, ts: str) -> Outcomes:
    """Take a message out and raise `message_deleted`; SlackError message_not_found."""
    message = channel.remove(ts)
    workspace.notify({"t": "message_delete", "channel": channel.id, "ts": ts})
    if message.get("subtype") == "ephemeral":
        return []
    return workspace.emit(
        _subtyped(
            workspace,
            channel,
            "message_deleted",
            deleted_ts=ts,
            previous_message=_public(message),
        ),
        channel,
    )


def reacted(
    workspace: Workspace, channel: Channel, ts: str, user: str, name: str, *, present: bool
) -> Outcomes:
    """Add or take away one person's reaction; SlackError already_reacted, no_reaction."""
    message = channel.find(ts)
    reactions: list[Payload] = message.setdefault("reactions", [])
    entry = next((r for r in reactions if r["name"] == name), None)
    if present == (entry is not None and user in entry["users"]):
        raise SlackError("already_reacted" if present else "no_reaction")
    if entry is None:
        entry = {"name": name, "users": [], "count": 0}
        reactions.append(entry)
    (entry["users"].append if present else entry["users"].remove)(user)
    entry["count"] = len(entry["users"])
    message["reactions"] = [r for r in reactions if r["count"]]
    workspace.notify({"t": "message_update", "message": message})
    event = {
        "type": "reaction_added" if present else "reaction_removed",
        "user": user,
        "reaction": name,
        "item": {"type": "message", "channel": channel.id, "ts": ts},
        "item_user": message.get("user"),
        "event_ts": workspace.next_ts(),
    }
    return workspace.emit(event, channel)


def bot_message(workspace: Workspace, app: App, channel: Channel, text: str) -> Payload:
    """The skeleton of a message by an app's bot, stamped now; not yet kept."""
    return {
        "type": "message",
        "ts": workspace.next_ts(),
        "channel": channel.id,
        "user": app.spec.bot_user_id,
        "bot_id": app.spec.bot_id,
        "app_id": app.id,
        "text": text,
    }


def whisper(
    workspace: Workspace,
    app: App,
    channel: Channel,
    user: str,
    *,
    text: str,
    blocks: Any = None,
    thread_ts: str | None = None,
) -> Payload:
    """Keep a message that only one person sees; it raises no event."""
    message = bot_message(workspace, app, channel, text)
    message |= {"subtype": "ephemeral", "ephemeral_to": user}
    if blocks:
        message["blocks"] = blocks
    if thread_ts:
        message["thread_ts"] = thread_ts
    return workspace.store(channel, message)


def _public(message: Payload) -> Payload:
    return {k: v for k, v in message.items() if k not in {"metadata", "channel"}}


def _subtyped(workspace: Workspace, channel: Channel, subtype: str, **more: Any) -> Payload:
    ts = workspace.next_ts()
    return {
        "type": "message",
        "subtype": subtype,
        "channel": channel.id,
        "channel_type": channel.kind,
        "ts": ts,
        "event_ts": ts,
        "hidden": True,
        **more,
    }
