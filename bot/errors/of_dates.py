"""Why a day that was typed is none, and why there is nothing to change about a holiday."""

from __future__ import annotations

from bot.errors.families import NotFound, NotUnderstood

__all__ = ["BadDate", "BadHolidayRow", "DueNotUnderstood", "HolidayNotFound"]


class BadDate(NotUnderstood):
    names = ("value",)


class DueNotUnderstood(NotUnderstood):
    names = ("phrase", "why")


class BadHolidayRow(NotUnderstood):
    names = ("row", "reason")


class HolidayNotFound(NotFound):
    names = ("date", "calendar")
