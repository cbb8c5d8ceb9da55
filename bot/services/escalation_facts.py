"""What is said of something that is late, as facts: which item, since when, who has to act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.domain.agencies import Agency
from bot.domain.escalation import Rung, Subject
from bot.domain.officials import Government
from bot.services.facts import Facts


@dataclass(frozen=True)
class EscalationFacts(Facts):
    """One step of one item, told to one person; `agencies` are those that have to act."""

    side: Government
    subject: Subject
    step: str  # the key under `escalations.step`
    rung: Rung
    number: str
    text: str
    due_on: date
    agencies: tuple[Agency, ...]
    message: tuple[str, str, str] | None = None
    link: str = ""
