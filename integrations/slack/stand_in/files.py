"""files.*: the three steps of an upload, and downloads for those who bring a token."""

from typing import Any

from aiohttp import web

from integrations.slack.stand_in import messages
from integrations.slack.stand_in.call import Call
from integrations.slack.stand_in.chat import writable
from integrations.slack.stand_in.payloads import checked_blocks
from integrations.slack.stand_in.refusals import Payload, SlackError
from integrations.slack.stand_in.state import StoredFile, Workspace

FILE_BYTES_MOST = 1 << 30


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
    }


def keep_file(
    workspace: Workspace, name: str, content: bytes, owner: str, mimetype: str | None
) -> Payload:
    """A file that a person has uploaded, complete at once; returns its file object."""
    file_id = workspace.serial("F")
    info = _described(workspace, file_id, name, len(content), owner)
    if mimetype:
        info["mimetype"] = mimetype
    workspace.files[file_id] = StoredFile(info, len(content), content)
    return info


def get_upload_url(workspace: Workspace, call: Call) -> Payload:
    """files.getUploadURLExternal: step one."""
    name = call.required("filename").replace("/", "_")
    length = call.number("length", 0, FILE_BYTES_MOST)
    if not length:
        raise SlackError("invalid_arguments", detail="length")
    file_id = workspace.serial("F")
    info = _described(workspace, file_id, name, length, call.app.spec.bot_user_id)
    workspace.files[file_id] = StoredFile(info, length)
    upload_url = f"{workspace.url}/upload/v1/{file_id}"
    return {"ok": True, "upload_url": upload_url, "file_id": file_id}


async def upload(workspace: Workspace, request: web.Request) -> web.Response:
    """Step two: the bytes, raw or as multipart, exactly as many as were declared."""
    stored = workspace.files.get(request.match_info["file_id"])
    if stored is None:
        return web.Response(status=404)
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
    infos = [_completed(workspace, item) for item in wanted]
    target = call.text("channel_id") or call.text("channel") or call.text("channels")
    for channel_id in filter(None, target.split(",")):
        _post(workspace, call, channel_id, infos)
    return {"ok": True, "files": infos}


def _completed(workspace: Workspace, item: Any) -> Payload:
    stored = workspace.files.get(str(item.get("id"))) if isinstance(item, dict) else None
    if stored is None or stored.content is None:
        raise SlackError("file_not_found")
    if item.get("title"):
        stored.info["title"] = item["title"]
    return stored.info


def _post(workspace: Workspace, call: Call, channel_id: str, infos: list[Payload]) -> None:
    channel = writable(workspace, call, channel_id)
    comment = call.text("initial_comment")
    blocks = checked_blocks(call.structure("blocks", "invalid_blocks_format"))
    message = messages.bot_message(workspace, call.app, channel, comment)
    message |= {"files": infos, "upload": True}
    if blocks:
        message["blocks"] = blocks
    if call.text("thread_ts"):
        message["thread_ts"] = call.text("thread_ts")
    for info in infos:
        info["channels"].append(channel.id)
    messages.said(workspace, channel, message)


def info(workspace: Workspace, call: Call) -> Payload:
    """files.info."""
    stored = workspace.files.get(call.required("file", "file_not_found"))
    if stored is None or stored.content is None:
        raise SlackError("file_not_found")
    return {"ok": True, "file": stored.info}


def download(workspace: Workspace, request: web.Request) -> web.Response:
    """The bytes for a bearer of a bot token; anybody else gets a sign-in page with status 200.

    That is what Slack does (it redirects to its sign-in page), and why a client must look at the
    content type.
    """
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token not in workspace.bot_tokens:
        return web.Response(text="<!doctype html><title>sign in</title>", content_type="text/html")
    stored = workspace.files.get(request.match_info["file_id"])
    if stored is None or stored.content is None:
        return web.Response(status=404)
    return web.Response(body=stored.content, content_type=stored.info["mimetype"])
