"""What things are called by: counted where both sides see all of them, else drawn by lot.

A sequence that counts what only one side sees tells the other how much it does not see.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from bot.domain.moments import TOKYO
from bot.storage.unit_of_work import UnitOfWork

# Letters and digits that survive a telephone line: no 0/O, 1/I/L, 5/S, 2/Z, 8/B.
ALPHABET = "34679ACDEFGHJKMNPQRTUVWXY"
LENGTH = 4


def draw(prefix: str, is_taken: Callable[[str], bool]) -> str:
    """A code that nothing bears yet, and that nobody takes for a number that was counted."""
    while True:
        drawn = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        code = f"{prefix}-{drawn}"
        if not drawn.isdigit() and not is_taken(code):
            return code


def number_advisory(uow: UnitOfWork, *, leaves: bool) -> str:
    """`ADV-2026-0001`, counted within a calendar year of Tokyo, for what leaves at once.

    `ADV-2026-7QKF`, drawn by lot, for what waits or stays: the other side sees no gap.
    """
    prefix = f"ADV-{uow.now.astimezone(TOKYO).year}"
    if not leaves:
        return draw(prefix, uow.advisories.is_taken)
    # A number that was forgotten with a database, and found again, was not counted.
    while uow.advisories.is_taken(number := f"{prefix}-{uow.sequences.next(prefix):04d}"):
        pass
    return number
