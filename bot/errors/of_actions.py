"""Why something cannot be done with an action item, or not by this person."""

from __future__ import annotations

from bot.errors.families import NotAllowed, NotFound, NotPossible, NotUnderstood

__all__ = [
    "ActionCannotMerge",
    "ActionMergedIntoItself",
    "ActionNotFound",
    "ActionNotInState",
    "ActionNotYours",
    "ActionVerifiedByFinisher",
    "InternalOwnerElsewhere",
    "UnknownOwner",
]


class ActionNotYours(NotAllowed):
    names = ("number",)


class UnknownOwner(NotUnderstood):
    names = ("value",)


class ActionNotFound(NotFound):
    names = ("number",)


class ActionNotInState(NotPossible):
    names = ("number", "state")


class ActionVerifiedByFinisher(NotPossible):
    names = ("number",)


class ActionMergedIntoItself(NotPossible):
    names = ("number",)


class ActionCannotMerge(NotPossible):
    names = ("number", "into")


class InternalOwnerElsewhere(NotPossible):
    pass
