"""The house as it was drawn: rooms, sizes, one way, and nothing on the doorstep."""

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter import api as importlinter
from importlinter.cli import lint_imports

from bot import errors
from bot.documents import app_manifest, write_documents
from commands import BUTTONS, COMMANDS, FORMS

ROOT = Path(__file__).parent.parent
ROOMS = ("bot", "commands", "integrations", "migrations")
MODULES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
LONGEST_MODULE, LONGEST_FUNCTION = 400, 60
# Functions that only declare a schema: a migration says every column once.
DECLARATIONS = {"upgrade", "downgrade"}
TOP_LEVEL = {
    *("pyproject.toml", "Dockerfile", "README.md", "Makefile", "CHANGELOG.md"),
    *("CONTRIBUTING.md", "SECURITY.md", "manifest.json", "kakehashi.example.toml"),
    *("bot", "commands", "integrations", "migrations", "tests", "docs", "requirements", "deploy"),
}
# Where a surprise is caught, said once and survived: the edge, each worker loop, and the watch over
# the connections, which is a loop as well.
CATCH_ALL = re.compile(r"commands/edge\.py|bot/workers/\w+\.py|integrations/slack/bolt\.py")
VAGUE = {"utils", "helpers", "common", "manager", "base", "misc", "util", "helper"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_rooms_know_each_other_one_way_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    settings = importlinter.read_configuration()
    assert len(settings["contracts_options"]) >= 5
    assert lint_imports(no_cache=True) == 0


def test_command_modules_do_not_know_each_other() -> None:
    named = {command.name.removeprefix("/") for command in COMMANDS}
    for path in (ROOT / "commands").glob("*.py"):
        if path.stem in named:
            others = {f"commands.{one}" for one in named - {path.stem}}
            imported = {
                node.module
                for node in ast.walk(tree_of(path))
                if isinstance(node, ast.ImportFrom) and node.module
            }
            assert not imported & others, path.name


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_is_short_and_says_what_it_promises(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= LONGEST_MODULE
    assert path.stem not in VAGUE
    if text.strip() and name_of(path).split("/")[0] != "migrations":
        promise = ast.get_docstring(tree_of(path))
        assert promise, "no docstring"
        assert len(promise.split()) >= 4


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_functions_are_short(path: Path) -> None:
    for function in functions(path):
        length = (function.end_lineno or 0) - function.lineno + 1
        declares = "versions" in path.parts and function.name in DECLARATIONS
        assert declares or length <= LONGEST_FUNCTION, (function.name, length)


def test_the_median_function_is_read_at_a_glance() -> None:
    lengths = sorted(
        (one.end_lineno or 0) - one.lineno + 1 for path in MODULES for one in functions(path)
    )
    assert lengths[len(lengths) // 2] <= 8


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_function_is_annotated(path: Path) -> None:
    for function in functions(path):
        arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
        bare = [one.arg for one in arguments if one.annotation is None]
        assert bare in ([], ["self"], ["cls"]), function.name
        assert function.returns is not None, function.name


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_surprises_are_caught_at_the_edge_and_in_the_workers_alone(path: Path) -> None:
    if CATCH_ALL.fullmatch(name_of(path)):
        return
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ExceptHandler):
            caught = ast.unparse(node.type) if node.type else "everything"
            assert not re.search(r"\b(Base)?Exception\b|everything", caught), caught


def test_services_neither_commit_nor_wait() -> None:
    for path in (ROOT / "bot" / "services").glob("*.py"):
        for function in functions(path):
            in_a_port = path.name == "ports.py"
            assert in_a_port or not isinstance(function, ast.AsyncFunctionDef), function.name
        assert ".commit(" not in path.read_text("utf-8"), path.name


def test_the_tree_of_refusals_is_drawn_whole() -> None:
    drawn = set(re.findall(r"[├└]── (\w+)", errors.__doc__ or ""))
    found = {one.__name__ for one in _below(errors.BotError)}
    assert drawn == found


def test_the_tree_is_drawn_as_it_grows() -> None:
    parents: list[str] = ["BotError"]
    for line in (errors.__doc__ or "").splitlines():
        branch = re.match(r"^(?P<lead>[│ ]*)[├└]── (?P<name>\w+)", line)
        if branch:
            depth = len(branch["lead"]) // 4 + 1
            parents[depth:] = [branch["name"]]
            kind = getattr(errors, branch["name"])
            assert kind.__mro__[1].__name__ == parents[depth - 1], branch["name"]


def test_the_top_level_holds_what_was_agreed_and_nothing_else() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    found = {line.split("/")[0] for line in listed.stdout.splitlines()}
    assert {one for one in found if not one.startswith(".")} == TOP_LEVEL


def test_generated_documents_are_current() -> None:
    assert write_documents(ROOT, check_only=True) == []


def test_every_command_is_in_the_manifest_and_in_the_page_of_commands() -> None:
    manifest = json.loads((ROOT / "manifest.json").read_text("utf-8"))
    listed = [one["command"] for one in manifest["features"]["slash_commands"]]
    assert listed == [command.name for command in COMMANDS]
    page = (ROOT / "docs" / "commands.md").read_text("utf-8")
    for command in COMMANDS:
        for verb in command.verbs:
            assert verb.usage(command.name).replace("|", "\\|") in page


@pytest.mark.parametrize("prefix", ["", "test-"])
def test_a_prefix_separates_installations(prefix: str) -> None:
    listed = app_manifest("socket", prefix=prefix)["features"]["slash_commands"]
    assert [one["command"] for one in listed] == [
        f"/{prefix}{one.name.removeprefix('/')}" for one in COMMANDS
    ]


def test_every_button_the_renderer_writes_has_a_handler() -> None:
    written: set[str] = set()
    for path in (ROOT / "integrations" / "slack").rglob("*.py"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "button":
                action = node.args[1]
                if isinstance(action, ast.Constant):
                    written.add(str(action.value))
    assert written
    assert written <= {*BUTTONS, *FORMS}


def test_no_word_of_a_machine_stands_in_the_code() -> None:
    paths = re.compile(r"(?<![\w.])/(work|tmp|root|home)/")
    for path in MODULES:
        assert not paths.search(path.read_text("utf-8")), name_of(path)


def _below(kind: type[errors.BotError]) -> Iterator[type[errors.BotError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)
