"""What a person reads in a Slack message, and what they can press: pure functions over its JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_WORD_KEYS = frozenset({"text", "alt_text"})
_ONE_LINE = frozenset({"rich_text_section", "rich_text_quote", "rich_text_preformatted"})
_BODY = ("text", "blocks", "attachments")


def text_of(message: Mapping[str, Any]) -> str:
    """Every word of a message: its text, then all texts of its blocks, joined by newlines."""
    return "\n".join(_words({key: message[key] for key in _BODY if message.get(key)}))


def button(message: Mapping[str, Any], action_id: str) -> dict[str, Any] | None:
    """The first element with that `action_id`; None when the message has none."""
    return next((element for _, element in pressable(message, action_id)), None)


def pressable(
    message: Mapping[str, Any], action_id: str
) -> Iterator[tuple[str | None, dict[str, Any]]]:
    """Each element with that `action_id`, with the `block_id` of the block it stands in."""
    for block in message.get("blocks") or ():
        places = [block.get("accessory"), block.get("element"), *(block.get("elements") or ())]
        for element in places:
            if isinstance(element, dict) and element.get("action_id") == action_id:
                yield block.get("block_id"), element


def _words(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for item in part:
            yield from _words(item)
    elif isinstance(part, dict):
        if part.get("type") in _ONE_LINE:
            yield "".join(_piece(element) for element in part.get("elements") or ())
            return
        for key, inner in part.items():
            if not isinstance(inner, str):
                yield from _words(inner)
            elif key in _WORD_KEYS:
                yield inner


def _piece(element: Mapping[str, Any]) -> str:
    """One run of a rich text line, with mentions and emoji as they are typed."""
    match element.get("type"):
        case "user":
            return f"<@{element.get('user_id')}>"
        case "channel":
            return f"<#{element.get('channel_id')}>"
        case "emoji":
            return f":{element.get('name')}:"
        case "link":
            return str(element.get("text") or element.get("url", ""))
        case _:
            return str(element.get("text", ""))
