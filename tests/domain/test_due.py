"""A due phrase means one certain day or is asked about; a wrong day is never given silently."""

import json
import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.calendars import CalendarName
from bot.domain.due import DueReading, read_due
from bot.domain.due.forms import Forms
from bot.domain.moments import CANBERRA, TOKYO
from bot.domain.officials import Government
from bot.services.holiday_lists import built_in
from tests.domain.due_table import NOW, ROWS

JOINT, JP, ACT = (
    built_in(name, NOW.date())
    for name in (CalendarName.JOINT, CalendarName.JP_GOV, CalendarName.AU_ACT)
)
DEVELOPMENT = Path(__file__).parents[2].parent / "shared" / "data" / "dates" / "dev.jsonl"

READ = [phrase for _, phrase, expected in ROWS if expected]
ASKED = [phrase for _, phrase, expected in ROWS if not expected]


def read(phrase: str, language: str | None = None, **about: object) -> DueReading:
    return read_due(phrase, NOW, JOINT, language, **about)  # type: ignore[arg-type]


def day_of(reading: DueReading) -> str | None:
    assert (reading.on is None) == (reading.why is not None)
    return reading.on.isoformat() if reading.on else None


@pytest.mark.parametrize(("language", "phrase", "expected"), ROWS)
def test_a_phrase_of_the_table_is_read_as_it_is_meant(
    language: str, phrase: str, expected: str | None
) -> None:
    assert day_of(read(phrase, language)) == expected


def test_the_table_has_many_hands() -> None:
    assert len(ROWS) >= 150
    assert min(len(READ), len(ASKED)) >= 100
    assert len({row[:2] for row in ROWS}) == len(ROWS)


@pytest.mark.skipif(not DEVELOPMENT.is_file(), reason="the development table is not at hand")
def test_the_whole_development_table_is_read_with_and_without_its_language() -> None:
    for line in DEVELOPMENT.read_text("utf-8").splitlines():
        row = json.loads(line)
        for language in (row["lang"], None):
            assert day_of(read(row["phrase"], language)) == row["expected"], row["phrase"]


@pytest.mark.parametrize(
    ("phrase", "why"),
    [
        ("", "empty"),
        ("  \u3000 ", "empty"),
        ("blue", "not_understood"),
        ("ASAP", "vague"),
        ("至急", "vague"),
        ("15 September 2026", "past"),
        ("by 9am", "past_time"),
        ("Thursday 30 September", "weekday_mismatch"),
        ("31 Sep", "no_such_day"),
        ("5/10", "day_or_month"),
        ("Wednesday", "same_weekday"),
        ("the 16th", "today_or_next_month"),
        ("12 August", "needs_year"),
        ("before the next Dialogue", "event"),
        ("EOFY", "fiscal"),
        ("next Friday (18 Sep)", "two_dates"),
        ("not before Friday", "not_before"),
        ("9月30日以降", "not_before"),
        ("before Friday", "before"),
        ("Friday if cleared", "condition"),
        ("every Friday", "recurring"),
        ("Friday at 5", "not_understood"),
        ("Friday 5:00", "which_time"),
        ("1700 AEDT Friday", "zone"),
        ("9月24日(木・祝)", "not_a_holiday"),
    ],
)
def test_what_has_to_be_asked_says_why(phrase: str, why: str) -> None:
    reading = read(phrase)
    assert reading.why is not None
    assert reading.why.key == why
    assert reading.due_by is None


