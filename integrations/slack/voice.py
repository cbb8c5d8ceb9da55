"""The bot's voice in blocks: both languages side by side, labels first and last, texts made inert.

In a channel both languages stand side by side, the side's own first; a private message speaks the
reader's language. An advisory begins and ends with its label (FIRST, TLP 2.0: messaging).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.domain.inert import escape, inert, plain, split_text
from bot.domain.labels import GLOSS_JA, Label
from bot.domain.officials import Government
from bot.domain.releasability import NOBODY, Named
from bot.texts.catalog import Catalog, Language
from integrations.slack.blocks import SECTION_LIMIT, Block, section
from integrations.slack.speech import Safe, Speech

# chat.update takes 4,000 characters of fallback text where chat.postMessage takes 40,000.
FALLBACK_LIMIT = 3_800
# Slack's mark of a quoted line (docs: formatting text, block quotes); only < begins a control.
QUOTE = "> "
LEFT_OUT = "\n…"


@dataclass(frozen=True)
class Shown:
    """What Slack is given: blocks, and the fallback text for notifications and screen readers."""

    text: str
    blocks: list[Block]
    reaches: frozenset[str] = frozenset()  # the users it is meant to notify


class Labelled(Protocol):
    """Facts that are shown under a label, on one side, as what has a number."""

    @property
    def side(self) -> Government: ...
    @property
    def number(self) -> str: ...
    @property
    def label(self) -> Label: ...


# From facts of one kind to what is shown; the reader's language matters in private only.
Shape = Callable[[Any, Language], Shown]
Shapes = Mapping[type, Shape]


class Voice:
    """What every noun's shapes are spoken with."""

    def __init__(self, catalog: Catalog, allowed_hosts: frozenset[str] = frozenset()) -> None:
        self._catalog = catalog
        self._allowed_hosts = allowed_hosts

    def speech(self, language: Language) -> Speech:
        return Speech(self._catalog, language)

    def both(self, side: Government, key: str, **parameters: object) -> Safe:
        first = own_language(side)
        lines = [self.speech(lang).say(key, **parameters) for lang in (first, first.other)]
        return Safe("\n".join(dict.fromkeys(lines)))

    def both_detailed(self, side: Government, key: str, detail: str, **parameters: object) -> Safe:
        """Both languages, each saying in its own words when no detail was given."""
        first = own_language(side)
        lines = []
        for language in (first, first.other):
            speech = self.speech(language)
            shown = detail or speech.say("advisories.standing.no_reason")
            lines.append(speech.say(key, detail=shown, **parameters))
        return Safe("\n".join(lines))

    def both_words(self, side: Government, key: str, **parameters: object) -> Safe:
        first = own_language(side)
        words = [self.speech(lang).say(key, **parameters) for lang in (first, first.other)]
        return Safe(" / ".join(dict.fromkeys(words)))

    def label_lines(self, facts: Labelled, named: Named = ()) -> tuple[Safe, Safe]:
        """The first lines of what bears a label, further restrictions among them, and the last."""
        label, end = facts.label, self.both_words(facts.side, "advisories.end", number=facts.number)
        top = Safe(f"*{label.value}* ({GLOSS_JA[label]})")
        if named:
            first = own_language(facts.side)
            spoken = [self.speech(language) for language in (first, first.other)]
            top = Safe("\n".join((top, *(releasability_line(one, named) for one in spoken))))
        return top, Safe(f"*{label.value}* — {end}")

    def inert(self, text: str, names: Any) -> Safe:
        return Safe(escape(inert(plain(text, names), self._allowed_hosts)))

    def quoted(self, text: str, names: Any) -> Safe:
        """Somebody's words behind a quotation bar, so that no line of theirs passes for ours.

        A code fence would end the quotation; three apostrophes stand in its place.
        """
        inert_text = self.inert(text, names).replace("```", "'''")
        return Safe("\n".join(f"{QUOTE}{line}" for line in inert_text.split("\n")))

    def sections(self, text: Safe) -> list[Block]:
        return [section(piece) for piece in pieces(text)]

    def framed(self, top: Safe, body: str, bottom: Safe) -> str:
        """A text between its label lines; one that is too long ends where a line does.

        Cut in the middle, an address that was made harmless could seem not to be.
        """
        room = FALLBACK_LIMIT - len(top) - len(bottom) - 2
        if len(body) > room:
            body = f"{split_text(body, room - len(LEFT_OUT))[0].rstrip()}{LEFT_OUT}"
        return f"{top}\n{body}\n{bottom}"


def pieces(text: Safe) -> list[Safe]:
    """A text in pieces that each fit into a block; Slack takes none that is blank."""
    return [Safe(piece) for piece in split_text(text, SECTION_LIMIT) if piece.strip()]


def quoted_sections(quoted: Safe) -> list[Block]:
    """Sections of a quotation; a line too long for one goes on behind the bar in the next."""
    lines = split_text(quoted, SECTION_LIMIT - len(QUOTE))
    return [
        section(Safe(piece if piece.startswith(QUOTE) else QUOTE + piece))
        for piece in lines
        if piece.removeprefix(QUOTE).strip()
    ]


def own_language(side: Government) -> Language:
    """The language that stands first in a side's channels."""
    return Language.JA if side is Government.JP else Language.EN


def releasability_line(speech: Speech, named: Named) -> Safe:
    """Whom an advisory is for, in one language."""
    names = [
        speech.say(f"links.side.{who}") if who in list(Government) else who.rpartition(":")[2]
        for who in named
        if who != NOBODY
    ]
    nobody = speech.say(f"advisories.{'nobody' if named else 'as_linked'}")
    return speech.say("advisories.releasability", names=names or nobody)
