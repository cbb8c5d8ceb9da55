"""Named points between hearing and noting delivered at which the crash tests end the process.

Nothing here can be set from outside: no setting and no variable arms a point, only a program that
calls `arm` does, and the bot never does. While nothing is armed a point does nothing.
"""

from __future__ import annotations

import os
import signal

# Where a process may die, in the order in which an event or a command comes by; after each colon:
# what is done already.
POINTS = {
    "storing": "everything is written, nothing committed",
    "stored": "committed, not acknowledged",
    "claiming": "the lane is leased and the text composed, nothing committed",
    "claimed": "the lane is leased, nothing is sent",
    "sending": "other deliveries of the same turn may be on their way",
    "found": "looked for and found after an unknown outcome, not noted",
    "sent": "Slack has it, nothing is noted",
    "noting": "half of what follows is written, nothing committed",
    "noted": "committed, nothing new is claimed",
}

_armed: tuple[str, str] | None = None


def arm(point: str, subject: str) -> None:
    """From now on the process dies at a point when it is about `subject` (an empty one: always)."""
    global _armed  # noqa: PLW0603 - the one switch of a process
    if point not in POINTS:
        raise ValueError(point)
    _armed = (point, subject)


def reached(point: str, *subjects: str) -> None:
    """A point on the way of these subjects: the end, if it is the one that is armed."""
    if _armed is None:
        return
    if _armed[0] == point and _armed[1] in ("", *subjects):
        os.kill(os.getpid(), signal.SIGKILL)