@pytest.mark.parametrize(
    ("phrase", "side", "at", "utc"),
    [
        ("Friday", Government.AU, time(17), "2026-09-18T07:00"),
        ("金曜", Government.JP, time(17), "2026-09-18T08:00"),
        ("noon Friday", Government.AU, time(12), "2026-09-18T02:00"),
        ("1700 JST Friday", Government.JP, time(17), "2026-09-18T08:00"),
        ("Friday COB Tokyo time", Government.JP, time(17), "2026-09-18T08:00"),
        ("Friday 5.30 pm AEST", Government.AU, time(17, 30), "2026-09-18T07:30"),
        ("金曜午後5時半", Government.JP, time(17, 30), "2026-09-18T08:30"),
        ("金曜9時30分", Government.JP, time(9, 30), "2026-09-18T00:30"),
        ("COB Fri 9 Oct", Government.AU, time(17), "2026-10-09T06:00"),
        ("within 48 hours", Government.AU, time(11), "2026-09-18T01:00"),
        ("48時間以内", Government.JP, time(10), "2026-09-18T01:00"),
        ("2026-09-30T17:00+09:00", Government.JP, time(17), "2026-09-30T08:00"),
    ],
)
def test_a_time_is_read_on_the_clock_that_was_named(
    phrase: str, side: Government, at: time, utc: str
) -> None:
    reading = read(phrase)
    assert (reading.side, reading.at) == (side, at)
    assert reading.due_by == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("phrase", "is_timed"),
    [("Friday", False), ("Friday AEST", False), ("COB Friday", True), ("金曜10時", True)],
)
def test_it_is_known_whether_a_time_was_typed(phrase: str, is_timed: bool) -> None:
    assert read(phrase).is_timed is is_timed


def test_close_of_business_is_that_of_whoever_owes() -> None:
    for side, hour in ((Government.JP, 8), (Government.AU, 7)):
        reading = read("Friday", "en", side=side)
        assert reading.due_by == datetime(2026, 9, 18, hour, tzinfo=UTC)


def test_72_hours_over_the_change_of_clocks_are_72_hours() -> None:
    now = datetime(2026, 10, 2, 17, 0, tzinfo=CANBERRA)
    reading = read_due("within 72 hours", now, JOINT, "en")
    assert reading.due_by is not None
    assert reading.due_by - now.astimezone(UTC) == timedelta(hours=72)
    assert reading.at == time(18)


def test_today_is_the_readers_own() -> None:
    late = datetime(2026, 9, 16, 23, 30, tzinfo=TOKYO)
    assert read_due("明日", late, JOINT).on == date(2026, 9, 17)
    assert read_due("tomorrow", late.astimezone(CANBERRA), JOINT).on == date(2026, 9, 18)


def test_today_after_close_of_business_is_asked() -> None:
    evening = datetime(2026, 9, 16, 18, 0, tzinfo=CANBERRA)
    for phrase in ("today", "COB", "16 September", "本日中"):
        assert read_due(phrase, evening, JOINT, side=Government.AU).on is None


@pytest.mark.parametrize(
    ("calendar", "expected"),
    [(JP, "2026-09-28"), (ACT, "2026-09-23"), (JOINT, "2026-09-28")],
    ids=["JP", "AU", "JOINT"],
)
@pytest.mark.parametrize("phrase", ["5 business days", "５営業日以内", "within five working days"])
def test_business_days_are_those_of_the_calendar(
    phrase: str, calendar: object, expected: str
) -> None:
    assert day_of(read_due(phrase, NOW, calendar)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "phrase",
    [
        "before the next Dialogue",
        "次回協議まで",
        "次回対話まで",
        "by the next Cyber Policy Dialogue",
    ],
)
def test_a_confirmed_dialogue_settles_what_hangs_on_it(phrase: str) -> None:
    assert day_of(read(phrase)) is None
    assert day_of(read(phrase, dialogue_on=date(2026, 11, 10))) == "2026-11-09"
    assert day_of(read("two weeks " + phrase, dialogue_on=date(2026, 11, 10))) is None


@pytest.mark.parametrize(
    ("phrase", "keys", "offered"),
    [
        ("Friday", [], None),
        ("next Monday", ["holiday_jp", "long_weekend", "offer"], date(2026, 9, 18)),
        ("2026-10-05", ["holiday_au", "long_weekend", "offer"], date(2026, 10, 2)),
        ("end of next month", ["weekend", "offer"], date(2026, 10, 30)),
        ("2027-09-17", ["far"], None),
        (
            "2028-03-20",
            ["far", "holiday_jp", "forecast", "long_weekend", "offer"],
            date(2028, 3, 17),
        ),
    ],
)
def test_a_day_is_accepted_with_its_warnings(
    phrase: str, keys: list[str], offered: date | None
) -> None:
    reading = read(phrase)
    assert [one.key for one in reading.warnings] == keys
    assert reading.offered == offered


