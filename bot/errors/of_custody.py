"""Why something cannot be done with the audit log or with keys."""

from __future__ import annotations

from bot.errors.families import NotPossible, NotUnderstood

__all__ = ["BadHead", "KeysExist", "KeysMissing", "KeysUnusable", "NoAuditChannel"]


class BadHead(NotUnderstood):
    names = ("value",)


class KeysMissing(NotPossible):
    pass


class KeysExist(NotPossible):
    names = ("path",)


class KeysUnusable(NotPossible):
    names = ("path",)


class NoAuditChannel(NotPossible):
    pass
