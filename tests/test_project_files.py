"""What surrounds the code keeps its promises: locks, container, targets, continuous integration."""

import os
import re
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FIXED = {"help", "demo", "test", "check", "bench", "soak", "picture", "sbom", "lock", "clean"}
TARGETS = sorted(FIXED | {"crash", "format", "example", "check-docs"})


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def make(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", "--no-print-directory", *words],
        cwd=ROOT,
        env={**environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def stages() -> list[list[str]]:
    """The instructions of the Dockerfile, stage by stage, continued lines joined."""
    lines = re.sub(r"\\\n", " ", text("Dockerfile")).splitlines()
    found: list[list[str]] = [[]]
    for line in lines:
        if line.startswith("FROM "):
            found.append([])
        if line and not line.startswith("#"):
            found[-1].append(re.sub(r"\s+", " ", line))
    return found


@pytest.mark.parametrize("target", TARGETS)
def test_make_has_the_target_and_it_makes_nothing_of_its_own_name(target):
    assert re.search(rf"^{target}:", text("Makefile"), re.MULTILINE)
    (phony,) = re.findall(r"^\.PHONY: (.*)$", text("Makefile"), re.MULTILINE)
    assert target in phony.split()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_a_page_links_to_is_there(page):
    linked = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [one for one in linked if not (page.parent / one).exists()] == []


def test_every_decision_is_listed():
    listed = text("docs/decisions/README.md")
    records = [one.name for one in (ROOT / "docs/decisions").glob("0*.md")]
    assert [one for one in records if f"({one})" not in listed] == []


def test_make_help_lists_what_people_type():
    listed = set(re.findall(r"^  make ([\w-]+)", make("help").stdout, re.MULTILINE))
    assert listed == set(TARGETS) - {"check-docs"}


def test_make_demo_tells_the_story_once_when_asked():
    assert make("-n", "demo", "ONCE=1").stdout.splitlines()[-1].endswith("bot demo --once")
    assert make("-n", "demo").stdout.splitlines()[-1].rstrip().endswith("bot demo")


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ("exit 1", ("Python 3.11", "以降が必要です")),
        ('case "$2" in *venv*) exit 1;; esac', ("apt install python3-venv", "導入してください")),
    ],
    ids=["too old", "without venv"],
)
def test_make_says_in_both_languages_what_is_missing(tmp_path, broken, words):
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{broken}\n")
    python.chmod(0o755)
    (tmp_path / "requirements").mkdir()
    for name in ("requirements/build.txt", "requirements/dev.txt", "pyproject.toml", "Makefile"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    done = make("-C", str(tmp_path), "test", f"PYTHON={python}")
    assert done.returncode != 0
    assert all(word in done.stderr for word in words)
    assert not (tmp_path / ".venv").exists()


def test_recipes_are_plain_shell():
    assert "SHELL" not in text("Makefile")
    assert not re.search(r"\[\[|<<<|\bsource\b|\bpipefail\b", text("Makefile"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_line_of_a_lock_is_pinned_with_hashes_and_carries_no_address(lock):
    content = lock.read_text(encoding="utf-8")
    assert not re.search(r"https?://|file:/|--(index|extra|trusted|find)|@ |/\w+/\w+/", content)
    joined = re.sub(r"\\\n\s*", "", re.sub(r"\s*#.*", "", content))
    entries = [line for line in joined.splitlines() if line.strip()]
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9.-]+==\S+ --hash=sha256:[0-9a-f]{64}", entry), entry


def test_the_locks_hold_every_dependency_the_project_names():
    project = tomllib.loads(text("pyproject.toml"))
    run = project["project"]["dependencies"]
    dev = project["project"]["optional-dependencies"]["dev"]
    named = {
        "run.txt": run,
        "dev.txt": run + dev,
        "build.txt": project["build-system"]["requires"],
    }
    for lock, requirements in named.items():
        pinned = set(re.findall(r"^([\w.-]+)==", text(f"requirements/{lock}"), re.MULTILINE))
        for requirement in requirements:
            name = re.match(r"[\w.-]+", requirement)[0].lower().replace("_", "-")
            assert name in pinned, f"{name} is not in {lock}"


def test_the_locks_agree_with_each_other():
    def pins(name):
        return dict(re.findall(r"^([\w.-]+)==(\S+)", text(f"requirements/{name}"), re.MULTILINE))

    run, dev = pins("run.txt"), pins("dev.txt")
    assert {name: dev.get(name) for name in run} == run


def test_the_image_is_slim_pinned_by_tag_with_the_digest_as_an_argument():
    content = text("Dockerfile")
    assert re.search(r"^ARG PYTHON_TAG=3\.\d+-slim-\w+$", content, re.MULTILINE)
    assert re.search(r"^ARG PYTHON_DIGEST=$", content, re.MULTILINE)
    bases = re.findall(r"^FROM (\S+)", content, re.MULTILINE)
    assert bases == ["python:${PYTHON_TAG}${PYTHON_DIGEST:+@${PYTHON_DIGEST}}"] * 2


def test_the_image_installs_by_hash_and_never_runs_as_root():
    _, build, final = stages()
    installs = [line for line in build if "requirements/run.txt" in line and line.startswith("RUN")]
    assert all("--require-hashes" in line for line in installs)
    assert not any("pip install" in line for line in final)
    users = [line for line in final if line.startswith("USER ")]
    assert users == ["USER 10001:10001"]
    after = final[final.index(users[0]) :]
    assert not any(line.startswith(("RUN", "COPY", "ADD")) for line in after)


def test_the_image_works_on_a_read_only_file_system():
    *_, final = stages()
    assert any("PYTHONDONTWRITEBYTECODE=1" in line for line in final)
    assert {"VOLUME /data", "WORKDIR /data", 'CMD ["kakehashi", "serve"]'} <= set(final)


def test_the_image_asks_itself_whether_it_is_well():
    *_, final = stages()
    (check,) = [line for line in final if line.startswith("HEALTHCHECK")]
    assert "/healthz" in check
    (program,) = re.findall(r'"-c", "(.*)"\]', check)
    compile(program, "HEALTHCHECK", "exec")


def test_the_image_contains_nothing_but_the_program():
    ignored = text(".dockerignore").split("\n")
    assert "*" in ignored
    allowed = {line[1:] for line in ignored if line.startswith("!")}
    assert not allowed & {"tests", "docs", ".git", "kakehashi.toml", "requirements"}


def test_continuous_integration_runs_the_checks_and_the_tests():
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & stat.S_IXUSR
    lines = script.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    assert "set -euo pipefail" in lines
    assert {"make check", "make test"} <= set(lines)
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0


def test_hooks_before_a_commit_fetch_nothing():
    repositories = re.findall(r"^\s*- repo: (.*)$", text(".pre-commit-config.yaml"), re.MULTILINE)
    assert repositories == ["local"]


def test_settings_with_tokens_are_not_committed():
    assert "kakehashi.toml" in text(".gitignore").split("\n")


def test_this_python_is_supported():
    assert sys.version_info >= (3, 11)
