"""Reading a due phrase of either language: one day, or a question; never a silently wrong date.

A strict grammar matches the whole phrase or nothing. Text left over before or after the date, vague
words, conditions and two dates are asked about. The rules stand in `dates`, the forms in `english`
and `japanese`, times of day in `clock`, what is said along with a day in `warnings`.
"""

from __future__ import annotations

from bot.domain.due.reader import read_due
from bot.domain.due.reading import DueReading, Remark

__all__ = ["DueReading", "Remark", "read_due"]
