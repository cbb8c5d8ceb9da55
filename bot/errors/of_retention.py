"""Why something is not destroyed, or not held back from being destroyed."""

from __future__ import annotations

from bot.errors.families import NotFound, NotPossible

__all__ = [
    "AlreadyHeld",
    "NotUnderHold",
    "PurgeApprovedAlready",
    "PurgeChanged",
    "PurgeExpired",
    "PurgeNotApproved",
    "PurgeNotFound",
]


class PurgeNotFound(NotFound):
    names = ("code",)


class PurgeApprovedAlready(NotPossible):
    names = ("code",)


class PurgeNotApproved(NotPossible):
    names = ("code", "approved", "needed")


class PurgeChanged(NotPossible):
    names = ("code",)


class PurgeExpired(NotPossible):
    names = ("code",)


class AlreadyHeld(NotPossible):
    names = ("number",)


class NotUnderHold(NotPossible):
    names = ("number",)
