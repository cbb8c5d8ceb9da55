"""The grammar of a marking line: which lines are a marking, and which only contain its words.

Promise: a line counts only when markings are all it says (with decoration, a key, caveats, page
numbers), or when a bracketed marking or a portion mark opens it. A bare substring never counts.
Time is linear in the length of the line.
"""

import re
import unicodedata
from dataclasses import dataclass

from bot.domain.characters import CIRCLED_HI, skeleton
from bot.domain.marking_tables import (
    DECLARATION,
    GLOSSES,
    KEY,
    LIMITED_TO,
    NEUTRAL,
    NOT_PEOPLE,
    PLAIN_KEY,
    PORTIONS,
    SUBJECT,
    TERMS,
    Decision,
    Term,
    Titled,
)

LONGEST_LINE = 240
"""Longer lines are prose; only their beginning is looked at."""


@dataclass(frozen=True, slots=True)
class Match:
    """One marking found in a line, by the line's own positions."""

    rule: str
    decision: Decision
    start: int
    end: int


_JAPANESE = r"\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3400-\u9fff"
_BOUNDARY = r"(?=$|[^A-Za-z0-9_" + _JAPANESE + r"])"
_TERM = re.compile(
    "|".join(f"(?P<t{index}>(?:{term.pattern}){_BOUNDARY})" for index, term in enumerate(TERMS)),
    re.I,
)
_SEPARATOR = re.compile(r"(?:[\s/,;|&+・·•、()\[\]【】〔〕「」《》:.=\u2010-\u2015\-]|AND )+")
_FREE_AFTER = re.compile(r"\s*//\s*(?=[A-Z0-9])|//(?=\S)")
_NOTE = re.compile(r"\s*\([^()]{1,40}\)[\s.。]*$|,? (?:until|when|once|unless) .{1,60}$", re.I)
_BLANKS = re.compile(r"[\s_]+")
_ORNAMENTS = frozenset(
    "*_~`#=-\u2010\u2011\u2012\u2013\u2014\u2015|/\\<>!^.,;:…・･·※'\"。、“”„‘’『』«»〝〟"
)
_LETTERS_OF_MARKINGS = frozenset(CIRCLED_HI + "○◯〇")
_NAMED = re.compile(r":[a-z0-9_+\-]{1,40}:|&[lg]t;")
_BULLET = re.compile(r"\s*(?:[-*+•◦‣]\s+|[・･]\s*|\d{1,3}[.)]\s+|\(\d{1,3}\)\s+|[a-z][.)]\s+)")
_DEEP_HEADING = re.compile(r"\s*#{2,6}\s")
_BRACKETS = {"[": "]", "(": ")", "【": "】", "「": "」", "〔": "〕", "《": "》", "<": ">"}
_CLOSING = frozenset(_BRACKETS.values())
_ASSIGNED = re.compile(r"[:=]\s*$")
_SPACED_TITLE = re.compile(r"(?P<term>\S{1,12})[ \t]+(?=[^\s/])")
_PORTION = re.compile(
    r"\(\s{0,2}(?P<mark>[A-Z][A-Z0-9:/, \-]{0,60}?)\s{0,2}\)(?P<next>$|\s+|[^\x00-\x7f])"
)
_PHONE = re.compile(r"[+0-9]")
_PARTICLES = frozenset("はがをとにのも")
_CAVEATED = re.compile(r"\bNF\b|REL|NOFORN|SI\b|TK\b|HCS|FVEY|FOUO|CAB|AUSTEO|AGAO|ORCON|EYES")


def whole_line(line: str) -> Match | None:
    """Read a line that says nothing but its marking, in whatever dress."""
    start, end = _undressed(line)
    if start >= end or end - start > LONGEST_LINE:
        return None
    bullet = _BULLET.match(line)
    after = line[end:].lstrip()
    weak = bool(_DEEP_HEADING.match(line)) or (after[:1] in {":", "?"} and not _NAMED.match(after))
    if bullet and not line.rstrip().endswith(bullet[0].strip()):
        start, weak = max(start, bullet.end()), weak or not line[bullet.end() :].startswith("(")
    subject = SUBJECT.match(line, start)
    if subject:
        start, weak = subject.end(), True
    found = statement(line[start:end])
    if found is None:
        return None
    if weak and not KEY.match(line, start):
        found = _asked(found)
    return Match(found[0], found[1], start, end)


def declaration(line: str) -> Match | None:
    """Read a sentence in which a text says of itself what it is: a person is asked."""
    start, end = _undressed(line)
    sentence = DECLARATION.fullmatch(line, start, end) if end - start <= LONGEST_LINE else None
    if sentence is None or sentence.lastgroup is None:
        return None
    found = marking(sentence[sentence.lastgroup].strip())
    if found is None or found[1] is Decision.ALLOW or found[0].endswith(".titled"):
        return None
    return Match(found[0], Decision.ASK, start, end)


