"""Where in a note its due date stands; what it means is for the due-date grammar to read.

Promise: the phrase is cut out whole, without the word that announces it (by, NLT,
期限, まで). A date only talked about (`the 30 Sep meeting`, `on or after`, 10月以降) is left alone,
and two announced dates are none: the person is asked.
"""

from __future__ import annotations

import re

from bot.domain.notes.slices import Slice

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_WEEKDAY = r"(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:r|rs)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?"
_NUMBER = r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fourteen|thirty)"
_YEAR = r"(?:,?\s+(?:20)\d{2}\b|\s+'\d{2}\b)"
_ZONE = r"(?:\s*\(?(?:JST|AEST|AEDT|AET|Tokyo(?: time)?|Canberra(?: time)?)\b\)?)"
_CLOCK = (
    rf"(?:\d{{1,2}}[:.]\d{{2}}\s?(?:am|pm|hrs?)?|\d{{1,2}}\s?(?:am|pm)\b|\d{{4}}\s?(?:hrs?|h)\b"
    rf"|noon|midday|midnight|lunchtime){_ZONE}?"
)
_CLOSE = (
    r"(?:c\.?o\.?b\.?|e\.?o\.?b\.?|c\.?o\.?p\.?|eod|close(?: of (?:business|play))?|end of day)"
)
_NUMERIC = (
    r"(?:\d{4}-\d{1,2}-\d{1,2}|\d{4}/\d{1,2}/\d{1,2}|\d{1,2}/\d{1,2}(?:/\d{2,4})?(?![\d/])"
    r"|\d{1,2}\.\d{1,2}\.\d{2,4})"
)
_KANJI_DAY = r"(?:\s?\([月火水木金土日](?:曜日?)?\))"
_DATE = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?(?:\s+of)?[\s-]+{_MONTH}{_YEAR}?"
    rf"|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?![:.]\d){_YEAR}?|{_NUMERIC}"
    r"|the\s+\d{1,2}(?:st|nd|rd|th)\b)"
)
_DAY = (
    rf"(?:(?:(?:this|next|coming|the\s+coming|following)\s+)?{_WEEKDAY}"
    rf"(?:\s+(?:week\b|morning|afternoon|evening))?"
    rf"(?:,?\s*(?:\({_DATE}\)|{_DATE}))?"
    rf"|{_DATE}(?:,?\s*(?:\({_WEEKDAY}\)|{_WEEKDAY})|{_KANJI_DAY})?"
    r"|today|tonight|tomorrow|tmrw|tmr|the\s+day\s+after\s+tomorrow|day\s+after\s+tomorrow)"
)
_PERIOD = (
    r"(?:(?:the\s+)?end[\s-](?:of\s+)?(?:(?:this|next|the)\s+)?"
    rf"(?:week|month|quarter|year|fy\w*|financial\s+year|fiscal\s+year|{_MONTH})"
    r"|month[\s-]end|year[\s-]end|eom|eow|eoq|eoy|eofy"
    rf"|(?:mid|early|late)[\s-]+{_MONTH}|(?:this|next)\s+(?:week|month|quarter|year|fy)\b"
    r"|q[1-4]\b|fy\s?\d{2}(?:/\d{2})?\b)"
)
_LENGTH = (
    rf"{_NUMBER}[\s-]*(?:(?:business|working|calendar)\s+)?"
    r"(?:hours?|hrs?|h|days?|weeks?|wks?|fortnights?|months?)\b(?:'?\s+time\b)?"
)
_SPAN = (
    rf"(?:(?:within|in)\s+(?:the\s+next\s+)?{_LENGTH}"
    rf"|{_LENGTH}\s+from\s+(?:now|today)"
    rf"|{_NUMBER}\s+(?:business|working)\s+days?\b|(?:a|one|two)\s+fortnights?\b)"
)
_BARE_SPAN = rf"(?:{_LENGTH})"
_EVENT = (
    r"(?:(?:the\s+)?(?:next|coming|following|upcoming|\d{1,2}(?:st|nd|rd|th))\s+"
    r"(?:cyber\s+)?(?:policy\s+)?(?:dialogue|plenary|meeting|round|session|call)|DLG-\d+"
    r"|the\s+(?:dialogue|plenary)\b)"
)
ON_A_DAY = (
    rf"(?:(?:{_CLOSE}|{_CLOCK})\s+(?:on\s+)?{_DAY}(?:,?\s+{_ZONE})?"
    rf"|{_DAY}(?:,?\s+(?:at\s+)?(?:{_CLOCK}|{_CLOSE})\b)?{_ZONE}?|{_PERIOD}|{_SPAN}|{_CLOSE})"
)
ENGLISH = rf"(?:{ON_A_DAY}|{_CLOCK})"

