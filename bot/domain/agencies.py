"""The agencies of both governments, and how their names are read.

Promise: a typed name is one agency of the table or none; nothing is guessed. 内務省 is never
総務省, Defence is never Defense, and a name two agencies could claim is nobody's. A former name
still finds its house (NISC is read as NCO); `former_name` says so, for the note that goes with it.

Sources, row by row; the first seed, edited afterwards as data:
MOFA, DFAT: co-chairs of the Cyber Policy Dialogue (Strategic Cyber Partnership, paragraph 7), the
Ambassador in charge of Cyber Policy and the Ambassador for Cyber Affairs and Critical Technology.
NCO: reorganised out of NISC on 1 July 2025 (Cabinet Secretariat); NISC to 30 June 2025.
NSS, CIRO: Cabinet Secretariat. NPA: National Public Safety Commission. PSIA: Ministry of Justice.
MOD, JSDF: Ministry of Defense ("Defense" is its own spelling). METI, MIC, DA: their own official
English names. IPA: incorporated agency under METI. JPCERT/CC: an independent coordination centre,
no ministry. HA, NOCS, CISC: Department of Home Affairs (内務省 is MOFA's rendering); NOCS has no
official Japanese name, so its English one stands. ASD, ACSC: Australian Signals Directorate; the
centre is written "ASD's ACSC". AFP, Defence, ADF, ONI, AUSTRAC, PM&C, AGD, ASIO: their own official
English names; the Japanese ones of ONI, CISC, AUSTRAC, PM&C, AGD and ASIO are reference renderings.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.characters import fold


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name of an agency, and the first and last day it was in use (None: open)."""

    name: str
    valid_from: date | None = None
    valid_to: date | None = None

    def is_valid(self, on: date) -> bool:
        """Say whether the name is in use on a day."""
        return (self.valid_from or date.min) <= on <= (self.valid_to or date.max)


@dataclass(frozen=True, slots=True)
class Agency:
    """One agency: its code, names, government ("JP" or "AU"), kind, and the house it belongs to."""

    code: str
    name_en: str
    name_ja: str
    government: str
    kind: str
    parent: str | None = None
    aliases: tuple[Alias, ...] = ()


def _also(*names: str) -> tuple[Alias, ...]:
    return tuple(Alias(name) for name in names)


_NISC_UNTIL = date(2025, 6, 30)
_NCO_SINCE = date(2025, 7, 1)

JAPANESE: tuple[Agency, ...] = (
    Agency(
        "MOFA",
        "Ministry of Foreign Affairs of Japan",
        "外務省",
        "JP",
        "ministry",
        aliases=_also(
            "Ministry of Foreign Affairs", "MOFAJ", "日本国外務省", "サイバー政策担当大使"
        ),
    ),
    Agency(
        "NCO",
        "National Cybersecurity Office",
        "国家サイバー統括室",
        "JP",
        "office",
        aliases=(
            Alias("サイバー統括室", _NCO_SINCE),
            Alias("National Cyber Office", _NCO_SINCE),
            Alias("NISC", valid_to=_NISC_UNTIL),
            Alias("内閣サイバーセキュリティセンター", valid_to=_NISC_UNTIL),
            Alias(
                "National center of Incident readiness and Strategy for Cybersecurity",
                valid_to=_NISC_UNTIL,
            ),
        ),
    ),
    Agency(
        "NSS",
        "National Security Secretariat",
        "国家安全保障局",
        "JP",
        "office",
        aliases=_also("国安局"),
    ),
    Agency(
        "CIRO",
        "Cabinet Intelligence and Research Office",
        "内閣情報調査室",
        "JP",
        "intelligence",
        aliases=_also("内調"),
    ),
    Agency("NPA", "National Police Agency", "警察庁", "JP", "police"),
    Agency(
        "PSIA",
        "Public Security Intelligence Agency",
        "公安調査庁",
        "JP",
        "intelligence",
        aliases=_also("公安庁"),
    ),
    Agency(
        "MOD",
        "Ministry of Defense",
        "防衛省",
        "JP",
        "defence",
        aliases=_also(
            "Defense", "Japan Ministry of Defense", "Ministry of Defense of Japan", "JMOD"
        ),
    ),
    Agency(
        "JSDF",
        "Japan Self-Defense Forces",
        "自衛隊",
        "JP",
        "defence",
        parent="MOD",
        aliases=_also("SDF", "Self-Defense Forces"),
    ),
    Agency(
        "METI",
        "Ministry of Economy, Trade and Industry",
        "経済産業省",
        "JP",
        "ministry",
        aliases=_also("経産省"),
    ),
    Agency(
        "MIC",
        "Ministry of Internal Affairs and Communications",
        "総務省",
        "JP",
        "ministry",
    ),
    Agency("DA", "Digital Agency", "デジタル庁", "JP", "agency"),
    Agency(
        "IPA",
        "Information-technology Promotion Agency, Japan",
        "情報処理推進機構",
        "JP",
        "agency",
        aliases=_also("Information-technology Promotion Agency", "独立行政法人情報処理推進機構"),
    ),
    Agency(
        "JPCERT/CC",
        "JPCERT Coordination Center",
        "JPCERTコーディネーションセンター",
        "JP",
        "cert",
        aliases=_also("JPCERT", "JPCERTCC", "JPCERT-CC", "JPCERT Coordination Centre"),
    ),
)

