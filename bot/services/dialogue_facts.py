"""What is said of a round in its threads, as facts: its card, lines of the other side, notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.agencies import Agency
from bot.domain.dialogues import DecisionTaken
from bot.domain.officials import Government
from bot.services.dialogue_record import Record
from bot.services.facts import Facts


@dataclass(frozen=True)
class DialogueCardFacts(Facts):
    """The card that heads a round's thread."""

    side: Government
    record: Record


@dataclass(frozen=True)
class DialogueLineFacts(Facts):
    """What somebody said in the other thread; an empty body is one that was taken back."""

    side: Government
    agency: Agency
    author: str
    body: str
    names: Mapping[str, str]


@dataclass(frozen=True)
class DialogueNewsFacts(Facts):
    """A short note; `what` is the key under `dialogues.news`."""

    side: Government
    number: str
    what: str
    by: str
    agency: Agency
    decision: DecisionTaken | None
