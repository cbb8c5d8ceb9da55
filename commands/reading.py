"""What Slack's payloads say, read before anything is done about them.

Over HTTP the guard has turned most nonsense away; over Socket Mode nothing stands in between.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from commands.edge import Sender
from commands.forms import values_of
from integrations.slack.teams import acting_team

Body = Mapping[str, Any]
T = TypeVar("T")


class Unreadable(Exception):
    """A payload is not what Slack documents: nothing is done about it."""


@dataclass(frozen=True)
class Typed:
    """A slash command."""

    sender: Sender
    text: str
    trigger: str


@dataclass(frozen=True)
class Pressed:
    """A button; `key` is the same when the same press is delivered again."""

    sender: Sender
    value: str
    key: str
    response_url: str
    trigger: str = ""


@dataclass(frozen=True)
class Pointed:
    """A message chosen from its menu; `at` is when."""

    sender: Sender
    message: Mapping[str, Any]
    at: str
    key: str
    response_url: str


@dataclass(frozen=True)
class Sent:
    """A form or menu sent; `verb` is empty where the menu's choice is among the values."""

    sender: Sender
    command: str
    verb: str
    values: Mapping[str, str]
    key: str
    message: str = ""


@dataclass(frozen=True)
class Chosen:
    """A shortcut used on a message, named by its timestamp and, in a thread, by the thread's."""

    sender: Sender
    message: str
    trigger: str


def _reading(read: Callable[[Body], T]) -> Callable[[Body], T]:
    @wraps(read)
    def run(body: Body) -> T:
        try:
            return read(body)
        except (AttributeError, LookupError, StopIteration, TypeError, ValueError) as error:
            raise Unreadable(type(error).__name__) from error

    return run


@_reading
def typed(body: Body) -> Typed:
    """Reads a slash command; raises Unreadable."""
    sender = Sender(acting_team(body), _id(body["user_id"]), _id(body["channel_id"]))
    trigger = str(body.get("trigger_id") or "")
    return Typed(sender, str(body.get("text") or ""), trigger)


@_reading
def pressed(body: Body) -> Pressed:
    """Reads the press of a button; raises Unreadable."""
    action = body["actions"][0]
    channel = str((body.get("channel") or {}).get("id") or "")
    sender = Sender(acting_team(body), _id(body["user"]["id"]), channel)
    key = f"press:{sender.team}:{sender.user}:{_id(action['action_id'])}:{action.get('action_ts')}"
    return Pressed(
        sender,
        str(action.get("value") or ""),
        key,
        str(body.get("response_url") or ""),
        str(body.get("trigger_id") or ""),
    )


@_reading
def sent(body: Body) -> Sent:
    """Reads a form or menu that was sent; raises Unreadable."""
    view = body["view"]
    note = json.loads(view["private_metadata"])
    sender = Sender(acting_team(body), _id(body["user"]["id"]), str(note["channel"]))
    key = f"view:{sender.team}:{_id(view['id'])}:{view.get('hash')}"
    verb, message = str(note.get("verb") or ""), str(note.get("message") or "")
    return Sent(sender, _id(note["command"]), verb, values_of(view), key, message)


@_reading
def chosen_message(body: Body) -> Chosen:
    """Reads a shortcut used on a message; raises Unreadable."""
    sender = Sender(acting_team(body), _id(body["user"]["id"]), _id(body["channel"]["id"]))
    message, ts = body["message"], _id(body["message_ts"])
    thread = message.get("thread_ts") or ""
    return Chosen(sender, f"{ts}:{thread}" if thread else ts, str(body.get("trigger_id") or ""))


@_reading
def pointed(body: Body) -> Pointed:
    """Reads a message shortcut; raises Unreadable."""
    message = dict(body["message"])
    float(message["ts"])
    at = str(body.get("action_ts") or message["ts"])
    float(at)
    sender = Sender(acting_team(body), _id(body["user"]["id"]), _id(body["channel"]["id"]))
    key = f"shortcut:{sender.team}:{sender.channel}:{sender.user}:{message['ts']}:{at}"
    return Pointed(sender, message, at, key, str(body.get("response_url") or ""))


def _id(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError
    return value
