"""Protective markings: what a text's own markings permit, before anything leaves a channel.

Promise: every line of title, body, file name and quotation is looked at; a finding carries a rule
id and a place, never the text; the strongest finding decides. Quoted markings are asked about
instead of blocked. Time is linear in the length of the text.

Source: the tables of `marking_tables`, the grammar of `marking_lines`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain import marking_lines
from bot.domain.characters import Folded, fold, unify_line_ends
from bot.domain.labels import Label, Mention, label_mentions, most_restrictive
from bot.domain.marking_lines import Match
from bot.domain.marking_tables import DOCUMENT_NAME, EMAIL_VALUES, LONGEST_NAME, Decision
from bot.domain.quoting import Quotation

__all__ = ["Decision", "Finding", "Reading", "Screening", "read_marking", "screen", "screen_post"]

_MARKUP = "*~`"
_EMAIL_TAG = re.compile(
    r"(?<![A-Za-z0-9_])SEC ?(?:=|(?<=[\[(]SEC):|(?<=[\[(]SEC ):) ?(?:"
    + "|".join(f"(?P<v{index}>{value})" for index, (value, _, _) in enumerate(EMAIL_VALUES))
    + r")(?![A-Za-z0-9])",
    re.I,
)
_UNKNOWN_TAG = re.compile(r"[\[(]SEC ?[=:] ?(?=[A-Z])", re.I)
_CAVEAT_TAG = re.compile(r"(?<![A-Za-z0-9_])CAVEAT ?= ?(?=[A-Z])")
_ACCESS_TAG = re.compile(
    r"(?<![A-Za-z0-9_])ACCESS ?= ?(?:Personal|Legal|Legislative)[ \-](?:Privacy|Privilege|Secrecy)"
)
_NAME_PARTS = re.compile(r"[\s_\-.()\[\]【】「」〔〕《》]+")
_TAG = re.compile(r"(?<![\w&/])[#＃][\w\-]+")
_EMPTY_BRACKETS = re.compile(r"[\[(（【「〔《][ \t]+[\])）】」〕》]")
_NAME_BRACKETS = re.compile(r"[\[(【「〔《][^\[\]()【】「」〔〕《》]{1,80}[\])】」〕》]")


@dataclass(frozen=True, slots=True)
class Finding:
    """One marking: rule id, what it decides alone, its place in the texts joined by line feeds."""

    rule: str
    decision: Decision
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Screening:
    """What all findings together decide: the strongest wins, no finding allows."""

    decision: Decision
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """Markings and Traffic Light Protocol label of one text, together."""

    label: Label | None
    decision: Decision
    rules: tuple[str, ...]


def screen(*texts: str) -> Screening:
    """Find the protective markings of title, body and file names; labels are `read_label`'s."""
    findings: list[Finding] = []
    offset = 0
    for text in texts:
        findings += _findings(unify_line_ends(text), offset)
        offset += len(unify_line_ends(text)) + 1
    return Screening(_strongest(finding.decision for finding in findings), tuple(findings))


def screen_post(*texts: str) -> Screening:
    """Screen a post as it stands, and once more without the tags and labels that address it.

    Those share the line with what follows them: `#advisory TLP:GREEN SECRET` is a marking line.
    """
    whole, bare = screen(*texts), screen(*(_without_address(text) for text in texts))
    more = tuple(finding for finding in bare.findings if finding not in whole.findings)
    return Screening(_strongest(iter((whole.decision, bare.decision))), (*whole.findings, *more))


