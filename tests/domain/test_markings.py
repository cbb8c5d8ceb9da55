"""Nothing marked leaves a channel; nothing unmarked is held back."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.labels import GLOSS_JA
from bot.domain.markings import Decision, read_marking, screen
from tests.domain.marking_cases import ALLOW, ASK, BLOCK, LABELLED

DATA = Path(__file__).parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the shared reading data is not here")


@pytest.mark.parametrize("text", BLOCK, ids=ascii)
def test_a_marked_text_is_blocked(text: str) -> None:
    assert screen(text).decision is Decision.BLOCK


@pytest.mark.parametrize("text", ASK, ids=ascii)
def test_a_sensitive_quoted_or_disguised_marking_is_asked_about(text: str) -> None:
    assert screen(text).decision is Decision.ASK


@pytest.mark.parametrize("text", ALLOW, ids=ascii)
def test_an_unmarked_text_is_allowed(text: str) -> None:
    assert screen(text).decision is Decision.ALLOW


@pytest.mark.parametrize(("text", "label", "decision"), LABELLED, ids=ascii)
def test_label_and_marking_are_read_together(text: str, label: str | None, decision: str) -> None:
    reading = read_marking(text)
    assert (reading.label, reading.decision) == (label, decision)


def test_our_own_cases_are_many() -> None:
    assert len({*BLOCK, *ASK, *ALLOW}) >= 300


def test_a_low_marking_is_allowed_and_recorded() -> None:
    assert [finding.rule for finding in screen("OFFICIAL").findings] == ["au.official"]
    assert [finding.rule for finding in screen("機密性1情報").findings] == ["jp.confidentiality-1"]


def test_the_strongest_finding_of_title_body_and_file_name_wins() -> None:
    assert screen("OFFICIAL", "取扱注意", "x.pdf").decision is Decision.ASK
    assert screen("OFFICIAL", "body", "brief【極秘】.pdf").decision is Decision.BLOCK
    assert screen("SECRET.docx").decision is Decision.BLOCK
    assert screen("20261122_SECRET_brief.docx").decision is Decision.ASK
    assert screen("client_secret.json").decision is Decision.ALLOW


def test_findings_carry_places_and_never_the_text() -> None:
    texts = ("title", "body\n  \u200b【秘】x [SEC=PROTECTED]")
    joined = "\n".join(texts)
    findings = screen(*texts).findings
    assert {joined[found.start : found.end] for found in findings} == {"【秘】", "SEC=PROTECTED"}
    assert not any("秘" in found.rule for found in findings)


def test_the_bots_own_glosses_are_not_markings() -> None:
    for label, gloss in GLOSS_JA.items():
        assert screen(gloss).findings == ()
        assert screen(f"{label} {gloss}").findings == ()


def test_no_rule_equates_japanese_and_australian_classifications() -> None:
    rules = {found.rule for text in (*BLOCK, *ASK) for found in screen(text).findings}
    assert all(rule.split(".")[0] in {"au", "jp", "other"} for rule in rules)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60), st.sampled_from(BLOCK), st.text(max_size=60))
def test_a_marking_on_its_own_line_is_never_missed(before: str, marked: str, after: str) -> None:
    text = f"{before}\n\n{marked}\n\n{after}"
    assert screen(text).decision in {Decision.BLOCK, Decision.ASK}


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from([*BLOCK, *ASK, "```", "`", "~", ">", "(", "[", "TLP:"]), max_size=6)
)
def test_places_always_lie_within_the_text(parts: list[str]) -> None:
    text = " ".join(parts)
    for found in screen(text).findings:
        assert 0 <= found.start < found.end <= len(text)


@needs_data
def test_the_authored_cases_are_read_right() -> None:
    path = DATA / "marking-positives" / "authored-marking-cases.ndjson"
    cases = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    wrong = [case["id"] for case in cases if read_marking(case["text"]).decision != case["expect"]]
    assert wrong == []


@needs_data
def test_the_email_marking_cases_are_read_right() -> None:
    text = (DATA / "marking-positives" / "au-epms-subject-header-cases.md").read_text("utf-8")
    cases = re.findall(r"^pass \((allow|deny)\):\n((?:.+\n)+)", text, re.M)
    assert len(cases) >= 18
    for expected, case in cases:
        assert (screen(case).decision is Decision.ALLOW) == (expected == "allow"), case


@needs_data
@pytest.mark.parametrize("folder", ["wasoc-advisories", "marking-negatives"])
def test_no_published_text_is_blocked(folder: str) -> None:
    paths = [path for path in sorted((DATA / folder).rglob("*")) if path.is_file()]
    texts = {path.name: path.read_text("utf-8", errors="replace") for path in paths}
    blocked = [name for name, text in texts.items() if screen(text).decision is Decision.BLOCK]
    assert blocked == []


@needs_data
def test_no_published_csaf_advisory_is_blocked() -> None:
    for path in sorted((DATA / "cisa-csaf" / "advisories").glob("*.json")):
        texts = set(_strings(json.loads(path.read_text("utf-8"))))
        assert screen(*texts).decision is not Decision.BLOCK, path.name


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from _strings(value)
    elif isinstance(node, list):
        for value in node:
            yield from _strings(value)