def opening_brackets(line: str) -> list[Match]:
    """Read bracketed markings that open a line, one after another."""
    matches: list[Match] = []
    at = _opening(line)
    while at < len(line) and line[at] in _BRACKETS:
        close = line.find(_BRACKETS[line[at]], at + 1, at + 100)
        found = statement(line[at + 1 : close]) if close > at else None
        if found is None or (found[0].endswith(".titled") and line[close + 1 :].strip()):
            break
        if line[at] == "[" and _is_link(line, close + 1):
            break
        matches.append(Match(found[0], found[1], at, close + 1))
        at = close + 1
        while at < len(line) and line[at] in " \t*_~`":
            at += 1
    return matches


def _is_link(line: str, after: int) -> bool:
    """Say whether square brackets are a Markdown link's: [SECRET](#secret), [SECRET]: http..."""
    if line.startswith("(", after):
        return marking(line[after + 1 :].partition(")")[0]) is None
    return line.startswith((": http", "["), after)


def closing_bracket(line: str) -> Match | None:
    """Read a bracketed marking that ends a title: a person is asked."""
    end = len(line.rstrip(" \t*_~`.。"))
    if not 0 < end <= LONGEST_LINE or line[end - 1] not in _CLOSING:
        return None
    opener = next(left for left, right in _BRACKETS.items() if right == line[end - 1])
    start = line.rfind(opener, 0, end)
    if start <= 0 or _ASSIGNED.search(line[:start]):
        return None
    if line[start - 1].isascii() and not line[start - 1].isspace():
        return None
    found = statement(line[start + 1 : end - 1])
    if found is None or found[0].endswith(".titled") or found[1] is Decision.ALLOW:
        return None
    return Match(found[0], Decision.ASK, start, end)


def spaced_title(line: str) -> Match | None:
    """Read a Japanese marking set before a title by a space (部外秘　議事録): a person is asked."""
    at = _opening(line)
    match = _SPACED_TITLE.match(line, at)
    if match is None or match["term"].isascii() or line[match.end()] in "はがをのにと":
        return None
    found = marking(match["term"])
    if found is None or found[1] is Decision.ALLOW:
        return None
    return Match(found[0], Decision.ASK, at, match.end("term"))


def circled(line: str) -> Match | None:
    """Read ㊙, which is a marking wherever it stands; within a sentence a person is asked."""
    at = line.find(CIRCLED_HI)
    if at < 0:
        return None
    opens = at <= _opening(line) + 1
    return Match("jp.hi", Decision.BLOCK if opens else Decision.ASK, at, at + 1)


def portion(line: str) -> Match | None:
    """Read a portion mark at the start of a paragraph: (S), (TS//NF), (O:S)."""
    bullet = _BULLET.match(line)
    at = bullet.end() if bullet else _opening(line)
    match = _PORTION.match(line, at)
    if match is None or match["next"] in _PARTICLES:
        return None
    found = _portion(match["mark"].strip())
    if found is None:
        return None
    rule, decision = found
    if decision is Decision.BLOCK and _PHONE.match(line, match.end("next")):
        decision = Decision.ASK
    return Match(rule, decision, at, match.end("mark") + 1)


def statement(text: str) -> tuple[str, Decision] | None:
    """Read what a line or a pair of brackets states: a marking, with a key before it or without."""
    text = _BLANKS.sub(" ", text).strip("*~` ")
    for pattern, keyed in ((KEY, True), (PLAIN_KEY, False)):
        key = pattern.match(text)
        found = marking(text[key.end() :].strip("*~` "), keyed) if key else None
        if found is not None:
            return found
    return marking(text) or _disguised(text)


def marking(text: str, keyed: bool = False) -> tuple[str, Decision] | None:
    """Read a text that may be a marking with its caveats: the strongest rule, or None for prose."""
    best: tuple[str, Decision] | None = None
    cased: Titled | None = None
    at = 0
    while at < len(text):
        term, end = _term_at(text, at)
        if term is not None:
            cased = cased or _casing(text[at:end])
            best = _stronger(best, (term.rule, term.decision))
            first = term if at == 0 else None
            if first and cased is not Titled.SAME and not _acceptable(first, cased, keyed):
                return None
            if _FREE_AFTER.match(text, end) and best[1] is Decision.BLOCK:
                break
            if _NOTE.match(text, end) and not _only_terms(text[end:]):
                best = best if not text[:1].isascii() else _asked(best)
                break
        elif (end := _beside(text, at)) == at:
            return None
        separator = _SEPARATOR.match(text, end)
        if separator is None and end < len(text):
            return None
        at = separator.end() if separator else end
    return _softened(best, cased)


