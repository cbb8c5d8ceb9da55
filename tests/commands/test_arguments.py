"""What people type is understood in any width and with any quotation marks, or named as wrong."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import errors
from bot.domain.labels import Label
from bot.domain.links import Direction, Mode
from bot.domain.officials import Role
from commands import COMMANDS
from commands.arguments import Arguments, Field, Kind, parse

TITLE = Field("title", Kind.TEXT, positional=True)
FIELDS = (
    TITLE,
    Field("tags", Kind.TAGS, required=False),
    Field("label", Kind.LABEL, required=False),
    Field("direction", Kind.CHOICE, required=False, choices=tuple(Direction), default="both"),
    Field("user", Kind.PERSON, required=False),
    Field("roles", Kind.CHOICES, required=False),
)
WHOLE = (Field("text", Kind.LONG, positional=True),)
VERBS = [(command.name, verb) for command in COMMANDS for verb in command.verbs]


def given_by(text: str, fields: tuple[Field, ...] = FIELDS) -> Arguments:
    return parse(fields, text, "/usage")


@pytest.mark.parametrize(
    "text",
    [
        'title:"Share the format"',
        "title:“Share the format”",
        "title:”Share the format”",
        "title:„Share the format“",
        "title:＂Share the format＂",
        "title:「Share the format」",
        "title：『Share the format』",
        "ｔｉｔｌｅ：「Share the format」",
        "TITLE:「Share the format」",
        '"Share the format"',
        "「Share the format」",
        '\u3000"Share the format"\xa0',
    ],
)
def test_quotation_marks_of_both_languages_hold_words_together(text: str) -> None:
    assert given_by(text).text("title") == "Share the format"


@pytest.mark.parametrize("blank", [" ", "\t", "\n", "\xa0", "\u3000", "\u2003", "  \u3000 "])
def test_any_blank_separates_words(blank: str) -> None:
    found = given_by(f"one{blank}label:GREEN{blank}tags:a,b")
    assert (found.text("title"), found.label("label")) == ("one", Label.GREEN)
    assert found.tags("tags") == ("a", "b")


@pytest.mark.parametrize(
    "typed",
    [
        "tags:advisory,ransomware",
        "tags:advisory, ransomware",
        "tags:advisory、 ransomware",
        "tags:advisory，\u3000ransomware",
        'tags:"advisory ransomware"',
        "tags:#advisory,＃ＲＡＮＳＯＭＷＡＲＥ",
    ],
)
def test_lists_may_have_blanks_after_their_commas(typed: str) -> None:
    found = given_by(f"x {typed} label:GREEN")
    assert found.tags("tags") == ("advisory", "ransomware")
    assert found.label("label") is Label.GREEN


@pytest.mark.parametrize("typed", ['"Patch now,"', "「至急、」"])
def test_a_quotation_that_ends_in_a_comma_swallows_nothing(typed: str) -> None:
    found = given_by(f"title:{typed} label:GREEN")
    assert found.text("title") == typed[1:-1]
    assert found.label("label") is Label.GREEN


def test_a_comma_left_at_the_end_of_a_list_swallows_nothing() -> None:
    found = given_by("x tags:advisory, label:GREEN")
    assert (found.tags("tags"), found.label("label")) == (("advisory",), Label.GREEN)
    assert given_by("x tags:advisory,").tags("tags") == ("advisory",)


@pytest.mark.parametrize(
    ("text", "refusal", "parameters"),
    [
        ("", errors.MissingWord, {"word": "title", "usage": "/usage"}),
        ('title:""', errors.MissingWord, {"word": "title", "usage": "/usage"}),
        ("x colour:red", errors.UnknownWord, {"word": "colour", "usage": "/usage"}),
        ("x y", errors.UnknownWord, {"word": "y", "usage": "/usage"}),
        ("title:x title:y", errors.TwiceGiven, {"word": "title"}),
        ("x ｔｉｔｌｅ：y", errors.TwiceGiven, {"word": "title"}),
        ('title:"x', errors.UnclosedQuote, {}),
        ("「x", errors.UnclosedQuote, {}),
    ],
)
def test_what_is_wrong_is_named(
    text: str, refusal: type[errors.BotError], parameters: dict[str, object]
) -> None:
    with pytest.raises(refusal) as found:
        given_by(text)
    assert found.value.parameters == parameters


@pytest.mark.parametrize(
    ("text", "read", "refusal"),
    [
        ("x tags:!!!", lambda one: one.tags("tags"), errors.BadTags),
        ("x label:PURPLE", lambda one: one.label("label"), errors.BadLabel),
        ("x direction:up", lambda one: one.choice("direction", Direction), errors.UnknownChoice),
        ("x roles:king", lambda one: one.choices("roles", Role), errors.UnknownChoice),
        ("x user:sato", lambda one: one.person("user"), errors.NotAPerson),
        ("x", lambda one: one.person("user"), errors.NotAPerson),
        ('"' + "x" * 11 + '"', lambda one: one.short("title", 10), errors.TooLong),
    ],
)
def test_a_value_that_is_none_of_its_kind_is_refused(
    text: str, read: Callable[[Arguments], Any], refusal: type[errors.BotError]
) -> None:
    with pytest.raises(refusal):
        read(given_by(text))


@pytest.mark.parametrize("typed", ["out", "OUT", "ｏｕｔ", '" out "'])
def test_choices_are_read_in_any_case_and_width(typed: str) -> None:
    assert given_by(f"x direction:{typed}").choice("direction", Direction) is Direction.OUT


def test_a_choice_left_out_is_its_default() -> None:
    assert given_by("x").choice("direction", Direction) is Direction.BOTH


@pytest.mark.parametrize(
    "typed", ["liaison,releaser", "liaison、 ＲＥＬＥＡＳＥＲ", '"liaison; releaser"']
)
def test_several_choices(typed: str) -> None:
    found = given_by(f"x roles:{typed}").choices("roles", Role)
    assert found == (Role.LIAISON, Role.RELEASER)


@pytest.mark.parametrize("typed", ["<@U01SATO>", "<@U01SATO|sato.mofa>", "U01SATO", "@U01SATO"])
def test_people_are_mentioned_or_named_by_id(typed: str) -> None:
    assert given_by(f"x user:{typed}").person("user") == "U01SATO"


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ('"#advisory [TLP:GREEN] it\'s a: test"', "#advisory [TLP:GREEN] it's a: test"),
        ('#advisory note: see “this” unclosed "', '#advisory note: see “this” unclosed "'),
        ("「＃ａｄｖｉｓｏｒｙ」", "＃ａｄｖｉｓｏｒｙ"),
    ],
)
def test_a_verb_that_takes_one_text_takes_the_rest_of_the_line(typed: str, text: str) -> None:
    assert given_by(typed, WHOLE).text("text") == text


@pytest.mark.parametrize("mode", Mode)
def test_every_declared_choice_is_accepted(mode: Mode) -> None:
    fields = (Field("mode", Kind.CHOICE, choices=tuple(Mode)),)
    assert given_by(f"mode:{mode}", fields).choice("mode", Mode) is mode


PIECES = st.sampled_from(
    [
        *('"', "「", "」", "“", "”", "『", ":", "：", ",", "、", " ", "\u3000", "\n"),
        *("title", "tags", "label", "user", "direction", "GREEN", "<@U01SATO>", "#", "＃", "\0"),
    ]
)
LINES = st.one_of(st.lists(PIECES, max_size=14).map("".join), st.text(max_size=40))


@settings(max_examples=500, deadline=None)
@given(LINES)
def test_whatever_is_typed_is_read_or_refused_and_nothing_else(text: str) -> None:
    try:
        found = given_by(text)
    except errors.NotUnderstood:
        return
    for read in (
        lambda: found.short("title", 5),
        lambda: found.tags("tags"),
        lambda: found.label("label"),
        lambda: found.choice("direction", Direction),
        lambda: found.choices("roles", Role),
        lambda: found.person("user"),
    ):
        try:
            read()
        except errors.NotUnderstood:
            continue


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(VERBS), LINES)
def test_every_verb_reads_or_refuses_whatever_is_typed(verb: Any, text: str) -> None:
    name, verb = verb
    try:
        parse(verb.fields, text, verb.usage(name))
    except errors.NotUnderstood:
        return


@pytest.mark.parametrize(("name", "verb"), VERBS, ids=lambda one: getattr(one, "name", one))
def test_every_usage_line_can_be_typed_as_it_stands(name: str, verb: Any) -> None:
    words = verb.usage(name).replace("[", "").replace("]", "").replace("@user", "<@U01SATO>")
    line = words.removeprefix(f"{name} {verb.name}").replace("GREEN|AMBER|CLEAR", "GREEN")
    parse(verb.fields, line, "")
