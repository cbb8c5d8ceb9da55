"""Every form fits Slack's limits (Block Kit reference) in both languages."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.storage.database import Database
from bot.texts.catalog import Catalog, Language
from commands import COMMANDS
from commands.arguments import Arguments
from commands.catalogue import Command, Verb
from commands.forms import PICKED, answer_view, form_view, menu_view, values_of
from integrations.slack.speech import Safe, Speech

VERBS = [(command, verb) for command in COMMANDS for verb in command.verbs]
# (type of block or element, key) -> how many characters or entries Slack takes.
LONGEST = {
    "title": 24,
    "submit": 24,
    "close": 24,
    "label": 2000,
    "hint": 2000,
    "option": 75,
    "value": 150,
    "section": 3000,
}


def texts_of(view: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(what it is, its text) of everything in a view that has a limit."""
    for name in ("title", "submit", "close"):
        if name in view:
            yield name, view[name]["text"]
    for block in view["blocks"]:
        if block["type"] == "section":
            yield "section", block["text"]["text"]
            continue
        yield "label", block["label"]["text"]
        if "hint" in block:
            yield "hint", block["hint"]["text"]
        for option in block["element"].get("options", ()):
            yield "option", option["text"]["text"]
            yield "value", option["value"]


def check(view: dict[str, Any]) -> None:
    assert len(view["blocks"]) <= 100
    assert len(view.get("private_metadata", "")) <= 3000
    for kind, text in texts_of(view):
        assert 0 < len(text) <= LONGEST[kind], (kind, text)
    ids = [block["block_id"] for block in view["blocks"] if "block_id" in block]
    assert len(set(ids)) == len(ids)
    for block in view["blocks"]:
        options = block.get("element", {}).get("options", [{}])
        assert 0 < len(options) <= 100
        initial = block.get("element", {}).get("initial_option")
        assert initial is None or initial in options
    if any(block["type"] == "input" for block in view["blocks"]):
        assert "submit" in view


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(("command", "verb"), VERBS, ids=lambda one: one.name.strip("/"))
def test_every_form_fits(
    command: Command, verb: Verb, language: Language, catalog: Catalog, database: Database
) -> None:
    speech = Speech(catalog, language)
    view = database.transact(lambda uow: form_view(command, verb, speech, "C" * 20, uow))
    check(view)
    asked = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    assert [name for name in asked if not name.endswith(PICKED)] == [
        field.name for field in verb.fields
    ]
    assert not any("…" in text and kind == "title" for kind, text in texts_of(view))


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(("command", "verb"), VERBS, ids=lambda one: one.name.strip("/"))
def test_no_title_of_a_form_is_cut(
    command: Command, verb: Verb, language: Language, catalog: Catalog
) -> None:
    title = catalog.say(language, f"commands.{command.name.strip('/')}.{verb.key}.title")
    assert len(title) <= 24


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.name.strip("/"))
def test_every_menu_fits_and_offers_every_verb(
    command: Command, language: Language, catalog: Catalog
) -> None:
    view = menu_view(command, Speech(catalog, language), "C" * 20)
    check(view)
    offered = [option["value"] for option in view["blocks"][0]["element"]["options"]]
    assert offered == [verb.name for verb in command.verbs]


def test_an_answer_fits(catalog: Catalog) -> None:
    check(answer_view(Speech(catalog, Language.EN), Safe("Done."), ()))


def test_what_is_filled_in_is_what_one_would_have_typed() -> None:
    values = {
        "to": {"to": {"selected_option": {"value": "ASD"}}},
        "roles": {"roles": {"selected_options": [{"value": "member"}, {"value": "liaison"}]}},
        "user": {"user": {"selected_user": "U01SATO"}},
        "title": {"title": {"value": "Title"}},
        "text": {"text": {"value": None}},
    }
    found = values_of({"state": {"values": values}})
    assert found == {
        "to": "ASD",
        "roles": "member,liaison",
        "user": "<@U01SATO>",
        "title": "Title",
        "text": "",
    }
    assert Arguments((), found, "").person("user") == "U01SATO"


@pytest.mark.parametrize(
    ("typed", "picked", "read"),
    [
        ("next Friday", None, "next Friday"),
        (None, "2026-09-25", "2026-09-25"),
        ("next Friday", "2026-09-25", "next Friday (2026-09-25)"),
        (None, None, ""),
    ],
)
def test_a_day_is_typed_or_picked_and_both_have_to_agree(
    typed: str | None, picked: str | None, read: str
) -> None:
    box = {"type": "plain_text_input", "value": typed}
    calendar = {"type": "datepicker", "selected_date": picked}
    view = {"state": {"values": {"due": {"due": box}, "due" + PICKED: {"due": calendar}}}}
    assert values_of(view) == {"due": read}
