"""What a weekly digest looks at: how far ahead, and how overdue something is."""

from __future__ import annotations

from datetime import date, timedelta

# Due within a fortnight; further away is next week's business.
AHEAD = timedelta(days=14)


def is_near(due_on: date, today: date) -> bool:
    """Whether something is due from today on, within the time a digest looks ahead."""
    return today <= due_on <= today + AHEAD


def age(due_on: date, today: date) -> int:
    """For how many days something has been overdue; 0 when it is not."""
    return max(0, (today - due_on).days)
