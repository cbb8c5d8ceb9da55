"""A register as JSON: one array, one object on each line, the codes that machines read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from bot.services.action_exports import Row, record_of
from integrations.registers.table import Writer
from integrations.slack.speech import Speech


class JsonWriter(Writer):
    """The array is written as it comes."""

    def __init__(self, path: Path, speech: Speech) -> None:
        super().__init__(path, speech)
        self._file = path.open("w", encoding="utf-8")
        self._file.write("[")
        self._before = "\n"

    def add(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self._file.write(self._before + json.dumps(record_of(row), ensure_ascii=False))
            self._before = ",\n"

    def close(self) -> None:
        self._file.write("\n]\n")
        self._file.close()
