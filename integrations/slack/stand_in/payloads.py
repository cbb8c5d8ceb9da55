"""Slack's limits on blocks, views and metadata; every breach is named with its JSON pointer."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from integrations.slack.stand_in.call import truthy
from integrations.slack.stand_in.refusals import Payload, SlackError

TEXT_MOST = 40_000
UPDATE_TEXT_MOST = 4_000
MESSAGE_BLOCKS_MOST = 50
VIEW_BLOCKS_MOST = 100
VIEW_BYTES_MOST = 250_000
METADATA_BYTES_MOST = 16_000
ID_MOST = 255

Place = tuple[list[str], str]  # the breaches found so far, and the JSON pointer of this node
Check = Callable[[Payload, Place], None]


def _breach(place: Place, what: str, *path: str | int) -> None:
    pointer = "/".join((place[1], *(str(step) for step in path)))
    place[0].append(f"[ERROR] {what} [json-pointer:{pointer}]")


def _into(place: Place, *path: str | int) -> Place:
    return place[0], "/".join((place[1], *(str(step) for step in path)))


def _string(node: Payload, key: str, most: int, place: Place, *, needed: bool = False) -> None:
    value = node.get(key)
    if value is None:
        if needed:
            _breach(place, f"missing required field: {key}")
    elif not isinstance(value, str):
        _breach(place, "must be a string", key)
    elif len(value) > most:
        _breach(place, f"must be less than {most + 1} characters", key)
    elif needed and not value:
        _breach(place, "must be more than 0 characters", key)


def _text(
    node: Payload, key: str, most: int, place: Place, *, needed: bool = False, plain: bool = True
) -> None:
    value = node.get(key)
    if value is None:
        if needed:
            _breach(place, f"missing required field: {key}")
        return
    here = _into(place, key)
    if not isinstance(value, dict):
        _breach(here, "must be a text object")
        return
    kind = value.get("type")
    if kind not in {"plain_text", "mrkdwn"}:
        _breach(here, "must be plain_text or mrkdwn", "type")
    elif plain and kind != "plain_text":
        _breach(here, "must be plain_text", "type")
    if kind == "plain_text" and "verbatim" in value:
        _breach(here, "verbatim belongs to mrkdwn", "verbatim")
    if kind == "mrkdwn" and "emoji" in value:
        _breach(here, "emoji belongs to plain_text", "emoji")
    _string(value, "text", most, here, needed=True)


def _list(
    node: Payload, key: str, least: int, most: int, place: Place
) -> Iterator[tuple[Payload, Place]]:
    value = node.get(key)
    if not isinstance(value, list):
        _breach(place, f"missing required field: {key}")
        return
    if len(value) < least:
        _breach(place, f"must provide at least {least} items", key)
    if len(value) > most:
        _breach(place, f"no more than {most} items allowed", key)
    for index, item in enumerate(value):
        here = _into(place, key, index)
        if isinstance(item, dict):
            yield item, here
        else:
            _breach(here, "must be an object")


def _options(element: Payload, most: int, place: Place, key: str = "options") -> None:
    for option, here in _list(element, key, 1, most, place):
        _text(option, "text", 75, here, needed=True, plain=False)
        _string(option, "value", 150, here, needed=True)
        _text(option, "description", 75, here, plain=False)


def _select(element: Payload, place: Place) -> None:
    if "option_groups" in element:
        for group, here in _list(element, "option_groups", 1, 100, place):
            _text(group, "label", 75, here, needed=True)
            _options(group, 100, here)
    else:
        _options(element, 100, place)


def _button(element: Payload, place: Place) -> None:
    _text(element, "text", 75, place, needed=True)
    _string(element, "value", 2000, place)
    _string(element, "url", 3000, place)
    _string(element, "accessibility_label", 75, place)
    if element.get("style") not in {None, "primary", "danger"}:
        _breach(place, "must be primary or danger", "style")


def _image(node: Payload, place: Place) -> None:
    _string(node, "alt_text", 2000, place, needed=True)
    _string(node, "image_url", 3000, place)
    if "image_url" not in node and "slack_file" not in node:
        _breach(place, "missing required field: image_url")
    _text(node, "title", 2000, place)


def _plain_input(element: Payload, place: Place) -> None:
    _string(element, "initial_value", 3000, place)
    for key, least in (("min_length", 0), ("max_length", 1)):
        value = element.get(key)
        if value is not None and not (isinstance(value, int) and least <= value <= 3000):
            _breach(place, f"must be a number from {least} to 3000", key)


def _anything(_node: Payload, _place: Place) -> None:
    """Nothing further is known about this kind."""


ELEMENTS: dict[str, Check] = {
    "button": _button,
    "image": _image,
    "overflow": lambda element, place: _options(element, 5, place),
    "static_select": _select,
    "multi_static_select": _select,
    "checkboxes": lambda element, place: _options(element, 10, place),
    "radio_buttons": lambda element, place: _options(element, 10, place),
    "plain_text_input": _plain_input,
}
for _kind in ("users", "conversations", "channels", "external"):
    ELEMENTS[f"{_kind}_select"] = ELEMENTS[f"multi_{_kind}_select"] = _anything
for _kind in ("datepicker", "timepicker", "datetimepicker", "email_text_input", "url_text_input"):
    ELEMENTS[_kind] = _anything
for _kind in ("number_input", "file_input", "rich_text_input", "workflow_button"):
    ELEMENTS[_kind] = _anything


def _confirm(element: Payload, place: Place) -> None:
    confirm = element.get("confirm")
    if confirm is None:
        return
    here = _into(place, "confirm")
    if not isinstance(confirm, dict):
        _breach(here, "must be an object")
        return
    _text(confirm, "title", 100, here, needed=True)
    _text(confirm, "text", 300, here, needed=True, plain=False)
    _text(confirm, "confirm", 30, here, needed=True)
    _text(confirm, "deny", 30, here, needed=True)


def _element(element: Any, place: Place) -> None:
    if not isinstance(element, dict):
        _breach(place, "must be an object")
        return
    check = ELEMENTS.get(str(element.get("type")))
    if check is None:
        _breach(place, f"unsupported type: {element.get('type')}", "type")
        return
    check(element, place)
    _string(element, "action_id", ID_MOST, place)
    _text(element, "placeholder", 150, place)
    _confirm(element, place)


def _section(block: Payload, place: Place) -> None:
    if "text" not in block and "fields" not in block:
        _breach(place, "missing required field: text or fields")
    _text(block, "text", 3000, place, plain=False)
    if "fields" in block:
        for index, _ in enumerate(list(_list(block, "fields", 1, 10, place))):
            fields = {str(index): block["fields"][index]}
            _text(fields, str(index), 2000, _into(place, "fields"), plain=False)
    if "accessory" in block:
        _element(block["accessory"], _into(place, "accessory"))


def _context(block: Payload, place: Place) -> None:
    for index, (element, here) in enumerate(_list(block, "elements", 1, 10, place)):
        if element.get("type") == "image":
            _image(element, here)
        else:
            wrapped = {str(index): element}
            _text(wrapped, str(index), 2000, _into(place, "elements"), plain=False)


def _actions(block: Payload, place: Place) -> None:
    seen: set[str] = set()
    for element, here in _list(block, "elements", 1, 25, place):
        _element(element, here)
        action_id = element.get("action_id")
        if isinstance(action_id, str) and action_id in seen:
            _breach(here, f"action_id {action_id} already exists", "action_id")
        elif isinstance(action_id, str):
            seen.add(action_id)


def _input(block: Payload, place: Place) -> None:
    _text(block, "label", 2000, place, needed=True)
    _text(block, "hint", 2000, place)
    if "element" in block:
        _element(block["element"], _into(place, "element"))
    else:
        _breach(place, "missing required field: element")


def _rich(block: Payload, place: Place) -> None:
    for _ in _list(block, "elements", 1, 100, place):
        pass


BLOCKS: dict[str, Check] = {
    "section": _section,
    "header": lambda block, place: _text(block, "text", 150, place, needed=True),
    "context": _context,
    "actions": _actions,
    "divider": _anything,
    "image": _image,
    "input": _input,
    "rich_text": _rich,
    "markdown": lambda block, place: _string(block, "text", 12_000, place, needed=True),
    "video": _anything,
    "file": _anything,
    "table": _anything,
}


def block_breaches(blocks: Any, most: int, pointer: str = "/blocks") -> list[str]:
    """Every breach of Slack's block limits, in reading order; empty when all is well."""
    breaches: list[str] = []
    if not isinstance(blocks, list):
        return [f"[ERROR] must be an array [json-pointer:{pointer}]"]
    if len(blocks) > most:
        breaches.append(f"[ERROR] no more than {most} items allowed [json-pointer:{pointer}]")
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        place = (breaches, f"{pointer}/{index}")
        check = BLOCKS.get(str(block.get("type"))) if isinstance(block, dict) else None
        if check is None:
            _breach(place, "unsupported block", "type")
            continue
        check(block, place)
        _string(block, "block_id", ID_MOST, place)
        block_id = block.get("block_id")
        if isinstance(block_id, str) and block_id in seen:
            _breach(place, f"`block_id` {block_id} already exists", "block_id")
        elif isinstance(block_id, str):
            seen.add(block_id)
    return breaches


