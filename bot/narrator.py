"""The demonstration's voice in the terminal: a tick or a cross for each step, then its proof."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Iterator
from html import unescape
from typing import Any, TypeVar

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from bot.texts.catalog import Catalog, Language
from integrations.slack.driver import Message

Result = TypeVar("Result")

BOLD = re.compile(r"\*([^*\n]+)\*")
# A line may end at a space and beside any Japanese character, never before closing punctuation.
UNBROKEN = re.compile(r"\s+|[!-~]+|[^!-~\s][、。，．・：」』】）),.:]*")
WIDEST = 100
INDENT = 2
FRAME = 4


class Narrator:
    """Tells in the operator's language; nothing it is given is taken for terminal markup."""

    def __init__(
        self, catalog: Catalog, language: Language, console: Console | None = None
    ) -> None:
        self._catalog = catalog
        self._language = language
        self._console = console or Console(highlight=False, emoji=False)

    def say(self, key: str, style: str = "", **parameters: object) -> None:
        """One paragraph of `demo.KEY`."""
        words = Text(self._words(key, **parameters), style)
        self._console.print(_folded(words, self._width))

    def address(self, url: str) -> None:
        """One address on a line of its own, never broken, so that it can be clicked or copied."""
        self._console.print(Text(url, "bold cyan"), soft_wrap=True)

    async def step(self, name: str, doing: Awaitable[Result]) -> Result:
        """Tell a step with a tick once `doing` is done; what it raises is the caller's to tell."""
        words = self._words(f"step.{name}")
        with self._console.status(Text(words)):
            result = await doing
        self._line("✓", "bold green", words)
        return result

    def failed(self, name: str, reason: str) -> None:
        """A step that did not happen, and what was seen instead."""
        self._line("✗", "bold red", self._words(f"step.{name}"))
        self._console.print(Padding(Text(reason, "red"), (0, 0, 0, INDENT)))

    def missed(self, name: str) -> None:
        """A step that was not reached."""
        self._line("–", "dim", self._words(f"step.{name}"))

    def show(self, name: str, message: Message) -> None:
        """A message as it stands in a workspace, framed, under the words of `demo.shown.NAME`."""
        width = self._width - INDENT
        panel = Panel(
            Text("\n").join(_folded(_readable(line), width - FRAME) for line in _lines(message)),
            title=Text(self._words(f"shown.{name}")),
            title_align="left",
            border_style="cyan",
            width=width,
        )
        self._console.print(Padding(panel, (0, 0, 0, INDENT)))
        self._console.print()

    @property
    def _width(self) -> int:
        return min(WIDEST, self._console.width)

    def _line(self, mark: str, style: str, words: str) -> None:
        told = _folded(Text(words), self._width - INDENT)
        hanging = Text("\n" + " " * INDENT).join(told.split("\n"))
        self._console.print(Text.assemble((mark, style), " ", hanging))

    def _words(self, key: str, **parameters: object) -> str:
        return self._catalog.say(self._language, f"demo.{key}", **parameters)


def _folded(line: Text, width: int) -> Text:
    """The line broken so that no piece is wider than `width` columns, unless one word is."""
    breaks, used = [], 0
    for piece in UNBROKEN.finditer(line.plain):
        size = cell_len(piece[0])
        if used + size > width and not piece[0].isspace():
            breaks.append(piece.start())
            used = 0
        used += size
    parts = line.divide(breaks)
    for part in parts:
        part.rstrip()
    return Text("\n").join(parts)


def _lines(message: Message) -> Iterator[str]:
    """What a reader sees, line by line: the blocks, or the text where there are none."""
    blocks = message.get("blocks")
    if not blocks:
        yield from str(message.get("text", "")).splitlines()
    for block in blocks or ():
        if block["type"] == "actions":
            yield "  ".join(f"[ {_label_of(element)} ]" for element in block["elements"])
        for part in (block.get("text"), *(block.get("elements") or ())):
            if part and part.get("type") == "mrkdwn":
                yield from str(part["text"]).splitlines()


def _label_of(element: dict[str, Any]) -> str:
    return str((element.get("text") or {}).get("text", ""))


def _readable(line: str) -> Text:
    """Slack's bold as the terminal's, its three escapes undone."""
    pieces = [unescape(piece) for piece in BOLD.split(line)]
    return Text.assemble(*((piece, "bold" if n % 2 else "") for n, piece in enumerate(pieces)))
