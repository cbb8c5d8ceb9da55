"""What a text merely repeats: quotes, code, struck-out words, lines in quotation marks.

Promise: quote state is taken from the text exactly as it was typed, before anything is stripped or
normalised, so that an invisible or full-width character can neither open nor close a quotation.

Source: Slack's message formatting (mrkdwn): `>` and `>>>`, backticks, `~`.
"""

import re

_FENCE = re.compile(r"```.+?```", re.DOTALL)
_CODE = re.compile(r"`[^`\n]+`")
_STRUCK = re.compile(r"(?<![\w~])~{1,2}(?=[^\s~])[^~\n]+~{1,2}(?!\w)")
_BLOCKQUOTE = re.compile(r"[ \t]*(?:>|&gt;)")
_QUOTES_THE_REST = re.compile(r"(?:>>>|&gt;&gt;&gt;)")
_QUOTATION_MARKS = {
    '"': '"',
    "'": "'",
    "“": "”",
    "„": "”",
    "‘": "’",
    "『": "』",
    "«": "»",
    "＂": "＂",
    "＇": "＇",
    "〝": "〟",
}


class Quotation:
    """Which characters of a text stand in a quotation."""

    def __init__(self, text: str) -> None:
        self._quoted = bytearray(len(text))
        self._mark(_FENCE, text)
        start = 0
        for line in text.splitlines(keepends=True):
            if not self._quoted[start] and _QUOTES_THE_REST.match(line):
                self._quoted[start:] = b"\x01" * (len(text) - start)
                break
            if _BLOCKQUOTE.match(line) or _in_quotation_marks(line):
                self._quoted[start : start + len(line)] = b"\x01" * len(line)
            start += len(line)
        self._mark(_CODE, text)
        self._mark(_STRUCK, text)

    def holds(self, start: int, end: int) -> bool:
        """Say whether everything but blanks from `start` to `end` is quoted."""
        return start < end and all(self._quoted[start:end])

    def _mark(self, pattern: re.Pattern[str], text: str) -> None:
        for match in pattern.finditer(text):
            self._quoted[match.start() : match.end()] = b"\x01" * len(match[0])


def _in_quotation_marks(line: str) -> bool:
    inside = line.strip().rstrip(".,。、")
    return len(inside) > 2 and _QUOTATION_MARKS.get(inside[0]) == inside[-1]
