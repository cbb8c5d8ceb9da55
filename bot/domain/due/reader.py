"""A due phrase from beginning to end: normalised, stripped of by and まで, read, checked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from bot.domain.calendars import ONE_DAY, ZONES, Calendar, local_instant
from bot.domain.characters import is_invisible
from bot.domain.due import english, japanese
from bot.domain.due.asking import reason
from bot.domain.due.clock import in_force, peeled
from bot.domain.due.reading import Clock, DueReading, Frame, Unsettled
from bot.domain.due.warnings import offered, warnings
from bot.domain.due.words import ordinals_in_digits
from bot.domain.officials import Government

LONGEST_PHRASE = 80
JAPANESE = re.compile(r"[\u3005-\u3007\u3040-\u30ff\u3400-\u9fff]")
# Blanks between Japanese letters mean nothing; between two numbers they do.
IDLE_BLANK = re.compile(r"(?<![0-9a-z)]) | (?![0-9a-z(])")
SAME = str.maketrans({**dict.fromkeys("‘’`´", "'"), **dict.fromkeys("‐‑‒–—−", "-")})
ENDS = " \t.。、,;:!"
QUOTES = {
    "【": "】",
    "〔": "〕",
    '"': '"',
    "'": "'",
    "「": "」",
    "『": "』",
    "(": ")",
    "[": "]",
    "“": "”",
}
ISO_T = re.compile(r"t(?=\d\d:)(?<=\d\d-\d\dt)")

PREFIX = re.compile(
    r"(?:(?:deadline|due date|due)(?: is)?:? ?)?"
    r"(?:(?:by|on or before|on|until|till|no later than|not later than|nlt|due)(?: |: ?))*"
)
AT_THE_LATEST = re.compile(
    r"(?P<body>.+?),? (?:at (?:the )?latest|latest)|at the latest,? (?:by |on )?(?P<body2>.+)"
)
BEFORE = re.compile(
    r"(?:提出|回答|返答|対応)?(?:期限|締切り?|締め切り|〆切り?|〆)(?:は|:|日:)? ?|遅くとも"
)
AFTER = re.compile(
    r"(?P<body>.+?)(?:(?:まで|迄)(?:に|の)?(?:必着|厳守)?|に|必着|厳守|\((?:必着|厳守)\)"
    r"|(?:が)?(?:期限|締切り?|締め切り|〆切り?|〆))?"
)
HOURS = re.compile(
    r"(?:(?:with)?in )?(?P<n>\d{1,3})(?: ?(?:h|hrs?)| hours?)(?: from now|' time)?"
    r"|(?P<n2>\d{1,3})時間(?:以内|後)"
)
# Until it begins, or until it ends?
TOWARDS_A_WEEK = re.compile(
    r"(?:by|until|till) (?:next week|(?:the )?week after next)|(?:再|さ)?来週(?:まで|迄)に?"
)
DIALOGUE = re.compile(
    r"(?:by|before|prior to|ahead of) the next (?:cyber policy )?dialogue"
    r"|次回(?:の)?(?:日豪)?(?:サイバー政策)?(?:協議|対話)(?:前)?(?:まで)?(?:に)?"
)


def read_due(
    phrase: str,
    now: datetime,
    calendar: Calendar,
    language: str | None = None,
    side: Government | None = None,
    dialogue_on: date | None = None,
) -> DueReading:
    """What a phrase means to somebody whose wall clock shows `now` (aware, in their own zone).

    `language`: `en`, `ja` or None; Japanese letters make a phrase Japanese whatever it says.
    `side`: whose close of business is meant when no zone is typed, else that of the language.
    `dialogue_on`: the first day of the next Dialogue, once it is confirmed.
    """
    text = normalised(phrase)
    is_japanese = bool(JAPANESE.search(text)) or language == "ja"
    owner = side or (Government.JP if is_japanese else Government.AU)
    frame = Frame(now, calendar, owner, is_japanese, dialogue_on)
    try:
        day, clock = _read(frame, text)
        clock = in_force(clock, day)
        _require_to_come(frame, day, clock)
    except Unsettled as question:
        return DueReading(phrase, side=owner, why=question.remark)
    return DueReading(
        phrase,
        day,
        clock.at,
        clock.side or owner,
        warnings=warnings(frame, day),
        offered=offered(frame, day),
        is_timed=clock.is_timed,
    )


def normalised(phrase: str) -> str:
    """One spelling: width, case, blanks, dashes, numerals, ends and quotation marks."""
    seen = phrase if phrase.isascii() else _seen(phrase)
    text = " ".join(seen.split()).casefold()
    while len(text) > 1 and QUOTES.get(text[0]) == text[-1] and text[0] not in text[1:-1]:
        text = text[1:-1].strip()
    text = ISO_T.sub(" ", text.strip(ENDS))
    text = ordinals_in_digits(text)
    if JAPANESE.search(text):
        text = japanese.with_digits(IDLE_BLANK.sub("", text))
    return text


def _seen(phrase: str) -> str:
    """In one width, without what cannot be seen, with plain dashes and apostrophes."""
    plain = unicodedata.normalize("NFKC", phrase.translate(SAME))
    return "".join(char for char in plain if not is_invisible(char)).translate(SAME)


def _read(frame: Frame, text: str) -> tuple[date, Clock]:
    if len(text) > LONGEST_PHRASE:
        raise Unsettled("not_understood")
    if TOWARDS_A_WEEK.fullmatch(text):
        raise Unsettled("vague")
    if frame.dialogue_on is not None and DIALOGUE.fullmatch(text):
        return frame.calendar.previous_working(frame.dialogue_on), Clock()
    for body in _bodies(text):
        found = _whole(frame, body)
        if found is not None:
            return found
    raise Unsettled(reason(text))


def _bodies(text: str) -> Iterator[str]:
    """The phrase without the words that only say that it is a deadline."""
    body = text[match.end() :] if (match := PREFIX.match(text)) else text
    latest = AT_THE_LATEST.fullmatch(body)
    if latest:
        body = latest["body"] or latest["body2"]
    if JAPANESE.search(body):
        body = body[match.end() :] if (match := BEFORE.match(body)) else body
        ended = AFTER.fullmatch(body)
        body = ended["body"] if ended else body
    if body:
        yield body.strip(" ,、:")


def _whole(frame: Frame, body: str) -> tuple[date, Clock] | None:
    day = _day(frame, body)
    if day is not None:
        return day, Clock()
    hours = HOURS.fullmatch(body)
    if hours:
        return _in_hours(frame, int(hours["n"] or hours["n2"]))
    for left in peeled(body):
        day = _day(frame, left.rest) if left.rest else frame.today
        if day is not None:
            return day, left.clock()
    return None


def _day(frame: Frame, body: str) -> date | None:
    """A day in the forms of either language, those of the reader's own first."""
    for read in (_japanese, _english) if frame.month_first else (_english, _japanese):
        found = read(frame, body)
        if found is not None:
            return found
    return None


def _english(frame: Frame, body: str) -> date | None:
    return english.read(frame, body) if english.may_read(body) else None


def _japanese(frame: Frame, body: str) -> date | None:
    return japanese.read(frame, body) if japanese.may_read(body) else None


def _in_hours(frame: Frame, hours: int) -> tuple[date, Clock]:
    """Elapsed hours, on the clock of whoever owes it."""
    if not hours:
        raise Unsettled("not_understood")
    ends = (frame.now.astimezone(UTC) + timedelta(hours=hours)).astimezone(ZONES[frame.side])
    at = ends.time().replace(second=0, microsecond=0, fold=0)
    return ends.date(), Clock(at, is_timed=True)


def _require_to_come(frame: Frame, day: date, clock: Clock) -> None:
    """A time of today that has passed is asked about, the close of business included."""
    if day > frame.today + ONE_DAY:
        return
    if local_instant(day, clock.at, clock.side or frame.side) <= frame.now:
        raise Unsettled("past_time", date=day)
