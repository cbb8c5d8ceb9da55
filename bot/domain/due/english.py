"""English due phrases: a list of forms, each matching the whole phrase or not at all."""

from __future__ import annotations

import re
from datetime import date

from bot.domain.calendars import ONE_DAY
from bot.domain.due import dates
from bot.domain.due.forms import Forms, Reader
from bot.domain.due.reading import Frame, Unsettled
from bot.domain.due.words import COUNTS, PLACES, count_of

# The first three letters of each tell them apart.
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

WD = (
    r"(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:s|nesday)?|thu(?:r(?:s(?:day)?)?)?"
    r"|fri(?:day)?|sat(?:urday)?|sun(?:day)?)\.?"
)
MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
NUMBER = rf"(?P<n>\d{{1,3}}|{'|'.join(sorted(COUNTS, key=len, reverse=True))})"
COUNT = rf"{NUMBER}(?: \((?P<again>\d{{1,3}})\))?"
NTH = rf"(?P<nth>{'|'.join(PLACES)})"
TH = r"(?:(?<=1)st|(?<=2)nd|(?<=3)rd|(?<![123])th|(?<=1[123])th)"
DAY_TH = rf"(?P<day>[0-3]?\d){TH}"
DAY = rf"{DAY_TH}?"
YEAR = r"(?P<year>20\d\d)"
SHORT_YEAR = r"(?P<year>20\d\d|'?\d\d)"
BUSINESS = r"(?:(?:joint )?(?:business|working|work)[ -]days?|workdays?)"
WHICH_WEEK = r"(?P<week>the week after next|week after next|next week|this week)"
WHICH_MONTH = r"(?P<which>this|the current|the|next) month"


def weekday_number(word: str) -> int:
    """0 for Monday, from any usual abbreviation."""
    return WEEKDAYS.index(word[:3])


def month_number(word: str) -> int:
    return MONTHS.index(word[:3]) + 1


def _number(match: re.Match[str]) -> int:
    counted = count_of(match["n"])
    again = match.groupdict().get("again")
    if counted is None or (again and int(again) != counted):
        raise Unsettled("not_understood")
    return counted


def _week(words: str) -> int:
    return 2 if "after" in words else int(words.startswith("next"))


def _year(frame: Frame, match: re.Match[str]) -> int | None:
    """A year of four digits, or this or the next one of two digits when the day cannot be it."""
    typed = (match.groupdict().get("year") or "").lstrip("'")
    if not typed:
        return None
    if len(typed) == 4:
        return int(typed)
    near = {frame.today.year % 100, frame.today.year % 100 + 1}
    if int(typed) not in near or int(match["day"]) in near:
        raise Unsettled("day_or_month")
    return frame.today.year // 100 * 100 + int(typed)


def _day_and_month(frame: Frame, match: re.Match[str]) -> date:
    month, day, year = month_number(match["month"]), int(match["day"]), _year(frame, match)
    if year is None:
        return dates.without_year(frame, month, day)
    return dates.exact(frame, year, month, day)


def _year_first(frame: Frame, match: re.Match[str]) -> date:
    return dates.exact(frame, int(match["year"]), int(match["m"]), int(match["day"]))


def _day_alone(frame: Frame, match: re.Match[str]) -> date:
    return dates.day_alone(frame, int(match["day"]))


def _day_of_month(frame: Frame, match: re.Match[str]) -> date:
    return dates.day_of_month(frame, int(match["which"] == "next"), int(match["day"]))


