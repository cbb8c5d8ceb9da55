"""What changed between two texts is shown in whole lines, a few of them."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.changes import SHOWN_LINES, changed_lines

LINES = st.lists(st.sampled_from(["one", "two", "三", "", "  "]), max_size=12)


def test_lines_taken_out_and_put_in_are_told_apart() -> None:
    assert changed_lines("a\nb\nc", "a\nx\nc\nd") == (("b",), ("x", "d"), 0)


def test_a_long_change_says_how_much_more_there_is() -> None:
    before = "\n".join(f"old {number}" for number in range(20))
    after = "\n".join(f"new {number}" for number in range(30))
    removed, added, more = changed_lines(before, after)
    assert (len(removed), len(added)) == (SHOWN_LINES, SHOWN_LINES)
    assert more == 50 - 2 * SHOWN_LINES


@given(LINES, LINES)
def test_only_lines_of_either_text_are_shown(before: list[str], after: list[str]) -> None:
    removed, added, more = changed_lines("\n".join(before), "\n".join(after))
    assert set(removed) <= set(before)
    assert set(added) <= set(after)
    assert more >= 0


@given(LINES)
def test_nothing_changed_shows_nothing(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert changed_lines(text, text) == ((), (), 0)