AUSTRALIAN: tuple[Agency, ...] = (
    Agency(
        "DFAT",
        "Department of Foreign Affairs and Trade",
        "外務貿易省",
        "AU",
        "department",
        aliases=_also("Foreign Affairs and Trade", "豪外務貿易省", "豪州外務貿易省"),
    ),
    Agency(
        "HA",
        "Department of Home Affairs",
        "内務省",
        "AU",
        "department",
        aliases=_also("Home Affairs", "DHA", "豪内務省", "豪州内務省"),
    ),
    Agency(
        "NOCS",
        "National Office of Cyber Security",
        "National Office of Cyber Security",
        "AU",
        "office",
        parent="HA",
        aliases=_also("National Cyber Security Coordinator", "NCSC Coordinator (AU)"),
    ),
    Agency(
        "CISC",
        "Cyber and Infrastructure Security Centre",
        "サイバー・インフラセキュリティセンター",
        "AU",
        "office",
        parent="HA",
    ),
    Agency(
        "ASD",
        "Australian Signals Directorate",
        "豪州通信電子局",
        "AU",
        "intelligence",
        aliases=_also("オーストラリア通信電子局", "豪通信電子局"),
    ),
    Agency(
        "ACSC",
        "ASD's Australian Cyber Security Centre",
        "オーストラリア・サイバーセキュリティセンター",
        "AU",
        "cert",
        parent="ASD",
        aliases=_also(
            "Australian Cyber Security Centre",
            "ASD's ACSC",
            "ASD ACSC",
            "豪州サイバーセキュリティセンター",
            "豪サイバーセキュリティセンター",
        ),
    ),
    Agency(
        "AFP",
        "Australian Federal Police",
        "オーストラリア連邦警察",
        "AU",
        "police",
        aliases=_also("豪州連邦警察", "豪連邦警察"),
    ),
    Agency(
        "Defence",
        "Department of Defence",
        "国防省",
        "AU",
        "defence",
        aliases=_also("Australian Department of Defence", "豪国防省", "豪州国防省"),
    ),
    Agency(
        "ADF",
        "Australian Defence Force",
        "豪州国防軍",
        "AU",
        "defence",
        parent="Defence",
        aliases=_also("オーストラリア国防軍", "豪国防軍", "豪軍"),
    ),
    Agency(
        "ONI",
        "Office of National Intelligence",
        "国家情報庁",
        "AU",
        "intelligence",
        aliases=_also("豪州国家情報庁"),
    ),
    Agency(
        "AUSTRAC",
        "Australian Transaction Reports and Analysis Centre",
        "オーストラリア取引報告・分析センター",
        "AU",
        "agency",
    ),
    Agency(
        "PM&C",
        "Department of the Prime Minister and Cabinet",
        "首相内閣省",
        "AU",
        "department",
        aliases=_also("PMC", "DPMC", "Prime Minister and Cabinet"),
    ),
    Agency(
        "AGD",
        "Attorney-General's Department",
        "法務長官省",
        "AU",
        "department",
        aliases=_also("Attorney-General's"),
    ),
    Agency(
        "ASIO",
        "Australian Security Intelligence Organisation",
        "オーストラリア保安情報機構",
        "AU",
        "intelligence",
        aliases=_also("豪州保安情報機構", "Australian Security Intelligence Organization"),
    ),
)

