"""What a reminder says, as facts: one message, with everything that fell due for its reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.agencies import Agency
from bot.domain.follow_ups import Answer
from bot.domain.officials import Government
from bot.services.facts import Facts


@dataclass(frozen=True)
class ReminderItem:
    """One follow-up in a reminder; `message` is what it is about, as its reader's side knows it."""

    number: str
    text: str
    about: str
    setter: str
    setter_agency: Agency
    due_at: datetime
    moved_from: str
    is_late: bool
    merged: int
    answer: Answer | None
    answered_by: str
    may_hand_back: bool
    message: tuple[str, str, str] | None = None
    link: str = ""


@dataclass(frozen=True)
class ReminderFacts(Facts):
    """Reminds a reader in person, or in a channel or thread; `names` is who is meant there."""

    side: Government
    items: tuple[ReminderItem, ...]
    in_channel: bool
    names: str = ""
