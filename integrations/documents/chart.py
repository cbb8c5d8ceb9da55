"""Charts as PNG, drawn without a display; the library is loaded when somebody asks for one.

The library's own annotations know neither days nor its locators.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from bot.domain.digest import Week

INK, ALARM = "#1f4e79", "#b3261e"


def write_burn_down(line: tuple[tuple[date, int], ...], title: str, path: Path) -> None:
    """How many items of a round were open at the end of each day."""
    from matplotlib import dates

    canvas, axes = _sheet(8, 4)
    marks: Any = dates
    days, counts = zip(*line, strict=True)
    axes.step(days, counts, where="post", color=INK, linewidth=2)
    axes.fill_between(days, counts, step="post", alpha=0.15, color=INK)
    axes.set_ylim(bottom=0)
    locator = marks.AutoDateLocator()
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(marks.ConciseDateFormatter(locator))
    axes.set_title(title)
    canvas.print_png(str(path))


def write_weeks(weeks: tuple[Week, ...], file: BinaryIO) -> None:
    """How many items fall due in each week: hatched what is overdue, full what is to come.

    Digits only: what they mean stands beside it, in the reader's languages.
    """
    canvas, axes = _sheet(6, 2.4)
    places = range(len(weeks))
    overdue, coming = [one.overdue for one in weeks], [one.coming for one in weeks]
    axes.bar(places, overdue, color="white", edgecolor=ALARM, hatch="////", linewidth=1.2)
    axes.bar(places, coming, bottom=overdue, color=INK)
    axes.set_xticks(places, [_week(one) for one in weeks])
    axes.spines[["top", "right"]].set_visible(False)
    canvas.print_png(file)


def _week(week: Week) -> str:
    # Month and day as in ISO 8601: the two countries read 9/7 differently.
    return f"{'≤ ' if week.is_first else ''}{week.monday:%m-%d}"


def _sheet(width: float, height: float) -> tuple[Any, Any]:
    from matplotlib import ticker
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes: Any = figure.add_subplot()
    axes.yaxis.set_major_locator(ticker.MaxNLocator(integer=True))
    return FigureCanvasAgg(figure), axes
