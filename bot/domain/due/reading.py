"""What a due phrase was read as, and what a reader has to know to read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from types import MappingProxyType

from bot.domain.calendars import CLOSE_OF_BUSINESS, Calendar, local_instant
from bot.domain.officials import Government

NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True)
class Remark:
    """A text key below `due.` and its parameters: why it is asked, or what is warned about."""

    key: str
    parameters: Mapping[str, object] = field(default_factory=lambda: NOTHING)


class Unsettled(Exception):
    """A phrase, or a part of it, that a person has to be asked about."""

    def __init__(self, key: str, **parameters: object) -> None:
        super().__init__(key)
        self.remark = Remark(key, parameters)


@dataclass(frozen=True)
class Frame:
    """What a phrase is read against. `now` is the wall time of whoever typed it.

    `month_first`: whether 5/10 is the tenth of May. `dialogue_on`: when the next Dialogue begins,
    once that is confirmed.
    """

    now: datetime
    calendar: Calendar
    side: Government
    month_first: bool = False
    dialogue_on: date | None = None

    @property
    def today(self) -> date:
        return self.now.date()


@dataclass(frozen=True)
class Clock:
    """A time of day as typed; without one the close of business is meant."""

    at: time = CLOSE_OF_BUSINESS
    side: Government | None = None
    offset: int | None = None
    is_timed: bool = False


@dataclass(frozen=True)
class DueReading:
    """Either a day with its time, or why the phrase has to be asked about; never both.

    `at` is the wall time in the capital of `side`; `is_timed` says that it was typed. `offered` is
    the working day before, when the day itself is none.
    """

    phrase: str
    on: date | None = None
    at: time = CLOSE_OF_BUSINESS
    side: Government = Government.JP
    why: Remark | None = None
    warnings: tuple[Remark, ...] = ()
    offered: date | None = None
    is_timed: bool = False

    @property
    def due_by(self) -> datetime | None:
        """The deadline as a UTC instant; None when it has to be asked about."""
        return None if self.on is None else local_instant(self.on, self.at, self.side)
