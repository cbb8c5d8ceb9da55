"""A failpoint does nothing unless a program arms it, and nothing outside a program can."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot import failpoints

ROOT = Path(__file__).parents[1]
DIES = "from bot import failpoints as f; f.arm('sent', 'a/post'); {}; print('alive')"


def _runs(words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", DIES.format(words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


def test_a_point_that_is_not_armed_does_nothing() -> None:
    for point in failpoints.POINTS:
        failpoints.reached(point, "a/post")


def test_an_armed_point_ends_the_process_for_its_subject_alone() -> None:
    others = "f.reached('sent', 'b/post'); f.reached('noted', 'a/post'); f.reached('sent')"
    assert _runs(others).stdout == "alive\n"
    assert _runs("f.reached('sent', 'b/post', 'a/post')").returncode == -signal.SIGKILL


def test_an_unknown_point_cannot_be_armed() -> None:
    with pytest.raises(ValueError, match="lunch"):
        failpoints.arm("lunch", "")


def test_the_product_never_arms_a_point_and_has_every_point_it_names() -> None:
    sources = {
        path: path.read_text("utf-8")
        for room in ("bot", "commands", "integrations", "migrations")
        for path in (ROOT / room).rglob("*.py")
        if path.name != "failpoints.py"
    }
    assert [path for path, text in sources.items() if "failpoints.arm" in text] == []
    everything = "".join(sources.values())
    assert all(f'failpoints.reached("{point}"' in everything for point in failpoints.POINTS)
