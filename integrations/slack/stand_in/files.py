"""files.*: the three steps of an upload, and downloads for those who bring a token.

The second step and downloads are no methods of the Web API; faults know them as `upload` and
`download`.
"""

import asyncio
from typing import Any

from aiohttp import web

from integrations.slack.stand_in import messages
from integrations.slack.stand_in.call import Call
from integrations.slack.stand_in.chat import writable
from integrations.slack.stand_in.payloads import checked_blocks
from integrations.slack.stand_in.refusals import Payload, SlackError
from integrations.slack.stand_in.state import Channel, Outcomes, StoredFile, Workspace

FILE_BYTES_MOST = 1 << 30
ALT_TEXT_MOST = 1000
REMAINS = "tombstone"


def _described(workspace: Workspace, file_id: str, name: str, size: int, owner: str) -> Payload:
    where = f"{workspace.url}/files/{file_id}/{name}"
    _, _, ending = name.rpartition(".")
    return {
        "id": file_id,
        "name": name,
        "title": name,
        "size": size,
        "filetype": ending if ending != name else "binary",
        "mimetype": "application/octet-stream",
        "user": owner,
        "created": int(workspace.clock()),
        "timestamp": int(workspace.clock()),
        "mode": "hosted",
        "is_external": False,
        "is_public": False,
        "url_private": where,
        "url_private_download": f"{where}?download=1",
        "permalink": f"https://{workspace.spec.domain}.slack.com/files/{owner}/{file_id}/{name}",
        "channels": [],
        "shares": {},
    }


def keep_file(
    workspace: Workspace,
    name: str,
    content: bytes,
    owner: str,
    mimetype: str | None,
    changes: Payload | None = None,
) -> Payload:
    """A file that a person has uploaded, complete at once; returns its file object.

    `changes` are what its object says otherwise than would be true, its size for example.
    """
    file_id = workspace.serial("F")
    info = _described(workspace, file_id, name, len(content), owner)
    if mimetype:
        info["mimetype"] = mimetype
    info |= changes or {}
    workspace.files[file_id] = StoredFile(info, len(content), content, is_complete=True)
    return info


def get_upload_url(workspace: Workspace, call: Call) -> Payload:
    """files.getUploadURLExternal: step one."""
    name = call.required("filename").replace("/", "_")
    length = call.number("length", 0, FILE_BYTES_MOST)
    if not length:
        raise SlackError("invalid_arguments", detail="length")
    alt_text = call.text("alt_txt")
    if len(alt_text) > ALT_TEXT_MOST:
        raise SlackError("alt_txt_too_large")
    file_id = workspace.serial("F")
    info = _described(workspace, file_id, name, length, call.app.spec.bot_user_id)
    info |= {"alt_txt": alt_text} if alt_text else {}
    workspace.files[file_id] = StoredFile(info, length)
    upload_url = f"{workspace.url}/upload/v1/{file_id}"
    return {"ok": True, "upload_url": upload_url, "file_id": file_id}


async def upload(workspace: Workspace, request: web.Request) -> web.Response:
    """Step two: the bytes, raw or as multipart, exactly as many as were declared."""
    stored = workspace.files.get(request.match_info["file_id"])
    if stored is None or stored.is_complete:
        return web.Response(status=404)
    trouble = await _trouble(workspace, request, "upload")
    if trouble is not None:
        return trouble
    if request.content_type.startswith("multipart/"):
        content = await _first_part(request)
    else:
        content = await request.read()
    if len(content) != stored.declared:
        return web.Response(status=400, text="length differs from the one declared")
    stored.content = content
    return web.Response(text=f"OK - {len(content)}")


async def _first_part(request: web.Request) -> bytes:
    form = await request.post()
    for value in form.values():
        if isinstance(value, web.FileField):
            return value.file.read()
        return str(value).encode()
    return b""


def complete_upload(workspace: Workspace, call: Call) -> Payload:
    """files.completeUploadExternal: step three, posting to the channel if one is named."""
    wanted = call.structure("files", "invalid_arguments")
    if not isinstance(wanted, list) or not wanted:
        raise SlackError("invalid_arguments", detail="files")
    stored = [_to_complete(workspace, item) for item in wanted]
    target = call.text("channel_id") or call.text("channel") or call.text("channels")
    channels = [writable(workspace, call, one) for one in filter(None, target.split(","))]
    for one, item in zip(stored, wanted, strict=True):
        one.is_complete = True
        one.info["title"] = item.get("title") or one.info["title"]
    infos = [one.info for one in stored]
    for channel in channels:
        _post(workspace, call, channel, infos)
    return {"ok": True, "files": [{"id": one["id"], "title": one["title"]} for one in infos]}


