"""How a note opens: bullets and numbers are passed over, a tick closes it, a prefix names it.

Source: the formats met in meeting notes of both sides (domain rules, "Taking notes in a thread").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.notes.slices import Slice


class NoteKind(StrEnum):
    """What a line of notes is."""

    ACTION = "action"  # somebody is to do something
    DECISION = "decision"  # something was settled
    QUESTION = "question"  # something is to be found out first
    NONE = "none"  # talk, headings, records of what was said


class Prefix(StrEnum):
    """What a line says of itself before it says anything else."""

    ACTION = "action"
    CHECKBOX = "checkbox"  # an empty box: an action
    AI = "ai"  # action item, or artificial intelligence: only an owner and a verb tell
    ARROW = "arrow"  # an action when an owner follows
    DECISION = "decision"
    AGREED = "agreed"  # an action when somebody "will" do something, otherwise a decision
    QUESTION = "question"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Opening:
    """The prefix of a line, who stands inside it ("Action (ASD, NPA):"), and the rest."""

    prefix: Prefix
    rest: Slice
    inside: Slice | None = None
    is_done: bool = False


_CIRCLED = re.compile("^[\\s>・*•-]*[①-⑳❶-❿⓵-⓾㉑-㉟]")
_MARKS = re.compile(r"(?<!\d)\*+|\*+(?!\d)|(?<![A-Za-z0-9_])_+(?=\S)|(?<=\S)_+(?![A-Za-z0-9_])")
_BOX = re.compile(r"\s*(?:\[\s*\]|☐|□|⬜|🔲|:white_large_square:)\s*")
_TICK = re.compile(
    r"\s*(?:\[\s*[xX✓✔]\s*\]|✅|☑|✔|🆗|:white_check_mark:|:heavy_check_mark:"
    r"|:ballot_box_with_check:)"
)
_TICKED = re.compile(
    r"(?:✅|☑|✔|:white_check_mark:|:heavy_check_mark:|:ballot_box_with_check:)\s*$"
)
_BULLET = re.compile(
    r"\s*(?:[-–—•・●○◆◇■▪▫◾◽★☆※+>◎»‣⁃]\s*(?!\d)"
    r"|\d{1,2}(?:\.\d{1,2})+[.)]?\s+|\(?\d{1,2}[.)](?!\d)\s*|\(?[a-hivx]{1,4}\)\s*|[a-h]\.\s+"
    r"|\[?\d{1,2}:\d{2}\]?\s*(?:[-–—:]\s*)?(?=\S)(?!(?:まで|〆|[ap]m\b))|:[a-z0-9_+-]+:\s*"
    r"|(?:agenda\s+)?item\s+\d+\s*[:.–—-]\s*|議題\s?\d+\s*[:.、]\s*"
    r"|[\U0001F300-\U0001FAFF\u2600-\u2604\u2606-\u26FF\u2702-\u27A0\u203C\u2049]\s*)",
    re.IGNORECASE,
)
_DASHED_NUMBER = re.compile(r"\s*[-–—•・●○*]\s*(?=\d)")

_SEPARATOR = r"\s*(?:[::]|[-–—]+(?=\s|[^\w\s])|[-–—]+(?=[^\x00-\x7f])|=>|->|→|\|)\s*"
_INSIDE = r"(?:\s*[(\[](?P<inside>[^()\[\]]{1,80}(?:\([^()]*\)[^()\[\]]*)?)[)\]])"
_ACTION = (
    r"(?:(?:for\s+)?actions?(?:\s+(?:items?|points?|required|requested|needed|arising|agreed))?"
    r"|action[_-]items?|act|ap|ais|a/i|to[\s-]?dos?|follow[\s-]?ups?|f/u|next\s+steps?|tasks?"
    r"|takeaways?"
    r"|take[\s-]aways?|homework|要対応(?:事項)?|対応(?:事項|依頼|項目)?|アクション(?:アイテム"
    r"|項目|ポイント)?"
    r"|宿題(?:事項)?|持ち?帰り(?:事項)?|タスク|やること|フォローアップ(?:事項)?|依頼(?:事項)?|作業"
    r"|次のステップ|課題対応|実施事項)"
)
_NUMBERED = r"(?:\s*(?:no\.?\s*|[#.-])?\s*\d{1,3}(?:[.-]\d{1,3})?[a-z]?\b)"
_DECISION = r"(?:decisions?|decided|resolved|resolution|outcome|決定(?:事項)?|決議|決裁|結論)"
_AGREED = r"(?:agreed|agreement|it\s+was\s+agreed|合意(?:事項)?|了承(?:事項)?)"
_QUESTION = (
    r"(?:(?:open\s+)?questions?|q|query|tbc|to\s+(?:be\s+)?confirm(?:ed)?|to\s+check|open\s+issue"
    r"|要確認(?:事項)?|確認事項|質問(?:事項)?|疑問(?:点)?|未確認|不明点?)"
)


def _prefix(words: str, *, bare: bool = False) -> re.Pattern[str]:
    """A prefix with its separator, in brackets of its own, or (numbered or in capitals) alone."""
    bracketed = rf"[\[【(〔《「]\s*{words}{_NUMBERED}?\s*[\]】)〕》」]\s*[::]?\s*(?:[-–—]\s+)?"
    separated = rf"{words}{_NUMBERED}?{_INSIDE}?{_SEPARATOR}"
    alone = rf"|{words}{_NUMBERED}\s+(?=\S)" if bare else ""
    return re.compile(rf"(?:{bracketed}|{separated}{alone})", re.IGNORECASE)


_PATTERNS: tuple[tuple[Prefix, re.Pattern[str]], ...] = (
    (Prefix.DECISION, _prefix(_DECISION, bare=True)),
    (Prefix.QUESTION, _prefix(_QUESTION)),
    (Prefix.AGREED, _prefix(_AGREED)),
    (Prefix.ACTION, re.compile(rf"ai{_NUMBERED}(?:{_INSIDE}?{_SEPARATOR}|\s+)", re.IGNORECASE)),
    (Prefix.AI, re.compile(rf"ai{_INSIDE}?{_SEPARATOR}", re.IGNORECASE)),
    (Prefix.ACTION, _prefix(_ACTION, bare=True)),
    (Prefix.ACTION, re.compile(r"[\[【]\s*ai\s*[\]】]\s*[::]?\s*", re.IGNORECASE)),
    (Prefix.AGREED, re.compile(r"(?:(?:it\s+was\s+)?agreed\s+that|agreed,)\s+", re.IGNORECASE)),
    # In capitals, or before a mention, the word needs no separator.
    (Prefix.ACTION, re.compile(r"(?:ACTION|TODO|TO-DO|FOLLOW-?UP|ACTION ITEM|AP)\s+(?=\S)")),
    (
        Prefix.ACTION,
        re.compile(r"(?:action|todo|to-do|task|follow-?up)\s+(?=<[@!])", re.IGNORECASE),
    ),
    (
        Prefix.ACTION,
        re.compile(r"(?:要対応|対応|宿題|持ち帰り|アクション|タスク|TODO|ToDo)\s+(?=\S)"),
    ),
    (Prefix.ACTION, re.compile(r"(?:要対応|宿題|持ち帰り)、")),
    (Prefix.ARROW, re.compile(r"(?:→|⇒|➡|➔|⇨|▶|=>|->|>>)\ufe0f?\s*")),
)

# What looks like a prefix with its owner; only the roster tells.
ADDRESSED = (
    re.compile(
        rf"{_ACTION}{_NUMBERED}?\s+(?:(?:for|on|by|to)\s+)?(?P<owner>[^::]{{2,60}}?){_SEPARATOR}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?P<owner>[^::]{{2,60}}?)(?:'s)?\s*[::の]?\s*{_ACTION}{_NUMBERED}?{_SEPARATOR}",
        re.IGNORECASE,
    ),
)


def read_opening(line: str) -> Opening:
    """Takes bullets, numbers, boxes and the prefix off a line that is not quoted."""
    circled = _CIRCLED.match(line)
    left = Slice.of(line, circled.end() if circled else 0).drop(_MARKS)
    left, has_box, is_done = _past_bullets(left)
    is_done = is_done or bool(_TICKED.search(left.text))
    for prefix, pattern in _PATTERNS:
        found = pattern.match(left.text)
        if found is None:
            continue
        inside = _inside(left, found)
        rest, boxed, ticked = _past_bullets(left.after(found))
        if boxed or has_box:
            prefix = Prefix.CHECKBOX if prefix in {Prefix.ARROW, Prefix.AI} else prefix
        return Opening(prefix, rest, inside, is_done or ticked)
    return Opening(Prefix.CHECKBOX if has_box else Prefix.NONE, left, None, is_done)


def _past_bullets(left: Slice) -> tuple[Slice, bool, bool]:
    has_box = is_done = False
    while left.text:
        box, tick = _BOX.match(left.text), _TICK.match(left.text)
        bullet = _BULLET.match(left.text) or _DASHED_NUMBER.match(left.text)
        found = box or tick or bullet
        if found is None or found.end() == 0:
            break
        has_box, is_done = has_box or bool(box), is_done or bool(tick)
        left = left.part(found.end())
    return left.trimmed(), has_box, is_done


def _inside(left: Slice, found: re.Match[str]) -> Slice | None:
    if "inside" not in found.re.groupindex or found["inside"] is None:
        return None
    return left.part(found.start("inside"), found.end("inside"))
