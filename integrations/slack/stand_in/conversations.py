"""conversations.*: what a bot may know about channels, and their history in pages."""

import base64
from bisect import bisect_left, bisect_right
from typing import Any

from integrations.slack.stand_in.call import Call
from integrations.slack.stand_in.refusals import Payload, SlackError
from integrations.slack.stand_in.state import Channel, Workspace, micros

_ALL_KINDS = frozenset({"public_channel", "private_channel", "im", "mpim"})


def visible(workspace: Workspace, call: Call) -> Channel:
    """The channel named in the call, if the bot may know of it; SlackError channel_not_found."""
    channel = workspace.channel(call.required("channel", "channel_not_found"))
    if channel.is_private and call.app.spec.bot_user_id not in channel.members:
        raise SlackError("channel_not_found")
    return channel


def _readable(workspace: Workspace, call: Call) -> Channel:
    channel = visible(workspace, call)
    if call.app.spec.bot_user_id not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def described(workspace: Workspace, channel: Channel, bot: str) -> Payload:
    """A conversation object as conversations.info gives it."""
    facts: Payload = {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_im": channel.is_im,
        "is_mpim": channel.is_mpim,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_general": False,
        "is_member": bot in channel.members,
        "is_shared": channel.is_ext_shared,
        "is_ext_shared": channel.is_ext_shared,
        "is_org_shared": False,
        "is_pending_ext_shared": channel.is_pending_ext_shared,
        "shared_team_ids": [workspace.team_id, *channel.shared_team_ids],
        "context_team_id": workspace.team_id,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "num_members": len(channel.members),
    }
    if channel.is_im:
        facts["user"] = next((m for m in channel.members if m != bot), bot)
    return facts


def info(workspace: Workspace, call: Call) -> Payload:
    """conversations.info."""
    channel = visible(workspace, call)
    facts = described(workspace, channel, call.app.spec.bot_user_id)
    if not call.flag("include_num_members"):
        del facts["num_members"]
    return {"ok": True, "channel": facts}


def _kind(channel: Channel) -> str:
    return {"channel": "public_channel", "group": "private_channel"}.get(channel.kind, channel.kind)


def list_all(workspace: Workspace, call: Call) -> Payload:
    """conversations.list: public channels, and what else the bot is in, by `types`."""
    kinds = set(call.text("types", "public_channel").replace(" ", "").split(","))
    if not kinds <= _ALL_KINDS:
        raise SlackError("invalid_types")
    bot = call.app.spec.bot_user_id
    found = [
        channel
        for channel in workspace.channels.values()
        if _kind(channel) in kinds
        and (not channel.is_private or bot in channel.members)
        and not (channel.is_archived and call.flag("exclude_archived"))
    ]
    page, cursor = paged(found, call, 100)
    channels = [described(workspace, channel, bot) for channel in page]
    return {"ok": True, "channels": channels, "response_metadata": {"next_cursor": cursor}}


def members(workspace: Workspace, call: Call) -> Payload:
    """conversations.members."""
    page, cursor = paged(visible(workspace, call).members, call, 100)
    return {"ok": True, "members": page, "response_metadata": {"next_cursor": cursor}}


def join(workspace: Workspace, call: Call) -> Payload:
    """conversations.join: public channels only."""
    channel = visible(workspace, call)
    if channel.is_archived:
        raise SlackError("is_archived")
    if channel.is_private:
        raise SlackError("method_not_supported_for_channel_type")
    bot = call.app.spec.bot_user_id
    if bot not in channel.members:
        joined(workspace, channel, bot)
    return {"ok": True, "channel": described(workspace, channel, bot)}


def joined(workspace: Workspace, channel: Channel, user: str) -> list[Any]:
    """Somebody enters a channel: `member_joined_channel`."""
    channel.members.append(user)
    account = workspace.users.get(user)
    event = {
        "type": "member_joined_channel",
        "user": user,
        "channel": channel.id,
        "channel_type": "G" if channel.is_private else "C",
        "team": workspace.team_of(account) if account else workspace.team_id,
        "event_ts": workspace.next_ts(),
    }
    return workspace.emit(event, channel)