def read_marking(text: str) -> Reading:
    """Read markings and label of one text, as `kakehashi explain marking` reports them.

    RED and AMBER+STRICT block, AMBER asks, GREEN and CLEAR allow, an unknown label holds; a label
    that is only quoted or talked about asks.
    """
    text = unify_line_ends(text)
    screening = screen_post(text)
    mentions = label_mentions(text)
    unknown = any(mention.label is None for mention in mentions)
    found = most_restrictive(mention.label for mention in mentions if mention.label is not None)
    decisions = [screening.decision, *_label_decisions(text, mentions)]
    rules = dict.fromkeys(finding.rule for finding in screening.findings)
    rules |= dict.fromkeys(_label_rule(mention) for mention in mentions)
    return Reading(None if unknown else found, _strongest(iter(decisions)), tuple(rules))


def labels_ask(*texts: str) -> bool:
    """Whether the strictest label of a post is only quoted or asked about: a person decides.

    A label in the middle of a sentence counts as the post's: its author addressed it with a tag.
    """
    standing: list[Label] = []
    mentioned: list[Label] = []
    for text in map(unify_line_ends, texts):
        quotation = Quotation(text)
        for mention in label_mentions(text):
            if mention.label is not None:
                quoted = quotation.holds(mention.start, mention.end)
                merely = quoted or (_is_within(text, mention) and _asks_about(text, mention))
                (mentioned if merely else standing).append(mention.label)
    return _exceeds(mentioned, standing)


def _is_within(text: str, mention: Mention) -> bool:
    """Say whether words of the same sentence, other than tags, come before the label."""
    before, _ = _sentence_around(text, mention)
    bare = _TAG.sub(lambda match: _blank(match[0]), before)
    return bool(bare.strip()) and not _stands_apart(bare)


def _exceeds(mentioned: list[Label], standing: list[Label]) -> bool:
    strictest = most_restrictive(standing)
    return any(strictest is None or label.rank > strictest.rank for label in mentioned)


def _without_address(text: str) -> str:
    """Blanks in place of tags and labels; every other character stays where it is."""
    chars = list(unify_line_ends(text))
    for mention in label_mentions("".join(chars)):
        place = slice(mention.start, mention.end)
        chars[place] = _blank("".join(chars[place]))
    text = _TAG.sub(lambda match: _blank(match[0]), "".join(chars))
    return _EMPTY_BRACKETS.sub(lambda match: _blank(match[0]), text)


def _blank(text: str) -> str:
    return "".join("\n" if char == "\n" else " " for char in text)


def _strongest(decisions: Iterator[Decision]) -> Decision:
    return max(decisions, key=lambda decision: decision.rank, default=Decision.ALLOW)


def _findings(text: str, offset: int) -> list[Finding]:
    quotation = Quotation(text)
    findings: list[Finding] = []
    lettered = _lettered_list(text)
    start = 0
    for line in text.split("\n"):
        folded = fold(line, drop=_MARKUP, at=start)
        for match in _matches(line, folded.text):
            first, last = folded.span(match.start, match.end)
            decision = match.decision
            quoted = quotation.holds(first, last) or match.rule in lettered
            if quoted and decision is Decision.BLOCK:
                decision = Decision.ASK
            findings.append(Finding(match.rule, decision, first + offset, last + offset))
        start += len(line) + 1
    if len(text) <= LONGEST_NAME and (name := DOCUMENT_NAME.fullmatch(text)):
        findings += _in_name(name["stem"], offset + name.start("stem"))
    return findings


def _matches(line: str, seen: str) -> list[Match]:
    """Every marking of one line; `line` as typed is needed for its bullets alone."""
    if not seen or seen.isspace():
        return []
    matches = [*_email_tags(seen)]
    bulleted = line.lstrip().startswith("* ") and not line.rstrip().endswith("*")
    whole = marking_lines.whole_line("- " + seen.lstrip() if bulleted else seen)
    if whole is not None and bulleted:
        shift = len(seen) - len(seen.lstrip()) - 2
        whole = Match(whole.rule, whole.decision, whole.start + shift, whole.end + shift)
    brackets = marking_lines.opening_brackets(seen)
    marked = marking_lines.portion(seen)
    if whole is not None and not brackets:
        return [*matches, whole]
    matches += brackets
    if marked is not None:
        matches.append(marked)
    if not brackets:
        looser = (
            marking_lines.circled(seen),
            marking_lines.closing_bracket(seen),
            marking_lines.spaced_title(seen),
            marking_lines.declaration(seen),
        )
        matches += [match for match in looser if match is not None]
    elif whole is not None:
        matches.append(whole)
    return matches