def checked_blocks(blocks: Any) -> list[Payload] | None:
    """The blocks of a message, or None when there are none; SlackError invalid_blocks if broken."""
    if blocks is None or blocks == []:
        return None
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    breaches = block_breaches(blocks, MESSAGE_BLOCKS_MOST)
    if breaches:
        raise SlackError("invalid_blocks", messages=breaches)
    return blocks


def unverbatim(node: Any, pointer: str = "/blocks") -> list[str]:
    """JSON pointers of all mrkdwn text objects that do not say `verbatim: true`."""
    if isinstance(node, list):
        return [p for i, item in enumerate(node) for p in unverbatim(item, f"{pointer}/{i}")]
    if not isinstance(node, dict):
        return []
    found = [p for key, item in node.items() for p in unverbatim(item, f"{pointer}/{key}")]
    if node.get("type") == "mrkdwn" and node.get("verbatim") is not True:
        found.insert(0, pointer)
    return found


def missing_flags(args: Payload, blocks: Any, needed_false: tuple[str, ...]) -> list[str]:
    """What the house forces on every post and this one lacks, as `flag=value` words."""
    missing = []
    if args.get("parse") != "none":
        missing.append("parse=none")
    if truthy(args.get("link_names")):
        missing.append("link_names=false")
    for flag in needed_false:
        if args.get(flag) is None or truthy(args[flag]):
            missing.append(f"{flag}=false")
    missing.extend(f"verbatim=true at {pointer}" for pointer in unverbatim(blocks))
    return missing


