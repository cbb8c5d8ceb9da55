"""Every act that the audit log can hold has words in both languages."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.domain.follow_ups import Answer
from bot.texts import catalog
from bot.texts.catalog import Language

ROOT = Path(__file__).parents[2]
ROOMS = ("bot", "commands", "integrations")
# What stands in a variable where it is recorded, and is no word of the code that calls.
ENUMERATED = {
    "answer.value": tuple(one.value for one in Answer),
    "_resuming": ("confirmed", "resumed"),
}


Function = ast.FunctionDef | ast.AsyncFunctionDef


def trees() -> Iterator[ast.Module]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield ast.parse(path.read_text(encoding="utf-8"))


def functions(tree: ast.Module) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            yield name or getattr(node.func, "id", ""), node


def is_recording(node: ast.Call) -> bool:
    where = node.func.value if isinstance(node.func, ast.Attribute) else None
    return isinstance(where, ast.Attribute) and where.attr == "audit" and len(node.args) > 1


def said_by(node: ast.expr) -> tuple[list[str], str, str]:
    """Whole words, or what comes before a variable and the variable."""
    match node:
        case ast.Constant(value=str(word)):
            return [word], "", ""
        case ast.IfExp(body=body, orelse=other):
            one, another = said_by(body), said_by(other)
            return one[0] + another[0], "", one[2] or another[2]
        case ast.JoinedStr(values=[ast.Constant(value=str(start)), ast.FormattedValue(value=end)]):
            words, _, variable = said_by(end)
            return [f"{start}{word}" for word in words], start, variable
        case _:
            return [], "", ast.unparse(node)


def arguments(function: Function) -> list[str]:
    return [one.arg for one in (*function.args.args, *function.args.kwonlyargs)]


def recorded(function: Function) -> Iterator[tuple[list[str], str, str]]:
    """What a function records; a variable it has filled itself counts as its words."""
    local = {
        one.targets[0].id: one.value
        for one in ast.walk(function)
        if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name)
    }
    for name, call in calls(function):
        if name == "record" and is_recording(call):
            words, start, variable = said_by(call.args[1])
            words += said_by(local[variable])[0] if variable in local else []
            words += [f"{start}{word}" for word in ENUMERATED.get(variable, ())]
            yield words, start, variable


def acts() -> set[str]:
    """Every act recorded anywhere: as a word, or handed down to where it is recorded."""
    everything = [one for tree in trees() for one in functions(tree)]
    found: set[str] = set()
    # What records what it is handed: its name, the argument's place, what comes before the word.
    handed: set[tuple[str, int, str]] = set()
    for function in everything:
        names = arguments(function)
        for words, start, variable in recorded(function):
            found |= set(words)
            if variable in names:
                handed.add((function.name, names.index(variable), start))
    before = -1
    while len(handed) > before:
        before = len(handed)
        for function in everything:
            for name, place, start in tuple(handed):
                more, variables = handed_over(function, name, place)
                found |= {f"{start}{word}" for word in more}
                handed |= {(function.name, at, start) for at in variables}
    return found


def handed_over(function: Function, name: str, place: int) -> tuple[set[str], set[int]]:
    """The words a function hands to another, and which of its own arguments it hands on."""
    names = arguments(function)
    said = [
        said_by(call.args[place])
        for its, call in calls(function)
        if its == name and len(call.args) > place
    ]
    words = {word for found, _, _ in said for word in found}
    words |= {word for _, _, variable in said for word in ENUMERATED.get(variable, ())}
    return words, {names.index(variable) for _, _, variable in said if variable in names}


ACTS = sorted(acts())


def test_the_acts_are_found_where_they_are_handed_down_as_well() -> None:
    assert {
        "advisory.tighten",
        "action.assign",
        "link.paused",
        "link.resumed",
        "capture.on",
    } <= set(ACTS)
    assert all(act.count(".") == 1 for act in ACTS)


@pytest.mark.parametrize("act", ACTS)
def test_every_act_has_words(act: str) -> None:
    words = catalog.load()
    for language in Language:
        assert words.say(language, f"audit.event.{act.replace('.', '_')}")
