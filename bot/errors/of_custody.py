"""Why something cannot be done with the audit log, with keys or with sealed tokens."""

from __future__ import annotations

from bot.errors.families import NotPossible, NotUnderstood

__all__ = [
    "BadHead",
    "KeysExist",
    "KeysMissing",
    "KeysNotInAFile",
    "KeysUnusable",
    "NoAuditChannel",
    "SealBroken",
    "SealKeyUnknown",
    "TokenNotSealed",
]


class BadHead(NotUnderstood):
    names = ("value",)


class KeysMissing(NotPossible):
    pass


class KeysExist(NotPossible):
    names = ("path",)


class KeysUnusable(NotPossible):
    names = ("path",)


class KeysNotInAFile(NotPossible):
    pass


class TokenNotSealed(NotPossible):
    names = ("workspace", "token")


class SealKeyUnknown(NotPossible):
    names = ("workspace", "token", "sealed_by")


class SealBroken(NotPossible):
    names = ("workspace", "token")


class NoAuditChannel(NotPossible):
    pass