def checked_metadata(metadata: Any) -> Payload | None:
    """The metadata of a message in Slack's form, or SlackError invalid_metadata_format."""
    if metadata is None:
        return None
    well_formed = (
        isinstance(metadata, dict)
        and isinstance(metadata.get("event_type"), str)
        and isinstance(metadata.get("event_payload"), dict)
    )
    if not well_formed:
        raise SlackError("invalid_metadata_format")
    if len(json.dumps(metadata)) > METADATA_BYTES_MOST:
        raise SlackError("metadata_too_large")
    return {key: metadata[key] for key in ("event_type", "event_payload")}


def checked_view(view: Any, kind: str) -> Payload:
    """The view, if it is a lawful one of that kind (`modal` or `home`); SlackError otherwise."""
    if not isinstance(view, dict):
        raise SlackError("invalid_arguments", messages=["[ERROR] must be an object [/view]"])
    size = len(json.dumps(view, ensure_ascii=False, separators=(",", ":")).encode())
    if size > VIEW_BYTES_MOST:
        raise SlackError("view_too_large")
    breaches = block_breaches(view.get("blocks"), VIEW_BLOCKS_MOST, "/view/blocks")
    place = (breaches, "/view")
    if view.get("type") != kind:
        _breach(place, f"must be {kind}", "type")
    _string(view, "private_metadata", 3000, place)
    _string(view, "callback_id", ID_MOST, place)
    _string(view, "external_id", ID_MOST, place)
    if kind == "modal":
        _text(view, "title", 24, place, needed=True)
        _text(view, "close", 24, place)
        has_input = any(block.get("type") == "input" for block in _dicts(view.get("blocks")))
        _text(view, "submit", 24, place, needed=has_input)
    if breaches:
        raise SlackError("invalid_arguments", messages=breaches)
    return view


def _dicts(items: Any) -> list[Payload]:
    return [i for i in items if isinstance(i, dict)] if isinstance(items, list) else []
