"""The protective markings of both governments and their friends, as tables.

Promise: every rule of screening is a row here: an id, what it decides, how it is written. No row
says that a Japanese marking equals an Australian one.

Sources: Australia's Protective Security Policy Framework (classifications, caveats, information
management markers) and its Email Protective Marking Standard; Japan's common standards for
information security (機密性1-3), the Act on the Protection of Specially Designated Secrets, the
Act on the Protection and Utilisation of Critical Economic Security Information, and the practice of
秘密文書 and 取扱注意 in the ministries; allied markings from what agencies receive.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Decision(StrEnum):
    """What a reading permits."""

    ALLOW = "allow"  # may leave the channel
    ASK = "ask"  # a person decides
    HOLD = "hold"  # stays until its label is known
    BLOCK = "block"  # never leaves the channel

    @property
    def rank(self) -> int:
        """Strength: 0 for ALLOW up to 3 for BLOCK."""
        return _STRENGTH.index(self)


_STRENGTH = (Decision.ALLOW, Decision.ASK, Decision.HOLD, Decision.BLOCK)


class Titled(StrEnum):
    """What a marking means when only its first letter is a capital."""

    SAME = "same"  # case does not matter
    ASK = "ask"  # "Secret" alone on a line: a person decides
    TEXT = "text"  # an ordinary word


@dataclass(frozen=True, slots=True)
class Term:
    """One marking: rule id, decision, regular expression of its written forms."""

    rule: str
    decision: Decision
    pattern: str
    titled: Titled = Titled.SAME


_BLOCK, _ASK, _ALLOW = Decision.BLOCK, Decision.ASK, Decision.ALLOW
COUNTRY = (
    "(?:AUS|JPN|USA|GBR|CAN|NZL|KOR|IND|PHL|IDN|SGP|MYS|THA|VNM|FJI|PNG|FRA|DEU|ITA|NLD|NOR|SWE|UKR"
    "|ISR|TWN|FVEY|ACGU|NATO|QUAD|AUKUS|EU)"
)
_COUNTRIES = rf"(?:{COUNTRY}|[A-Z]{{3}})(?:(?: ?[/,] ?| AND | )(?:{COUNTRY}|[A-Z]{{3}}))+"
_FOREIGN = r"(?:NATO|EU|UE|UK|US|USA|AUS|JPN|CAN|NZ|AUKUS|COSMIC)"
_CLASSIFICATION = r"(?:TOP[ \-]?SECRET|SECRET|CONFIDENTIAL|RESTRICTED)"

AUSTRALIAN = (
    Term("au.highly-protected", _BLOCK, r"HIGHLY[ \-]PROTECTED", Titled.ASK),
    Term("au.top-secret", _BLOCK, r"TOP[ \-]?SECRET", Titled.ASK),
    Term("au.secret", _BLOCK, r"SECRET", Titled.ASK),
    Term("au.protected", _BLOCK, r"PROTECTED", Titled.ASK),
    Term("au.in-confidence", _BLOCK, r"(?:CABINET|SECURITY)[ \-]IN[ \-]CONFIDENCE", Titled.ASK),
    Term("au.in-confidence", _ASK, r"[A-Z]{4,20}[ \-]IN[ \-]CONFIDENCE"),
    Term("au.confidential", _BLOCK, r"CONFIDENTIAL", Titled.ASK),
    Term("au.restricted", _BLOCK, r"RESTRICTED", Titled.ASK),
    Term("au.fouo", _BLOCK, r"FOUO|FOR[ \-]OFFICIAL[ \-]USE[ \-]ONLY", Titled.ASK),
    Term("au.austeo", _BLOCK, r"(?:RI:)?AUSTEO"),
    Term("au.agao", _BLOCK, r"(?:RI:)?AGAO"),
    Term("au.releasable", _BLOCK, rf"(?:RI:)?REL(?:EASABLE)?[ \-]TO[ :]{{1,2}}(?:{_COUNTRIES})"),
    Term("au.releasable", _BLOCK, rf"(?:RI:)?REL(?:EASABLE)?[ \-]TO[ :]{{1,2}}{COUNTRY}"),
    Term("au.releasable", _BLOCK, rf"(?:RI:)?REL[ :]{{1,2}}(?:{_COUNTRIES}|{COUNTRY})"),
    Term("au.national-cabinet", _BLOCK, r"(?:SH:)?NATIONAL[ \-]CABINET", Titled.TEXT),
    Term("au.cabinet", _BLOCK, r"(?:SENSITIVE ?: ?|SH:)?CABINET", Titled.TEXT),
    Term("au.orcon", _BLOCK, r"(?:SH:)?ORCON"),
    Term("au.exclusive-for", _BLOCK, r"(?:SH:)?EXCLUSIVE[ \-]FOR(?: [^/]{1,60})?", Titled.TEXT),
    Term("au.accountable", _BLOCK, r"(?:SH:)?ACCOUNTABLE[ \-]MATERIAL", Titled.TEXT),
    Term("au.official-sensitive", _ASK, r"OFFICIAL ?[:\-/]{0,2} ?SENSITIVE"),
    Term("au.official-sensitive", _ASK, r"O:S", Titled.TEXT),
    Term(
        "au.sensitive",
        _ASK,
        r"(?:SENSITIVE ?: ?)?(?:PERSONAL[ \-]PRIVACY|LEGAL[ \-]PRIVILEGE|LEGISLATIVE[ \-]SECRECY)",
        Titled.TEXT,
    ),
    Term("au.sensitive", _ASK, r"SENSITIVE(?: ?: ?(?:LEGAL|PERSONAL))?", Titled.TEXT),
    Term("au.unofficial", _ALLOW, r"UNOFFICIAL"),
    Term("au.official", _ALLOW, r"OFFICIAL"),
    Term("au.unclassified", _ALLOW, r"(?:NATO )?UNCLASSIFIED"),
)

OTHER = (
    Term(
        "other.classification",
        _BLOCK,
        rf"{_FOREIGN}(?:[ \-]|//){_CLASSIFICATION}|COSMIC TOP SECRET|ATOMAL|RESTREINT UE"
        r"|CONFIDENTIEL UE|TR[EÈ]S SECRET UE|SECRET UE",
        Titled.ASK,
    ),
    Term("other.classification", _ASK, r"UK OFFICIAL(?:[ :\-]{1,2}SENSITIVE)?", Titled.TEXT),
    Term("other.classification", _BLOCK, r"PROTECTED [ABC]"),
    Term("other.portion", _BLOCK, r"(?:TS|S|C)//[A-Z][A-Z/, \-]{1,60}"),
    Term("other.noforn", _BLOCK, r"NOFORN|NOCON|ORCON-USGOV|PROPIN|RELIDO"),
    Term("other.eyes-only", _BLOCK, r"(?:[A-Z]{2,9}(?:[/, ]{1,2}[A-Z]{2,9}){0,5} )?EYES[ \-]ONLY"),
    Term("other.fvey", _BLOCK, r"FVEY|FIVE EYES|ACGU"),
    Term("other.cui", _ASK, r"CUI|CONTROLLED UNCLASSIFIED INFORMATION|OFFICIAL USE ONLY"),
)

_PAPER = r"(?:文書|資料|書類|指定|扱い|扱)?"
JAPANESE = (
    Term("jp.hi", _BLOCK, r"㊙(?:文書|資料|扱い|扱)?|[○◯〇マ丸]ル?秘" + _PAPER),
    Term("jp.gokuhi", _BLOCK, r"極秘" + _PAPER),
    Term("jp.gokuhi", _ASK, r"極秘情報|厳秘"),
    Term("jp.tokutei-himitsu", _BLOCK, r"特定秘密" + _PAPER),
    Term("jp.tokubetsu-boei-himitsu", _BLOCK, r"(?:特別防衛秘密|特防秘)" + _PAPER),
    Term("jp.economic-security", _BLOCK, r"重要経済(?:安保情報|基盤保護情報)" + _PAPER),
    Term("jp.confidentiality-3", _BLOCK, r"機密性 ?3[AB]?(?:情報)?" + _PAPER),
    Term("jp.confidentiality-2", _ASK, r"機密性 ?2[AB]?(?:情報)?" + _PAPER),
    Term("jp.confidentiality-1", _ALLOW, r"機密性 ?1(?:情報)?" + _PAPER),
    Term("jp.sensitive", _ASK, r"要(?:機密|保護)情報"),
    Term("jp.kimitsu", _BLOCK, r"機密(?:文書|資料|書類|指定|扱い|扱)?"),
    Term("jp.himitsu", _ASK, r"秘密" + _PAPER),
    Term("jp.hi", _BLOCK, r"[省庁防]?秘(?:文書|資料|書類|指定|扱い|扱)?"),
    Term("jp.handle-with-care", _ASK, r"(?:要)?取り?扱い?(?:厳重)?(?:注意|厳重)" + _PAPER),
    Term("jp.internal", _ASK, r"[部庁省局社課室署所署校組織府]{1,2}外秘" + _PAPER),
    Term(
        "jp.no-copies",
        _ASK,
        r"(?!(?:無断)?(?:転載|引用|二次利用)を?(?:厳禁|禁|不可))(?:無断)?"
        r"(?:(?:複製|複写|コピー|印刷|転送|転載|送付|(?:再|二次)?配[布付]|引用|転用|二次利用|開示"
        r"|持ち?出し?)(?:及び|又は|・|、)?){1,5}を?(?:厳禁|禁止?|不可)"
        r"|禁(?:複製|複写|転送|再?配[布付]|帯出|持ち?出し?)",
    ),
    Term("jp.permission", _ASK, r"要許可|要承認|許可制"),
    Term(
        "jp.return", _ASK, r"(?:読後|閲覧後|使用後|会議後)(?:廃棄|破棄|焼却|回収)|要(?:回収|返却)"
    ),
    Term("jp.personal", _ASK, r"親展"),
    Term(
        "jp.unpublished",
        _ASK,
        r"(?:対外)?(?:非公表|非公開|秘匿)|対外秘|席上配[布付](?:のみ)?|オフレコ",
    ),
)

TERMS = OTHER + AUSTRALIAN + JAPANESE

GLOSSES = r"受信者限り|組織内限り|限定公開|コミュニティ内での共有可|制限なし"
"""What the bot itself writes beside a label: never a marking."""

NEUTRAL = re.compile(
    rf"{GLOSSES}|(?:完全性|可用性) ?[1-3](?:情報)?"
    r"|TLP[ :\-_]{1,3}(?:RED|AMBER(?:[ +\-_]{1,3}STRICT)?|GREEN|CLEAR|WHITE)"
    r"|(?:WORKING |UNCLEARED )?DRAFT(?: V?\d{1,3}(?:\.\d{1,3}){0,3})?"
    r"|案|抄|写し?|正本|無期限|日本語|仮訳"
    r"|PAGE(?: \d{1,4}(?: OF \d{1,4})?)?|COPY \d{1,4} OF \d{1,4}|NO\.? ?\d{1,4}"
    r"|\d{1,4}部(?:中|の内)第?\d{1,4}号|取扱(?:い)?区分|HANDLE WITH CARE|DO NOT (?:COPY|FORWARD)"
    r"|TO BE HANDLED AS|REL|V\d{1,3}(?:\.\d{1,3}){0,3}"
    r"|\d{1,4} OF \d{1,4}|\d{4}[/\-]\d{1,2}[/\-]\d{1,2}|\d{1,2} [A-Z]{3,9} \d{4}"
    r"|(?:令和|平成)?\d{1,4}年\d{1,2}月\d{1,2}日(?:まで)?|用済み?後?(?:廃棄|焼却|返却)|\d{1,4}",
    re.I,
)
"""What may stand on a marking line beside the marking."""

LIMITED_TO = re.compile(
    r"(?P<who>[^\s。、,.;:()\[\]【】「」]{1,30}?)"
    r"(?:(?:のみに?)?限り|(?<=[者内外係員官省庁局課室部府班関国])限)"
    r"(?=$|[\s/,;|&+・、()\[\]【】〔〕「」])"
)
"""〜限り: "only for ...", when it names people and not a time, a number or a possibility."""

NOT_PEOPLE = re.compile(
    r"(?:[年月日週回度時分秒次末期代今]|期間|当面|その場|在庫|数量|現在|現品|本件|目的|範囲|可能|必要"
    r"|[0-9一二三四五六七八九十百千](?:名|名様|人|枚|個|台|点|本|冊|件|部|席|組|社)|[ぁ-ん])$"
)

_KEYS = (
    r"(?:(?:overall|security|protective|document|information|data|message|national|highest)[ \-])?"
    r"(?:security )?(?:classifications?|markings?|protective[ \-]markings?|caveats?|sensitivity"
    r"|handling(?: caveats?| instructions?)?|dissemination(?: limiting marker)?|distribution"
    r"|releasability|release|dlm|epm|marked|classified)"
    r"|[\u4e00-\u9fff]{0,6}の?(?:区分|分類|種別|格付け?|指定|等級|程度)|機密レベル|取り?扱い?(?:は|方法)?"
    r"|(?:取り?扱い?|開示|共有|公開|配[布付])(?:範囲|先|制限|条件)|表示"
    r"|注意?|\(注\)|備考|注記|留意事項"
)
_PLAIN_KEYS = (
    r"(?:security )?(?:classification|class|protective marking|marking|classified)(?: (?:as|at))?"
    r"|[\u4e00-\u9fff]{0,6}(?:区分|指定)|\(注\)"
)
KEY = re.compile(rf"(?:{_KEYS})\s{{0,4}}[:=\-\u2010-\u2015|]{{1,2}}\s{{0,4}}(?=\S)", re.I)
"""A key before a marking: "Classification: SECRET", 区分：秘."""

PLAIN_KEY = re.compile(rf"(?:{_PLAIN_KEYS})(?:[\s:=]{{1,4}}|(?<=\)))(?=\S)", re.I)
"""A key with nothing but a blank before a marking in capitals: "CLASSIFICATION SECRET"."""

SUBJECT = re.compile(
    r"(?:(?:re|fwd?|subject|title|topic|件名|表題|標題|題名|タイトル|返信|転送)"
    r"\s{0,3}:\s{0,3}){1,9}",
    re.I,
)
"""What stands before the subject of a message."""

DECLARATION = re.compile(
    r"(?:th(?:is|e attached|e following)|attached) (?:[\w\-]{1,20} ){1,3}?"
    r"(?:is|are|has been|must be) "
    r"(?:(?:to be )?(?:classified|marked|rated|handled|treated) )?(?:as |at )?"
    r"(?P<en>[A-Z].{1,80}?)[.!]?"
    r"|(?:本|この|当該|添付)(?:[\u3041-\u9fff]{1,10}?)は、?(?P<ja>.{1,40}?)"
    r"(?:です|である|とする|とします|(?:情報)?に該当(?:する|します)|として(?:ください|下さい))[。.]?"
    r"|(?P<request>.{1,40}?)(?:扱い)?(?:で|として|と)(?:の|の?お?取り?扱い?)?を?"
    r"(?:お願い|ご?対応|して|願い)[^。]{0,20}[。.]?",
    re.I,
)
"""A sentence in which a text says of itself what it is: a person is asked."""

EMAIL_VALUES = (
    (r"TOP[ \-]?SECRET", "au.top-secret", _BLOCK),
    (r"SECRET", "au.secret", _BLOCK),
    (r"HIGHLY[ \-]PROTECTED", "au.highly-protected", _BLOCK),
    (r"PROTECTED", "au.protected", _BLOCK),
    (r"CONFIDENTIAL", "au.confidential", _BLOCK),
    (r"RESTRICTED", "au.restricted", _BLOCK),
    (r"(?:FOUO|FOR[ \-]OFFICIAL[ \-]USE[ \-]ONLY)", "au.fouo", _BLOCK),
    (r"OFFICIAL ?[:\-]? ?SENSITIVE", "au.official-sensitive", _ASK),
    (r"SENSITIVE(?: ?: ?\w{1,20})?", "au.sensitive", _ASK),
    (r"UNOFFICIAL", "au.unofficial", _ALLOW),
    (r"UNCLASSIFIED", "au.unclassified", _ALLOW),
    (r"OFFICIAL", "au.official", _ALLOW),
)
"""Values of `SEC=` in the Email Protective Marking Standard, old and new."""

PORTIONS: dict[str, tuple[str, Decision] | None] = {
    "TS": ("au.portion.top-secret", _BLOCK),
    "S": ("au.portion.secret", _BLOCK),
    "P": ("au.portion.protected", _BLOCK),
    "HP": ("au.portion.highly-protected", _BLOCK),
    "NF": ("other.portion", _BLOCK),
    "FOUO": ("au.fouo", _BLOCK),
    "O:S": ("au.portion.official-sensitive", _ASK),
    "OS": ("au.portion.official-sensitive", _ASK),
    "O": ("au.portion.official", _ALLOW),
    "UO": ("au.portion.unofficial", _ALLOW),
    "U": ("other.portion.unclassified", _ALLOW),
}
"""Portion marks at the start of a paragraph; (C) is a copyright sign and is left alone."""

LONGEST_NAME = 300

DOCUMENT_NAME = re.compile(
    r"\s*(?P<stem>[^\n/\\]{1,240})\.(?:pdf|docx?|docm|xlsx?|xlsm|pptx?|odt|ods|odp|rtf|txt|csv|md|eml"
    r"|msg|html?|jtdc?|jtt|zip|7z|png|jpe?g|tiff?|json|xml)\s*",
    re.I,
)
"""A text that is a document's file name."""