def _term_at(text: str, at: int) -> tuple[Term | None, int]:
    match = _TERM.match(text, at)
    if match is not None and match.lastgroup is not None:
        return TERMS[int(match.lastgroup[1:])], match.end()
    limited = LIMITED_TO.match(text, at)
    if limited is None or re.fullmatch(GLOSSES, limited[0]) or NOT_PEOPLE.search(limited["who"]):
        return None, at
    return Term("jp.limited-to", Decision.ASK, ""), limited.end()


def _beside(text: str, at: int) -> int:
    match = NEUTRAL.match(text, at)
    return match.end() if match else at


def _casing(written: str) -> Titled:
    """SAME for capitals (or no case at all), ASK for one capital letter, TEXT for lower case."""
    word = re.match(r"[A-Za-z]+", written)
    if word is None or word[0].isupper():
        return Titled.SAME
    return Titled.TEXT if word[0].islower() else Titled.ASK


def _acceptable(term: Term, cased: Titled, keyed: bool) -> bool:
    if term.titled is Titled.TEXT:
        return keyed and cased is Titled.ASK
    return cased is Titled.ASK or keyed


def _only_terms(text: str) -> bool:
    inside = text.strip(" ().。")
    return marking(inside) is not None or NEUTRAL.fullmatch(inside) is not None


def _asked(found: tuple[str, Decision]) -> tuple[str, Decision]:
    rule, decision = found
    return rule, Decision.ASK if decision is Decision.BLOCK else decision


def _softened(
    best: tuple[str, Decision] | None, cased: Titled | None
) -> tuple[str, Decision] | None:
    """A marking in title case is only asked about; its rule id says so."""
    if best is None or cased in {None, Titled.SAME}:
        return best
    rule, decision = _asked(best)
    return f"{rule}.titled", decision


def _stronger(old: tuple[str, Decision] | None, new: tuple[str, Decision]) -> tuple[str, Decision]:
    return new if old is None or new[1].rank > old[1].rank else old


def _disguised(text: str) -> tuple[str, Decision] | None:
    """Read a marking spelt with foreign lookalikes or with its letters set apart: always asked."""
    seen = skeleton(text)
    for candidate in {seen, *_unspaced(seen)} - {text}:
        found = marking(candidate)
        if found is not None and found[1] is not Decision.ALLOW:
            return f"{found[0]}.disguised", Decision.ASK
    return None


def _unspaced(text: str) -> set[str]:
    """Put letters that stand apart back together: S E C R E T, T-O-P S-E-C-R-E-T, 極 秘."""
    letters = [part for part in re.split(r"[\s._\-·・]+", text) if part]
    if not 2 <= len(letters) <= 60 or any(len(letter) > 1 for letter in letters):
        return set()
    joined = "".join(letters)
    if joined.isascii() and len(joined) < 3:
        return set()
    return {joined, re.sub(r"^(TOP|HIGHLY)(?=.)", r"\1 ", joined)}


def _portion(mark: str) -> tuple[str, Decision] | None:
    head, slashes, tail = mark.partition("//")
    if not slashes:
        head, slash, tail = mark.partition("/")
        if slash and not _CAVEATED.search(tail):
            return None
    known = PORTIONS.get(head.replace(" ", "").replace("-", ":").strip())
    if not tail:
        return known
    if known is not None and known[1] is Decision.ASK and not _CAVEATED.search(tail):
        return known
    if head.strip() in {"U", "O", "UO"} and not _CAVEATED.search(tail):
        return known
    if known is not None and known[1] is Decision.BLOCK:
        return known
    is_mark = re.fullmatch(r"[A-Z]{1,4}(?::S)?", head.strip())
    return ("other.portion", Decision.BLOCK) if is_mark else None


def _is_ornament(char: str) -> bool:
    if char in _LETTERS_OF_MARKINGS:
        return False
    return char.isspace() or char in _ORNAMENTS or unicodedata.category(char) in {"So", "Sk", "Sm"}


def _opening(line: str) -> int:
    """Where a line begins once bullets, ornaments and emoji are past."""
    bullet = _BULLET.match(line)
    at = bullet.end() if bullet else 0
    subject = SUBJECT.match(line, at)
    at = subject.end() if subject else at
    while at < len(line) and line[at] not in _BRACKETS:
        emoji = _NAMED.match(line, at)
        if emoji is None and not _is_ornament(line[at]):
            break
        at = emoji.end() if emoji else at + 1
    return at


def _undressed(line: str) -> tuple[int, int]:
    """The part of a line inside its decoration."""
    start, end = 0, len(line)
    while start < end:
        emoji = _NAMED.match(line, start)
        if emoji is None and not _is_ornament(line[start]):
            break
        start = emoji.end() if emoji else start + 1
    while end > start and (_is_ornament(line[end - 1]) or line[end - 1] == "?"):
        end -= 1
    tail = re.search(
        r"(?:(?::[a-z0-9_+\-]{1,40}:|&[lg]t;)\s{0,9}){1,9}$", line[start : end + 1][-200:]
    )
    return start, end - (len(tail[0]) - 1 if tail and end > start else 0)