def open_direct(workspace: Workspace, call: Call) -> Payload:
    """conversations.open: by `users` (comma-separated) or by `channel`."""
    bot = call.app.spec.bot_user_id
    if call.text("channel"):
        channel = visible(workspace, call)
    else:
        users = [u for u in call.required("users", "users_list_not_supplied").split(",") if u]
        channel = workspace.direct((bot, *users))
    brief: Payload = {"id": channel.id}
    if call.flag("return_im"):
        brief = described(workspace, channel, bot)
    return {"ok": True, "channel": brief}


def history(workspace: Workspace, call: Call) -> Payload:
    """conversations.history: newest first; replies only when broadcast; ephemerals never."""
    channel = _readable(workspace, call)
    limit = call.number("limit", 100, 999)
    low, high = _bounds(workspace, call, channel.keys)
    found: list[Payload] = []
    index = high
    while index > low:
        index -= 1
        message = channel.messages[index]
        if not _in_history(message):
            continue
        if len(found) == limit:
            return _page(call, found, _cursor(channel.keys[index] + 1))
        found.append(message)
    return _page(call, found, "")


def replies(workspace: Workspace, call: Call) -> Payload:
    """conversations.replies: the parent, then the replies, oldest first."""
    channel = _readable(workspace, call)
    limit = call.number("limit", 1000, 1000)
    ts = call.required("ts", "thread_not_found")
    ts = (channel.by_ts.get(ts) or {}).get("thread_ts") or ts
    thread = channel.threads.get(ts, [])
    if ts not in channel.by_ts and not thread:
        raise SlackError("thread_not_found")
    keys = [micros(message["ts"]) for message in thread]
    low, high = _bounds(workspace, call, keys, upwards=True)
    parent = [channel.by_ts[ts]] if ts in channel.by_ts and not call.text("cursor") else []
    if parent and _lags_behind(workspace, ts):
        raise SlackError("thread_not_found")
    end = min(high, low + limit - len(parent))
    cursor = _cursor(keys[end]) if end < high else ""
    return _page(call, parent + thread[low:end], cursor)


def _in_history(message: Payload) -> bool:
    if message.get("subtype") == "ephemeral":
        return False
    thread_ts = message.get("thread_ts")
    return (
        not thread_ts or thread_ts == message["ts"] or message.get("subtype") == "thread_broadcast"
    )


def _horizon(workspace: Workspace) -> int:
    return int((workspace.clock() - workspace.faults.history_lag) * 1_000_000) + 1


def _lags_behind(workspace: Workspace, ts: str) -> bool:
    return workspace.faults.history_lag > 0 and micros(ts) > _horizon(workspace)


def _bounds(
    workspace: Workspace, call: Call, keys: list[int], *, upwards: bool = False
) -> tuple[int, int]:
    inclusive = call.flag("inclusive")
    low, high = 0, len(keys)
    if call.text("oldest") and call.text("oldest") != "0":
        low = (bisect_left if inclusive else bisect_right)(keys, micros(call.text("oldest")))
    if call.text("latest"):
        high = (bisect_right if inclusive else bisect_left)(keys, micros(call.text("latest")))
    if workspace.faults.history_lag > 0:
        high = min(high, bisect_right(keys, _horizon(workspace)))
    if call.text("cursor"):
        mark = bisect_left(keys, _marked(call.text("cursor")))
        low, high = (max(low, mark), high) if upwards else (low, min(high, mark))
    return low, high


def _cursor(key: int) -> str:
    return base64.urlsafe_b64encode(f"next:{key}".encode()).decode()


def _marked(cursor: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(cursor.encode()).decode().removeprefix("next:"))
    except ValueError:
        raise SlackError("invalid_cursor") from None


def _page(call: Call, found: list[Payload], cursor: str) -> Payload:
    hidden = {"channel"} if call.flag("include_all_metadata") else {"channel", "metadata"}
    shown = [{k: v for k, v in message.items() if k not in hidden} for message in found]
    return {
        "ok": True,
        "messages": shown,
        "has_more": bool(cursor),
        "pin_count": 0,
        "response_metadata": {"next_cursor": cursor},
    }


def paged(items: list[Any], call: Call, default: int) -> tuple[list[Any], str]:
    """One page of a list and the cursor of the next; the cursor is empty on the last page."""
    start = _marked(call.text("cursor")) if call.text("cursor") else 0
    end = start + call.number("limit", default, 1000)
    return items[start:end], _cursor(end) if end < len(items) else ""
