"""A date that was not understood leads to the form, with everything else as it was typed."""

from __future__ import annotations

import json

import pytest

from bot import errors
from commands import COMMANDS
from commands.arguments import parse
from commands.edge import Answer
from commands.picking import PICK_DAY, filled, is_unread_date, read_value, with_calendar
from integrations.slack.blocks import BUTTON_VALUE_LIMIT
from integrations.slack.speech import Safe

ACTION = next(one for one in COMMANDS if one.name == "/action")
NEW = ACTION.verb("new")
REFUSED = Answer(
    Safe("not a due date"), refusal=errors.DueNotUnderstood(phrase="soonish", why="no day")
)


def test_what_was_typed_is_carried_to_the_form_but_for_the_date() -> None:
    typed = '"Share it" owner:ASD due:soonish pillar:b'
    offered = with_calendar(REFUSED, Safe("Pick"), ACTION, NEW, typed)
    (pressed,) = offered.blocks[1]["elements"]
    assert pressed["action_id"] == PICK_DAY
    command, verb, words, unread = read_value(pressed["value"])
    assert (command, verb, unread) == ("/action", "new", ["due"])
    given = parse(NEW.fields, words, "")
    defaults = {one.name: one.default for one in filled(NEW, given, unread).fields if one.default}
    assert defaults["text"] == "Share it"
    assert (defaults["owner"], defaults["pillar"]) == ("ASD", "b")
    assert "due" not in defaults


def test_what_is_too_long_for_a_button_has_to_be_typed_again() -> None:
    typed = f'"{"あ" * BUTTON_VALUE_LIMIT}" due:soonish'
    assert with_calendar(REFUSED, Safe("Pick"), ACTION, NEW, typed) == REFUSED


def test_only_a_date_that_was_not_understood_is_picked() -> None:
    assert is_unread_date(REFUSED)
    assert not is_unread_date(None)
    assert not is_unread_date(Answer(Safe("done")))
    assert not is_unread_date(Answer(Safe("no"), refusal=errors.BadDate(value="soon")))


@pytest.mark.parametrize(
    "value",
    [
        "",
        "5",
        "{}",
        "null",
        '"/action"',
        "[" * 100_000,
        json.dumps(["/action", "new", "", [5]]),
        json.dumps(["/action", None, "", []]),
        json.dumps(["/action", "new", "", 5]),
    ],
    ids=range(9),
)
def test_a_button_that_says_something_else_is_not_read(value: str) -> None:
    with pytest.raises(ValueError, match=PICK_DAY):
        read_value(value)
