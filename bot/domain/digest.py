"""What a weekly digest looks at: how far ahead, how overdue something is, and what falls when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

# Due within a fortnight; further away is next week's business.
AHEAD = timedelta(days=14)
# Fewer are read faster in the list than in a picture.
WORTH_A_PICTURE = 3
# Weeks before this one that are shown one by one; what is older is counted with the first of them.
WEEKS_BACK = 6


@dataclass(frozen=True)
class Week:
    """How many items fall due in the week that begins on that Monday; `is_first`: or earlier."""

    monday: date
    overdue: int
    coming: int
    is_first: bool = False


def is_near(due_on: date, today: date) -> bool:
    """Whether something is due from today on, within the time a digest looks ahead."""
    return today <= due_on <= today + AHEAD


def age(due_on: date, today: date) -> int:
    """For how many days something has been overdue; 0 when it is not."""
    return max(0, (today - due_on).days)


def weeks_of(due: Iterable[date], today: date) -> tuple[Week, ...]:
    """The weeks from the oldest of these days, six weeks back at most, to where a digest ends.

    Empty where there is too little to see.
    """
    days = [on for on in due if on <= today + AHEAD]
    if len(days) < WORTH_A_PICTURE:
        return ()
    limit = _monday(today) - timedelta(weeks=WEEKS_BACK)
    mondays = [max(_monday(on), limit) for on in days]
    first, last = min(mondays), _monday(today + AHEAD)
    is_cut = any(_monday(on) < limit for on in days)
    return tuple(
        Week(
            monday,
            sum(1 for on, at in zip(days, mondays, strict=True) if at == monday and on < today),
            sum(1 for on, at in zip(days, mondays, strict=True) if at == monday and on >= today),
            is_cut and monday == first,
        )
        for monday in _every_week(first, last)
    )


def _monday(on: date) -> date:
    return on - timedelta(days=on.weekday())


def _every_week(first: date, last: date) -> list[date]:
    return [first + timedelta(weeks=n) for n in range((last - first).days // 7 + 1)]
