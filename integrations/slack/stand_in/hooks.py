"""response_url and the answers that apps put into an acknowledgement."""

import json
from typing import Any

from aiohttp import web

from integrations.slack.stand_in import messages
from integrations.slack.stand_in.payloads import TEXT_MOST, checked_blocks
from integrations.slack.stand_in.refusals import Payload, SlackError
from integrations.slack.stand_in.state import App, Channel, Hook, Workspace


def shown(
    workspace: Workspace,
    app: App,
    channel: Channel,
    user: str,
    answer: Any,
    thread_ts: str | None = None,
) -> Payload:
    """Show an app's answer to a command: to the one person, or with `in_channel` to everybody.

    Returns {response, message} when there was something to show, {} otherwise; SlackError
    invalid_blocks.
    """
    if not isinstance(answer, dict) or not (answer.get("text") or answer.get("blocks")):
        return {}
    text = str(answer.get("text") or "")[:TEXT_MOST]
    blocks = checked_blocks(answer.get("blocks"))
    thread_ts = answer.get("thread_ts") or thread_ts
    if answer.get("response_type") != "in_channel":
        message = messages.whisper(
            workspace, app, channel, user, text=text, blocks=blocks, thread_ts=thread_ts
        )
        return {"response": answer, "message": message}
    message = messages.bot_message(workspace, app, channel, text)
    if blocks:
        message["blocks"] = blocks
    if thread_ts:
        message["thread_ts"] = thread_ts
    messages.said(workspace, channel, message)
    return {"response": answer, "message": message}


async def serve(workspace: Workspace, request: web.Request) -> web.Response:
    """A POST to a response_url: at most five, within 30 minutes; answers `ok` as Slack does."""
    try:
        answer = json.loads(await request.read())
        hook = _used(workspace, request.match_info["hook_id"])
        _apply(workspace, hook, answer if isinstance(answer, dict) else {})
    except ValueError:
        return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)
    except SlackError as error:
        gone = error.code in {"expired_url", "used_url"}
        return web.json_response(error.answer(), status=404 if gone else 400)
    workspace.record("from_bot", "response_url", "response_url", answer)
    return web.Response(text="ok")


def _used(workspace: Workspace, hook_id: str) -> Hook:
    hook = workspace.hooks.get(hook_id)
    if hook is None or workspace.clock() > hook.expires_at:
        raise SlackError("expired_url")
    if not hook.uses_left:
        raise SlackError("used_url")
    hook.uses_left -= 1
    return hook


def _apply(workspace: Workspace, hook: Hook, answer: Payload) -> None:
    channel = workspace.channel(hook.channel)
    bot = hook.app.spec.bot_user_id
    original = channel.by_ts.get(hook.message_ts or "")
    if answer.get("delete_original") and original is not None:
        messages.erased(workspace, channel, original["ts"])
        return
    if answer.get("replace_original") and original is not None:
        blocks = checked_blocks(answer.get("blocks"))
        changes = {"text": str(answer.get("text") or ""), "blocks": blocks or []}
        if original.get("subtype") == "ephemeral":
            original |= changes
            workspace.notify({"t": "message_update", "message": original})
        else:
            messages.changed(workspace, channel, original, changes, bot)
        return
    if not shown(workspace, hook.app, channel, hook.user, answer, hook.thread_ts):
        raise SlackError("no_text")
