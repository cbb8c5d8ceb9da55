"""Every command as a form: the same fields and handler, for people who would rather not type."""

from __future__ import annotations

import json
from typing import Any

from bot.domain.inert import split_text
from bot.domain.labels import Label
from bot.services.kinds import MENTION
from bot.storage.unit_of_work import UnitOfWork
from commands.arguments import Field, Kind, folded
from commands.catalogue import Command, Verb
from integrations.slack.blocks import SECTION_LIMIT, Block, plain_text, section
from integrations.slack.speech import Safe, Speech

MENU, FORM = "menu", "form"
TITLE_LIMIT, LABEL_LIMIT, OPTION_LIMIT = 24, 200, 75
# Behind a field's name: the day picked instead of typed.
PICKED = ".day"
CEILINGS = (Label.CLEAR, Label.GREEN, Label.AMBER)


def menu_view(command: Command, speech: Speech, channel: str) -> dict[str, Any]:
    """Asks which verb; its answer opens that verb's form in the same window."""
    options = [
        _option(speech.say(f"commands.{key_of(command)}.{verb.key}.title"), verb.name)
        for verb in command.verbs
    ]
    block: Block = {
        "type": "input",
        "block_id": "verb",
        "label": plain_text(speech.say("forms.what")),
        "element": {
            "type": "static_select",
            "action_id": "verb",
            "options": options,
            "initial_option": options[0],
        },
    }
    note = {"command": command.name, "channel": channel}
    return _view(MENU, speech, command.name, speech.say("forms.next"), [block], note)


def form_view(
    command: Command,
    verb: Verb,
    speech: Speech,
    channel: str,
    uow: UnitOfWork,
    message: str = "",
) -> dict[str, Any]:
    """The form of one verb, filled with its defaults; `message` is what it was opened on."""
    about = f"commands.{key_of(command)}.{verb.key}"
    blocks: list[Block] = [section(speech.say(f"{about}.description"))]
    blocks += [block for one in verb.fields for block in _inputs(one, speech, uow)]
    note = {"command": command.name, "verb": verb.name, "channel": channel}
    note |= {"message": message} if message else {}
    return _view(FORM, speech, speech.say(f"{about}.title"), speech.say("forms.send"), blocks, note)


def answer_view(speech: Speech, text: Safe, blocks: tuple[Block, ...]) -> dict[str, Any]:
    """What the form was answered with."""
    return {
        "type": "modal",
        "title": plain_text("Kakehashi"),
        "close": plain_text(speech.say("forms.close")),
        "blocks": list(blocks) or [section(Safe(one)) for one in split_text(text, SECTION_LIMIT)],
    }


def values_of(view: dict[str, Any]) -> dict[str, str]:
    """What was filled in, as the words one would have typed."""
    values = (view.get("state") or {}).get("values") or {}
    return _with_days(
        {block: _typed(next(iter(one.values()))) for block, one in values.items() if one}
    )


def _with_days(values: dict[str, str]) -> dict[str, str]:
    """A day that was picked, in the place of the phrase; what was typed as well has to agree."""
    for block in [one for one in values if one.endswith(PICKED)]:
        day, name = values.pop(block), block.removesuffix(PICKED)
        if day:
            typed = values.get(name, "").strip()
            values[name] = f"{typed} ({day})" if typed else day
    return values


def key_of(command: Command) -> str:
    return command.name.removeprefix("/")


def _typed(state: dict[str, Any]) -> str:
    if state.get("selected_options"):
        return ",".join(str(option["value"]) for option in state["selected_options"])
    if state.get("selected_option"):
        return str(state["selected_option"]["value"])
    if state.get("selected_date"):
        return str(state["selected_date"])
    if state.get("selected_user"):
        return f"<@{state['selected_user']}>"
    return str(state.get("value") or "")


def _view(
    callback: str,
    speech: Speech,
    title: str,
    submit: str,
    blocks: list[Block],
    note: dict[str, str],
) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": json.dumps(note),
        "title": plain_text(title[:TITLE_LIMIT]),
        "submit": plain_text(submit),
        "close": plain_text(speech.say("forms.close")),
        "blocks": blocks,
    }


def _inputs(field: Field, speech: Speech, uow: UnitOfWork) -> list[Block]:
    """The box of a field; for a due date also a calendar to pick the day from instead."""
    box = _input(field, speech, uow)
    if field.kind is not Kind.DUE:
        return [box]
    picker: Block = {
        "type": "input",
        "block_id": field.name + PICKED,
        "optional": True,
        "label": plain_text(speech.say("forms.pick_day")),
        "element": {"type": "datepicker", "action_id": field.name},
    }
    return [box | {"optional": True}, picker]


def _input(field: Field, speech: Speech, uow: UnitOfWork) -> Block:
    block: Block = {
        "type": "input",
        "block_id": field.name,
        "optional": not field.is_needed,
        "label": plain_text(speech.say(f"forms.field.{field.name}")[:LABEL_LIMIT]),
        "element": _element(field, speech, uow),
    }
    if speech.catalog.has(f"forms.hint.{field.name}"):
        block["hint"] = plain_text(speech.say(f"forms.hint.{field.name}"))
    return block


def _element(field: Field, speech: Speech, uow: UnitOfWork) -> Block:
    if field.kind is Kind.PERSON:
        chosen_user = MENTION.match(field.default or "")
        select: Block = {"type": "users_select", "action_id": field.name}
        return select | ({"initial_user": chosen_user.group(1)} if chosen_user else {})
    options = _options(field, speech, uow)
    if not options:
        multiline = field.kind is Kind.LONG
        box: Block = {"type": "plain_text_input", "action_id": field.name, "multiline": multiline}
        return box | ({"initial_value": field.default} if field.default else {})
    kind = "multi_static_select" if field.kind is Kind.CHOICES else "static_select"
    element: Block = {"type": kind, "action_id": field.name, "options": options}
    wanted = {folded(one.strip()) for one in (field.default or "").split(",")}
    chosen = [option for option in options if folded(option["value"]) in wanted]
    if chosen and field.kind is Kind.CHOICES:
        element["initial_options"] = chosen
    elif chosen:
        element["initial_option"] = chosen[0]
    return element


def _options(field: Field, speech: Speech, uow: UnitOfWork) -> list[Block]:
    if field.kind is Kind.LABEL:
        return [_option(label.value, label.value) for label in CEILINGS]
    if field.kind is Kind.AGENCY:
        return [_option(speech.agency(one), one.code) for one in uow.agencies.all()]
    if field.kind in (Kind.CHOICE, Kind.CHOICES):
        return [
            _option(speech.say(f"forms.choice.{field.name}.{one}"), one) for one in field.choices
        ]
    return []


def _option(text: str, value: str) -> Block:
    return {"text": plain_text(text[:OPTION_LIMIT]), "value": value}