# Forms of a day of the calendar, with which a weekday may stand.
ABSOLUTE = Forms(
    (
        (rf"(?:the )?{DAY}(?: of)?[ -]?{MONTH}(?:(?:,? |-){SHORT_YEAR})?", _day_and_month),
        (rf"(?P<day>[0-3]\d){MONTH}{SHORT_YEAR}", _day_and_month),
        (rf"{MONTH}[ -]?(?:the )?{DAY}(?:(?:,? |,){YEAR})?", _day_and_month),
        (rf"{YEAR}-(?P<m>\d\d?)-(?P<day>\d\d?)", _year_first),
        (rf"{YEAR}/(?P<m>\d\d?)/(?P<day>\d\d?)", _year_first),
        (rf"{YEAR}\.(?P<m>\d\d?)\.(?P<day>\d\d?)\.?", _year_first),
        (rf"{YEAR}(?P<m>[01]\d)(?P<day>[0-3]\d)", _year_first),
        (rf"(?:the )?{DAY_TH}", _day_alone),
        (rf"(?:the )?{DAY_TH}(?: of)? {WHICH_MONTH}", _day_of_month),
    )
)
NUMERIC = re.compile(
    r"(?P<one>\d\d?)(?P<mark>[/.-])(?P<other>\d\d?)(?:(?P=mark)(?P<year>20\d\d|\d\d))?"
)
DAY_BARE = re.compile(r"(?P<day>[0-3]?\d)")
WEEKDAY_FIRST = re.compile(rf"(?P<wd>{WD})(?:,| the|, the| -)? ?(?P<rest>[^()]+|\([^()]+\))")
WEEKDAY_LAST = re.compile(rf"(?P<rest>.+?),? ?(?P<open>\()?(?P<wd>{WD})(?(open)\))")


def _today(frame: Frame, _match: re.Match[str]) -> date:
    return frame.today


def _tomorrow(frame: Frame, match: re.Match[str]) -> date:
    return dates.in_days(frame, 2 if "after" in match.group() else 1)


def _yesterday(frame: Frame, _match: re.Match[str]) -> date:
    raise Unsettled("past", date=frame.today - ONE_DAY)


def _weekday(frame: Frame, match: re.Match[str]) -> date:
    return dates.weekday(frame, weekday_number(match["wd"]))


def _weekday_of_week(frame: Frame, match: re.Match[str]) -> date:
    words = match.groupdict()
    named = words.get("week") or words.get("week2") or words.get("which") or ""
    return dates.weekday_of_week(frame, weekday_number(match["wd"]), _week(named))


def _weekday_past(frame: Frame, match: re.Match[str]) -> date:
    ago = (frame.today.weekday() - weekday_number(match["wd"])) % 7 or 7
    raise Unsettled("past", date=frame.today - ago * ONE_DAY)


def _weekday_later(weeks: int) -> Reader:
    def read(frame: Frame, match: re.Match[str]) -> date:
        return dates.weekday(frame, weekday_number(match["wd"])) + 7 * weeks * ONE_DAY

    return read


def _day_later(frame: Frame, match: re.Match[str]) -> date:
    words = match.groupdict()
    weeks = _number(match) * (2 if words["unit"] == "fortnight" else 1) if "unit" in words else 1
    return dates.in_days(frame, 7 * weeks + int(match["from"] == "tomorrow"))


def _span_of_week(frame: Frame, match: re.Match[str]) -> date:
    return dates.week(frame, _week(match["week"]))


def _end_of_week(frame: Frame, match: re.Match[str]) -> date:
    return dates.week(frame, _week(match.groupdict().get("which") or ""))


def _end_of_month(frame: Frame, match: re.Match[str]) -> date:
    next_one = (match.groupdict().get("which") or "").startswith("next")
    return dates.month_end(dates.month_start(frame, int(next_one)))


def _end_of_named_month(frame: Frame, match: re.Match[str]) -> date:
    year = int(match["year"]) if match["year"] else None
    return dates.end_of_named_month(frame, month_number(match["month"]), year)


def _end_of_year(frame: Frame, match: re.Match[str]) -> date:
    year = match.groupdict().get("year")
    ahead = int((match.groupdict().get("which") or "").startswith("next"))
    return dates.exact(frame, int(year) if year else frame.today.year + ahead, 12, 31)


def _month_named(frame: Frame, match: re.Match[str]) -> tuple[date, int | None]:
    """The first day of the month a form speaks of, and the year if it was typed."""
    if match["which"]:
        return dates.month_start(frame, int(match["which"] == "next")), frame.today.year
    year = int(match["year"]) if match["year"] else None
    return dates.named_month(frame, month_number(match["month"]), year), year