def _email_tags(line: str) -> Iterator[Match]:
    """Tags of the Email Protective Marking Standard, in a subject or in a header."""
    if "=" not in line and ":" not in line:
        return
    for match in _EMAIL_TAG.finditer(line):
        bracketed = line[match.start() - 1 : match.start()] in {"[", "("}
        if match.lastgroup is not None and (bracketed or match[0].startswith("SEC")):
            _, rule, decision = EMAIL_VALUES[int(match.lastgroup[1:])]
            yield Match(f"{rule}.tag", decision, match.start(), match.end())
    for match in _UNKNOWN_TAG.finditer(line):
        if not _EMAIL_TAG.match(line, match.start() + 1):
            yield Match("au.unknown-tag", Decision.ASK, match.start(), match.end())
    for match in _CAVEAT_TAG.finditer(line):
        yield Match("au.caveat.tag", Decision.BLOCK, match.start(), match.end())
    for match in _ACCESS_TAG.finditer(line):
        yield Match("au.access.tag", Decision.ASK, match.start(), match.end())


_LIST_LETTER = re.compile(r"^\s{0,8}\(([A-Z])\)\s", re.M)


def _lettered_list(text: str) -> set[str]:
    """Portion rules that are no portion marks here, because (A), (B) ... (P), (Q) count items."""
    letters = set(_LIST_LETTER.findall(text))
    counted = {"P": {"N", "Q"}, "S": {"R", "T"}}
    rules = {"P": "au.portion.protected", "S": "au.portion.secret"}
    return {rules[letter] for letter, beside in counted.items() if beside & letters}


def _in_name(stem: str, at: int) -> Iterator[Finding]:
    """Markings in a file name: alone or in brackets they count, as one word of many they ask."""
    folded = fold(stem, at=at)
    seen = folded.text
    whole = marking_lines.statement(seen)
    if whole is not None:
        yield Finding(whole[0], whole[1], *folded.span(0, len(seen)))
        return
    for match in _NAME_BRACKETS.finditer(seen):
        found = marking_lines.statement(match[0][1:-1])
        if found is not None:
            yield Finding(found[0], found[1], *folded.span(match.start(), match.end()))
    yield from _name_parts(folded)


def _name_parts(folded: Folded) -> Iterator[Finding]:
    start = 0
    for gap in [*_NAME_PARTS.finditer(folded.text), None]:
        end = gap.start() if gap else len(folded.text)
        found = marking_lines.marking(folded.text[start:end]) if end > start else None
        if found is not None and not found[0].endswith(".titled"):
            decision = Decision.ASK if found[1] is Decision.BLOCK else found[1]
            yield Finding(found[0], decision, *folded.span(start, end))
        start = gap.end() if gap else end


