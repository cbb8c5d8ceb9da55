"""Registers as files people open: a table, a calendar, or data for machines.

A file is written row by row to disk; a row that has been written is forgotten. No cell is a
formula, whatever people have typed. The libraries behind the forms are large, and most processes
never need them: they are loaded when somebody asks for a file.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from integrations.registers.table import Writer
from integrations.slack.speech import Speech


class Format(StrEnum):
    """What a register can be written as; the value is also how its file's name ends."""

    XLSX = "xlsx"
    CSV = "csv"
    ICS = "ics"
    JSON = "json"


def writer_for(form: Format, path: Path, speech: Speech) -> Writer:
    """A writer into that file, in the reader's language; close it. May load a library first."""
    return _kind_of(form)(path, speech)


def _kind_of(form: Format) -> type[Writer]:
    match form:
        case Format.XLSX:
            from integrations.registers.workbook import WorkbookWriter

            return WorkbookWriter
        case Format.CSV:
            from integrations.registers.delimited import DelimitedWriter

            return DelimitedWriter
        case Format.ICS:
            from integrations.registers.calendar import CalendarWriter

            return CalendarWriter
        case Format.JSON:
            from integrations.registers.json_rows import JsonWriter

            return JsonWriter