_N = r"[\d一二三四五六七八九十]+"
_CLOCK_JA = (
    r"(?:の?(?:午前|午後|朝|夕方)?(?:\d{1,2}時(?:半|\d{1,2}分)?|\d{1,2}:\d{2})|の?正午"
    r"|の?終業時?|\s*COB)"
)
_PART_JA = r"(?:末|中|内|半ば|初め|頭|前半|後半|上旬|中旬|下旬|初旬)"
_DAY_JA = (
    rf"(?:(?:(?:令和|R)\s?(?:{_N}|元)\s?[年./]"
    rf"|\d{{4}}[年./-])\s?\d{{1,2}}[月./-]\s?\d{{1,2}}日?{_KANJI_DAY}?"
    rf"|\d{{1,2}}月\s?\d{{1,2}}日{_KANJI_DAY}?|\d{{1,2}}/\d{{1,2}}(?![\d/]){_KANJI_DAY}?"
    rf"|{_N}月{_PART_JA}"
    rf"|(?:今週|来週|再来週|次週|翌週)(?:の?(?:[月火水木金土日]曜日?|{_PART_JA}))?"
    rf"|(?:今月|来月|再来月|翌月|当月)(?:の?(?:{_N}日|{_PART_JA}))?"
    r"|(?:本日|今日|明日|あした|あす|明後日|あさって|翌日|翌営業日|一両日)"
    r"|[月火水木金土日]曜日?"
    r"|(?:今年度|来年度|本年度|年度|月|週|年|四半期|今期)(?:末|内)|年度内"
    rf"|{_N}日(?!間|以内|後|目|付)|{_N}(?:営業日|業務日|日|週間|[かヶカケ]月|時間)(?:以内"
    rf"|間以内|後)"
    r"|(?:次回|次の|第\d+回)の?(?:サイバー)?(?:政策)?(?:協議|対話|会合|会議|全体会合|定例))"
)
JAPANESE = rf"(?:{_DAY_JA}{_CLOCK_JA}?中?)"

_EITHER = rf"(?:{JAPANESE}|{ENGLISH})"
_EARLIER = rf"(?:(?:before|b4|ahead\s+of|prior\s+to)\s+(?:{_EVENT}|{ENGLISH}))"
_BY = (
    r"(?:(?:no|not)\s+later\s+than|on\s+or\s+before|nlt|by|"
    r"due(?:\s+date)?(?:\s+(?:by|on|is))?|deadline(?:\s+(?:is|of))?|until|till|target(?:\s+date)?)"
)
_BEFORE_JA = r"(?:期限|締め?切り?|〆切り?|〆|納期|提出期限|回答期限)"
_UNTIL_JA = (
    r"(?:まで|迄|必着|締め?切り?厳守|締め?切り?|〆切り?|〆|期限|厳守)(?:に|の?期限で|で|厳守)?"
)
_END = r"(?=\s*(?:[.。;!！\U0001F300-\U0001FAFF\u2600-\u27bf]|:[a-z0-9_+-]+:)*\s*$)"
_NOT_AFTER = (
    r"(?<!of )(?<!from )(?<!since )(?<!after )(?<!before )(?<!b4 )(?<!around )(?<!dated"
    r" )(?<!the )(?<!for )"
    r"(?<!and )(?<!or )(?<!to )(?<!about )(?<!every )(?<!than )(?<!between )(?<!last )(?<!over )"
)
_NOT_BEFORE = r"(?!\s*(?:以降|以後|以来|から|より|付|頃|ごろ|前後|目途|目処|めど|の|開催|版))"

