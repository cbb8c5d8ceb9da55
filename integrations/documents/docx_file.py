"""A document as DOCX (python-docx): plain paragraphs, lists and tables; no field, link or macro."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docx
from docx.oxml.ns import qn

from bot.texts.catalog import Language
from integrations.documents.wording import Document, Part

FONTS = {Language.EN: "Calibri", Language.JA: "Yu Mincho"}


def write_docx(document: Document, path: Path) -> None:
    """Writes the document; whatever XML forbids was removed with the rest that cannot be seen."""
    file = docx.Document()
    font = FONTS[document.language]
    normal = file.styles["Normal"]
    normal.font.name = font
    # East Asian letters take their font from an attribute of their own.
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    file.core_properties.title = document.title
    file.core_properties.author = "Kakehashi"
    file.add_heading(document.title, level=0)
    for part in document.parts:
        _add(file, part)
    file.save(str(path))


def _add(file: Any, part: Part) -> None:
    match part.kind:
        case "heading":
            file.add_heading(part.text, level=1)
        case "list":
            for line in part.lines:
                file.add_paragraph(line, style="List Bullet")
        case "table":
            _add_table(file, part)
        case _:
            file.add_paragraph(part.text)


def _add_table(file: Any, part: Part) -> None:
    table = file.add_table(rows=0, cols=len(part.rows[0]), style="Light Grid Accent 1")
    for row in part.rows:
        for at, words in zip(table.add_row().cells, row, strict=True):
            at.text = words