@pytest.mark.parametrize(
    ("today", "phrase", "expected"),
    [
        ("2026-09-20", "next Friday", "2026-09-25"),
        ("2026-09-20", "EOW", None),
        ("2026-09-19", "this week", None),
        ("2026-01-31", "in a month", None),
        ("2026-12-30", "5 Jan", "2027-01-05"),
        ("2026-12-30", "来月末", "2027-01-31"),
        ("2026-12-30", "来年3月31日", "2027-03-31"),
        ("2027-03-31", "年度末", "2027-03-31"),
        ("2027-04-01", "年度末", "2028-03-31"),
        ("2028-02-01", "29 Feb", "2028-02-29"),
        ("2027-06-01", "29 Feb", "2028-02-29"),
        ("2026-04-30", "31日まで", "2026-05-31"),
        ("2026-12-31", "the 5th", "2027-01-05"),
        ("2026-12-28", "2 business days", "2027-01-05"),
    ],
)
def test_other_days_of_the_year(today: str, phrase: str, expected: str | None) -> None:
    now = datetime.fromisoformat(f"{today}T10:00+09:00")
    calendar = built_in(CalendarName.JOINT, now.date())
    assert day_of(read_due(phrase, now, calendar)) == expected


# What is left over before or after a date; each makes any phrase a question.
AROUND = [
    *("not before ", "after ", "from ", "since ", "around ", "about ", "if possible "),
    *("3 pages by ",),
    *("prior to ", "early ", "mid-", "late ", "every ", "12 people by ", "maybe ", "ideally "),
    *(" or later", " or so", " or thereabouts", " if possible", " subject to clearance"),
    *(" and 1 December", " or 1 December", " to 1 December", " please", "?", " (tbc)", " -ish"),
    *("できれば", "原則", "概ね", "頃", "以降", "ごろ", "前後", "目途"),
    *("以前", "より前", "から", "か12月1日"),
]
# With the number of a month or its name: two of them are never one idiom.
DATED = [phrase for phrase in READ if re.search(r"(?i)sep|oct|nov|jul|/|月\d|20\d\d", phrase)]
BETWEEN = [" ", " and ", "、", "/", "~"]
NEUTRAL = [phrase for phrase in READ if not re.search(r"年度|COB$", phrase)]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(NEUTRAL), st.sampled_from(AROUND), st.sampled_from(["en", "ja", None]))
def test_whatever_is_left_over_makes_it_a_question(
    phrase: str, around: str, language: str | None
) -> None:
    stripped = phrase.strip().rstrip(".")
    said = stripped + around if around[0] in " ?頃以ご前目よかー" else around + stripped
    assert day_of(read(said, language)) is None


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(DATED),
    st.sampled_from(DATED),
    st.sampled_from([" ", " and ", "、", "/", "~"]),
)
def test_two_different_days_are_a_question(one: str, other: str, between: str) -> None:
    # What is Japanese in one part makes the whole Japanese: 5/10 is then the tenth of May.
    language = None if (one + between + other).isascii() else "ja"
    days = {day_of(read(one, language)), day_of(read(other, language))}
    reading = read(one + between + other, language)
    if reading.on is not None:
        assert reading.on.isoformat() in days
        assert len(days - {None}) == 1 or is_one_phrase(one, other, reading.on)


def is_one_phrase(one: str, other: str, on: date) -> bool:
    """A time of day beside a date is one phrase, and so is a date beside its own weekday."""
    is_time = "2026-09-16" in (day_of(read(one)), day_of(read(other)))
    weekdays = (f"{on:%a}".casefold(), "月火水木金土日"[on.weekday()])
    return is_time or any(name in (one + other).casefold() for name in weekdays)


WORDS = [
    "the",
    "report",
    "annex",
    "Tokyo",
    "draft",
    "案",
    "資料",
    "件",
    "部",
    "of",
    "v2",
    "IOC",
    "名",
]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(NEUTRAL), st.sampled_from(WORDS), st.booleans())
def test_a_word_that_is_no_date_makes_it_a_question(phrase: str, word: str, is_first: bool) -> None:
    said = f"{word} {phrase}" if is_first else f"{phrase} {word}"
    plain = read(phrase).on
    reading = read(said)
    # The article and the name of a capital belong to dates; they never change the day.
    assert reading.on is None or (word in ("the", "Tokyo", "of") and reading.on == plain)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["xq {}", "{} xq", "件{}", "{}件"]))
