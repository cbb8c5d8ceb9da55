"""`make bench`: one run, both contenders in turn, a table of ratios.

For the register, the contenders are a small one and a large one. Nothing is asserted about
time. That every command was committed and every message relayed is.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot import logs
from tests.bench import acknowledgement, register, relay
from tests.bench.bare import BareApp
from tests.bench.ours import decisions, running_bot
from tests.bench.slack import Slack
from tests.bench.ticks import measure as measure_ticks
from tests.bench.timing import Comparison, Samples

MILLI = 1000
# The table is read in logs as well as in terminals.
WIDTH = 160


async def run(rounds: int, folder: Path) -> list[Comparison]:
    """Everything that is measured."""
    slack = Slack()
    await slack.start()
    bare = BareApp(slack.addresses["bare"])
    await bare.start()
    ours = await running_bot(slack.addresses["ours"], folder)
    try:
        found = await acknowledgement.measure(slack, bare.bolt, ours.bolt, rounds)
        written = await decisions(ours, "roster.language")
        found += await relay.measure(slack, bare.bolt, ours.bolt, rounds)
        relayed = await decisions(ours, "advisory.issue")
    finally:
        await ours.stop()
        await bare.stop()
        await slack.stop()
    found += await register.measure(rounds, folder)
    _require(found, "command", written)
    _require(found, "relay", relayed)
    return found + await measure_ticks(rounds, folder)


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


def main() -> None:
    reader = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    reader.add_argument("--rounds", type=int, default=10, help="of each contender (default: 10)")
    rounds = reader.parse_args().rounds
    logs.set_up("ERROR")
    logging.getLogger("slack_bolt").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="kakehashi-bench-") as folder:
        found = asyncio.run(run(rounds, Path(folder)))
    Console(width=WIDTH).print(table(found))


if __name__ == "__main__":
    main()
