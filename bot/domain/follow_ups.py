"""A follow-up: somebody wants to be reminded, or somebody else to be, of something at a time.

It belongs to the side that set it. The other side learns of it only when it is for them, and then
it must be about something both sides know already.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot import errors
from bot.domain.characters import fold
from bot.domain.officials import Government, Official
from bot.domain.slots import Unit


class FollowUpState(StrEnum):
    """How far a follow-up has come; a recurring one is open until it ends or is cancelled."""

    OPEN = "open"  # it will be said again, or was said and not answered
    DONE = "done"  # somebody it was for says so
    CANCELLED = "cancelled"  # it is not wanted any more


class Answer(StrEnum):
    """What became of one reminder, shown where its buttons were."""

    DONE = "done"
    SNOOZED = "snoozed"
    MOVED = "moved"
    NOT_MINE = "not_mine"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Spot:
    """Where in Slack it was set: a channel, and the message and thread it is about, if any."""

    team: str = ""
    channel: str = ""
    message_ts: str = ""
    thread_ts: str = ""


NOWHERE = Spot()


@dataclass(frozen=True)
class FollowUp:
    """Who is reminded of what: one official, an agency, or (neither of them) a channel."""

    id: int
    number: str
    text: str
    state: FollowUpState
    government: Government
    created_by: int
    created_at: datetime
    official_id: int | None = None
    agency: str = ""
    for_government: Government | None = None
    about: str = ""
    recurs: bool = False
    spot: Spot = NOWHERE

    @property
    def is_open(self) -> bool:
        return self.state is FollowUpState.OPEN

    @property
    def is_for_channel(self) -> bool:
        return self.official_id is None and not self.agency

    @property
    def reader_government(self) -> Government:
        """The side it is for: its own, unless it was set for the other's people."""
        return self.for_government or self.government

    def is_for(self, official: Official) -> bool:
        """Whether an official is reminded, by name or through their agency."""
        if self.official_id is not None:
            return self.official_id == official.id
        return bool(self.agency) and self.agency == official.agency

    def is_seen_by(self, official: Official) -> bool:
        """The side that set it, and whoever it is for; nobody else learns that it exists."""
        return official.government == self.government or self.is_for(official)

    def finish(self) -> FollowUp:
        """Done; a recurring one goes on with its next time."""
        self._require_open()
        return self if self.recurs else replace(self, state=FollowUpState.DONE)

    def cancel(self) -> FollowUp:
        self._require_open()
        return replace(self, state=FollowUpState.CANCELLED)

    def hand_back(self, setter: Official) -> FollowUp:
        """Not theirs: it is for whoever set it, who decides anew."""
        self._require_open()
        if self.official_id == setter.id:
            raise errors.FollowUpIsYours(number=self.number)
        return replace(self, official_id=setter.id, agency="", for_government=None)

    def require_open(self) -> None:
        """Raises FollowUpClosed once it is done or cancelled."""
        self._require_open()

    def _require_open(self) -> None:
        if not self.is_open:
            raise errors.FollowUpClosed(number=self.number)


@dataclass(frozen=True)
class Reminder:
    """One follow-up in one message: which slot it is about, and what somebody answered."""

    delivery_id: int
    follow_up_id: int
    due_at: datetime
    moved_from: str = ""
    is_late: bool = False
    merged: int = 0
    answer: Answer | None = None
    answered_by: int | None = None


MOST_EVERY = 99
# "2 weeks", "every month", 毎週, 2週間ごと, 隔月: the whole phrase or nothing.
_EVERY_EN = re.compile(r"(?:every )?(?:(?P<n>\d{1,2}|other) )?(?P<unit>day|week|fortnight|month)s?")
_EVERY_JA = re.compile(
    r"(?:(?P<n>\d{1,2}) ?)?(?P<unit>日|週間|週|か月|ヶ月|カ月|箇月)(?:ごと|毎|おき)?"
)
_WORDS = {
    "daily": (1, Unit.DAY),
    "weekly": (1, Unit.WEEK),
    "fortnightly": (2, Unit.WEEK),
    "monthly": (1, Unit.MONTH),
    "quarterly": (3, Unit.MONTH),
    "毎日": (1, Unit.DAY),
    "毎週": (1, Unit.WEEK),
    "隔週": (2, Unit.WEEK),
    "毎月": (1, Unit.MONTH),
    "隔月": (2, Unit.MONTH),
}
_UNITS = {"day": Unit.DAY, "week": Unit.WEEK, "fortnight": Unit.WEEK, "month": Unit.MONTH}


def read_every(phrase: str) -> tuple[int, Unit] | None:
    """How often a phrase says, in units; None unless the whole phrase is understood."""
    seen = " ".join(fold(phrase).text.casefold().split())
    if seen in _WORDS:
        return _WORDS[seen]
    english = _EVERY_EN.fullmatch(seen)
    if english is not None:
        n = 2 if english["n"] == "other" else int(english["n"] or 1)
        return _counted(n * (2 if english["unit"] == "fortnight" else 1), _UNITS[english["unit"]])
    japanese = _EVERY_JA.fullmatch(seen)
    # 2日おき is every third day to some and every second to others: asked.
    if japanese is None or japanese["n"] is None or seen.endswith("おき"):
        return None
    unit = {"日": Unit.DAY, "週": Unit.WEEK}.get(japanese["unit"][0], Unit.MONTH)
    return _counted(int(japanese["n"]), unit)


def _counted(n: int, unit: Unit) -> tuple[int, Unit] | None:
    return (n, unit) if 1 <= n <= MOST_EVERY else None
