"""Why something cannot be done with an action item, or not by this person."""

from __future__ import annotations

from bot.errors.families import NotAllowed, NotFound, NotPossible, NotUnderstood

__all__ = [
    "ActionCannotMerge",
    "ActionMergedIntoItself",
    "ActionNeverDue",
    "ActionNotFound",
    "ActionNotInState",
    "ActionNotYours",
    "ActionVerifiedByFinisher",
    "CaptureDecided",
    "CaptureNotFound",
    "InternalOwnerElsewhere",
    "NothingToCapture",
    "UnknownOwner",
]


class ActionNotYours(NotAllowed):
    names = ("number",)


class UnknownOwner(NotUnderstood):
    names = ("value",)


class ActionNotFound(NotFound):
    names = ("number",)


class ActionNeverDue(NotPossible):
    names = ("number",)


class ActionNotInState(NotPossible):
    names = ("number", "state")


class ActionVerifiedByFinisher(NotPossible):
    names = ("number",)


class ActionMergedIntoItself(NotPossible):
    names = ("number",)


class ActionCannotMerge(NotPossible):
    names = ("number", "into")


class CaptureNotFound(NotFound):
    names = ("number",)


class CaptureDecided(NotPossible):
    names = ("number",)


class NothingToCapture(NotPossible):
    pass


class InternalOwnerElsewhere(NotPossible):
    pass
