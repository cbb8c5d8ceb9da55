"""Due phrases of different hands, with the day that each means or that it has to be asked about."""

from datetime import datetime
from pathlib import Path

NOW = datetime.fromisoformat("2026-09-16T10:00+09:00")
TABLE = Path(__file__).with_name("due_phrases.tsv")

Row = tuple[str, str, str | None]


def rows() -> list[Row]:
    """Language, phrase, the day expected or None."""
    found = []
    for line in TABLE.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            language, phrase, expected = line.split("\t")
            found.append((language, phrase, None if expected == "-" else expected))
    return found


ROWS = rows()
