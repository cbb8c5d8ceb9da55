"""Whether a signed payload has the shape Slack documents, as far as anything here relies on it.

Bolt looks into a payload before any handler of ours does and takes its shape for granted.
Source: Slack, "Events API" (the outer event) and "Interaction payloads".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# Objects wherever they occur; null where Slack has nothing to say.
OBJECTS = ("team", "user", "channel", "enterprise", "container", "message")
# What each of these events always names.
NAMED: Mapping[str, tuple[str, ...]] = {
    "message": ("channel",),
    "app_mention": ("channel", "ts"),
    "app_home_opened": ("user",),
}
# Events that are messages, and those that point at one.
SAID = ("message", "app_mention")
REACTIONS = ("reaction_added", "reaction_removed")
# What a message is made of.
TEXTS = ("text", "user", "bot_id", "subtype", "user_team", "source_team")
TIMES = ("ts", "thread_ts", "deleted_ts")
LISTS = ("files", "attachments")
TIMESTAMP = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?")


def is_well_formed(payload: Mapping[str, Any]) -> bool:
    """Whether Bolt and the handlers can read it."""
    return (
        all(_is_object(payload.get(name)) for name in OBJECTS)
        and _is_list_of_objects(payload.get("authorizations"))
        and _is_list_of_objects(payload.get("actions"))
        and isinstance(payload.get("view", {}), dict)
        and _is_type(payload.get("type"))
        and _has_its_parts(payload)
    )


def _has_its_parts(payload: Mapping[str, Any]) -> bool:
    match payload.get("type"):
        case "event_callback":
            return _is_event(payload.get("event"))
        case "block_actions":
            actions: list[dict[str, Any]] = payload.get("actions") or [{}]
            return all(isinstance(one.get("action_id"), str) for one in actions)
        case "view_submission" | "view_closed":
            view = payload.get("view") or {}
            return all(isinstance(view.get(name), str) for name in ("callback_id", "type"))
        case "message_action":
            return _is_message(payload.get("message"))
    return "event" not in payload


def _is_event(event: Any) -> bool:
    if not isinstance(event, dict) or not isinstance(event.get("type"), str):
        return False
    if not all(isinstance(event.get(name), str) for name in NAMED.get(event["type"], ())):
        return False
    if event["type"] in REACTIONS:
        item = event.get("item")
        return isinstance(item, dict) and _is_message(item)
    inner = (event, event.get("message"), event.get("previous_message"))
    return event["type"] not in SAID or all(_is_message(one) for one in inner if one is not None)


def _is_message(said: Any) -> bool:
    if not isinstance(said, dict):
        return False
    texts = (said.get(name) for name in TEXTS)
    times = (said.get(name) for name in TIMES)
    return (
        all(one is None or isinstance(one, str) for one in texts)
        and all(one is None or _is_timestamp(one) for one in times)
        and all(_is_list_of_objects(said.get(name) or None) for name in LISTS)
        and _is_object(said.get("edited"))
    )


def _is_timestamp(value: Any) -> bool:
    return isinstance(value, str) and TIMESTAMP.fullmatch(value) is not None


def _is_object(value: Any) -> bool:
    return value is None or isinstance(value, dict)


def _is_list_of_objects(value: Any) -> bool:
    if value is None:
        return True
    return isinstance(value, list) and bool(value) and all(isinstance(o, dict) for o in value)


def _is_type(value: Any) -> bool:
    return value is None or isinstance(value, str)
