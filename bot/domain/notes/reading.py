"""A line typed while people talk: is somebody to do something, who, by when, in which words.

Promise: what is quoted, struck out, ticked, past, reported or tentative is never an action, and a
decision never is; what is read comes out in the words used. A prefixed line may open a card, a bare
line is only suggested to the notetaker. Owners may be nobody and the due date none: that is asked.

Source: domain rules, "Taking notes in a thread".
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.agencies import SEED, Agency
from bot.domain.notes import words
from bot.domain.notes.assigning import Assigned, assign
from bot.domain.notes.due_phrases import cut_due
from bot.domain.notes.opening import ADDRESSED, NoteKind, Opening, Prefix, read_opening
from bot.domain.notes.owners import Names, names_of
from bot.domain.notes.slices import Slice
from bot.domain.quoting import Quotation


@dataclass(frozen=True, slots=True)
class NoteReading:
    """What one line says; owners, due phrase and text as cut from it."""

    kind: NoteKind = NoteKind.NONE
    is_prefixed: bool = False
    owners: tuple[str, ...] = ()
    due: str | None = None
    text: str | None = None

    @property
    def is_action(self) -> bool:
        return self.kind is NoteKind.ACTION


NOTHING = NoteReading()
MOST_LETTERS = 3_000  # what is longer is no line of notes
_STRUCK = re.compile(r"(?<![\w~])~{1,2}(?=[^\s~])[^~\n]+~{1,2}(?!\w)")
_LEAD = re.compile(
    r"(?:also|then|and|so|ok|okay|meanwhile|in\s+addition|separately|finally|lastly|that"
    r"|また|なお|併せて|あわせて|次に|その上で|まず|最後に|加えて|以上、?)(?:[,、:]\s*|\s+"
    r"|(?<=[^\x00-\x7f]))",
    re.IGNORECASE,
)
_EMOJI_LAST = re.compile(r"\s*(?:[\U0001F300-\U0001FAFF\u2600-\u27bf]|:[a-z0-9_+-]+:)+\s*$")
_SETTLED = frozenset({Prefix.ACTION, Prefix.CHECKBOX})


def read_note(line: str, agencies: Sequence[Agency] = SEED, on: date = date.max) -> NoteReading:
    """Reads one line; former names of agencies are read as on the day given."""
    if len(line) > MOST_LETTERS:
        return NOTHING
    line = html.unescape(line) if "&" in line and not line.startswith("&gt;") else line
    if Quotation(line).holds(0, len(line.rstrip("\n"))) or line.lstrip().startswith((">", "&gt;")):
        return NOTHING
    line = _STRUCK.sub(" ", line)
    if line.lstrip(" \t-*•・").startswith("`"):
        return NOTHING
    opening = read_opening(line)
    if opening.is_done or not opening.rest.text:
        return NOTHING
    names = names_of(tuple(agencies), on)
    return _read(line, _addressed(opening, names), names)


def read_notes(
    text: str, agencies: Sequence[Agency] = SEED, on: date = date.max
) -> tuple[NoteReading, ...]:
    """Reads every line of a message; what stands in its quotations and code is nothing."""
    quotation = Quotation(text)
    readings: list[NoteReading] = []
    at = 0
    for line in text.split("\n"):
        is_quoted = quotation.holds(at, at + len(line))
        readings.append(NOTHING if is_quoted else read_note(line, agencies, on))
        at += len(line) + 1
    return tuple(readings)


def _addressed(opening: Opening, names: Names) -> Opening:
    """`Action DFAT: ...` and `DFAT action: ...` open with a prefix too."""
    if opening.prefix is not Prefix.NONE:
        return opening
    for pattern in ADDRESSED:
        found = pattern.match(opening.rest.text)
        if found and names.owners(found["owner"]):
            inside = opening.rest.part(found.start("owner"), found.end("owner"))
            return Opening(Prefix.ACTION, opening.rest.after(found), inside)
    return opening


def _read(line: str, opening: Opening, names: Names) -> NoteReading:
    rest = opening.rest
    if opening.prefix is Prefix.DECISION:
        return NoteReading(NoteKind.DECISION, is_prefixed=True, text=rest.as_typed(line))
    if opening.prefix is Prefix.QUESTION:
        return NoteReading(NoteKind.QUESTION, is_prefixed=True, text=rest.as_typed(line))
    if words.EMPTY.fullmatch(rest.text):
        return NOTHING
    if words.QUESTION.search(rest.text):
        return NoteReading(
            NoteKind.QUESTION, is_prefixed=opening.prefix in _SETTLED, text=rest.as_typed(line)
        )
    if _is_settled_otherwise(rest.text):
        return NOTHING
    return _read_task(line, opening, names)


def _is_settled_otherwise(text: str) -> bool:
    """No action, done, tentative, or only reported."""
    patterns = (words.NO_ACTION, words.DONE, words.MAYBE, words.REPORTED)
    return any(one.search(text) for one in patterns)


def _read_task(line: str, opening: Opening, names: Names) -> NoteReading:
    due, rest = cut_due(opening.rest)
    inside_due, inside = cut_due(opening.inside) if opening.inside else (None, None)
    rest = _without_lead(rest.trimmed())
    assigned = assign(
        rest, inside, names, is_prefixed=opening.prefix in _SETTLED, has_due=due is not None
    )
    due = due or inside_due
    if not _is_task(opening.prefix, assigned, due):
        is_agreed = opening.prefix is Prefix.AGREED
        text = opening.rest.as_typed(line)
        return NoteReading(NoteKind.DECISION, is_prefixed=True, text=text) if is_agreed else NOTHING
    text = _finished(assigned.text).as_typed(line)
    is_prefixed = opening.prefix not in {Prefix.NONE, Prefix.AGREED}
    return NoteReading(NoteKind.ACTION, is_prefixed, assigned.owners, due, text)


def _is_task(prefix: Prefix, assigned: Assigned, due: str | None) -> bool:
    if not assigned.text.text or assigned.is_past or words.EMPTY.fullmatch(assigned.text.text):
        return False
    if prefix in _SETTLED:
        return True
    if prefix is Prefix.ARROW:
        return bool(assigned.owners) and (assigned.is_told or assigned.is_task or due is not None)
    if prefix is Prefix.AI:
        return bool(assigned.owners) and (assigned.is_told or assigned.is_task)
    return bool(assigned.owners) and (
        assigned.is_told or (assigned.is_named and assigned.is_task_or_due(due))
    )


def _without_lead(rest: Slice) -> Slice:
    while found := _LEAD.match(rest.text):
        rest = rest.after(found)
    return rest


def _finished(text: Slice) -> Slice:
    """Without the courtesies around the words."""
    first = words.PLEASE.match(text.text)
    text = text.after(first) if first else text
    text = text.drop(_EMOJI_LAST).trimmed()
    last = words.PLEASE_LAST.search(text.text)
    return (text.part(0, last.start()) if last else text).trimmed()
