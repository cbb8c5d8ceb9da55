"""What is said of action items, as facts: the card, the note beneath it, the news in person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.actions import Action
from bot.domain.agencies import Agency
from bot.domain.officials import Government
from bot.services.facts import Facts


@dataclass(frozen=True)
class OwnerFacts:
    """A side, an agency of it, or one of its people by name."""

    government: Government
    agency: Agency | None = None
    name: str = ""


@dataclass(frozen=True)
class ActionFacts:
    """An item as its readers see it; `today` decides whether it is overdue."""

    action: Action
    owners: tuple[OwnerFacts, ...]
    today: date


@dataclass(frozen=True)
class ActionLineFacts:
    """One line of an item's history: `verb` is the key under `actions.event`."""

    verb: str
    by: str
    agency: Agency
    at: datetime
    detail: str


@dataclass(frozen=True)
class ActionCardFacts(Facts):
    """An item's card in a channel or thread."""

    side: Government
    item: ActionFacts


@dataclass(frozen=True)
class ActionNewsFacts(Facts):
    """What happened to an item of late; in person when it is written to one reader."""

    side: Government
    item: ActionFacts
    lines: tuple[ActionLineFacts, ...]
    in_person: bool
