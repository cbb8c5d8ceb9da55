"""Rules of the house that a reader of the code could forget, and a machine does not."""

import ast
import importlib.metadata
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PRODUCT = ("bot", "commands", "integrations", "migrations")
MODULES = sorted(path for room in PRODUCT for path in (ROOT / room).rglob("*.py"))
LOCAL = "integrations/slack/local/", "integrations/slack/stand_in/"
# Where a client of Slack's Web API may be made: the one shared session, without retries.
GATEWAY = {"integrations/slack/gateway.py"}
# Where a text is declared to be mrkdwn: nowhere else can a text become live.
BLOCKS = {"integrations/slack/blocks.py"}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__", "breakpoint", "input"}
FORBIDDEN_IMPORTS = {"pickle", "marshal", "shelve", "yaml", "telnetlib", "ftplib", "xml"}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def nodes(path: Path) -> Iterator[ast.AST]:
    yield from ast.walk(ast.parse(path.read_text("utf-8")))


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in nodes(path):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_clients_of_slack_are_made_in_the_gateway_alone(path: Path) -> None:
    made = [called for called, _ in calls(path) if called.endswith("WebClient")]
    assert not made or name_of(path) in GATEWAY


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_text_goes_live_in_the_blocks_alone(path: Path) -> None:
    """`mrkdwn()` takes Safe and nothing else (mypy); here: nobody goes around it."""
    if name_of(path) in BLOCKS or name_of(path).startswith(LOCAL):
        return
    for node in nodes(path):
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            written = {ast.unparse(k): ast.unparse(v) for k, v in pairs if k is not None}
            assert written.get("'type'") != "'mrkdwn'", node.lineno


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_file_is_never_made_public(path: Path) -> None:
    assert not re.search(r"shared_?public_?url", path.read_text("utf-8"), re.IGNORECASE)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_instant_is_naive(path: Path) -> None:
    for called, node in calls(path):
        words = {one.arg for one in node.keywords}
        assert not re.search(r"(datetime|date)\.(utcnow|utcfromtimestamp|today)$", called)
        if called == "datetime.now":
            assert node.args or "tz" in words, node.lineno
        if called == "datetime.fromtimestamp":
            assert len(node.args) == 2 or "tz" in words, node.lineno


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nothing_that_came_in_is_ever_run_or_unpickled(path: Path) -> None:
    for called, node in calls(path):
        assert called not in FORBIDDEN_CALLS, node.lineno
        assert not re.search(r"^os\.(system|popen|exec\w*|spawn\w*)$", called), node.lineno
        assert not any(one.arg == "shell" for one in node.keywords), node.lineno
    for node in nodes(path):
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
            assert (module or "").split(".")[0] not in FORBIDDEN_IMPORTS, node.lineno


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_other_programs_are_started_by_the_local_workspaces_alone(path: Path) -> None:
    if not name_of(path).startswith(LOCAL):
        assert not any(
            "subprocess" in called and "asyncio" not in called for called, _ in calls(path)
        )


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_exception_to_a_rule_names_the_rule(path: Path) -> None:
    for line in path.read_text("utf-8").splitlines():
        assert not re.search(r"#\s*noqa(?!:)", line), line
        assert not re.search(r"#\s*nosec(?! B\d)", line), line
        assert not re.search(r"#\s*type:\s*ignore(?!\[)", line), line


def test_no_rule_of_bandit_is_switched_off_as_a_whole() -> None:
    settings = tomllib.loads(text("pyproject.toml"))["tool"]["bandit"]
    assert set(settings) == {"exclude_dirs"}
    assert not any(one in PRODUCT for one in settings["exclude_dirs"])
    assert re.search(r"-m bandit .*--recursive \$\(PRODUCT\)$", text("Makefile"), re.MULTILINE)


def test_what_is_installed_is_what_the_lock_says() -> None:
    pins = dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", text("requirements/dev.txt"), re.MULTILINE))
    assert len(pins) > 50
    for name, version in pins.items():
        try:
            assert importlib.metadata.version(name) == version, name
        except importlib.metadata.PackageNotFoundError:
            # A pin may be for another platform.
            assert re.search(rf"^{re.escape(name)}==\S+ ;", text("requirements/dev.txt"), re.M), (
                name
            )


def test_the_bill_of_materials_lists_what_the_lock_says(tmp_path: Path) -> None:
    """`make sbom`, into another file."""
    recipe = re.search(r"cyclonedx_py (.*?)-o \$\(SBOM\)", text("Makefile"), re.DOTALL)
    assert recipe
    words = recipe[1].replace("\\\n", " ").split()
    bill = tmp_path / "bill.json"
    command = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", *words, "-o", str(bill)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    made = json.loads(bill.read_text())
    assert made["bomFormat"] == "CycloneDX"
    assert made["metadata"]["component"]["name"] == "kakehashi"
    pins = re.findall(r"^([\w.-]+)==([^\s;\\]+)", text("requirements/run.txt"), re.MULTILINE)
    assert {(one["name"], one["version"]) for one in made["components"]} == set(pins)
    for one in made["components"]:
        hashes = [h for reference in one["externalReferences"] for h in reference["hashes"]]
        assert hashes, one["name"]
        assert all(one["alg"] == "SHA-256" for one in hashes)
