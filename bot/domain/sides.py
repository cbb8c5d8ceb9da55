"""The words with which people mean a whole side, or both."""

from __future__ import annotations

from bot.domain.characters import fold
from bot.domain.officials import Government

BOTH = frozenset(Government)

# As they are met in notes and minutes; compared without width, case and a leading article.
_WORDS: dict[frozenset[Government], tuple[str, ...]] = {
    BOTH: ("both sides", "both", "each side", "双方", "両国", "両者", "日豪双方", "日豪"),
    frozenset({Government.JP}): (
        *("jp", "japan", "japanese side", "japan side", "jp side"),
        *("日本", "日本側", "日側"),
    ),
    frozenset({Government.AU}): (
        *("au", "australia", "australian side", "australia side", "au side"),
        *("豪州", "豪州側", "豪側", "オーストラリア", "オーストラリア側"),
    ),
}
_SIDES = {word: sides for sides, words in _WORDS.items() for word in words}


def sides_named(typed: str) -> frozenset[Government] | None:
    """The side or sides a word means; None when it means neither."""
    word = " ".join(fold(typed).text.casefold().split()).removeprefix("the ")
    return _SIDES.get(word)
