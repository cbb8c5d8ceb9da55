"""A register as a workbook: one sheet of text cells, written row by row."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, TYPE_STRING
from openpyxl.styles import Font

from bot.services.action_exports import Row
from integrations.registers.table import Writer, cells, headings
from integrations.slack.speech import Speech

WIDTHS = {"A": 18, "B": 60, "C": 40, "D": 14, "E": 40, "F": 12}


class WorkbookWriter(Writer):
    """openpyxl's write-only mode keeps no row once it has been appended."""

    def __init__(self, path: Path, speech: Speech) -> None:
        super().__init__(path, speech)
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet(speech.say("actions.sheet"))
        self._sheet.freeze_panes = "A2"
        for letter, width in WIDTHS.items():
            self._sheet.column_dimensions[letter].width = width
        self._sheet.append([self._cell(words, bold=True) for words in headings(speech)])

    def add(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self._sheet.append([self._cell(words) for words in cells(self.speech, row)])

    def close(self) -> None:
        self._book.save(self.path)
        self._book.close()

    def _cell(self, words: str, *, bold: bool = False) -> WriteOnlyCell:
        """A cell that is text, whatever it looks like: never a formula, number or date."""
        one = WriteOnlyCell(self._sheet, value=ILLEGAL_CHARACTERS_RE.sub("", words))
        one.data_type = TYPE_STRING
        if bold:
            one.font = Font(bold=True)
        return one
