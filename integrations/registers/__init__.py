"""Registers as files people open: a table, a calendar, or data for machines.

A file is written row by row to disk; a row that has been written is forgotten. No cell is a
formula, whatever people have typed.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from integrations.registers.calendar import CalendarWriter
from integrations.registers.delimited import DelimitedWriter
from integrations.registers.json_rows import JsonWriter
from integrations.registers.table import Writer
from integrations.registers.workbook import WorkbookWriter
from integrations.slack.speech import Speech


class Format(StrEnum):
    """What a register can be written as; the value is also how its file's name ends."""

    XLSX = "xlsx"
    CSV = "csv"
    ICS = "ics"
    JSON = "json"


WRITERS: dict[Format, type[Writer]] = {
    Format.XLSX: WorkbookWriter,
    Format.CSV: DelimitedWriter,
    Format.ICS: CalendarWriter,
    Format.JSON: JsonWriter,
}


def writer_for(form: Format, path: Path, speech: Speech) -> Writer:
    """A writer into that file, in the reader's language; close it."""
    return WRITERS[form](path, speech)
