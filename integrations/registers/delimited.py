"""A register as comma-separated values (RFC 4180), with the mark by which Excel knows UTF-8."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from bot.services.action_exports import Row
from integrations.registers.table import Writer, cells, headings
from integrations.slack.speech import Speech


class DelimitedWriter(Writer):
    """Lines end with CRLF, every cell stands in quotation marks (RFC 4180, section 2)."""

    def __init__(self, path: Path, speech: Speech) -> None:
        super().__init__(path, speech)
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._csv = csv.writer(self._file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        self._csv.writerow(headings(speech))

    def add(self, rows: Iterable[Row]) -> None:
        self._csv.writerows(cells(self.speech, row) for row in rows)

    def close(self) -> None:
        self._file.close()
