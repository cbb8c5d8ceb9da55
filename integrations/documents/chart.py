"""The burn-down of a round: how many of its items were open at the end of each day."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

INK = "#1f4e79"


def write_burn_down(line: tuple[tuple[date, int], ...], title: str, path: Path) -> None:
    """Draws a PNG without a display; the library is only loaded when somebody asks for one."""
    from matplotlib import dates, ticker
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4), layout="constrained")
    # The library's own annotations know neither days nor its locators.
    canvas: Any = FigureCanvasAgg(figure)
    axes: Any = figure.add_subplot()
    marks: Any = dates
    days, counts = zip(*line, strict=True)
    axes.step(days, counts, where="post", color=INK, linewidth=2)
    axes.fill_between(days, counts, step="post", alpha=0.15, color=INK)
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(ticker.MaxNLocator(integer=True))
    locator = marks.AutoDateLocator()
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(marks.ConciseDateFormatter(locator))
    axes.set_title(title)
    canvas.print_png(str(path))
