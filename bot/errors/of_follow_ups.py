"""Why something cannot be done with a follow-up, or not by this person."""

from __future__ import annotations

from bot.errors.families import NotAllowed, NotFound, NotPossible, NotUnderstood

__all__ = [
    "AboutUnknown",
    "BadHours",
    "BadRecurrence",
    "FollowUpClosed",
    "FollowUpInPast",
    "FollowUpIsYours",
    "FollowUpNotFound",
    "FollowUpNotJoint",
    "FollowUpNotYours",
]


class FollowUpNotYours(NotAllowed):
    names = ("number",)


class BadRecurrence(NotUnderstood):
    names = ("value",)


class BadHours(NotUnderstood):
    pass


class AboutUnknown(NotFound):
    names = ("value",)


class FollowUpNotFound(NotFound):
    names = ("number",)


class FollowUpClosed(NotPossible):
    names = ("number",)


class FollowUpInPast(NotPossible):
    pass


class FollowUpIsYours(NotPossible):
    names = ("number",)


class FollowUpNotJoint(NotPossible):
    pass
