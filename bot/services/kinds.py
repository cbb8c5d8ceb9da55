"""The kinds of delivery, and what every composer needs to know about them."""

from __future__ import annotations

import re

from bot.domain.inert import split_text

# The word before the dot is the noun a kind belongs to.
COPY, SOURCE, STATUS = "advisory.copy", "advisory.source", "advisory.status"
RELEASE, HELD, CHANGE = "advisory.release", "advisory.held", "advisory.change"
REPLY, NOTE, LINK = "reply.copy", "note", "link.notice"

# A body longer than this is split over several messages, each with its own label and end mark.
PART_LENGTH = 9_000
MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")


class Withheld(Exception):
    """The delivery may not be sent any more; the reason is a word for the audit log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parts_of(body: str) -> tuple[str, ...]:
    """The body cut into the messages it needs; one for nearly every advisory."""
    return split_text(body, PART_LENGTH) or ("",)
