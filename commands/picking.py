"""A due date that could not be read is picked from a calendar instead.

The private refusal offers the command's form, filled with everything else that was typed.
"""

from __future__ import annotations

import json
from dataclasses import replace

from bot import errors
from commands.arguments import Arguments, Kind, parse
from commands.catalogue import Command, Verb
from commands.edge import Answer
from integrations.slack.blocks import BUTTON_VALUE_LIMIT, actions, button, section
from integrations.slack.speech import Safe

PICK_DAY = "pick_day"


def with_calendar(answer: Answer, label: Safe, command: Command, verb: Verb, typed: str) -> Answer:
    """The refusal of a typed command with a button that leads to its form.

    Without it where there is too much to be carried along: that has to be typed once more.
    """
    phrase = answer.refusal.parameters.get("phrase") if answer.refusal else None
    given = parse(verb.fields, typed, verb.usage(command.name))
    dates = [one.name for one in verb.fields if one.kind is Kind.DUE]
    unread = [name for name in dates if given.text(name) == phrase]
    value = json.dumps([command.name, verb.name, typed, unread], ensure_ascii=False)
    if not unread or len(value) > BUTTON_VALUE_LIMIT:
        return answer
    return replace(
        answer, blocks=(section(answer.text), actions(button(label, PICK_DAY, value, "primary")))
    )


def is_unread_date(answer: Answer | None) -> bool:
    """Whether a due date is all that was wrong with a command."""
    return answer is not None and isinstance(answer.refusal, errors.DueNotUnderstood)


def read_value(value: str) -> tuple[str, str, str, list[str]]:
    """Command, verb, the words typed, and the dates among them that were not understood.

    Raises ValueError for anything else.
    """
    try:
        command, verb, typed, unread = json.loads(value)
        if all(isinstance(one, str) for one in (command, verb, typed, *unread)):
            return command, verb, typed, list(unread)
    except (ValueError, TypeError, RecursionError) as error:
        raise ValueError(PICK_DAY) from error
    raise ValueError(PICK_DAY)


def filled(verb: Verb, given: Arguments, unread: list[str]) -> Verb:
    """The verb with what was typed as the defaults of its form, but for what was not understood."""
    fields = (
        one if one.name in unread else replace(one, default=given.text(one.name) or one.default)
        for one in verb.fields
    )
    return replace(verb, fields=tuple(fields))
