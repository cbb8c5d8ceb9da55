"""What needs more than one person: a motion, bound to exact content, and whose word counts for it.

An approval counts for as long as whoever gave it holds the role, and once for each person, however
many accounts they have. Where it is carried out, and again where it is sent, it is counted anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.officials import Government, Official
from bot.domain.rights import Act, Quorum


class MotionState(StrEnum):
    """The life of a motion."""

    OPEN = "open"  # waits for approvals
    CARRIED = "carried"  # enough people approved; what they approved may be done
    VOID = "void"  # changed, decided otherwise, taken back or asked anew


# A link's code, and the workspace and channel at its other end.
Destination = tuple[str, str, str]


@dataclass(frozen=True)
class Motion:
    """What is asked: to do this with that version of something, for exactly these destinations."""

    id: int
    act: Act
    subject: str
    version: int
    government: Government
    author_id: int
    digest: str
    destinations: tuple[Destination, ...]
    state: MotionState
    asked_at: datetime
    expires_at: datetime
    approved_by: tuple[int, ...] = ()

    def has_expired(self, now: datetime) -> bool:
        return now >= self.expires_at


def digest_of_motion(
    act: Act, subject: str, version: int, content: Iterable[str], to: Iterable[Destination]
) -> str:
    """What approvals are bound to: another word, version or destination is another digest."""
    said = [act.value, subject, version, list(content), sorted(list(one) for one in to)]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def counted(
    quorum: Quorum, approvers: Iterable[Official], side: Government, author: Official | None = None
) -> tuple[Official, ...]:
    """Those among the approvers whose word counts: of the role and side, each person once.

    `approvers` are the officials as the roster knows them now, whoever left it left out.
    """
    found: list[Official] = []
    for one in approvers:
        if not one.has(quorum.role) or not (quorum.each_side or one.government is side):
            continue
        if quorum.without_author and author is not None and one.is_same_person(author):
            continue
        if not any(one.is_same_person(other) for other in found):
            found.append(one)
    return tuple(found)


def is_met(quorum: Quorum, found: Iterable[Official]) -> bool:
    """Whether those who count are enough."""
    people = tuple(found)
    sides = {one.government for one in people}
    return len(people) >= quorum.people and (not quorum.each_side or sides == set(Government))
