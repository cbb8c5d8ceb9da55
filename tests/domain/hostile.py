"""The hostile strings of promise P11, as they are and in the company people put words in."""

from __future__ import annotations

import html
import re
from pathlib import Path


def _lines() -> list[str]:
    lines = Path(__file__).with_name("hostile.txt").read_text("utf-8").splitlines()
    return [
        line.encode("latin-1", "backslashreplace").decode("unicode_escape")
        for line in lines
        if line and not line.startswith("# ")
    ]


HOSTILE = _lines()
# A sentence in either language, a quotation, a second line, emphasis, a cell, and beside itself.
COMPANY = ("see {} now", "「{}」を参照", "ok\n> {}", "*{}*", "={}", "{0}{0}")
CORPUS = tuple(
    dict.fromkeys(
        [*HOSTILE, *(COMPANY[n % len(COMPANY)].format(text) for n, text in enumerate(HOSTILE))]
    )
)


def _can_be_stored(text: str) -> bool:
    """Half a letter is turned away with the request it comes in."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


STORABLE = tuple(filter(_can_be_stored, CORPUS))

# What Slack makes of mrkdwn that is not escaped, written without a look at how the product does it
# (docs: "Formatting message text"; automatic links of addresses, hosts and mail).
_TOKEN = re.compile(r"<!date\^\d{1,12}\^[^<>|\n]+\|[^<>|\n]+>")
_QUOTED = re.compile("^> ?", re.MULTILINE)
_LIVE = {
    "control sequence": re.compile("[<>]"),
    "half an entity": re.compile(r"&(?!amp;|lt;|gt;)"),
    "broadcast": re.compile(r"@\W?(here|channel|everyone)", re.IGNORECASE),
    "person": re.compile(r"@[UW][A-Z0-9]{3,}"),
    "address": re.compile(r"(https?|ftp)://|mailto:\S+@(?!\])", re.IGNORECASE),
    "mail": re.compile(r"[\w.+-]+@[\w-]+\.\w"),
    "host": re.compile(r"\b[a-z0-9-]+\.(example|com|net|org|jp|au|io|gov|ru)\b", re.IGNORECASE),
    "number of a host": re.compile(r"(?<![\d.])\d{1,3}(\.\d{1,3}){3}(?![\d.])"),
    "direction": re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"),
    "nothing to see": re.compile("[\u00ad\u200b\u200c\u2060-\u2064\ufeff\U000e0000-\U000e007f]"),
    "control character": re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]"),
}


def live_in(mrkdwn: str) -> list[str]:
    """What of a text Slack would act on, link or hide; empty when it merely shows it."""
    # The bot's own mark of a quotation is a sign at the beginning of a line.
    text = _QUOTED.sub("", _TOKEN.sub("", mrkdwn))
    found = [what for what, pattern in _LIVE.items() if pattern.search(text)]
    shown = html.unescape(text)
    later = ("broadcast", "mail", "host", "address", "number of a host")
    return found + [f"{what}, once shown" for what in later if _LIVE[what].search(shown)]
