"""Who is named as owner in a note: people, agencies, sides; what merely takes part is not one.

Promise: agencies come out as their codes, a mention as the mention, a side as JP or AU
(both sides as JP and AU); whoever the roster does not know comes out as typed, to be
asked about. `w/ X`, `to X`, `in consultation with X`, Xに, Xと are not owners.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial

from bot.domain.agencies import SEED, Agency, resolve_agency
from bot.domain.characters import fold


def _words(typed: str) -> frozenset[str]:
    return frozenset(typed.split())


_BOTH = (
    r"both\s+(?:sides|governments|countries|parties)|each\s+side|the\s+two\s+sides|all\s+sides"
    r"|双方|両国|両者|両政府|日豪双方|日豪両国|日豪"
)
_CHAIRS = r"both\s+co-?chairs|co-?chairs(?:'\s+offices)?|共同議長"
_EVERYBODY = (
    r"all(?:\s+(?:agencies|participants|delegations|members|parties))?|everyone|everybody|全員"
    r"|各機関|全機関|関係機関|各省庁|関係省庁|各自|参加者"
)
_JP = (
    r"(?:japan(?:ese)?|jp|jpn|tokyo)\s+side|japan|jp|jpn|tokyo|日本側|日側|日本政府|日本(?![語人国法円製時])|我が方"
    r"|当方"
)
_AU = (
    r"(?:australian?|aus?|aussie|canberra)\s+side|australia|aus?|canberra|豪州側|豪側|豪州政府"
    r"|豪政府|オーストラリア側|豪州(?![人国法])|オーストラリア(?![人国])|先方"
)
_MENTION = r"<@[A-Z0-9]+(?:\|[^>]*)?>|<!subteam\^[A-Z0-9]+(?:\|[^>]*)?>|@[A-Za-z][\w.-]+"
_ACRONYM = r"(?-i:[A-Z]{2,7}(?:&[A-Z])?(?![A-Za-z]))"
_PERSON = r"(?-i:(?:Mr|Ms|Mrs|Dr|Amb)\.?\s+[A-Z][a-z]+|[A-Z][a-z]+(?:\s+[A-Z][a-z]+){0,2}(?:-san)?)"
_PERSON_JA = (
    r"[一-龥々]{1,6}(?:さん|氏|様|課長|大使|補佐|室長|部長|局長|次長|参事官|審議官|書記官|担当官)"
)
_CABINET_SECRETARIAT = "内閣官房"
_HOUSE_JA = r"[一-龥ァ-ヶー]{0,10}(?:事務局|大使館|委員会|省|庁|室)"
_TITLE = (
    r"(?:\s?(?:さん|様(?![式々子相態])|殿|氏|各位|御中|側|チーム|担当))?(?:-san\b|\s+(?:team"
    r"|side|desk|delegation)\b)?"
)
_BRACKET = r"(?:\s?\([^()]{1,60}\))?"
_JOINT = (
    r"\s*(?:[,、;]\s*(?:and\s+|及び|並びに)?|[/&・+]|\band/or\b|\band\b|と|及び|および|並びに"
    r"|ならびに|かつ)\s*|\s+(?=<[@!])"
)
_HOUSE_MARK = re.compile(r"\s*[/・&]\s*")
MOST_OWNERS = 12
# Capitals that are no agency of either side, or no agency at all.
_NOT_OURS = _words(
    "AI IT OT IOC IOCS TTP POC TLP CVE COB EOD EOM EOW NLT ASAP TBC TBD FYI NB PS RE FW UN EU"
    " US UK NZ"
    " NATO ASEAN PIF QUAD G7 G20 OEWG IETF ITU ICANN ISO ICT IOT SBOM MFA VPN DNS API PDF PPT"
    " VTC OK NO"
    " YES AOB TOR MOU MOC NOTE DRAFT FINAL OLD NEW AM PM JST AEST AEDT DATE TIME VENUE ADV AP TODO"
    " ACTION DECISION AGREED HTTP HTTPS URL CII SOCI ACD CBM CBMS PARA"
)
_NOT_PEOPLE = _words(
    "All And Also Any Both But Draft Each Final First How If It Next No None Not Note Now Once"
    " Please"
    " Paper Ready Reply Same See Some That The Then There These They This Those Time We What"
    " When Where"
    " Which Who Why Work You Able According Addition Due Response Thanks Thank Dialogue Meeting"
    " Agenda"
    " Comments Plan Plans Proposal Subject Venue Minutes Need Want Happy Happy Going Back Back"
    " Nothing"
    " Discussion Lunch Pending Prior Request Update Up Agreement Access Link Report Similar"
    " Good Great"
    " Everything Something Information Slides Text Document Documents Views Today Tomorrow"
    " Monday Tuesday"
    " Wednesday Thursday Friday Saturday Sunday Morning Law Laws Industry Business Use Users"
    " Parliament"
    " Close Closer Support Steps Way Ways Road Path Approach Efforts Effort Commitment Opportunity"
    " Opportunities Progress Aim Aims Goal Intent Intention"
)


@dataclass(frozen=True, slots=True)
class OwnersFound:
    """Owners in the order named; each a code, a side, a mention, or the words typed."""

    owners: tuple[str, ...]
    end: int
    is_shortened: bool


@dataclass(frozen=True, slots=True)
class Names:
    """The patterns of one agency table."""

    known: str
    anybody: str
    resolve: Callable[[str], Agency | None]

    def owners(self, typed: str) -> tuple[str, ...]:
        """The owners in words that hold nothing but owners; empty when there is more."""
        wanted = typed.strip(" ,、;:")
        found = next(iter(self.lists(wanted, strangers=True)), None)
        return found.owners if found and found.end == len(wanted) else ()

    def lists(self, text: str, *, strangers: bool) -> Iterator[OwnersFound]:
        """The lists of owners at the start of a text, the longest first."""
        one, joint = _patterns(self.anybody if strangers else self.known)
        found: list[re.Match[str]] = []
        at: int | None = 0
        while at is not None and (name := one.match(text, at)) and len(found) < MOST_OWNERS:
            found.append(name)
            between = joint.match(text, name.end())
            at = between.end() if between else None
        for count in range(len(found), 0, -1):
            owners = self._read(found[:count], text)
            if owners:
                yield OwnersFound(owners, found[count - 1].end(), count < len(found))

    def _read(self, found: list[re.Match[str]], text: str) -> tuple[str, ...]:
        """Two codes of one house, joined by a slash, a dot or an ampersand, are one owner."""
        owners: list[str] = []
        before: re.Match[str] | None = None
        for name in found:
            pair = text[before.start() : name.end()] if before else ""
            pair = pair if _HOUSE_MARK.search(pair) else ""
            house = self.resolve(_HOUSE_MARK.sub("/", pair)) if pair else None
            named = (house.code,) if house else self._owner(name[0])
            if not named:
                return ()
            owners[len(owners) - bool(house) :] = named
            before = name
        return tuple(dict.fromkeys(owners))

    def _owner(self, word: str) -> tuple[str, ...]:
        whole = re.sub(r"^the\s+", "", word.strip(), flags=re.IGNORECASE)
        # The Cabinet Secretariat's offices are written with its name before theirs, too.
        whole = whole.removeprefix(_CABINET_SECRETARIAT)
        agency = self.resolve(whole)
        if agency is not None:
            return (agency.code,)
        if side := _side(whole):
            return side
        bare = re.sub(rf"{_TITLE}{_BRACKET}$", "", whole) or whole
        named = self.resolve(bare)
        return (named.code,) if named is not None else _not_an_agency(bare)


def _side(word: str) -> tuple[str, ...]:
    for pattern, owners in (
        (_BOTH, ("JP", "AU")),
        (_CHAIRS, ("MOFA", "DFAT")),
        (_EVERYBODY, ("ALL",)),
        (_JP, ("JP",)),
        (_AU, ("AU",)),
    ):
        if re.fullmatch(pattern, word, re.IGNORECASE):
            return owners
    return ()


def _not_an_agency(word: str) -> tuple[str, ...]:
    if side := _side(word):
        return side
    if word.upper() in _NOT_OURS or word.split(maxsplit=1)[0] in _NOT_PEOPLE:
        return ()
    return (re.sub(r"\|[^>]*>", ">", word),)


@lru_cache(maxsize=8)
def names_of(table: Sequence[Agency] = SEED, on: date = date.max) -> Names:
    """The patterns for one table of agencies; the table must be a tuple."""
    typed = {
        fold(name).text
        for agency in table
        for name in (
            agency.code,
            agency.name_en,
            agency.name_ja,
            *(alias.name for alias in agency.aliases),
        )
    }
    agencies = "|".join(map(_name, sorted(typed, key=len, reverse=True)))
    agencies = rf"(?:{_CABINET_SECRETARIAT})?(?:{agencies})"
    sides = "|".join(rf"(?:{side})(?![A-Za-z])" for side in (_BOTH, _CHAIRS, _EVERYBODY))
    known = rf"{_MENTION}|{sides}|{agencies}|(?:{_JP}|{_AU})(?![A-Za-z])"
    anybody = rf"{known}|{_PERSON_JA}|{_HOUSE_JA}|{_ACRONYM}|{_PERSON}"
    resolve = lru_cache(maxsize=4096)(partial(resolve_agency, on=on, table=table))
    return Names(known, anybody, resolve)


def _name(name: str) -> str:
    """A name as a pattern; two letters, and codes that are words, only in capitals."""
    pattern = re.escape(name).replace(r"\ ", r"\s+").replace("'", "['\u2018\u2019]")
    if name.isascii():
        pattern = rf"(?<![A-Za-z0-9]){pattern}(?![A-Za-z0-9])"
    return rf"(?-i:{pattern})" if len(name) == 2 or name in {"MIC", "MOD", "PMC"} else pattern


@lru_cache(maxsize=16)
def _patterns(names: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    one = rf"(?:the\s+)?(?:{names}){_TITLE}{_BRACKET}"
    return re.compile(one, re.IGNORECASE), re.compile(_JOINT, re.IGNORECASE)
