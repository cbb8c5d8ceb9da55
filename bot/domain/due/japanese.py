"""Japanese due phrases: a list of forms, each matching the whole phrase or not at all."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise

from bot.domain.calendars import ERAS, ONE_DAY, fiscal_year
from bot.domain.due import dates
from bot.domain.due.forms import Forms, Reader
from bot.domain.due.reading import Frame, Unsettled
from bot.domain.officials import Government

WEEKDAYS = "月火水木金土日"
DIGITS = {char: n for n, char in enumerate("〇一二三四五六七八九")} | {"零": 0, "元": 1}
COUNTED = r"(?=年|か月|ヶ月|ヵ月|カ月|ケ月|箇月|個月|月|日|週|営業日|開庁日|時間|時|分)"
KANJI_NUMBER = re.compile(rf"(?<=第)[一二三四五]|[〇零一二三四五六七八九十百]+{COUNTED}|元(?=年)")
MONTHS_AWAY = {"今月": 0, "当月": 0, "本月": 0, "来月": 1, "再来月": 2}
WEEKS_AWAY = {"今週": 0, "来週": 1, "再来週": 2, "さ来週": 2, "さらいしゅう": 2}
YEARS_AWAY = {"今年": 0, "本年": 0, "来年": 1, "明年": 1}

WEEK = r"(?P<week>今週|来週|再来週|さ来週)"
MONTH_AWAY = r"(?P<away>今月|当月|本月|来月|再来月)"
MONTH = r"(?P<month>[01]?\d)月"
DAY = r"(?P<day>[0-3]?\d)日"
WESTERN = r"(?P<year>20\d\d)"
ERA = r"(?P<era>令和|令|r|平成|h|昭和|s)"
YEAR = rf"(?:{WESTERN}年|{ERA} ?(?P<era_year>\d\d?)年|(?P<year_away>今年|本年|来年|明年)(?:の)?)"
WD = r"(?P<wd>[月火水木金土日])"
# A weekday behind a date: (水), (水曜日), 水曜, (月・祝), (祝).
HOLIDAY = r"(?:祝日?|休日?)"
MARK = (
    rf"(?P<mark> ?(?:[(\[](?:[{WEEKDAYS}](?:曜日?)?(?:[・、/]?{HOLIDAY})?|{HOLIDAY})[)\]]"
    rf"|[{WEEKDAYS}]曜日?))?"
)
ALL_OF_IT = r"(?:中|いっぱい|一杯)?"
FROM_TODAY = r"(?:(?:本日|今日|今|現在)(?:から|より)(?:、)?)?"


def with_digits(text: str) -> str:
    """Kanji numerals before a unit as digits; what may be a range (二三日) stays as it is."""
    return KANJI_NUMBER.sub(_digits, text)


def _digits(match: re.Match[str]) -> str:
    word = match.group()
    if "十" not in word and "百" not in word:
        values = [DIGITS[char] for char in word]
        if len(values) > 1 and any(b - a == 1 for a, b in pairwise(values)):
            is_year = len(values) == 4
            return "".join(map(str, values)) if is_year else word
        return "".join(map(str, values))
    total = rest = 0
    for char in word:
        if char in "十百":
            total += (rest or 1) * (10 if char == "十" else 100)
            rest = 0
        else:
            rest = rest * 10 + DIGITS[char]
    return str(total + rest)


def _year(frame: Frame, match: re.Match[str]) -> int | None:
    words = match.groupdict()
    if words.get("year"):
        return int(words["year"])
    if words.get("year_away"):
        return frame.today.year + YEARS_AWAY[words["year_away"]]
    if words.get("era"):
        return _year_of_era(words["era"], int(words["era_year"]))
    return None


def _year_of_era(name: str, counted: int) -> int:
    """The year; asked when the era had ended by then."""
    names = [(era.letter.casefold(), era.kanji, era.kanji[0]) for era in ERAS]
    at = next(n for n, known in enumerate(names) if name in known)
    year = ERAS[at].western(counted)
    if at and year > ERAS[at - 1].first.year:
        raise Unsettled("no_such_day")
    return year


def _marked(frame: Frame, day: date, match: re.Match[str]) -> date:
    """The day, when the weekday and the holiday typed behind it are its own."""
    mark = (match.groupdict().get("mark") or "").strip(" ([])")
    weekday = re.sub(HOLIDAY, "", mark)[:1]
    if re.search(HOLIDAY, mark) and frame.calendar.holiday_on(day, Government.JP) is None:
        raise Unsettled("not_a_holiday", date=day)
    number = WEEKDAYS.index(weekday) if weekday else None
    return dates.agree(day, number)


def _day_and_month(frame: Frame, match: re.Match[str]) -> date:
    month, day, year = int(match["month"]), int(match["day"]), _year(frame, match)
    if year is None:
        return _marked(frame, dates.without_year(frame, month, day), match)
    return _marked(frame, dates.exact(frame, year, month, day), match)


def _day_alone(frame: Frame, match: re.Match[str]) -> date:
    return _marked(frame, dates.day_alone(frame, int(match["day"])), match)


def _day_of_month(frame: Frame, match: re.Match[str]) -> date:
    months = MONTHS_AWAY[match["away"]]
    return _marked(frame, dates.day_of_month(frame, months, int(match["day"])), match)


def _away(days: int) -> Reader:
    def read(frame: Frame, match: re.Match[str]) -> date:
        return _marked(frame, dates.still_to_come(frame, frame.today + days * ONE_DAY), match)

    return read


def _weekday(frame: Frame, match: re.Match[str]) -> date:
    return dates.weekday(frame, WEEKDAYS.index(match["wd"]))


def _weekday_of_week(frame: Frame, match: re.Match[str]) -> date:
    weeks = WEEKS_AWAY[match["week"]]
    return dates.weekday_of_week(frame, WEEKDAYS.index(match["wd"]), weeks)


def _week(frame: Frame, match: re.Match[str]) -> date:
    return dates.week(frame, WEEKS_AWAY[match["week"]])


def _end_of_month(frame: Frame, match: re.Match[str]) -> date:
    months = MONTHS_AWAY[match.groupdict().get("away") or "今月"]
    return _marked(frame, dates.month_end(dates.month_start(frame, months)), match)


def _end_of_named_month(frame: Frame, match: re.Match[str]) -> date:
    month, year = int(match["month"]), _year(frame, match)
    return _marked(frame, dates.end_of_named_month(frame, month, year), match)


def _end_of_year(frame: Frame, match: re.Match[str]) -> date:
    year = _year(frame, match) or frame.today.year
    return _marked(frame, dates.exact(frame, year, 12, 31), match)


def _end_of_fiscal_year(frame: Frame, match: re.Match[str]) -> date:
    words = match.groupdict()
    if words.get("era") or words.get("year"):
        return dates.exact(frame, (_year(frame, match) or 0) + 1, 3, 31)
    ahead = int(words.get("next") is not None)
    last = fiscal_year(frame.today, Government.JP).last
    return last.replace(year=last.year + ahead)


def _first_of(frame: Frame, match: re.Match[str]) -> tuple[date, int | None]:
    if match["away"]:
        return dates.month_start(frame, MONTHS_AWAY[match["away"]]), frame.today.year
    year = _year(frame, match)
    return dates.named_month(frame, int(match["month"]), year), year


def _within_horizon(frame: Frame, day: date, year: int | None) -> date:
    if year is None and day > frame.today + dates.HORIZON:
        raise Unsettled("needs_year")
    return day


def _nth_weekday(frame: Frame, match: re.Match[str]) -> date:
    first, year = _first_of(frame, match)
    nth = int(match["nth"]) if match["nth"] else -1
    found = dates.of_month(frame, first, nth, WEEKDAYS.index(match["wd"]))
    return _within_horizon(frame, found, year)


def _nth_working_day(frame: Frame, match: re.Match[str]) -> date:
    first, year = _first_of(frame, match)
    nth = int(match["nth"]) if match["nth"] else -1
    return _within_horizon(frame, dates.working_day_of_month(frame, first, nth), year)


def _last_working_day(frame: Frame, _match: re.Match[str]) -> date:
    return dates.working_day_of_month(frame, dates.month_start(frame, 0), -1)


def _in_days(frame: Frame, match: re.Match[str]) -> date:
    return dates.in_days(frame, int(match["n"]))


def _in_weeks(frame: Frame, match: re.Match[str]) -> date:
    return dates.in_days(frame, int(match["n"]) * 7)


def _in_months(frame: Frame, match: re.Match[str]) -> date:
    return dates.in_months(frame, int(match["n"]))


def _in_business_days(frame: Frame, match: re.Match[str]) -> date:
    return dates.in_business_days(frame, int(match["n"]))


def _next_working_day(frame: Frame, match: re.Match[str]) -> date:
    return dates.in_business_days(frame, 2 if "々" in match.group() else 1)


def _short_date(mark: str) -> str:
    return rf"(?P<era_year>\d\d?){mark}(?P<month>\d\d?){mark}(?P<day>\d\d?)"


ANY_MONTH = rf"(?:{MONTH_AWAY}|(?:{YEAR})?{MONTH})(?:の)?"
N = r"(?P<n>\d{1,3})"

FORMS = Forms(
    (
        (rf"(?:今日|本日|きょう){MARK}{ALL_OF_IT}", _away(0)),
        (rf"(?:明日|あす|あした){MARK}{ALL_OF_IT}", _away(1)),
        (rf"(?:明後日|あさって){MARK}{ALL_OF_IT}", _away(2)),
        (rf"(?:昨日|きのう){MARK}", _away(-1)),
        (rf"(?:一昨日|おととい){MARK}", _away(-2)),
        (rf"(?:{YEAR})?{MONTH}{DAY}{MARK}(?:中)?", _day_and_month),
        (rf"(?:{WESTERN}/)?(?P<month>[01]?\d)/(?P<day>[0-3]?\d){MARK}(?:中)?", _day_and_month),
        (rf"{WESTERN}-(?P<month>\d\d?)-(?P<day>\d\d?){MARK}", _day_and_month),
        (rf"{WESTERN}\.(?P<month>\d\d?)\.(?P<day>\d\d?)\.?{MARK}", _day_and_month),
        (rf"{WESTERN}(?P<month>[01]\d)(?P<day>[0-3]\d){MARK}", _day_and_month),
        *(
            (
                rf"{ERA} ?(?P<era_year>\d\d?){s}(?P<month>\d\d?){s}(?P<day>\d\d?)\.?{MARK}",
                _day_and_month,
            )
            for s in (r"\.", "/", "-")
        ),
        (rf"{DAY}{MARK}", _day_alone),
        (rf"{MONTH_AWAY}(?:の)?{DAY}{MARK}(?:中)?", _day_of_month),
        (rf"{WD}曜日?{ALL_OF_IT}", _weekday),
        (rf"{WEEK}(?:の)?{WD}曜日?{ALL_OF_IT}", _weekday_of_week),
        (rf"{WEEK}(?:中|内|いっぱい|一杯)?", _week),
        (rf"(?:月|{MONTH_AWAY}(?:の)?(?:月)?)末日?{MARK}", _end_of_month),
        (rf"{MONTH_AWAY}(?:中|内|いっぱい|一杯)", _end_of_month),
        (rf"(?:{YEAR})?{MONTH}(?:の)?(?:末日?|中|いっぱい|一杯){MARK}", _end_of_named_month),
        (rf"年末{MARK}|年内(?:中)?|今年中|本年中|今年末|本年末", _end_of_year),
        (
            rf"(?:{WESTERN}年|{ERA}(?P<era_year>\d\d?)年|(?P<year_away>来年|明年))末{MARK}",
            _end_of_year,
        ),
        (r"(?:今|本)?年度(?:末|内|中)|(?P<next>来|翌)年度末", _end_of_fiscal_year),
        (rf"(?:{WESTERN}|{ERA}(?P<era_year>\d\d?))年度(?:末|内|中)", _end_of_fiscal_year),
        (rf"{ANY_MONTH}(?:第(?P<nth>[1-5])|最終|最後の){WD}曜日?", _nth_weekday),
        (rf"{ANY_MONTH}(?:第(?P<nth>\d\d?)|最終|最後の)営業日", _nth_working_day),
        (r"月内最終営業日|月内の最終営業日", _last_working_day),
        (r"翌々?(?:営業|開庁)日(?:中)?", _next_working_day),
        (rf"{FROM_TODAY}{N}(?:営業|開庁)日(?:以内|後|内|中)?", _in_business_days),
        (rf"{FROM_TODAY}{N}日(?:間)?(?:以内|後|内)", _in_days),
        (rf"{FROM_TODAY}{N}週間?(?:以内|後|内)", _in_weeks),
        (rf"{FROM_TODAY}{N}週間", _in_weeks),
        (rf"{FROM_TODAY}{N}(?:か|ヶ|ヵ|カ|ケ|箇|個)月(?:以内|後|内)", _in_months),
    )
)
DIGITS_FIRST = re.compile(r"[rhs]? ?\d")
IN_BRACKETS = re.compile(r"(?P<one>[^()]+?) ?\((?P<other>[^()]+)\)")


def may_read(text: str) -> bool:
    """Whether a phrase has what every form here has: Japanese letters, an era, or digits first."""
    return not text.isascii() or DIGITS_FIRST.match(text) is not None


def read(frame: Frame, text: str) -> date | None:
    """The day a whole phrase means; None when it is in no form, Unsettled when it must be asked."""
    found = _single(frame, text)
    return _said_twice(frame, text) if found is None else found


def _single(frame: Frame, text: str) -> date | None:
    return FORMS.read(frame, text)


def _said_twice(frame: Frame, text: str) -> date | None:
    """The same day in two ways, 来週金曜(9/25): they have to agree."""
    match = IN_BRACKETS.fullmatch(text) if text.endswith(")") else None
    one = _single(frame, match["one"]) if match else None
    if match is None or one is None:
        return None
    if re.fullmatch(r"[月火水木金土日](?:曜日?)?", match["other"]):
        return dates.agree(one, WEEKDAYS.index(match["other"][0]))
    other = _single(frame, match["other"])
    if other is not None and one != other:
        raise Unsettled("two_dates")
    return other