def _within_horizon(frame: Frame, day: date, year: int | None) -> date:
    if year is None and day > frame.today + dates.HORIZON:
        raise Unsettled("needs_year")
    return day


def _of_month(frame: Frame, match: re.Match[str]) -> date:
    first, year = _month_named(frame, match)
    nth, number = PLACES[match["nth"]], weekday_number(match["wd"])
    return _within_horizon(frame, dates.of_month(frame, first, nth, number), year)


def _working_day_of_month(frame: Frame, match: re.Match[str]) -> date:
    first, year = _month_named(frame, match)
    day = dates.working_day_of_month(frame, first, PLACES[match["nth"]])
    return _within_horizon(frame, day, year)


def _edge_of_month(frame: Frame, match: re.Match[str]) -> date:
    first, year = _month_named(frame, match)
    day = first if PLACES[match["edge"]] == 1 else dates.month_end(first)
    return _within_horizon(frame, dates.still_to_come(frame, day), year)


def _in_days(frame: Frame, match: re.Match[str]) -> date:
    return dates.in_days(frame, _number(match))


def _in_weeks(frame: Frame, match: re.Match[str]) -> date:
    return dates.in_days(frame, _number(match) * (14 if "fortnight" in match["unit"] else 7))


def _in_months(frame: Frame, match: re.Match[str]) -> date:
    return dates.in_months(frame, _number(match))


def _in_business_days(frame: Frame, match: re.Match[str]) -> date:
    return dates.in_business_days(frame, _number(match))


def _next_working_day(frame: Frame, _match: re.Match[str]) -> date:
    return dates.in_business_days(frame, 1)


MONTH_OR_WHICH = rf"(?:{WHICH_MONTH}|{MONTH}(?: {YEAR})?)"
THE_END = r"(?:the )?(?:very )?end"
IN = r"(?:(?:within|in)(?: the next)? )?"
FROM_NOW = r"(?:'s?)?(?: from (?:now|today)| time)?"

# Every other form, whole.
RELATIVE = Forms(
    (
        (r"today", _today),
        (r"tomorrow|tmrw|tmr|(?:the )?day after tomorrow", _tomorrow),
        (r"yesterday", _yesterday),
        (rf"(?P<wd>{WD})", _weekday),
        (rf"(?:this |the )?coming (?P<wd>{WD})", _weekday),
        (rf"(?P<which>this|next) (?P<wd>{WD})", _weekday_of_week),
        (rf"(?P<wd>{WD}),? (?:of )?{WHICH_WEEK}", _weekday_of_week),
        (rf"{WHICH_WEEK}(?:,|'s| on)? (?P<wd>{WD})", _weekday_of_week),
        (rf"(?:last|past) (?P<wd>{WD})", _weekday_past),
        (rf"(?P<wd>{WD}) week", _weekday_later(1)),
        (rf"(?:a|one) week (?:on |from )?(?P<wd>{WD})", _weekday_later(1)),
        (rf"(?P<wd>{WD}) fortnight", _weekday_later(2)),
        (rf"(?:a fortnight|two weeks|2 weeks) (?:on |from )(?P<wd>{WD})", _weekday_later(2)),
        (r"(?P<from>today|tomorrow) week", _day_later),
        (rf"{NUMBER} (?P<unit>week|fortnight)s? (?:from )?(?P<from>today|tomorrow)", _day_later),
        (rf"(?:within |during |in the course of )?{WHICH_WEEK}", _span_of_week),
        (rf"eow|{THE_END} of (?:(?:the|this|the current) )?week|(?:the )?week's end", _end_of_week),
        (rf"{THE_END} of (?P<which>next week|(?:the )?week after next)", _end_of_week),
        (r"eom|(?:the )?month(?:'s)?[ -]end|end[ -]of[ -]month", _end_of_month),
        (rf"{THE_END} of {WHICH_MONTH}", _end_of_month),
        (r"within (?P<which>this) month", _end_of_month),
        (rf"{THE_END}(?: of |-| ){MONTH}(?: {YEAR})?", _end_of_named_month),
        (rf"{THE_END} of (?:(?P<which>the|this|next) )?(?:calendar )?year", _end_of_year),
        (rf"{THE_END} of (?:calendar year )?{YEAR}", _end_of_year),
        (r"(?:the )?last day of (?P<which>the|this|next) year", _end_of_year),
        (rf"(?:the )?{NTH} (?P<wd>{WD}) (?:of|in) {MONTH_OR_WHICH}", _of_month),
        (rf"(?:the )?{NTH} {BUSINESS} (?:of|in) {MONTH_OR_WHICH}", _working_day_of_month),
        (rf"(?:the )?(?P<edge>1st|last) day of {MONTH_OR_WHICH}", _edge_of_month),
        (rf"(?:the )?next {BUSINESS}", _next_working_day),
        (rf"{IN}{COUNT} (?:calendar )?days?{FROM_NOW}", _in_days),
        (rf"{IN}{COUNT} (?P<unit>week|wk|fortnight)s?{FROM_NOW}", _in_weeks),
        (rf"{IN}{COUNT} (?:calendar )?months?{FROM_NOW}", _in_months),
        (rf"{IN}{COUNT} {BUSINESS}{FROM_NOW}", _in_business_days),
        (rf"{IN}(?P<n>\d{{1,3}}) ?(?:bd|wd)s?", _in_business_days),
    )
)
IN_BRACKETS = re.compile(r"(?P<one>[^()]+?) ?\((?P<other>[^()]+)\)")
SIDE_BY_SIDE = re.compile(
    rf"(?P<one>today|tomorrow|(?:this |next |this coming |coming )?{WD}(?: week)?)"
    r"(?:,| -)? (?P<other>.+)"
)


