"""The catalogue's words as Slack text: whatever is filled in is made inert first.

`Safe` marks text that is Slack text already; everything else that is filled in (names, titles,
reasons) came from people and is normalised, defanged and escaped here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from bot.domain.agencies import Agency
from bot.domain.calendars import Holiday
from bot.domain.due import Remark
from bot.domain.inert import escape, inert
from bot.domain.labels import Label
from bot.domain.moments import in_both_cities
from bot.texts.catalog import Catalog, Language

# Where the names of code words stand that refusals mention; words to be typed stay as typed.
NAMES = {"role": "roster.role", "state": "actions.state", "stage": "dialogues.state"}
LIST_MARK = {Language.EN: ", ", Language.JA: "、"}


class Safe(str):
    """Slack text that needs no further care."""

    __slots__ = ()


# Asked for every parameter of every text: put together once.
READY = (Safe, int, float)
SEVERAL = (list, tuple, frozenset)


@dataclass(frozen=True)
class Speech:
    """One language's voice."""

    catalog: Catalog
    language: Language

    def say(self, key: str, **parameters: object) -> Safe:
        """The words of `key`, with every parameter made inert and put into this language."""
        if key.startswith("errors."):
            parameters = {name: self._named(name, value) for name, value in parameters.items()}
        shown = {name: self._shown(value) for name, value in parameters.items()}
        return Safe(self.catalog.say(self.language, key, **shown))

    def agency(self, agency: Agency) -> str:
        """`Ministry of Foreign Affairs of Japan (MOFA)` / `外務省(MOFA)`."""
        return agency_name(agency, self.language)

    def moment(self, instant: datetime) -> Safe:
        """Both capitals' time; the date and weekday once, or twice when they differ."""
        tokyo, canberra = in_both_cities(instant)
        if tokyo.date() == canberra.date():
            return self.phrase(
                "time.both",
                date=self.day(tokyo.date()),
                tokyo=f"{tokyo:%H:%M}",
                canberra=f"{canberra:%H:%M}",
            )
        return self.phrase(
            "time.both_dates",
            tokyo_date=self.day(tokyo.date()),
            canberra_date=self.day(canberra.date()),
            tokyo=f"{tokyo:%H:%M}",
            canberra=f"{canberra:%H:%M}",
        )

    def day(self, on: date) -> Safe:
        """`Fri 25 Sep 2026` / `2026年9月25日(金)`."""
        return _day(self, on)

    def weekday(self, on: date) -> Safe:
        """`Fri` / `金`."""
        return self.phrase(f"time.weekday.{on.weekday()}")

    def holiday(self, holiday: Holiday) -> str:
        """A holiday's name in this language."""
        return holiday.name_ja if self.language is Language.JA else holiday.name_en

    def in_(self, language: Language) -> Speech:
        return Speech(self.catalog, language)

    def phrase(self, key: str, **parameters: object) -> Safe:
        """The words of `key`, with parameters that are words of ours already."""
        return Safe(self.catalog.say(self.language, key, **parameters))

    def _named(self, parameter: str, value: object) -> object:
        """A role in a refusal by its name, not by its code word."""
        key = f"{NAMES.get(parameter, '')}.{value}"
        return self.phrase(key) if self.catalog.has(key) else value

    def _shown(self, value: object) -> object:
        if isinstance(value, READY):
            return value
        if isinstance(value, date):
            return self.moment(value) if isinstance(value, datetime) else self.day(value)
        if isinstance(value, Remark):
            return self.say(f"due.why.{value.key}", **value.parameters)
        if isinstance(value, SEVERAL):
            return LIST_MARK[self.language].join(str(self._shown(one)) for one in value)
        return escape(inert(self._word(value)))

    def _word(self, value: object) -> str:
        """What a thing of ours is called."""
        if isinstance(value, Label):
            return value.value
        if isinstance(value, Agency):
            return agency_name(value, self.language)
        return self.holiday(value) if isinstance(value, Holiday) else str(value)


@lru_cache(maxsize=4096)
def _day(speech: Speech, on: date) -> Safe:
    """Put together once: lists name the same few weeks again and again."""
    return speech.phrase(
        "time.date",
        weekday=speech.weekday(on),
        day=on.day,
        month=speech.phrase(f"time.month.{on.month}"),
        year=on.year,
    )


def agency_name(agency: Agency, language: Language) -> str:
    """An agency's name and code in one language; the English name where no other is official."""
    if language is Language.JA:
        return f"{agency.name_ja or agency.name_en}({agency.code})"
    return f"{agency.name_en} ({agency.code})"
