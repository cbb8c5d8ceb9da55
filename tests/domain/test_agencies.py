"""A typed name is one agency or none."""

from datetime import date, timedelta

import pytest

from bot.domain.agencies import SEED, Agency, Alias, former_name, resolve_agency

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("MOFA", "MOFA"),
        ("mofa", "MOFA"),
        ("ＭＯＦＡ", "MOFA"),
        (" the Ministry of Foreign Affairs ", "MOFA"),
        ("外務省", "MOFA"),
        ("DFAT", "DFAT"),
        ("外務貿易省", "DFAT"),
        ("NCO", "NCO"),
        ("NISC", "NCO"),
        ("内閣サイバーセキュリティセンター", "NCO"),
        ("Defence", "Defence"),
        ("Defense", "MOD"),
        ("Department of Defence", "Defence"),
        ("Ministry of Defense", "MOD"),
        ("防衛省", "MOD"),
        ("国防省", "Defence"),
        ("自衛隊", "JSDF"),
        ("MOD/JSDF", "MOD"),
        ("Defence/ADF", "Defence"),
        ("内務省", "HA"),
        ("総務省", "MIC"),
        ("Home Affairs", "HA"),
        ("Home Affairs (NOCS)", "NOCS"),
        ("Department of Home Affairs (HA)", "HA"),
        ("内務省（NOCS）", "NOCS"),
        ("ASD", "ASD"),
        ("ACSC", "ACSC"),
        ("ASD/ACSC", "ASD"),
        ("ACSC / ASD", "ASD"),
        ("ASD (ACSC)", "ACSC"),
        ("ASD's ACSC", "ACSC"),
        ("ASD’s ACSC", "ACSC"),
        ("ASD's Australian Cyber Security Centre", "ACSC"),
        ("JPCERT", "JPCERT/CC"),
        ("JPCERT/CC", "JPCERT/CC"),
        ("ＪＰＣＥＲＴ／ＣＣ", "JPCERT/CC"),
        ("JPCERTコーディネーションセンター", "JPCERT/CC"),
        ("経産省", "METI"),
        ("経済産業省", "METI"),
        ("IPA", "IPA"),
        ("デジタル庁", "DA"),
        ("PM&C", "PM&C"),
        ("ＰＭ＆Ｃ", "PM&C"),
        ("Attorney-General’s Department", "AGD"),
        ("オーストラリア連邦警察", "AFP"),
        ("警察庁", "NPA"),
    ],
)
def test_names_codes_and_aliases_resolve(typed: str, code: str) -> None:
    agency = resolve_agency(typed, TODAY)
    assert agency is not None
    assert agency.code == code


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "  ",
        "AI",
        "NCSC",
        "CISA",
        "Ministry of Defence",
        "Department of Defense",
        "MOFA/DFAT",
        "DFAT and MOFA",
        "MOFA (DFAT)",
        "Somebody (NOCS)",
        "外務",
        "省",
        "Cyber",
    ],
)
def test_what_is_no_single_agency_resolves_to_none(typed: str) -> None:
    assert resolve_agency(typed, TODAY) is None


def test_a_former_name_finds_its_house_and_is_noted() -> None:
    agency = resolve_agency("nisc", TODAY)
    assert agency is not None
    assert former_name("nisc", agency, TODAY) == Alias("NISC", valid_to=date(2025, 6, 30))
    assert former_name("NISC", agency, date(2025, 6, 30)) is None
    assert former_name("NCO", agency, TODAY) is None


def test_a_name_claimed_twice_is_nobodys_and_one_in_use_goes_before_a_former_one() -> None:
    yesterday = TODAY - timedelta(days=1)
    old = Agency("OLD", "Old", "旧", "JP", "office", aliases=(Alias("X", valid_to=yesterday),))
    new = Agency("NEW", "New", "新", "JP", "office", aliases=(Alias("X", valid_from=TODAY),))
    assert resolve_agency("X", TODAY, (old, new)) is new
    assert resolve_agency("X", yesterday, (old, new)) is old
    twin = Agency("TWIN", "Twin", "双", "AU", "office", aliases=(Alias("X"),))
    assert resolve_agency("X", TODAY, (new, twin)) is None


def test_the_seed_is_consistent() -> None:
    codes = [agency.code for agency in SEED]
    assert len(codes) == len(set(codes))
    for agency in SEED:
        assert agency.government in {"JP", "AU"}
        assert agency.name_en
        assert agency.name_ja
        assert agency.parent is None or agency.parent in codes
        for name in (agency.code, agency.name_en, agency.name_ja, *map(_name, agency.aliases)):
            assert resolve_agency(name, TODAY) == agency


def _name(alias: Alias) -> str:
    return alias.name