def may_read(text: str) -> bool:
    """Whether a phrase has what every form here has: no letters but Latin ones."""
    return text.isascii()


def read(frame: Frame, text: str) -> date | None:
    """The day a whole phrase means; None when it is in no form, Unsettled when it must be asked."""
    found = _single(frame, text)
    return _said_twice(frame, text) if found is None else found


def _single(frame: Frame, text: str) -> date | None:
    found = _absolute(frame, text, None) or _with_weekday(frame, text)
    if found is not None:
        return found
    return RELATIVE.read(frame, text)


def _absolute(frame: Frame, text: str, number: int | None) -> date | None:
    match = NUMERIC.fullmatch(text)
    if match and (match["mark"] == "/" or match["year"]):
        numbers = (int(match["one"]), int(match["other"]))
        if match["year"] and len(match["year"]) == 2:
            return dates.three_numbers(frame, *numbers, int(match["year"]), number)
        return dates.two_numbers(frame, *numbers, int(match["year"] or 0) or None, number)
    found = ABSOLUTE.read(frame, text)
    if found is not None:
        return dates.agree(found, number)
    match = DAY_BARE.fullmatch(text) if number is not None else None
    return dates.agree(_day_alone(frame, match), number) if match else None


def _with_weekday(frame: Frame, text: str) -> date | None:
    for pattern in (WEEKDAY_FIRST, WEEKDAY_LAST):
        match = pattern.fullmatch(text)
        if match:
            rest = match["rest"].strip("() ")
            found = _absolute(frame, rest, weekday_number(match["wd"]))
            if found is not None:
                return found
    return None


def _said_twice(frame: Frame, text: str) -> date | None:
    """The same day in two ways, `next Friday (25 Sep)`: they have to agree."""
    for pattern in (IN_BRACKETS, SIDE_BY_SIDE):
        match = pattern.fullmatch(text)
        if match is None:
            continue
        one = _single(frame, match["one"])
        if one is not None and re.fullmatch(WD, match["other"]):
            return dates.agree(one, weekday_number(match["other"]))
        other = _single(frame, match["other"]) if one is not None else None
        if other is not None:
            if one != other:
                raise Unsettled("two_dates")
            return one
    return None
