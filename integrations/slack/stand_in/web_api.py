"""The Web API's front door: arguments in every spelling, tokens, rates, faults, answers."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from integrations.slack.stand_in import chat, conversations, directory, files, views
from integrations.slack.stand_in.call import Call
from integrations.slack.stand_in.faults import Struck
from integrations.slack.stand_in.refusals import Payload, RateLimitedError, SlackError
from integrations.slack.stand_in.sockets import Sockets
from integrations.slack.stand_in.state import App, Workspace

Method = Callable[[Workspace, Call], Payload]

METHODS: dict[str, Method] = {
    "api.test": directory.api_test,
    "auth.test": directory.auth_test,
    "team.info": directory.team_info,
    "bots.info": directory.bots_info,
    "users.info": directory.users_info,
    "users.list": directory.users_list,
    "conversations.info": conversations.info,
    "conversations.members": conversations.members,
    "conversations.history": conversations.history,
    "conversations.replies": conversations.replies,
    "conversations.open": conversations.open_direct,
    "conversations.join": conversations.join,
    "conversations.list": conversations.list_all,
    "chat.postMessage": chat.post_message,
    "chat.postEphemeral": chat.post_ephemeral,
    "chat.update": chat.update,
    "chat.delete": chat.delete,
    "chat.getPermalink": chat.get_permalink,
    "reactions.add": chat.add_reaction,
    "reactions.remove": chat.remove_reaction,
    "views.open": views.opened,
    "views.push": views.pushed,
    "views.update": views.updated,
    "views.publish": views.published,
    "files.getUploadURLExternal": files.get_upload_url,
    "files.completeUploadExternal": files.complete_upload,
    "files.info": files.info,
    "files.delete": files.delete,
}
_OPEN = "apps.connections.open"
_LIMITED = {"ok": False, "error": "message_limit_exceeded"}


class WebApi:
    """Answers `/api/METHOD`; `stopping` releases calls that hang on purpose."""

    def __init__(self, workspace: Workspace, sockets: Sockets, stopping: asyncio.Event) -> None:
        self._workspace = workspace
        self._sockets = sockets
        self._stopping = stopping

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One call, from bytes to bytes."""
        method = request.match_info["method"]
        try:
            args = await _arguments(request)
            call = Call(method, self._caller(method, args.pop("token", None)), args)
        except SlackError as error:
            return _json(error.answer())
        channel = args.get("channel") or args.get("channel_id")
        struck = self._workspace.faults.draw(method, channel)
        if struck is None:
            return self._answered(call)
        return await self._disturbed(request, call, struck)

    async def _disturbed(
        self, request: web.Request, call: Call, struck: Struck
    ) -> web.StreamResponse:
        self._workspace.record("fault", struck.kind, call.method)
        refused = _refused(struck)
        if refused is not None:
            return refused
        if struck.kind == "hang":
            return await self._hung(request, call, struck)
        if struck.kind == "cut_before":
            return _cut(request)
        self._answered(call)
        return _cut(request) if struck.kind == "cut_after" else web.Response(status=503)

    async def _hung(self, request: web.Request, call: Call, struck: Struck) -> web.StreamResponse:
        answer = self._answered(call) if struck.rule.stored else None
        try:
            async with asyncio.timeout(struck.rule.seconds):
                await self._stopping.wait()
        except TimeoutError:
            return answer or _cut(request)
        return _cut(request)

    def _answered(self, call: Call) -> web.Response:
        try:
            self._workspace.pacing.admit(call.app.id, call.method)
            answer = self._run(call)
        except RateLimitedError as refusal:
            self._record(call, "ratelimited")
            return _limited(refusal.retry_after)
        except SlackError as error:
            self._record(call, error.code)
            return _json(error.answer())
        self._record(call, None)
        return _json(answer)

    def _run(self, call: Call) -> Payload:
        if call.method == _OPEN:
            return {"ok": True, "url": self._sockets.ticket(call.app)}
        if call.method not in METHODS:
            raise SlackError("unknown_method")
        return METHODS[call.method](self._workspace, call)

    def _record(self, call: Call, error: str | None) -> None:
        summary = call.method if error is None else f"{call.method} -> {error}"
        self._workspace.record("from_bot", "web_api", summary, call.args)

    def _caller(self, method: str, token: str | None) -> App:
        workspace = self._workspace
        mine, other = workspace.bot_tokens, workspace.app_tokens
        if method == _OPEN:
            mine, other = other, mine
        if not token:
            raise SlackError("not_authed")
        if token in mine:
            return mine[token]
        raise SlackError("not_allowed_token_type" if token in other else "invalid_auth")


async def _arguments(request: web.Request) -> Payload:
    args: Payload = dict(request.query)
    body = await request.read() if request.can_read_body else b""
    if body:
        args |= await _body_arguments(request, body)
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme == "Bearer":
        args["token"] = token.strip()
    return args


async def _body_arguments(request: web.Request, body: bytes) -> Payload:
    if request.content_type == "application/json":
        try:
            data: Any = json.loads(body)
        except (ValueError, RecursionError):
            raise SlackError("invalid_json") from None
        if not isinstance(data, dict):
            raise SlackError("json_not_object")
        return data
    if request.content_type.startswith("multipart/"):
        form = await request.post()
        return {key: value for key, value in form.items() if isinstance(value, str)}
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True))
    except UnicodeDecodeError:
        raise SlackError("invalid_form_data") from None


def _refused(struck: Struck) -> web.Response | None:
    if struck.kind == "429":
        return _limited(struck.rule.retry_after)
    if struck.kind == "5xx_before":
        return web.Response(status=503)
    if struck.kind == "limited_200":
        return _json(_LIMITED)
    if struck.kind.startswith("error:"):
        return _json({"ok": False, "error": struck.kind.removeprefix("error:")})
    return None


def _json(body: Payload, status: int = 200) -> web.Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return web.Response(text=text, status=status, content_type="application/json")


def _limited(retry_after: int) -> web.Response:
    response = _json({"ok": False, "error": "ratelimited"}, status=429)
    response.headers["Retry-After"] = str(retry_after)
    return response


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
