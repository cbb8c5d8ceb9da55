"""The kinds of delivery, and what every composer needs to know about them."""

from __future__ import annotations

import hashlib
import re

from bot.domain.inert import split_text

# The word before the dot is the noun a kind belongs to.
COPY, SOURCE, STATUS = "advisory.copy", "advisory.source", "advisory.status"
RELEASE, HELD, CHANGE = "advisory.release", "advisory.held", "advisory.change"
REPLY, NOTE, LINK = "reply.copy", "note", "link.notice"
SUSPENDED, SILENT = "link.suspended", "link.silent"
# A file of an advisory or of a reply; it follows its text.
FILE = "advisory.file"
ACTION_CARD, ACTION_NEWS = "action.card", "action.news"
REMINDER = "followup.reminder"
CAPTURE_CARD, CAPTURE_SUGGESTION = "capture.card", "capture.suggestion"
DIALOGUE_CARD, DIALOGUE_LINE = "dialogue.card", "dialogue.line"
DIALOGUE_NEWS = "dialogue.news"

# What is told when something is late, and once a week.
ESCALATION, DIGEST = "escalation", "digest"
CHART = "digest.chart"

# What is uploaded rather than said: shown once or not at all, see `integrations.slack.courier`.
UPLOADED = frozenset({FILE, CHART})

# What is noted of a message that shows no text any more.
TOMBSTONE = "tombstone"

# A body longer than this is split over several messages, each with its own label and end mark.
# Slack refuses blocks of much more than 12,000 characters in all, and defanging makes texts longer.
PART_LENGTH = 6_000
MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")

# Why something is withheld only until its link, paused or suspended, flows again.
STOPPED = "link_stopped"


class Withheld(Exception):
    """The delivery may not be sent any more; the reason is a word for the audit log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def digest_of(text: str) -> str:
    """Tells one text from another where the text itself need not be kept: 12 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def mark_of(key: str) -> str:
    """What a file's words show of its delivery key, so that it can be found again: 8 hex digits."""
    return key[:8]


def parts_of(body: str) -> tuple[str, ...]:
    """The body cut into the messages it needs; one for nearly every advisory."""
    return split_text(body, PART_LENGTH) or ("",)
