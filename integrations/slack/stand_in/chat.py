"""chat.* and reactions.*: posts are refused unless they carry the flags the house forces."""

import re
from typing import Any

from integrations.slack.stand_in import messages
from integrations.slack.stand_in.call import Call
from integrations.slack.stand_in.payloads import (
    TEXT_MOST,
    UPDATE_TEXT_MOST,
    checked_blocks,
    checked_metadata,
    missing_flags,
    unverbatim,
)
from integrations.slack.stand_in.refusals import Payload, SlackError
from integrations.slack.stand_in.state import Channel, Workspace

_EMOJI = re.compile(r"[a-z0-9_+'\-]+(::skin-tone-[2-6])?")


def writable(workspace: Workspace, call: Call, channel_id: str) -> Channel:
    """The channel a bot may write to; a user id opens the direct conversation.

    SlackError channel_not_found, is_archived, not_in_channel.
    """
    bot = call.app.spec.bot_user_id
    if channel_id in workspace.users:
        return workspace.direct((bot, channel_id))
    channel = workspace.channel(channel_id)
    if channel.is_archived:
        raise SlackError("is_archived")
    if bot not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _contents(call: Call) -> tuple[str, list[Payload] | None]:
    text = call.text("text")
    blocks = checked_blocks(call.structure("blocks", "invalid_blocks_format"))
    if not text and not blocks:
        raise SlackError("no_text")
    return text, blocks


def _insist(call: Call, blocks: Any, needed_false: tuple[str, ...], more: list[str]) -> None:
    missing = missing_flags(call.args, blocks, needed_false)
    if not call.text("text"):
        missing.append("text (the fallback for notifications)")
    missing += more
    if missing:
        raise SlackError("stand_in_missing_flag", detail="; ".join(missing))


def _delivery_key(metadata: Payload | None) -> list[str]:
    named = metadata and metadata["event_type"] and metadata["event_payload"].get("key")
    return [] if named else ["metadata.event_type and metadata.event_payload.key"]


def post_message(workspace: Workspace, call: Call) -> Payload:
    """chat.postMessage: at most one per second and channel, text cut at 40,000 characters."""
    channel = writable(workspace, call, call.required("channel", "channel_not_found"))
    text, blocks = _contents(call)
    metadata = checked_metadata(call.structure("metadata", "invalid_metadata_format"))
    _insist(call, blocks, ("unfurl_links", "unfurl_media"), _delivery_key(metadata))
    workspace.pacing.admit_post(call.app.id, channel.id)
    message = messages.bot_message(workspace, call.app, channel, text[:TEXT_MOST])
    if blocks:
        message["blocks"] = blocks
    message["metadata"] = metadata
    thread_ts = call.text("thread_ts")
    if thread_ts:
        message["thread_ts"] = thread_ts
        if call.flag("reply_broadcast"):
            message["subtype"] = "thread_broadcast"
    workspace.pacing.posted(channel.id)
    messages.said(workspace, channel, message)
    return {"ok": True, "channel": channel.id, "ts": message["ts"], "message": message}


def post_ephemeral(workspace: Workspace, call: Call) -> Payload:
    """chat.postEphemeral: the reader must be in the channel."""
    channel = writable(workspace, call, call.required("channel", "channel_not_found"))
    user = call.required("user", "user_not_found")
    text, blocks = _contents(call)
    _insist(call, blocks, (), [])
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    message = messages.whisper(
        workspace,
        call.app,
        channel,
        user,
        text=text[:TEXT_MOST],
        blocks=blocks,
        thread_ts=call.text("thread_ts") or None,
    )
    return {"ok": True, "message_ts": message["ts"]}


def _own(workspace: Workspace, call: Call, refusal: str) -> tuple[Channel, Payload]:
    channel = writable(workspace, call, call.required("channel", "channel_not_found"))
    message = channel.find(call.required("ts", "message_not_found"))
    if message.get("subtype") == "ephemeral":
        raise SlackError("message_not_found")
    if message.get("app_id") != call.app.id:
        raise SlackError(refusal)
    return channel, message


def update(workspace: Workspace, call: Call) -> Payload:
    """chat.update: own messages only, text at most 4,000 characters; blocks stay if not given."""
    channel, message = _own(workspace, call, "cant_update_message")
    text, blocks = _contents(call)
    if len(text) > UPDATE_TEXT_MOST:
        raise SlackError("msg_too_long")
    loose = unverbatim(blocks)
    if loose:
        raise SlackError("stand_in_missing_flag", detail=f"verbatim=true at {'; '.join(loose)}")
    changes: Payload = {"text": text}
    if call.args.get("blocks") is not None:
        changes["blocks"] = blocks or []
    metadata = checked_metadata(call.structure("metadata", "invalid_metadata_format"))
    if metadata is not None:
        changes["metadata"] = metadata
    messages.changed(workspace, channel, message, changes, call.app.spec.bot_user_id)
    ts = message["ts"]
    return {"ok": True, "channel": channel.id, "ts": ts, "text": text, "message": message}


def delete(workspace: Workspace, call: Call) -> Payload:
    """chat.delete: own messages only."""
    channel, message = _own(workspace, call, "cant_delete_message")
    messages.erased(workspace, channel, message["ts"])
    return {"ok": True, "channel": channel.id, "ts": message["ts"]}


def get_permalink(workspace: Workspace, call: Call) -> Payload:
    """chat.getPermalink: the web address of a message."""
    channel = workspace.channel(call.required("channel", "channel_not_found"))
    message = channel.find(call.required("message_ts", "message_not_found"))
    return {
        "ok": True,
        "channel": channel.id,
        "permalink": permalink(workspace, channel, message),
    }


def permalink(workspace: Workspace, channel: Channel, message: Payload) -> str:
    """Where a message would be found on the web."""
    ts, thread_ts = str(message["ts"]), message.get("thread_ts")
    link = f"https://{workspace.spec.domain}.slack.com/archives/{channel.id}/p{ts.replace('.', '')}"
    return f"{link}?thread_ts={thread_ts}&cid={channel.id}" if thread_ts not in {None, ts} else link


def _react(workspace: Workspace, call: Call, *, present: bool) -> Payload:
    channel = writable(workspace, call, call.required("channel", "channel_not_found"))
    name = call.required("name", "invalid_name")
    if not _EMOJI.fullmatch(name):
        raise SlackError("invalid_name")
    ts = call.required("timestamp", "message_not_found")
    bot = call.app.spec.bot_user_id
    messages.reacted(workspace, channel, ts, bot, name, present=present)
    return {"ok": True}


def add_reaction(workspace: Workspace, call: Call) -> Payload:
    """reactions.add."""
    return _react(workspace, call, present=True)


def remove_reaction(workspace: Workspace, call: Call) -> Payload:
    """reactions.remove."""
    return _react(workspace, call, present=False)