SEED: tuple[Agency, ...] = JAPANESE + AUSTRALIAN

_IN_BRACKETS = re.compile(r"(?P<house>[^()]+?) ?\((?P<inner>[^()]+)\)")
_PAIR = re.compile(r"(?P<one>[^/&・、,]+?) ?[/・] ?(?P<other>[^/&・、,]+)")
_APOSTROPHES = re.compile("[\u2018\u2019\u02bc`´]")


def resolve_agency(typed: str, on: date, table: Sequence[Agency] = SEED) -> Agency | None:
    """Return the one agency a typed name means on a day, or None when it is unknown or ambiguous.

    Codes, names and aliases in any width and case; `Home Affairs (NOCS)` means NOCS; of two codes
    of one house (ASD/ACSC) the parent's. A name in use on that day goes before a former one.
    """
    wanted = _key(typed)
    if not wanted:
        return None
    return _named(wanted, on, table) or _bracketed(wanted, on, table) or _paired(wanted, on, table)


def former_name(typed: str, agency: Agency, on: date) -> Alias | None:
    """Return the alias under which a typed name was read, when it was not in use on that day."""
    wanted = _key(typed)
    for alias in agency.aliases:
        if _key(alias.name) == wanted and not alias.is_valid(on):
            return alias
    return None


def _key(name: str) -> str:
    """A name without width, case, honorific article, straight apostrophes and single blanks."""
    seen = _APOSTROPHES.sub("'", fold(name).text).strip(" \t\n.,;:、。@[]【】「」")
    return " ".join(seen.removeprefix("the ").removeprefix("The ").split()).casefold()


def _named(wanted: str, on: date, table: Sequence[Agency]) -> Agency | None:
    """Codes first, then names and aliases of the day, then former ones; two claims are none."""
    codes = [agency for agency in table if _key(agency.code) == wanted]
    names = [agency for agency in table if wanted in {_key(agency.name_en), _key(agency.name_ja)}]
    current = [agency for agency in table if _has_alias(agency, wanted, on, valid=True)]
    former = [agency for agency in table if _has_alias(agency, wanted, on, valid=False)]
    for claims in (codes, list(dict.fromkeys(names + current)), former):
        if claims:
            return claims[0] if len(claims) == 1 else None
    return None


def _has_alias(agency: Agency, wanted: str, on: date, *, valid: bool) -> bool:
    return any(
        _key(alias.name) == wanted and alias.is_valid(on) is valid for alias in agency.aliases
    )


def _bracketed(wanted: str, on: date, table: Sequence[Agency]) -> Agency | None:
    """ "Home Affairs (NOCS)": the inner one, when the outer one is its house or the same."""
    match = _IN_BRACKETS.fullmatch(wanted)
    if match is None:
        return None
    house, inner = _named(match["house"], on, table), _named(match["inner"], on, table)
    if house is None or inner is None:
        return None
    return inner if inner == house or inner.parent == house.code else None


def _paired(wanted: str, on: date, table: Sequence[Agency]) -> Agency | None:
    """ "ASD/ACSC": two codes of one house mean the house."""
    match = _PAIR.fullmatch(wanted)
    if match is None:
        return None
    one, other = _named(match["one"], on, table), _named(match["other"], on, table)
    if one is None or other is None:
        return None
    if other.parent == one.code or one == other:
        return one
    return other if one.parent == other.code else None