# In this order: what announces a due date most clearly goes first; one of each is enough.
_ANNOUNCED: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"[【\[(]\s*{_BEFORE_JA}\s*[】\])]\s*[::]?\s*(?P<due>{_EITHER})\s*(?:{_UNTIL_JA})?",
        rf"[(\[【]\s*(?:{_BY}\s*:?\s*|{_BEFORE_JA}\s*[::はが]?\s*|[~〜]\s*)?(?P<due>{_EARLIER}"
        rf"|{_EITHER})"
        rf"\s*(?:{_UNTIL_JA})?\s*[)\]】]",
        rf"\s*[,、;/]\s*(?:{_BY}\s*:?\s*|{_BEFORE_JA}\s*[::はが]?\s*"
        rf"|[~〜]\s*)?(?P<due>{_EARLIER}|{_EITHER})"
        rf"\s*(?:{_UNTIL_JA})?(?=\s*[)\]】])",
        rf"(?<=[(\[【])\s*(?:{_BY}\s*:?\s*)?(?P<due>{_EITHER})\s*(?:{_UNTIL_JA})?\s*[,、;/:]\s*",
        rf"[,、。;]?\s*{_BEFORE_JA}\s*[::はが]?\s*(?P<due>{_EITHER})\s*(?:{_UNTIL_JA})?(?:です)?",
        rf"[,、;]?\s*(?P<due>{JAPANESE}|{_NUMERIC}|{ENGLISH})\s*{_UNTIL_JA}\s*[、,]?",
        rf"[,;]?\s*(?:[-–—]\s*)?(?<![A-Za-z]){_BY}\s*[:=]?\s*(?P<due>{_EITHER}"
        rf"|{_EVENT})(?![A-Za-z0-9-])(?:\s*,)?",
        rf"[,;]?\s*(?<![A-Za-z])(?P<due>{_EARLIER})(?![A-Za-z0-9])",
    )
)
_UNANNOUNCED: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"[,、]?\s*(?P<due>{_DAY_JA}{_CLOCK_JA}?(?:中|(?<=以内)|(?<=内)"
        rf"|(?<=末))){_NOT_BEFORE}(?:に|で)?[、,]?(?!の)",
        rf"[,、;]?\s*(?P<due>{_DAY_JA}{_CLOCK_JA}?)に(?=[^はもつ対向関お])[、,]?",
        rf"(?:[,、;–—|]|\s-)\s*(?P<due>{_EITHER}|{_BARE_SPAN}){_END}",
        rf"(?<![\w~〜]){_NOT_AFTER}(?:(?:on|at)\s+)?(?P<due>{_DAY_JA}{_CLOCK_JA}?中?"
        rf"|{ON_A_DAY}){_END}",
        rf"^\s*(?P<due>{_EITHER}){_NOT_BEFORE}\s*[,、:–—-]\s*",
        rf"[,;]\s*(?:on\s+)?(?P<due>{ENGLISH})\s*(?=[,;])",
        rf"(?<![A-Za-z])(?P<due>within\s+{_LENGTH})(?!\s+of)(?![A-Za-z])",
    )
)
_BRACKETED = re.compile(r"[(\[【](.*)[)\]】]")
_DAY_ALONE = re.compile(rf"{_WEEKDAY}|{_DATE}|[月火水木金土日]曜?日?", re.IGNORECASE)
_DAY_BEFORE = re.compile(
    rf"(?:\s*[,、;–—-]\s*|\s+|(?<=[^\x00-\x7f]))(?P<due>(?:{_DATE}|{_WEEKDAY}|{_DAY_JA}))\s*$",
    re.IGNORECASE,
)
_NO_DUE = re.compile(
    r"\b(?:on\s+or\s+after|not\s+(?:before|earlier\s+than)|no\s+earlier\s+than|around|circa)\b"
    rf"|{JAPANESE}\s*(?:以降|以後|頃|ごろ|前後|目途|目処|めど)",
    re.IGNORECASE,
)


def cut_due(line: Slice) -> tuple[str | None, Slice]:
    """The due phrase of a note, as typed but for its width, and the note without it."""
    if _NO_DUE.search(line.text):
        return None, line
    announced = _of_different_places(line.text, _ANNOUNCED)
    if len(announced) > 1:
        return None, line
    for found in announced or _of_different_places(line.text, _UNANNOUNCED)[:1]:
        whole = _with_what_it_explains(line.text, found)
        if whole is not None:
            return _tidy(line.text[whole.start("due") : found.end()]), line.without(
                whole.start(), found.end()
            )
        return _tidy(found["due"]), line.without(_after_break(found), found.end())
    return None, line


def _after_break(found: re.Match[str]) -> int:
    """A comma or blank before the phrase stays, unless there is a comma behind it as well."""
    stays = found[0][:1] in {",", "、", " "} and found[0].rstrip()[-1:] not in {",", "、"}
    return found.start() + stays


def _of_different_places(text: str, patterns: tuple[re.Pattern[str], ...]) -> list[re.Match[str]]:
    found: list[re.Match[str]] = []
    for pattern in patterns:
        for match in pattern.finditer(text):
            # A weekday in brackets belongs to the date before it: both have to agree.
            found = [one for one in found if not _is_part_of(one, match)]
            if not any(_overlap(match, other) for other in found):
                found.append(match)
    return found


def _with_what_it_explains(text: str, found: re.Match[str]) -> re.Match[str] | None:
    """The day before a bracket that only names its weekday, or its date: both have to agree."""
    inside = _BRACKETED.fullmatch(found[0].strip())
    if inside is None or not _DAY_ALONE.fullmatch(inside[1].strip()):
        return None
    return _DAY_BEFORE.search(text[: found.start()])


def _is_part_of(one: re.Match[str], whole: re.Match[str]) -> bool:
    start, end = whole.span("due")
    return start <= one.start("due") and one.end("due") <= end and one["due"] != whole["due"]


def _overlap(one: re.Match[str], other: re.Match[str]) -> bool:
    return one.start("due") < other.end("due") and other.start("due") < one.end("due")


def _tidy(phrase: str) -> str:
    return " ".join(phrase.split()).strip(" ,、。.")
