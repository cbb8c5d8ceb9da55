"""A due date is said back with weekday, both capitals' times and every warning."""

from datetime import date, datetime

import pytest

from bot.domain.calendars import CalendarName
from bot.domain.due import DueReading, read_due
from bot.services.holiday_lists import built_in
from bot.texts.catalog import Language, load
from integrations.slack.due import due_echo, due_lines
from integrations.slack.speech import Speech

NOW = datetime.fromisoformat("2026-09-16T10:00+09:00")
CALENDAR = built_in(CalendarName.JOINT, NOW.date())
SPEECH = {language.value: Speech(load(), language) for language in Language}


def read(phrase: str, language: str | None = None) -> DueReading:
    return read_due(phrase, NOW, CALENDAR, language)


@pytest.mark.parametrize(
    ("phrase", "language", "echo"),
    [
        (
            "Friday week",
            "en",
            "Fri 25 Sep 2026 (2026-09-25, 金), 17:00 Canberra = 16:00 Tokyo",
        ),
        (
            "17:00 JST Friday week",
            "en",
            "Fri 25 Sep 2026 (2026-09-25, 金), 17:00 Tokyo = 18:00 Canberra",
        ),
        (
            "Friday 9 Oct",
            "en",
            "Fri 9 Oct 2026 (2026-10-09, 金), 17:00 Canberra = 15:00 Tokyo",
        ),
        (
            "来週金曜",
            "ja",
            "2026年9月25日(金)(2026-09-25、Fri)、東京17:00=キャンベラ18:00",
        ),
        (
            "23:30 JST Friday",
            "en",
            "Fri 18 Sep 2026 (2026-09-18, 金), 23:30 Tokyo = 00:30 (Sat 19 Sep 2026) Canberra",
        ),
    ],
)
def test_the_echo_names_weekday_and_both_capitals(phrase: str, language: str, echo: str) -> None:
    assert due_echo(SPEECH[language], read(phrase)) == echo


def test_warnings_follow_the_echo_in_both_languages() -> None:
    reading = read("2026-10-05")
    english, japanese = (due_lines(SPEECH[one], reading) for one in ("en", "ja"))
    assert english[1:] == (
        "Holiday in Australia: Labour Day.",
        "In a long break: the working days around it are Fri 2 Oct 2026 and Tue 6 Oct 2026.",
        "Not a working day; the working day before is Fri 2 Oct 2026.",
    )
    assert japanese[1] == "オーストラリアは休日です(労働者の日)。"
    assert len(japanese) == len(english)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_why_a_phrase_has_to_be_asked_about_is_said_inertly(language: str) -> None:
    (line,) = due_lines(SPEECH[language], read("<!channel> Friday"))
    assert "<!channel>" not in line
    assert SPEECH[language].say("due.why.not_understood") in line
    (past,) = due_lines(SPEECH[language], read("yesterday"))
    assert SPEECH[language].day(date(2026, 9, 15)) in past


def test_what_has_to_be_asked_has_no_echo() -> None:
    with pytest.raises(ValueError, match="ASAP"):
        due_echo(SPEECH["en"], read("ASAP"))
