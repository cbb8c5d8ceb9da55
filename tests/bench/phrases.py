"""What it takes to read 10,000 due phrases, all different: the whole command, from its start."""

from __future__ import annotations

import resource
import subprocess
import sys
from datetime import timedelta
from itertools import chain, product
from pathlib import Path
from statistics import median

from tests.bench.engine import Finding
from tests.domain.due_table import NOW, ROWS

COUNT = 10_000
TARGET_SECONDS = 1.0
ROUNDS = 7
ENGLISH = (
    ("", "by ", "COB ", "no later than "),
    ("{d.day} {d:%B}", "{d:%a} {d.day} {d:%b} {d.year}", "{d:%B} {d.day}, 17:30", "{d:%Y-%m-%d}"),
    ("",),
)
JAPANESE = (
    ("", "期限:"),
    ("{d.month}月{d.day}日", "令和{era}年{d.month}月{d.day}日", "{d.year}/{d.month}/{d.day}"),
    ("", "まで", "17時まで"),
)
BEFORE_REIWA_1 = 2018


def measure(folder: Path) -> list[Finding]:
    """Processor seconds of the command, its start included, against the second that is aimed at."""
    file = folder / "phrases.txt"
    file.write_text("".join(f"{one}\n" for one in phrases()), encoding="utf-8")
    took = [_processor_seconds(file) for _ in range(ROUNDS)]
    seconds = median(took)
    return [
        Finding(
            f"explain due, {COUNT:,} different phrases, whole command",
            f"{seconds:.2f} s of a processor ({min(took):.2f}–{max(took):.2f})",
            f"{TARGET_SECONDS:.0f} s",
            seconds / TARGET_SECONDS,
            "≤ 1",
        )
    ]


def phrases() -> list[str]:
    """The table of the tests, and the days of a year in either language, about as many of each."""
    days = [NOW.date() + timedelta(days=n) for n in range(365)]
    written = (
        [
            (before + form + behind).format(d=day, era=day.year - BEFORE_REIWA_1)
            for before, form, behind in product(*ways)
            for day in days
        ][: COUNT // 2]
        for ways in (ENGLISH, JAPANESE)
    )
    found = list(dict.fromkeys(chain((phrase for _, phrase, _ in ROWS), *written)))[:COUNT]
    if len(found) < COUNT:
        raise RuntimeError(f"{len(found)} phrases")
    return found


def _processor_seconds(file: Path) -> float:
    before = _of_children()
    command = (sys.executable, "-m", "bot", "explain", "due", str(file), "--now", NOW.isoformat())
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return _of_children() - before


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