def test_random_text_around_a_word_is_a_question(text: str, around: str) -> None:
    assert day_of(read(around.format(text))) is None


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["en", "ja", None]))
def test_whatever_is_typed_is_a_day_to_come_or_a_reason(text: str, language: str | None) -> None:
    reading = read(text, language)
    assert (reading.why is None) == (reading.on is not None)
    assert reading.due_by is None or reading.due_by > NOW


LETTERS = st.text(alphabet="abcdefghijklmnopqrstuvwxyz '", max_size=30)


@settings(max_examples=200, deadline=None)
@given(LETTERS, st.integers(1, 40), LETTERS)
def test_a_number_among_other_words_is_a_question(before: str, number: int, after: str) -> None:
    """Page limits, head counts, versions: a number with words around it is no date by itself."""
    reading = read(f"x{before} {number} {after}z")
    assert day_of(reading) is None


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(READ), st.integers(0, 40), st.sampled_from("0123456789"))
def test_another_digit_never_leaves_a_weekday_unchecked(phrase: str, at: int, digit: str) -> None:
    """A slip of the finger gives another day or a question, never a day against its weekday."""
    reading = read(phrase[:at] + digit + phrase[at:])
    weekday = re.search(r"\b(Mon|Tue|Wed|Thu|Fri)[a-z]*,? \d", phrase)
    if reading.on is not None and weekday:
        assert f"{reading.on:%a}" == weekday[1]


@settings(max_examples=200, deadline=None)
@given(st.dates(date(2026, 9, 17), date(2027, 6, 30)))
def test_every_way_to_write_a_day_is_that_day(day: date) -> None:
    iso = day.isoformat()
    weekday = "月火水木金土日"[day.weekday()]
    for phrase in (
        iso,
        f"{day:%d %B %Y}",
        f"{day:%a %d %b %Y}",
        f"{day:%B} {day.day}, {day.year}",
        f"{day.year}年{day.month}月{day.day}日({weekday})",
        f"令和{day.year - 2018}年{day.month}月{day.day}日",
        f"R{day.year - 2018}.{day.month}.{day.day}",
        f"{day.month}/{day.day}({weekday})",
        f"{day:%d %b}",
        f"{day.month}月{day.day}日まで",
    ):
        assert day_of(read(phrase)) == iso, phrase


@settings(max_examples=200, deadline=None)
@given(st.dates(date(2026, 9, 17), date(2030, 6, 30)), st.integers(1, 6))
def test_a_weekday_that_does_not_agree_is_a_question(day: date, off: int) -> None:
    wrong = day + timedelta(days=off)
    for phrase in (f"{wrong:%a} {day:%d %b %Y}", f"{day.year}年{day.month}月{day.day}日"):
        mark = "月火水木金土日"[wrong.weekday()]
        assert day_of(read(phrase if phrase[0] in "MTWFS" else f"{phrase}({mark})")) is None


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(READ), st.sampled_from(["en", "ja"]))
def test_width_case_and_blanks_do_not_matter(phrase: str, language: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in phrase)
    expected = day_of(read(phrase, language))
    for same in (wide, phrase.upper(), f"\u00a0{phrase}\u3000", f"{phrase}\u200b", f'"{phrase}"'):
        assert day_of(read(same, language)) == expected, same


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(READ + ASKED), st.dates(date(2026, 1, 1), date(2028, 12, 31)))
def test_no_day_that_is_read_is_over(phrase: str, today: date) -> None:
    now = datetime.combine(today, time(9), TOKYO)
    reading = read_due(phrase, now, built_in(CalendarName.JOINT, today))
    if reading.due_by is not None:
        assert reading.due_by > now


@pytest.mark.parametrize("pattern", ["(x)", "(?P<n>x)(?P<n>y)"])
def test_a_form_whose_groups_cannot_be_told_apart_is_refused_at_once(pattern: str) -> None:
    with pytest.raises(ValueError, match="group"):
        Forms([("today", lambda frame, _: frame.today), (pattern, lambda frame, _: frame.today)])
