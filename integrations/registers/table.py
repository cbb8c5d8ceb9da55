"""The columns of a register as people read them, in one language."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path

from bot.domain.cells import cell
from bot.domain.inert import inert
from bot.services.action_exports import Row
from integrations.slack.shown_actions import owners_plain
from integrations.slack.speech import Speech

COLUMNS = (
    *("number", "text", "rendering", "state", "owners", "due_on", "due_phrase", "overdue"),
    *("pillar", "priority", "visibility", "reason", "opened_on", "opened_by", "done_on", "source"),
)


# A register links to the messages it was taken from, and nowhere else.
SLACK = frozenset({"slack.com", "slack-gov.com"})


class Writer(ABC):
    """Writes a register row by row; `close` makes the file whole."""

    def __init__(self, path: Path, speech: Speech) -> None:
        self.path = path
        self.speech = speech

    @abstractmethod
    def add(self, rows: Iterable[Row]) -> None:
        """Writes some rows; nothing of them is kept."""

    @abstractmethod
    def close(self) -> None:
        """Ends the file."""


def headings(speech: Speech) -> list[str]:
    return [speech.say(f"actions.column.{name}") for name in COLUMNS]


def cells(speech: Speech, row: Row) -> list[str]:
    """One row as text, in the order of COLUMNS; no cell begins like a formula."""
    action = row.action
    opened, done = action.created_at.date(), action.done_at.date() if action.done_at else ""
    found = (
        action.number,
        action.text,
        action.rendering,
        speech.say(f"actions.state.{action.state.value}"),
        owners_plain(speech, row.owners),
        action.due.on or "",
        action.due.phrase,
        speech.say("actions.yes") if row.is_overdue else "",
        f"({action.pillar.value})" if action.pillar else "",
        speech.say(f"actions.priority.{action.priority.value}"),
        speech.say("actions.internal" if action.internal_to else "actions.joint"),
        action.reason or action.superseded_by,
        opened,
        row.opened_by,
        done,
    )
    source = action.source.permalink if action.source else ""
    return [*(cell(inert(str(one))) for one in found), cell(inert(source, SLACK))]
