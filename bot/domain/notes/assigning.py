"""How a note gives a task to somebody: `X to do`, `X: do`, `do (X)`, Xにて, Xが…する, 担当:X."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.domain.notes import words
from bot.domain.notes.owners import Names
from bot.domain.notes.slices import Slice


@dataclass(frozen=True, slots=True)
class Assigned:
    """Who is to do what. `is_told`: by a verb; `is_named`: by standing before a separator;
    `is_handed`: by an arrow."""

    owners: tuple[str, ...]
    text: Slice
    is_told: bool = False
    is_named: bool = False
    is_past: bool = False
    is_handed: bool = False

    @property
    def is_task(self) -> bool:
        """Whether the words are those of a task."""
        text = self.text.text
        if words.RECORD_NOUN_LAST.search(text):
            return False
        return words.begins_with_verb(text) or bool(
            words.TASK_NOUN_LAST.search(text)
            or words.DOES_JA.search(text)
            or words.PLEASE.match(text)
            or words.PLEASE_LAST.search(text)
        )

    def is_task_or_due(self, due: str | None) -> bool:
        """Whether the words, or a due date beside a thing to be delivered, make it a task."""
        is_record = bool(words.RECORD_NOUN_LAST.search(self.text.text))
        is_mention = self.owners[0].startswith(("<", "@"))
        is_given = is_mention or self.is_handed
        return self.is_task or (due is not None and is_given and not is_record)


_SIDES = frozenset({"JP", "AU", "ALL"})
_JA_MARK = re.compile(
    r"\s*(?P<mark>にて|において|におかれては|側で|が|は|も|で|から|より)(?P<comma>[、,]?)\s*"
)
# Another owner follows, one the roster does not know.
_GOES_ON = re.compile(r"\s*[/&+・]\s*[A-Z]{2}")
_ARROWS = frozenset({"→", "⇒", "➡", "=>", "->"})
_SPEAKS = frozenset({"から", "より", "は", "も", "で"})
_SEPARATES = re.compile(r"\s*(?:[::、,]|[-–—]+(?=\s)|→|⇒|➡|=>|->|\||(?<=\s)/)\s*|\s+")
_COLON = re.compile(r"\s*(?:[::]|[-–—]+(?=\s)|→|⇒|➡|=>|->|\|)\s*")
_WE = re.compile(r"\s*[::]\s*(?:we|i)(?:\s+will|'ll|\s+to|\s+shall)\s+", re.IGNORECASE)
_LAST = re.compile(
    r"\s*(?:[((\[【]\s*(?:担当|owners?|lead|主管|主担当"
    r"|actionee)?\s*[::]?\s*(?P<bracket>[^()\[\]【】]*(?:\([^()]*\)[^()\[\]【】]*)?)\s*[))\]】]"
    r"|[,、;.。]?\s*(?:担当|主管|主担当|owners?|lead|actionee|responsible|assigned\s+to"
    r"|action\s+by)\s*[::は]\s*(?P<field>.+?)"
    r"|\s*(?:→|⇒|➡|=>|->|[-–—]+\s|\|)\s*(?P<arrow>[^→⇒➡]+?)"
    r"|\s+(?P<mention>(?:<[@!][^>]+>\s*)+))[.。]?\s*$",
    re.IGNORECASE,
)
_FIRST_FIELD = re.compile(r"(?:担当|主管|owners?|lead)\s*[::]\s*", re.IGNORECASE)
_FIRST_BRACKET = re.compile(
    r"[\[【((]\s*(?:担当\s*[::]\s*)?(?P<owner>[^\[\]【】()]{1,60})\s*[\]】))]\s*[::]?\s*"
)
_BY = re.compile(r"\s*\bby\s+(?P<owner>.+)$", re.IGNORECASE)
_PASSIVE = re.compile(r"\bto\s+be\s+\w+", re.IGNORECASE)
_ALONGSIDE = re.compile(
    r"\s*,?\s*\(?(?:in\s+(?:close\s+)?(?:consultation|coordination|co-ordination|cooperation"
    r"|conjunction|partnership|discussion)\s+with"
    r"|together\s+with|jointly\s+with|with\s+(?:input|support|help|assistance)\s+from"
    r"|working\s+with|w/|with)\s+[^,()]{2,60}?(?:\)|,|(?=\s+(?:to|will|shall)\s))\s*",
    re.IGNORECASE,
)
_TOPIC = re.compile(
    r"(?P<topic>[^、。]{1,40}?)(?P<link>は|については?、?|の件は?、?|を|、)\s*(?=\S)"
)
_DASH = re.compile(r"(?:\s[-–—]+|[::;,])\s+")
_PREPOSED = re.compile(r"(?:for|on|by|to)\s+", re.IGNORECASE)
_ASKED = re.compile(
    r"(?:[A-Za-z][\w&/' -]{1,40}?\s+)?(?:asked|requested|tasked|directed|invited"
    r"|instructed)\s+(?:that\s+)?",
    re.IGNORECASE,
)


def assign(
    rest: Slice, inside: Slice | None, names: Names, *, is_prefixed: bool, has_due: bool
) -> Assigned:
    """Finds the owners of a note without its due date; with a prefix, strangers may be owners."""
    if inside is not None:
        stripped = _PREPOSED.sub("", inside.text, count=1)
        owners = names.owners(inside.text) or names.owners(stripped)
        if owners:
            return _told_or_named(owners, rest)
    found = (
        _at_first(rest, names, is_prefixed, has_due)
        or _after_topic(rest, names)
        or _by_topic(rest, names)
    )
    if found is not None:
        return found
    return _at_last(rest, names, is_prefixed) or Assigned((), _order(rest), is_past=_is_past(rest))


def _at_first(rest: Slice, names: Names, is_prefixed: bool, has_due: bool) -> Assigned | None:
    """The owners before everything else, and what ties them to the task."""
    asked = _ASKED.match(rest.text)
    if asked and (told := _at_first(rest.part(asked.end()), names, is_prefixed, has_due)):
        return told if told.is_told else None
    field = _FIRST_FIELD.match(rest.text)
    rest = rest.part(field.end()) if field else rest
    bracket = _FIRST_BRACKET.match(rest.text)
    if bracket and (owners := names.owners(bracket["owner"])):
        return _told_or_named(owners, rest.after(bracket))
    for strangers in (False, True):
        for found in names.lists(rest.text, strangers=strangers):
            after = rest.part(found.end)
            if not strangers and _GOES_ON.match(after.text):
                continue
            if found.is_shortened and not after.text.startswith(("、", ",", ":", "→")):
                continue
            assigned = _tied(found.owners, after, is_prefixed, strangers, has_due)
            if assigned is not None:
                return assigned
    return None


def _tied(
    owners: tuple[str, ...], after: Slice, is_prefixed: bool, strangers: bool, has_due: bool
) -> Assigned | None:
    alongside = _ALONGSIDE.match(after.text)
    if alongside and words.WILL.match(after.text, alongside.end()):
        return _alongside(owners, after, alongside)
    we = _WE.match(after.text)
    if we:
        return Assigned(owners, after.after(we), is_told=True)
    will = words.WILL.match(after.text)
    if will:
        return _told(owners, after, will, is_prefixed)
    if words.MAYBE_DOES.match(after.text):
        return Assigned((), after, is_past=True)
    mark = _JA_MARK.match(after.text)
    if mark and not (strangers and not is_prefixed):
        return _marked(owners, after, mark, is_sure=is_prefixed or has_due)
    return _separated(owners, after, is_prefixed, strangers)


def _told(
    owners: tuple[str, ...], after: Slice, will: re.Match[str], is_prefixed: bool
) -> Assigned | None:
    task = after.after(will)
    beside = _ALONGSIDE.match(task.text)
    if beside and beside[0].rstrip().endswith((",", ")")):
        with_whom = task.part(beside.start(), beside.end()).trimmed(" ,()")
        task = task.after(beside).joined(with_whom)
    is_prose = not will[0].strip(" ,").casefold().startswith(("to", "is", "are")) or bool(
        _SIDES & set(owners)
    )
    if will[0].strip().casefold() == "would" and not is_prefixed:
        is_prose = True
    if words.may_be_done(task.text, prose=is_prose and not is_prefixed):
        return Assigned(owners, task, is_told=True)
    return Assigned((), after, is_past=not is_prefixed)


def _alongside(owners: tuple[str, ...], after: Slice, beside: re.Match[str]) -> Assigned | None:
    """Who is only consulted stays in the words, behind the task."""
    will = words.WILL.match(after.text, beside.end())
    if will is None:
        return None
    task = after.after(will)
    if not words.may_be_done(task.text, prose=False):
        return None
    with_whom = after.part(beside.start(), beside.end()).trimmed(" ,()")
    return Assigned(owners, task.joined(with_whom), is_told=True)


def _marked(
    owners: tuple[str, ...], after: Slice, mark: re.Match[str], *, is_sure: bool
) -> Assigned | None:
    """Xが…する, Xにて…確認; Xから and Xは mostly report what was said."""
    task = after.after(mark)
    text = task.text
    if not text:
        return None
    is_past = bool(words.PAST_JA.search(text))
    is_prose = bool(_SIDES & set(owners)) and bool(words.PROSE_JA.search(text))
    does = bool(words.DOES_JA.search(text)) and not is_prose
    is_noun = bool(words.TASK_NOUN_LAST.search(text)) and not words.RECORD_NOUN_LAST.search(text)
    noun_counts = mark["mark"] not in _SPEAKS or is_sure or "を" in text
    is_told = not is_past and (does or (is_noun and noun_counts))
    if mark["mark"] == "で" and not is_sure and not is_told:
        return None
    return Assigned(owners, task, is_told=is_told, is_past=is_past)


def _separated(
    owners: tuple[str, ...], after: Slice, is_prefixed: bool, strangers: bool
) -> Assigned | None:
    please = words.PLEASE.match(after.text)
    if please:
        return Assigned(owners, after.after(please), is_told=bool(after.after(please).text))
    colon = _COLON.match(after.text)
    found = colon or _SEPARATES.match(after.text)
    is_mention = owners[0].startswith(("<", "@"))
    if strangers and not is_mention and (not is_prefixed or colon is None):
        return None
    if found is None and not is_mention:
        return None
    task = after.after(found) if found else after.trimmed()
    will = re.match(r"(?:will|to|'ll)\s+", task.text, re.IGNORECASE)
    if will and words.may_be_done(task.text[will.end() :], prose=True):
        return Assigned(owners, task.after(will), is_told=True)
    if words.PAST.match(task.text) and not words.begins_with_verb(task.text):
        return Assigned(owners, task, is_past=True)
    is_past = bool(words.PAST_JA.search(task.text))
    is_handed = bool(colon and colon[0].strip(" ") in _ARROWS)
    return Assigned(owners, task, is_named=True, is_past=is_past, is_handed=is_handed)


def _after_topic(rest: Slice, names: Names) -> Assigned | None:
    """`Outcome document: DFAT to circulate`: the matter first, then who is to do what."""
    for dash in _DASH.finditer(rest.text):
        for found in names.lists(rest.text[dash.end() :], strangers=False):
            start = dash.end() + found.end
            will = words.WILL.match(rest.text, start)
            if will and words.may_be_done(rest.text[will.end() :], prose=True):
                return Assigned(found.owners, rest.without(dash.end(), will.end()), is_told=True)
    return None


def _by_topic(rest: Slice, names: Names) -> Assigned | None:
    """議事録案は外務省が作成する: the thing first, then who."""
    for topic in _TOPIC.finditer(rest.text):
        found = next(names.lists(rest.text[topic.end() :], strangers=False), None)
        mark = found and _JA_MARK.match(rest.text, topic.end() + found.end)
        if found is None or not mark or mark["mark"] in {"は", "も"}:
            continue
        assigned = _marked(
            found.owners, rest.part(topic.end() + found.end), _again(mark, rest), is_sure=True
        )
        if assigned is not None and assigned.is_told:
            return Assigned(found.owners, rest.without(topic.end(), mark.end()), is_told=True)
    return None


def _again(mark: re.Match[str], rest: Slice) -> re.Match[str]:
    """The same mark, found from where the owner ends."""
    found = _JA_MARK.match(rest.text[mark.start() :])
    if found is None:
        raise ValueError(mark[0])
    return found


def _at_last(rest: Slice, names: Names, is_prefixed: bool) -> Assigned | None:
    """`circulate draft (DFAT)`, `→ NCO`, 担当:NPA, `to be circulated by DFAT`."""
    last = _LAST.search(rest.text)
    if last is not None:
        named = next(value for value in last.groupdict().values() if value is not None)
        owners = names.owners(named)
        if owners and (is_prefixed or last["field"] or last["bracket"] or last["arrow"]):
            text = _order(rest.part(0, last.start()).trimmed())
            return Assigned(owners, text, is_named=True, is_past=_is_past(text))
    by = _BY.search(rest.text)
    owners = names.owners(by["owner"]) if by else ()
    if by and owners and (is_prefixed or _PASSIVE.search(rest.text)):
        return Assigned(owners, rest.part(0, by.start()).trimmed(), is_told=True)
    return None


def _told_or_named(owners: tuple[str, ...], rest: Slice) -> Assigned:
    will = re.match(r"(?:to|will)\s+", rest.text, re.IGNORECASE)
    return Assigned(
        owners, rest.after(will) if will else rest, is_named=True, is_past=_is_past(rest)
    )


def _order(rest: Slice) -> Slice:
    """Words without an owner, as an order: `to circulate` says no more than `circulate`."""
    to = re.match(r"to\s+(?=[a-z])", rest.text)
    return rest.after(to) if to else rest


def _is_past(rest: Slice) -> bool:
    return bool(re.search(r"(?:した|された|あった|ました|でした)[。.\s]*$", rest.text))