def _to_complete(workspace: Workspace, item: Any) -> StoredFile:
    """An upload whose bytes have come; each can be completed once (docs), and by nobody again."""
    stored = workspace.files.get(str(item.get("id"))) if isinstance(item, dict) else None
    if stored is None or stored.content is None or stored.is_complete:
        raise SlackError("file_not_found")
    return stored


def _post(workspace: Workspace, call: Call, channel: Channel, infos: list[Payload]) -> None:
    comment = call.text("initial_comment")
    blocks = checked_blocks(call.structure("blocks", "invalid_blocks_format"))
    message = messages.bot_message(workspace, call.app, channel, comment)
    message |= {"files": infos, "upload": True, "subtype": "file_share"}
    if blocks:
        message["blocks"] = blocks
    if call.text("thread_ts"):
        message["thread_ts"] = call.text("thread_ts")
    share(channel, message)
    messages.said(workspace, channel, message)


def share(channel: Channel, message: Payload) -> None:
    """A message shows its files: each tells where, and in which thread."""
    for info in message["files"]:
        info["channels"].append(channel.id)
        kind = "private" if channel.is_private else "public"
        place = {"ts": message["ts"]}
        if message.get("thread_ts"):
            place["thread_ts"] = message["thread_ts"]
        info["shares"].setdefault(kind, {}).setdefault(channel.id, []).append(place)


def info(workspace: Workspace, call: Call) -> Payload:
    """files.info."""
    return {"ok": True, "file": _known(workspace, call).info}


def delete(workspace: Workspace, call: Call) -> Payload:
    """files.delete: own files only."""
    stored = _known(workspace, call)
    if stored.info["user"] != call.app.spec.bot_user_id:
        raise SlackError("cant_delete_file")
    take_away(workspace, stored.info["id"])
    return {"ok": True}


def take_away(workspace: Workspace, file_id: str) -> Outcomes:
    """A file is no more: a tombstone stands in every message that showed it.

    SlackError file_not_found.
    """
    stored = workspace.files.pop(file_id, None)
    if stored is None:
        raise SlackError("file_not_found")
    outcomes: Outcomes = []
    for channel_id in dict.fromkeys(stored.info["channels"]):
        channel = workspace.channel(channel_id)
        for message in list(channel.messages):
            left = message.get("files") or []
            if any(one["id"] == file_id for one in left):
                gone = {"id": file_id, "mode": REMAINS}
                changed = [gone if one["id"] == file_id else one for one in left]
                # Nobody edited the message: nothing marks it as edited.
                outcomes += messages.changed(workspace, channel, message, {"files": changed}, None)
    return outcomes


def _known(workspace: Workspace, call: Call) -> StoredFile:
    stored = workspace.files.get(call.required("file", "file_not_found"))
    if stored is None or not stored.is_complete:
        raise SlackError("file_not_found")
    return stored


async def _trouble(workspace: Workspace, request: web.Request, step: str) -> web.Response | None:
    """What a fault makes of a step that is no method; None when nothing goes wrong."""
    struck = workspace.faults.draw(step, None)
    if struck is None:
        return None
    workspace.record("fault", struck.kind, step)
    if struck.kind == "hang":
        await asyncio.sleep(struck.rule.seconds)
    if struck.kind == "429":
        return web.Response(status=429, headers={"Retry-After": str(struck.rule.retry_after)})
    if struck.kind.startswith("5xx"):
        return web.Response(status=503)
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def download(workspace: Workspace, request: web.Request) -> web.Response:
    """The bytes for a bearer of a bot token; anybody else gets a sign-in page with status 200.

    That is what Slack does (it redirects to its sign-in page), and why a client must look at the
    content type.
    """
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    workspace.record("from_bot", "download", request.match_info["file_id"])
    trouble = await _trouble(workspace, request, "download")
    if trouble is not None:
        return trouble
    if token not in workspace.bot_tokens:
        return web.Response(text="<!doctype html><title>sign in</title>", content_type="text/html")
    stored = workspace.files.get(request.match_info["file_id"])
    if stored is None or stored.content is None:
        return web.Response(status=404)
    return web.Response(body=stored.content, content_type=stored.info["mimetype"])
