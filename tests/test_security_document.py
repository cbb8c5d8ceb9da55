"""The document of threats names controls whose tests exist, and leaves no threat without one."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
TESTS = {
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
}


def test_every_test_the_page_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert len(named) > 50
    assert named <= TESTS, named - TESTS


def test_every_threat_has_a_control_and_a_test() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and "---" not in line]
    assert len(rows) > 20
    for row in rows[1:]:
        threat, control, tests = (cell.strip() for cell in row.strip("|").split(" | "))
        assert len(threat) > 5
        assert len(control) > 20
        assert "`test_" in tests, threat


def test_whoever_finds_a_weakness_is_told_in_both_languages_what_to_do() -> None:
    policy = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert "Report a vulnerability" in policy
    assert "脆弱性のご報告" in policy
    assert "docs/security.md" in policy
