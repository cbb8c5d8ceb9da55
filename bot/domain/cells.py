"""Text for a cell of a table that people open in a spreadsheet: never a formula."""

from __future__ import annotations

# OWASP, "CSV Injection": what begins a formula; spreadsheets read the full-width forms, too.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def cell(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would otherwise compute it."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
