"""What people do in the workspace: speak, react, command, press; awaited until acked."""

import base64
import re

from integrations.slack.stand_in import files, hooks, messages, views
from integrations.slack.stand_in.deliveries import VERIFICATION, Deliveries, acked
from integrations.slack.stand_in.model import UserSpec
from integrations.slack.stand_in.refusals import Payload, SlackError
from integrations.slack.stand_in.sockets import Reply
from integrations.slack.stand_in.state import App, Channel, Workspace

_ENTITY = re.compile(
    r"<(?:@[UW][A-Z0-9]+|#[CG][A-Z0-9]+|!(?:here|channel|everyone)|!subteam\^S[A-Z0-9]+"
    r"|!date\^[^<>|]+|(?:https?|mailto|tel):[^<>|\s]+)(?:\|[^<>]*)?>"
)


def escaped(text: str) -> str:
    """Text as Slack delivers it: `&`, `<`, `>` escaped, except in genuine Slack entities."""
    parts: list[str] = []
    end = 0
    for entity in _ENTITY.finditer(text):
        parts += (_escape(text[end : entity.start()]), entity.group())
        end = entity.end()
    return "".join((*parts, _escape(text[end:])))


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class Gestures:
    """Everything a person can do; SlackError when the person or the place does not exist."""

    def __init__(self, workspace: Workspace, deliveries: Deliveries) -> None:
        self._workspace = workspace
        self._deliveries = deliveries

    async def message(
        self,
        channel: str,
        user: str,
        text: str,
        *,
        thread_ts: str | None = None,
        entities: bool = False,
        attached: list[Payload] | None = None,
    ) -> Payload:
        """Say something.

        `attached` files are {name, content | content_base64, mimetype?, times?, said?}: `times` is
        how often the content is repeated, `said` what Slack says of it otherwise than is true.
        """
        place = self._place(channel, user)
        message: Payload = {
            "type": "message",
            "ts": self._workspace.next_ts(),
            "channel": place.id,
            "user": self._workspace.user(user).id,
            "text": escaped(text) if entities else text,
            "client_msg_id": self._workspace.unique("msg-"),
        }
        if thread_ts:
            message["thread_ts"] = thread_ts
        if attached:
            message["files"] = [self._attach(user, item) for item in attached]
            message["subtype"] = "file_share"
            files.share(place, message)
        outcome = await acked(messages.said(self._workspace, place, message))
        return {"ok": True, "message": message, "acked": outcome}

    async def bot_message(self, channel: str, bot_id: str, text: str) -> Payload:
        """A foreign bot speaks (a feed, say); it is made known to bots.info on its first word."""
        place = self._workspace.channel(channel)
        user, app_id = f"U{bot_id[1:]}", f"A{bot_id[1:]}"
        bot: Payload = {"id": bot_id, "deleted": False, "name": bot_id, "app_id": app_id}
        self._workspace.foreign_bots.setdefault(bot_id, bot | {"user_id": user})
        message = {
            "type": "message",
            "ts": self._workspace.next_ts(),
            "channel": place.id,
            "user": user,
            "bot_id": bot_id,
            "app_id": app_id,
            "text": text,
        }
        outcome = await acked(messages.said(self._workspace, place, message))
        return {"ok": True, "message": message, "acked": outcome}

    async def edit(
        self, channel: str, ts: str, user: str, text: str, *, entities: bool = False
    ) -> Payload:
        """Change what one has said."""
        place = self._workspace.channel(channel)
        message = place.find(ts)
        changes = {"text": escaped(text) if entities else text}
        outcome = await acked(messages.changed(self._workspace, place, message, changes, user))
        return {"ok": True, "message": message, "acked": outcome}

    async def erase(self, channel: str, ts: str) -> Payload:
        """Delete a message."""
        place = self._workspace.channel(channel)
        return {"ok": True, "acked": await acked(messages.erased(self._workspace, place, ts))}

    async def delete_file(self, file: str) -> Payload:
        """Delete a file that somebody has sent; what the message said stays."""
        return {"ok": True, "acked": await acked(files.take_away(self._workspace, file))}

    async def react(
        self, channel: str, ts: str, user: str, name: str, *, present: bool = True
    ) -> Payload:
        """Add a reaction, or take it away with `present=False`."""
        place = self._workspace.channel(channel)
        workspace = self._workspace
        done = messages.reacted(workspace, place, ts, user, name, present=present)
        return {"ok": True, "acked": await acked(done)}

    async def command(
        self, channel: str, user: str, command: str, text: str = "", app_id: str | None = None
    ) -> Payload:
        """Type a slash command; what the app answers in its ack is shown and returned."""
        app, place, person = self._app(app_id), self._place(channel, user), self._person(user)
        workspace = self._workspace
        payload = {
            "token": VERIFICATION,
            "team_id": workspace.team_id,
            "team_domain": workspace.spec.domain,
            "channel_id": place.id,
            "channel_name": "directmessage" if place.is_im else place.name,
            "user_id": user,
            "user_name": person.name,
            "command": command,
            "text": text,
            "api_app_id": app.id,
            "is_enterprise_install": "false",
            "response_url": workspace.new_hook(app, user, place.id, None, None),
            "trigger_id": workspace.new_trigger(app, user),
        }
        reply = await self._deliveries.ask(app, "slash_commands", payload)
        if reply is None:
            return {"ok": False, "error": "operation_timeout"}
        return {"ok": True} | hooks.shown(workspace, app, place, user, reply.payload)

    async def interact(
        self,
        user: str,
        action: Payload,
        *,
        channel: str | None = None,
        message_ts: str | None = None,
        view_id: str | None = None,
        app_id: str | None = None,
    ) -> Payload:
        """Press or choose something on a message, else in a view (the top modal, or Home)."""
        app = self._app(app_id)
        payload = gesture(self._workspace, "block_actions", app, user)
        if channel is not None and message_ts is not None:
            place = self._workspace.channel(channel)
            message = place.find(message_ts)
            payload |= self._on_message(app, user, place, message)
            surface = message.get("blocks") or []
        else:
            view = views.shown_to(self._workspace, app, user, view_id)
            payload |= {"view": view, "container": {"type": "view", "view_id": view["id"]}}
            surface = view["blocks"]
        found = _element(surface, action)
        known = {k: found[k] for k in ("type", "value", "text") if k in found}
        stamp = {"action_ts": self._workspace.next_ts()}
        payload["actions"] = [known | _block_of(surface, action) | action | stamp]
        reply = await self._deliveries.ask(app, "interactive", payload)
        return answered(reply)

    async def shortcut(
        self,
        user: str,
        callback_id: str,
        *,
        channel: str | None = None,
        ts: str | None = None,
        app_id: str | None = None,
    ) -> Payload:
        """Use a message shortcut (with channel and ts) or a global one."""
        app = self._app(app_id)
        kind = "shortcut" if channel is None else "message_action"
        payload = gesture(self._workspace, kind, app, user) | {"callback_id": callback_id}
        payload["action_ts"] = self._workspace.next_ts()
        if channel is not None:
            place = self._workspace.channel(channel)
            payload |= self._on_message(app, user, place, place.find(str(ts)))
            payload["message_ts"] = ts
            del payload["container"], payload["state"]
        return answered(await self._deliveries.ask(app, "interactive", payload))

    async def open_home(self, user: str, app_id: str | None = None) -> Payload:
        """Open the app's Home."""
        app, person = self._app(app_id), self._person(user)
        place = self._workspace.direct((app.spec.bot_user_id, person.id))
        event: Payload = {
            "type": "app_home_opened",
            "user": user,
            "channel": place.id,
            "tab": "home",
            "event_ts": self._workspace.next_ts(),
        }
        home = self._workspace.homes.get((app.id, user))
        if home is not None:
            event["view"] = home
        return {"ok": True, "acked": await acked(self._workspace.emit(event, place, app.id))}

    def _app(self, app_id: str | None) -> App:
        if app_id is None:
            return next(iter(self._workspace.apps.values()))
        if app_id not in self._workspace.apps:
            raise SlackError("app_not_found")
        return self._workspace.apps[app_id]

    def _person(self, user: str) -> UserSpec:
        return self._workspace.user(user)

    def _place(self, channel: str, user: str) -> Channel:
        if channel in self._workspace.users:
            return self._workspace.direct((channel, user))
        return self._workspace.channel(channel)

    def _attach(self, user: str, item: Payload) -> Payload:
        content = str(item.get("content", "")).encode()
        if "content_base64" in item:
            content = base64.b64decode(item["content_base64"])
        content *= int(item.get("times", 1))
        mimetype = item.get("mimetype")
        name, changes = str(item["name"]), item.get("said")
        return files.keep_file(self._workspace, name, content, user, mimetype, changes)

    def _on_message(self, app: App, user: str, place: Channel, message: Payload) -> Payload:
        ts, thread_ts = message["ts"], message.get("thread_ts")
        container: Payload = {
            "type": "message",
            "message_ts": ts,
            "channel_id": place.id,
            "is_ephemeral": message.get("subtype") == "ephemeral",
        }
        if thread_ts:
            container["thread_ts"] = thread_ts
        return {
            "container": container,
            "channel": {"id": place.id, "name": place.name},
            "message": {k: v for k, v in message.items() if k != "metadata"},
            "state": {"values": {}},
            "response_url": self._workspace.new_hook(app, user, place.id, ts, thread_ts),
        }