_LABEL_DECISIONS = {
    Label.RED: Decision.BLOCK,
    Label.AMBER_STRICT: Decision.BLOCK,
    Label.AMBER: Decision.ASK,
    Label.GREEN: Decision.ALLOW,
    Label.CLEAR: Decision.ALLOW,
}
_QUESTION = re.compile(
    r"\s*(?:what|how|when|why|who|which|does|do|can|could|should|would|is|are)\b", re.I
)
_DEFINED = re.compile(
    r"[\"'”’」』)\]*_`]{0,3}(?:\s+(?:means?|stands? for|meaning|definition|refers|requires?"
    r"|restricts?|limits?|allows?|permits?|was (?:renamed|replaced)|becomes?|became|replace[ds]"
    r"|is (?:a|an|the|used|for|defined|meant|reserved|one|not)\b|info(?:rmation)? (?:is|may|can)\b"
    r"|info(?:rmation)? (?:must|should)\b|recipients|may (?:be|not)|and below"
    r"|or (?:above|below|higher|lower|stricter))"
    r"|とは|の(?:意味|定義|場合|とき|情報は|説明|使い方|範囲|文書は|資料は)|を意味|という|以[上下]|または|又は)",
    re.I,
)
_DECLARING = re.compile(
    r"(?:\b(?:is|as|under|marked|labell?ed|classified|class|at|be|now|remains?|stays?|handling"
    r"|marking|label|tlp)|[:=|>]|取り?扱い?は?|区分は?|本[件書]は|これは)\W{0,4}(?:at |as |to )?$",
    re.I,
)
_SENTENCE = 300
"""How far to either side of a label its sentence is looked at."""

_SENTENCE_END = re.compile(r"[.!?]\s|[。?!？！]")


def _label_rule(mention: Mention) -> str:
    if mention.label is None:
        return "tlp.unknown"
    return "tlp." + mention.label.removeprefix("TLP:").lower().replace("+", "-")


def _label_decisions(text: str, mentions: tuple[Mention, ...]) -> Iterator[Decision]:
    """What the labels decide: those that stand as labels fully, those merely mentioned ask."""
    quotation = Quotation(text)
    standing: list[Label] = []
    mentioned: list[Label] = []
    for mention in mentions:
        if mention.label is None:
            yield Decision.HOLD
        elif quotation.holds(mention.start, mention.end) or _talks_about(text, mention):
            mentioned.append(mention.label)
        else:
            standing.append(mention.label)
    strictest = most_restrictive(standing)
    if strictest is not None:
        yield _LABEL_DECISIONS[strictest]
    if _exceeds(mentioned, standing):
        yield Decision.ASK


def _talks_about(text: str, mention: Mention) -> bool:
    """Say whether a sentence speaks of the label instead of bearing it."""
    if _asks_about(text, mention):
        return True
    before, after = _sentence_around(text, mention)
    if _is_in_name(text, after):
        return False
    before = _TAG.sub(lambda match: _blank(match[0]), before)
    if not before.strip(" \t*_~`#>-•・[](){}【】「」〔〕《》<\"'|") or _DECLARING.search(before):
        return False
    return bool(after.strip(" \t*_~`.。!,、;:)]}】」〕》>\"'|")) and not _stands_apart(before)


def _asks_about(text: str, mention: Mention) -> bool:
    """Say whether a sentence defines the label or is a question about it."""
    before, after = _sentence_around(text, mention)
    if _is_in_name(text, after):
        return False
    if _DEFINED.match(after):
        return True
    stop = _SENTENCE_END.search(after + " ")
    asked = stop is not None and stop[0].strip() in {"?", "？"}
    return asked or bool(_QUESTION.match(before) and not before.rstrip().endswith((":", "[")))


def _sentence_around(text: str, mention: Mention) -> tuple[str, str]:
    """What stands before the label in its sentence, and what follows it on its line."""
    before = text[max(0, mention.start - _SENTENCE) : mention.start].rpartition("\n")[2]
    after = text[mention.end : mention.end + _SENTENCE].partition("\n")[0]
    starts = [end.end() for end in _SENTENCE_END.finditer(before)]
    return before[starts[-1] if starts else 0 :], after


def _is_in_name(text: str, after: str) -> bool:
    is_name = len(text) <= LONGEST_NAME and DOCUMENT_NAME.fullmatch(text)
    return bool(is_name or re.match(r"[\w\-]*\.\w{2,5}\b", after))


def _stands_apart(before: str) -> bool:
    """A bracketed label, or one behind a rule or in a name, is a label anywhere in its line."""
    return before.endswith(("[", "(", "【", "「", "〔", "《", "/", "|", "_", "#"))
