"""Traffic Light Protocol labels: reading them wherever and however people write them.

Promise: a label is only ever read, never guessed. Several labels mean the most restrictive one; a
label nobody defined (invented, translated, misspelt with foreign letters) means that no label is
known, so that the text is held and a person is asked.

Source: FIRST Standards Definitions and Usage Guidance, Traffic Light Protocol 2.0. TLP:WHITE
is the name TLP 1.0 gave to TLP:CLEAR. Labels are never translated; glosses stand beside them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from bot.domain.characters import Folded, fold, skeleton


class Label(StrEnum):
    """How far a text may travel."""

    CLEAR = "TLP:CLEAR"  # anyone
    GREEN = "TLP:GREEN"  # the community
    AMBER = "TLP:AMBER"  # the recipients' organisations and their clients
    AMBER_STRICT = "TLP:AMBER+STRICT"  # the recipients' organisations only
    RED = "TLP:RED"  # the recipients themselves

    @property
    def rank(self) -> int:
        """Restrictiveness: 0 for CLEAR up to 4 for RED."""
        return _ORDER.index(self)


_ORDER = (Label.CLEAR, Label.GREEN, Label.AMBER, Label.AMBER_STRICT, Label.RED)

GLOSS_JA: Mapping[Label, str] = MappingProxyType(
    {
        Label.RED: "受信者限り",
        Label.AMBER_STRICT: "組織内限り",
        Label.AMBER: "限定公開",
        Label.GREEN: "コミュニティ内での共有可",
        Label.CLEAR: "制限なし",
    }
)
"""What stands beside a label for Japanese readers; never instead of it."""

_COLOURS = {
    "RED": Label.RED,
    "AMBER": Label.AMBER,
    "GREEN": Label.GREEN,
    "CLEAR": Label.CLEAR,
    "WHITE": Label.CLEAR,
}

_INVENTED = (
    "PURPLE|BLACK|BLUE|YELLOW|ORANGE|PINK|GR[EA]Y|BROWN|SILVER|GOLD|VIOLET|MAGENTA|CYAN|STRICT"
    "|UNCLEAR|レッド|アンバー|グリーン|クリアー?|ホワイト|ストリクト|イエロー|オレンジ"
    "|赤|黄|橙|琥珀|緑|白|透明|無色|黒|青|紫"
)

_HEAD = re.compile(r"(?<![A-Za-z0-9])(?:TLP|Traffic[ -]Light[ -]Protocol(?: ?\(TLP\))?)", re.I)
_SPACED_HEAD = re.compile(r"(?<![A-Za-z0-9])T[ .]{1,3}L[ .]{1,3}P[ .]{0,3}:", re.I)
_NOTE = (
    r"(?:[ \t]?(?:v?[12](?:\.0)?|level|label|marking|designation|rating|classification|status)"
    r"|の?(?:区分|レベル|ラベル|分類|色))?"
)
_KNOWN = re.compile(
    _NOTE + r"(?P<gap>[ \t_\"']{0,4}(?:[:=\-\u2010-\u2015|は][ \t_\"'「『(\[]{0,4}\n?[ \t]{0,4})?)"
    r"(?P<colour>RED|AMBER|GREEN|CLEAR|WHITE)",
    re.I,
)
_INVENTED_WORD = re.compile(
    _NOTE + r"[ \t_\"':=\-\u2010-\u2015|「『(\[]{0,6}(?P<word>" + _INVENTED + r")(?![A-Za-z])", re.I
)
_AFTER_COLON = re.compile(r"[ \t_\"']{0,4}:(?P<gap>[ \t\"'(\[]{0,4})(?P<word>[^\W\d_]+)")
_STRICT = re.compile(r"[ \t]{0,3}[+\-_&/(]?[ \t]{0,3}STRICT(?![A-Za-z0-9])", re.I)
_ADDITION = re.compile(r"\+(?!\w?TLP)", re.I)
_ALTERNATIVE = re.compile(r"[ \t]?[/|・\-][ \t]?(?P<colour>RED|AMBER|GREEN|CLEAR|WHITE)", re.I)
_WORD_GOES_ON = re.compile(r"[A-Za-z0-9]")
_SENTENCE_GOES_ON = re.compile(r"[ \t]+[A-Za-z]|[^\s\]」』)】\"'.,;。、!?/|+\-]")

_TYPED = re.compile(r"(?:TLP)?[ :\-_]*(RED|AMBER|GREEN|CLEAR|WHITE)(?:[ +\-_]*(STRICT))?", re.I)


@dataclass(frozen=True, slots=True)
class LabelReading:
    """What labels were found in some texts.

    `label` is None when none was found and when any unknown one stands among them. `positions` are
    (start, end) in the texts joined by one line feed each, one per label or unknown label.
    """

    label: Label | None
    found: tuple[Label, ...]
    unknown: bool
    white: bool
    positions: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """One written label: its reading (None: unknown) and its place in the text."""

    label: Label | None
    start: int
    end: int
    white: bool = False


def most_restrictive(labels: Iterable[Label]) -> Label | None:
    """Return the label that permits least, or None for no labels."""
    return max(labels, key=lambda label: label.rank, default=None)


def read_label(*texts: str) -> LabelReading:
    """Read every label in title, body, file names and quotes; the most restrictive wins."""
    mentions = label_mentions("\n".join(texts))
    found = tuple(mention.label for mention in mentions if mention.label is not None)
    unknown = any(mention.label is None for mention in mentions)
    return LabelReading(
        label=None if unknown else most_restrictive(found),
        found=found,
        unknown=unknown,
        white=any(mention.white for mention in mentions),
        positions=tuple((mention.start, mention.end) for mention in mentions),
    )


def parse_label(typed: str) -> Label | None:
    """Read a label typed as an option ("AMBER", "tlp:amber+strict"); None if it is not one."""
    match = _TYPED.fullmatch(fold(typed, drop="*~`[]【】").text.strip())
    if match is None:
        return None
    label = _COLOURS[match[1].upper()]
    if match[2] is None:
        return label
    return Label.AMBER_STRICT if label is Label.AMBER else None


def label_mentions(text: str) -> tuple[Mention, ...]:
    """Find every written label of one text, known or not, with its place in that text."""
    folded = fold(text, drop="*~`\\")
    seen = skeleton(folded.text)
    mentions: list[Mention] = []
    for head in _HEAD.finditer(seen):
        for label, end, white in _labels_after(seen, head):
            genuine = seen[head.start() : end] == folded.text[head.start() : end]
            mentions.append(_mention(folded, head.start(), end, label if genuine else None, white))
    mentions += [
        _mention(folded, match.start(), match.end(), None, False)
        for match in _SPACED_HEAD.finditer(seen)
    ]
    return tuple(sorted(mentions, key=lambda mention: mention.start))


def _mention(folded: Folded, start: int, end: int, label: Label | None, white: bool) -> Mention:
    first, last = folded.span(start, end)
    return Mention(label, first, last, white)


def _labels_after(text: str, head: re.Match[str]) -> list[tuple[Label | None, int, bool]]:
    """Read what follows "TLP": nothing, one label, several joined by a slash, or an unknown one."""
    known = _KNOWN.match(text, head.end())
    if known is None or _WORD_GOES_ON.match(text, _strict_end(text, known)):
        end = _unknown_end(text, head.end())
        return [] if end is None else [(None, end, False)]
    if _is_prose(head[0], known):
        return []
    labels: list[tuple[Label | None, int, bool]] = []
    match: re.Match[str] | None = known
    while match is not None:
        end = _strict_end(text, match)
        labels.append((_label(text, match), end, match["colour"].upper() == "WHITE"))
        match = _ALTERNATIVE.match(text, end)
        if match is not None and _WORD_GOES_ON.match(text, _strict_end(text, match)):
            match = None
    return labels


def _strict_end(text: str, colour: re.Match[str]) -> int:
    strict = _STRICT.match(text, colour.end())
    return strict.end() if strict else colour.end()


def _label(text: str, colour: re.Match[str]) -> Label | None:
    label = _COLOURS[colour["colour"].upper()]
    end = _strict_end(text, colour)
    if end > colour.end():
        return Label.AMBER_STRICT if label is Label.AMBER else None
    return None if _ADDITION.match(text, end) else label


def _is_prose(head: str, known: re.Match[str]) -> bool:
    """ "make the TLP clear" is a sentence, and must not become the widest label of all."""
    colour = known["colour"]
    bare = not known["gap"].strip(" \t")
    return bare and head != head.lower() and colour in {"clear", "white"}


def _unknown_end(text: str, start: int) -> int | None:
    invented = _INVENTED_WORD.match(text, start)
    if invented is not None:
        return invented.end()
    match = _AFTER_COLON.match(text, start)
    if match is None or match["word"].upper() in {"TLP", "HTTP", "HTTPS"}:
        return None
    if match["gap"] and not match["word"].isupper() and _SENTENCE_GOES_ON.match(text, match.end()):
        return None
    return match.end()