def gesture(workspace: Workspace, kind: str, app: App, user: str) -> Payload:
    """What every interactive payload of that user starts with, trigger included."""
    person = workspace.user(user)
    team = workspace.team_of(person)
    return {
        "type": kind,
        "api_app_id": app.id,
        "token": VERIFICATION,
        "team": {"id": workspace.team_id, "domain": workspace.spec.domain},
        "enterprise": None,
        "is_enterprise_install": False,
        "user": {"id": user, "username": person.name, "name": person.name, "team_id": team},
        "trigger_id": workspace.new_trigger(app, user),
    }


def answered(reply: Reply | None) -> Payload:
    """The outcome of a gesture: ok, and what the app said in its ack if anything."""
    if reply is None:
        return {"ok": False, "error": "operation_timeout"}
    return {"ok": True} if reply.payload is None else {"ok": True, "response": reply.payload}


def _element(blocks: list[Payload], action: Payload) -> Payload:
    for block in blocks:
        for element in (*block.get("elements", ()), block.get("accessory"), block.get("element")):
            if isinstance(element, dict) and element.get("action_id") == action.get("action_id"):
                return element
    return {}


def _block_of(blocks: list[Payload], action: Payload) -> Payload:
    for index, block in enumerate(blocks):
        if _element([block], action):
            return {"block_id": block.get("block_id") or f"auto{index}"}
    return {}
