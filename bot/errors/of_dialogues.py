"""Why something cannot be done in a round of the Dialogue."""

from __future__ import annotations

from bot.errors.families import NotFound, NotPossible, NotUnderstood

__all__ = [
    "AgendaItemNotFound",
    "DatesReversed",
    "DecisionAgreed",
    "DecisionNotFound",
    "DialogueExists",
    "DialogueNotFound",
    "DialogueNotInState",
    "NoDatesProposed",
    "OutcomeChanged",
]


class DatesReversed(NotUnderstood):
    pass


class DialogueNotFound(NotFound):
    names = ("number",)


class AgendaItemNotFound(NotFound):
    names = ("number", "item")


class DecisionNotFound(NotFound):
    names = ("number", "decision")


class DialogueNotInState(NotPossible):
    names = ("number", "stage")


class DialogueExists(NotPossible):
    names = ("number",)


class NoDatesProposed(NotPossible):
    names = ("number",)


class DecisionAgreed(NotPossible):
    names = ("number", "decision")


class OutcomeChanged(NotPossible):
    names = ("number", "digest")
