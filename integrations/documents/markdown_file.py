"""A document as Markdown (CommonMark), with everything people wrote escaped."""

from __future__ import annotations

import re
from pathlib import Path

from integrations.documents.wording import Document, Part

# What CommonMark reads as markup (spec 0.31, 2.4 and 6), and the bar of tables.
SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&-])")


def write_markdown(document: Document, path: Path) -> None:
    """Writes the document."""
    parts = [f"# {_escaped(document.title)}", *(_shown(part) for part in document.parts)]
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _shown(part: Part) -> str:
    match part.kind:
        case "heading":
            return f"## {_escaped(part.text)}"
        case "list":
            return "\n".join(f"- {_one_line(line)}" for line in part.lines)
        case "table":
            head, *rows = (_row(row) for row in part.rows)
            rule = "|" + " --- |" * len(part.rows[0])
            return "\n".join((head, rule, *rows))
        case _:
            return "\n\n".join(_escaped(line) for line in part.text.split("\n") if line.strip())


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(_one_line(words) for words in cells) + " |"


def _one_line(text: str) -> str:
    return _escaped(" / ".join(line for line in text.split("\n") if line.strip()))


def _escaped(text: str) -> str:
    return SPECIAL.sub(r"\\\1", text)
