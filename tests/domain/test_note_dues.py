"""Every due phrase that is cut out of a note is one that is read, or asked about for a reason."""

from datetime import datetime

import pytest

from bot.domain.calendars import CalendarName
from bot.domain.due import read_due
from bot.services.holiday_lists import built_in
from tests.domain.note_lines import BARE, PREFIXED

NOW = datetime.fromisoformat("2026-09-16T10:00+09:00")
JOINT = built_in(CalendarName.JOINT, NOW.date())
PHRASES = sorted({due for _, _, due, _ in (*PREFIXED, *BARE) if due})


@pytest.mark.parametrize("phrase", PHRASES, ids=ascii)
def test_a_due_phrase_of_a_note_is_read_or_asked_about(phrase: str) -> None:
    reading = read_due(phrase, NOW, JOINT)
    assert reading.why is None or reading.why.key != "not_understood"
