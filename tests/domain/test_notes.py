"""What somebody is to do is read from a line of notes; what was merely said is not."""

import json
import re
import string
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.agencies import SEED, Agency
from bot.domain.notes import NoteKind, NoteReading, read_note, read_notes
from tests.domain.note_lines import BARE, NO_ACTION, PREFIXED

DATA = Path(__file__).parents[3] / "shared" / "data" / "notes" / "dev.jsonl"
needs_data = pytest.mark.skipif(not DATA.is_file(), reason="the shared reading data is not here")

ACTIONS = tuple(line for line, *_ in (*PREFIXED, *BARE))
a_note = st.sampled_from(ACTIONS)
FULL_WIDTH = str.maketrans(":()/&,", "：（）／＆，")


def read(reading: NoteReading) -> tuple[object, ...]:
    return (reading.kind, reading.is_prefixed, reading.owners, reading.due, reading.text)


@pytest.mark.parametrize(("line", "owners", "due", "text"), PREFIXED, ids=ascii)
def test_a_prefixed_line_is_an_action_at_once(
    line: str, owners: tuple[str, ...], due: str | None, text: str
) -> None:
    assert read(read_note(line)) == (NoteKind.ACTION, True, owners, due, text)


@pytest.mark.parametrize(("line", "owners", "due", "text"), BARE, ids=ascii)
def test_a_bare_line_is_an_action_to_be_suggested(
    line: str, owners: tuple[str, ...], due: str | None, text: str
) -> None:
    assert read(read_note(line)) == (NoteKind.ACTION, False, owners, due, text)


@pytest.mark.parametrize(("line", "kind"), NO_ACTION, ids=ascii)
def test_what_was_said_settled_or_done_is_no_action(line: str, kind: str) -> None:
    reading = read_note(line)
    assert (reading.kind, reading.owners, reading.due) == (kind, (), None)


def test_our_own_lines_are_many_and_of_every_sort() -> None:
    lines = [*ACTIONS, *(line for line, _ in NO_ACTION)]
    assert len(set(lines)) == len(lines) >= 300
    assert sum(not line.isascii() for line in lines) >= 120


@given(a_note)
def test_a_struck_quoted_or_fenced_line_is_never_an_action(line: str) -> None:
    for hidden in (f"~{line}~", f"> {line}", f"&gt; {line}", f"```{line}```", f'"{line}"'):
        assert not read_note(hidden).is_action, hidden
    assert not any(one.is_action for one in read_notes(f"so far:\n```\n{line}\n```\nthanks"))


@given(a_note)
def test_a_ticked_or_reported_line_is_never_an_action(line: str) -> None:
    bare = line.rstrip(".。 🙏👍")
    for closed in (f"[x] {line}", f"✅ {line}", f"{line} ✅", f"{bare}とのこと", f"{bare} - done"):
        assert not read_note(closed).is_action, closed


@given(a_note, st.sampled_from(["DECISION: ", "Decision 2 - ", "決定：", "【決定】"]))
def test_a_decision_is_never_an_action(line: str, prefix: str) -> None:
    assert read_note(prefix + line).kind is NoteKind.DECISION


@given(a_note, st.sampled_from(["- ", "• ", "* ", "・", "1. ", "(3) ", "  ", "\t", "① ", "👉 "]))
def test_a_bullet_does_not_change_the_reading(line: str, bullet: str) -> None:
    assert read(read_note(bullet + line)) == read(read_note(line))


@given(a_note)
def test_full_width_punctuation_does_not_change_the_reading(line: str) -> None:
    if "<" in line or "http" in line:
        return
    one, other = read_note(line), read_note(line.translate(FULL_WIDTH))
    assert (one.kind, one.owners, one.due) == (other.kind, other.owners, other.due)


@given(a_note, st.data())
def test_invisible_characters_do_not_change_the_reading(line: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(line)))
    if "<" in line or line.startswith(("[", "-")):
        return
    assert read(read_note(f"{line[:at]}\u200b{line[at:]}")) == read(read_note(line))


@given(a_note)
def test_bold_marks_do_not_change_the_reading(line: str) -> None:
    assert read(read_note(f"*{line}*")) == read(read_note(line))


@given(a_note)
def test_the_words_are_those_that_were_typed(line: str) -> None:
    reading = read_note(line)
    typed = re.sub(r"\s", "", line)
    left = re.sub(r"\s", "", reading.text or "")
    assert reading.text
    assert set(left) <= set(typed)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *"ACTION:",
                *"対応：→[](){}<>@*_~`|/・、。",
                "DFAT ",
                "to ",
                "by ",
                "30 Sep ",
                "まで",
                "外務省",
                "が",
                "する",
                "\n",
                " ",
            ]
        ),
        max_size=30,
    )
)
def test_no_line_is_too_strange_to_be_read(parts: list[str]) -> None:
    line = "".join(parts)
    reading = read_note(line)
    assert reading.is_action <= bool(reading.text)


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "A/",
        "DFAT, ",
        "NCO/",
        "(",
        "1",
        "、外務省",
        "by Friday ",
        "30 Sep ",
        "to ",
        "[ ]",
        "- ",
        "~a~",
        "<@U1>",
        "9/30まで",
        "あ",
        "、",
        " ",
    ],
)
def test_a_long_line_is_read_in_reasonable_steps(unit: str) -> None:
    # Twice the length costs at most about four times the work: no pattern explodes.
    for opening in ("", "ACTION: ", "DFAT to ", "対応:"):
        assert isinstance(read_note(opening + unit * 400), NoteReading)


def test_every_line_of_a_message_is_read_for_itself() -> None:
    readings = read_notes("ACTION: DFAT to send list\n> ACTION: NCO to reply\nDECISION: yearly")
    assert [one.kind for one in readings] == ["action", "none", "decision"]
    assert readings[2].text == "yearly"


def test_owners_are_those_of_the_agencies_given() -> None:
    table = (*SEED, Agency("DISR", "Department of Industry", "産業省", "AU", "department"))
    assert read_note("産業省が一覧を作成する").owners == ()
    assert read_note("産業省が一覧を作成する", table, date(2026, 9, 16)).owners == ("DISR",)


def test_home_affairs_is_never_internal_affairs() -> None:
    assert read_note("対応:内務省にて確認").owners == ("HA",)
    assert read_note("対応:総務省にて確認").owners == ("MIC",)


@given(st.text(alphabet=string.printable + "対応：外務省が、。（）〜まで", max_size=80))
def test_a_line_without_owner_verb_or_prefix_is_left_alone(text: str) -> None:
    if read_note(text).is_action and not read_note(text).is_prefixed:
        assert read_note(text).owners


@needs_data
def test_the_development_lines_are_read_right() -> None:
    rows = [json.loads(line) for line in DATA.read_text("utf-8").splitlines()]
    for row in rows:
        one = read_note(row["line"])
        seen = (one.is_action, list(one.owners), one.due, one.text if one.is_action else None)
        assert seen == (row["is_action"], row["owners"], row["due"], row["text"]), row["line"]
