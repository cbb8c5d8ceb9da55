"""`make bench`: both contenders in turn, tables of ratios; ARGS="--only growth" for a part of it.

For the register, the contenders are a small one and a large one. Nothing is asserted about
time. That every command was committed and every message relayed is.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import tempfile
from collections.abc import Container
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot import logs
from tests.bench import acknowledgement, custody, engine, growth, memory, phrases, register, relay
from tests.bench.bare import BareApp
from tests.bench.engine import Finding
from tests.bench.ours import decisions, running_bot
from tests.bench.slack import Slack
from tests.bench.ticks import measure as measure_ticks
from tests.bench.timing import Comparison, Samples

MILLI = 1000
COMPARED = ("command", "relay", "register", "ticks")
ALL = (*COMPARED, "paced", "unpaced", "growth", "memory", "due", "verify")
# The table is read in logs as well as in terminals.
WIDTH = 160


async def against_bare(rounds: int, folder: Path, wanted: Container[str]) -> list[Comparison]:
    """Command and relay, against an app that stores nothing."""
    slack = Slack()
    await slack.start()
    bare = BareApp(slack.addresses["bare"])
    await bare.start()
    ours = await running_bot(slack.addresses["ours"], folder)
    try:
        found: list[Comparison] = []
        if "command" in wanted:
            found += await acknowledgement.measure(slack, bare.bolt, ours.bolt, rounds)
        written = await decisions(ours, "roster.language")
        if "relay" in wanted:
            found += await relay.measure(slack, bare.bolt, ours.bolt, rounds)
        relayed = await decisions(ours, "advisory.issue")
    finally:
        await ours.stop()
        await bare.stop()
        await slack.stop()
    if "register" in wanted:
        found += await register.measure(rounds, folder)
    _require(found, "command", written)
    _require(found, "relay", relayed)
    if "ticks" in wanted:
        found += await measure_ticks(rounds, folder)
    return found


class Sizes:
    """How much is measured; the full figures are those of the promises."""

    def __init__(self, full: bool) -> None:
        self.unpaced = 2_000 if full else 500
        self.past = 1_000_000 if full else 100_000
        self.deliveries = 100_000 if full else 3_000


async def alone(folder: Path, wanted: Container[str], sizes: Sizes) -> list[Finding]:
    """The delivery engine, due phrases, and the log."""
    found: list[Finding] = []
    if "paced" in wanted:
        found += await engine.paced(folder)
    if "unpaced" in wanted:
        found += await engine.unpaced(folder, sizes.unpaced)
    if "growth" in wanted:
        found += await asyncio.to_thread(growth.measure, folder, sizes.past)
    if "memory" in wanted:
        found += await memory.measure(folder, sizes.deliveries)
    if "due" in wanted:
        found += await asyncio.to_thread(phrases.measure, folder)
    if "verify" in wanted:
        found += await asyncio.to_thread(custody.measure, folder, sizes.past)
    return found


def _require(found: list[Comparison], what: str, committed: int) -> None:
    measured = sum(one.ours.count for one in found if one.name.startswith(what))
    if committed < measured:
        raise RuntimeError(f"{measured} measured, {committed} committed: {what}")


def table(found: list[Comparison]) -> Table:
    """Milliseconds and ratios; the spread is that of the rounds, lowest to highest."""
    shown = Table(title="Kakehashi against a bare Bolt app (milliseconds)", title_justify="left")
    for heading in ("what", "n", "bare p50", "bare p95", "ours p50", "ours p95"):
        left = heading == "what"
        shown.add_column(heading, justify="left" if left else "right", no_wrap=True)
    for heading in ("ratio p50", "ratio p95", "target"):
        shown.add_column(heading, justify="right", style="bold", no_wrap=True)
    for one in found:
        spread = one.ratios()
        shown.add_row(
            one.name,
            str(one.ours.count),
            _median(one.bare),
            f"{one.bare.percentile(95) * MILLI:.2f}",
            _median(one.ours),
            f"{one.ours.percentile(95) * MILLI:.2f}",
            f"{one.ratio():.2f} ({min(spread):.2f}–{max(spread):.2f})",
            f"{one.ratio(95):.2f}",
            f"≤ {one.target}" if one.target else "",
        )
    return shown


def _median(samples: Samples) -> str:
    each = samples.medians()
    low, high = min(each) * MILLI, max(each) * MILLI
    return f"{samples.percentile(50) * MILLI:.2f} ({low:.2f}–{high:.2f})"


def findings_table(found: list[Finding]) -> Table:
    """Figures of a thing alone, each against what it is compared with."""
    shown = Table(
        title="Alone: the delivery engine, due phrases, and the log", title_justify="left"
    )
    for heading in ("what", "ours", "against", "ratio", "target"):
        shown.add_column(heading, overflow="fold")
    for one in found:
        shown.add_row(one.name, one.ours, one.theirs, f"{one.ratio:.2f}", one.target)
    return shown


def main() -> None:
    reader = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    reader.add_argument("--rounds", type=int, default=10, help="of each contender (default: 10)")
    reader.add_argument("--only", nargs="+", choices=ALL, default=ALL, metavar="NAME")
    reader.add_argument(
        "--full", action="store_true", help="a million past rows, 100,000 deliveries: half an hour"
    )
    given = reader.parse_args()
    logs.set_up("ERROR")
    logging.getLogger("slack_bolt").setLevel(logging.ERROR)
    console = Console(width=WIDTH)
    with tempfile.TemporaryDirectory(prefix="kakehashi-bench-") as folder:
        if set(COMPARED) & set(given.only):
            against = against_bare(given.rounds, Path(folder), given.only)
            console.print(table(asyncio.run(against)))
        found = asyncio.run(alone(Path(folder), given.only, Sizes(given.full)))
    if found:
        console.print(findings_table(found))


if __name__ == "__main__":
    main()
