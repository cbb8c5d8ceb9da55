"""/_control: drives the people and the faults; the same calls as the third-party `local-slack`.

Refused orders answer HTTP 400 with {"ok": false, "error": name}.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from integrations.slack.stand_in import admin
from integrations.slack.stand_in.deliveries import Deliveries, acked
from integrations.slack.stand_in.gestures import Gestures
from integrations.slack.stand_in.modals import Modals
from integrations.slack.stand_in.refusals import Payload, SlackError
from integrations.slack.stand_in.sockets import Sockets
from integrations.slack.stand_in.state import Workspace, channel_summary

Order = Callable[[Payload], Awaitable[Payload]]


class Control:
    """Takes orders as JSON and answers when the bot has acknowledged what they caused."""

    def __init__(
        self,
        workspace: Workspace,
        gestures: Gestures,
        modals: Modals,
        deliveries: Deliveries,
        sockets: Sockets,
    ) -> None:
        self._workspace = workspace
        self._gestures = gestures
        self._modals = modals
        self._deliveries = deliveries
        self._sockets = sockets
        self._orders: dict[str, Order] = {
            "message": self._message,
            "bot-message": self._bot_message,
            "edit-message": self._edit,
            "delete-message": self._delete,
            "delete-file": self._delete_file,
            "reaction": self._reaction,
            "command": self._command,
            "interact": self._interact,
            "shortcut": self._shortcut,
            "submit": self._submit,
            "close-view": self._close_view,
            "open-home": self._open_home,
            "join": self._channel_change(admin.join),
            "leave": self._channel_change(admin.leave),
            "rename": self._channel_change(admin.rename),
            "archive": self._channel_change(admin.archive),
            "share": self._channel_change(admin.share),
            "event": self._event,
            "user": self._user,
            "reset": self._reset,
            "fault": self._fault,
            "redeliver": self._redeliver,
            "disconnect": self._disconnect,
        }

    async def order(self, request: web.Request) -> web.Response:
        """POST /_control/NAME."""
        name = request.match_info["name"]
        try:
            body = json.loads(await request.read() or b"{}")
            if name not in self._orders or not isinstance(body, dict):
                raise SlackError("unknown_order")
            return _json(await self._orders[name](body))
        except SlackError as error:
            return _json(error.answer(), 400)
        except (KeyError, TypeError, ValueError) as error:
            detail = f"{type(error).__name__}: {error}"
            return _json({"ok": False, "error": "invalid_order", "detail": detail}, 400)

    async def messages(self, request: web.Request) -> web.Response:
        """GET /_control/messages/CHANNEL: all of them, ephemeral ones too, oldest first."""
        channel = self._workspace.channels.get(request.match_info["channel"])
        return _json({"messages": [] if channel is None else channel.messages})

    async def log(self, _request: web.Request) -> web.Response:
        """GET /_control/log."""
        return _json({"log": list(self._workspace.log)})

    async def state(self, _request: web.Request) -> web.Response:
        """GET /_control/state."""
        return _json(self.summary())

    async def views(self, request: web.Request) -> web.Response:
        """GET /_control/views/USER: the stack of modals, the top one last."""
        return _json({"views": self._workspace.stacks.get(request.match_info["user"], [])})

    async def home(self, request: web.Request) -> web.Response:
        """GET /_control/home/USER: the first app's Home for that user, or null."""
        app_id = request.query.get("app_id", next(iter(self._workspace.apps)))
        return _json({"view": self._workspace.homes.get((app_id, request.match_info["user"]))})

    def summary(self) -> Payload:
        """The workspace at a glance."""
        workspace = self._workspace
        spec = workspace.spec
        names = ("id", "name", "real_name", "is_bot", "email", "tz", "locale", "is_restricted")
        more = ("is_ultra_restricted", "is_stranger", "deleted")
        people = workspace.users.values()
        return {
            "workspace": {"name": spec.name, "domain": spec.domain, "teamId": spec.team_id},
            "apps": [
                {"appId": a.id, "botUserId": a.spec.bot_user_id, "mode": a.mode}
                for a in workspace.apps.values()
            ],
            "users": [{name: getattr(u, name) for name in (*names, *more)} for u in people],
            "channels": [channel_summary(c) for c in workspace.channels.values()],
            "connections": len(self._sockets.connections()),
            "self_caused_429": workspace.pacing.self_caused_429,
            "injected": dict(workspace.faults.injected),
        }

    async def _message(self, body: Payload) -> Payload:
        return await self._gestures.message(
            body["channel"],
            body["user"],
            body["text"],
            thread_ts=body.get("thread_ts"),
            entities=bool(body.get("entities")),
            attached=body.get("files"),
        )

    async def _bot_message(self, body: Payload) -> Payload:
        return await self._gestures.bot_message(body["channel"], body["bot_id"], body["text"])

    async def _edit(self, body: Payload) -> Payload:
        place = (body["channel"], body["ts"], body["user"])
        entities = bool(body.get("entities"))
        return await self._gestures.edit(*place, body["text"], entities=entities)

    async def _delete(self, body: Payload) -> Payload:
        return await self._gestures.erase(body["channel"], body["ts"])

    async def _delete_file(self, body: Payload) -> Payload:
        return await self._gestures.delete_file(body["file"])

    async def _reaction(self, body: Payload) -> Payload:
        place = (body["channel"], body["ts"], body["user"])
        present = bool(body.get("present", True))
        return await self._gestures.react(*place, body["name"], present=present)

    async def _command(self, body: Payload) -> Payload:
        place = (body["channel"], body["user"])
        text = body.get("text", "")
        return await self._gestures.command(*place, body["command"], text, body.get("app_id"))

    async def _interact(self, body: Payload) -> Payload:
        return await self._gestures.interact(
            body["user"],
            body["action"],
            channel=body.get("channel"),
            message_ts=body.get("messageTs"),
            view_id=body.get("viewId"),
            app_id=body.get("app_id"),
        )

    async def _shortcut(self, body: Payload) -> Payload:
        return await self._gestures.shortcut(
            body["user"],
            body["callback_id"],
            channel=body.get("channel"),
            ts=body.get("ts"),
            app_id=body.get("app_id"),
        )

    async def _submit(self, body: Payload) -> Payload:
        values = body.get("values") or {}
        return await self._modals.submit(body["user"], values, body.get("viewId"))

    async def _close_view(self, body: Payload) -> Payload:
        return await self._modals.close_view(body["user"])

    async def _open_home(self, body: Payload) -> Payload:
        return await self._gestures.open_home(body["user"], body.get("app_id"))

    def _channel_change(self, change: admin.Change) -> Order:
        async def order(body: Payload) -> Payload:
            outcomes = change(self._workspace, self._workspace.channel(body["channel"]), body)
            return {"ok": True, "acked": await acked(outcomes)}

        return order

    async def _event(self, body: Payload) -> Payload:
        channel = body.get("channel")
        place = None if channel is None else self._workspace.channel(channel)
        event = {"event_ts": self._workspace.next_ts(), **body["event"]}
        return {"ok": True, "acked": await acked(self._workspace.emit(event, place))}

    async def _user(self, body: Payload) -> Payload:
        return {"ok": True, "user": admin.put_user(self._workspace, body).id}

    async def _reset(self, _body: Payload) -> Payload:
        self._workspace.reset()
        return {"ok": True}

    async def _fault(self, body: Payload) -> Payload:
        self._workspace.faults.order(body)
        if "drop" in body:
            count = None if body["drop"] == "all" else int(body["drop"])
            return {"ok": True, "dropped": self._sockets.drop(body.get("app_id"), count)}
        return {"ok": True}

    async def _redeliver(self, body: Payload) -> Payload:
        fresh_ids = bool(body.get("fresh_ids"))
        outcomes = self._deliveries.redeliver(int(body.get("n", 1)), fresh_ids=fresh_ids)
        return {"ok": True, "redelivered": len(outcomes), "acked": await acked(outcomes)}

    async def _disconnect(self, body: Payload) -> Payload:
        reason = body.get("reason", "refresh_requested")
        count = body.get("count")
        asked = await self._sockets.request_disconnect(body.get("app_id"), reason, count)
        return {"ok": True, "asked": asked}


def _json(body: Any, status: int = 200) -> web.Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return web.Response(text=text, status=status, content_type="application/json")
