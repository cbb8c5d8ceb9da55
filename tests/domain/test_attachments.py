"""Which files travel, under which names, and what their bytes must look like."""

import unicodedata

import pytest

from bot.domain.attachments import (
    LONGEST_NAME,
    MACROS,
    MEGABYTE,
    USUAL_TYPES,
    FilePolicy,
    Staying,
    judge_head,
    judge_parts,
    kind_of,
    safe_name,
)
from bot.domain.inert import inert, is_inert
from tests.domain.hostile import CORPUS

POLICY = FilePolicy()


@pytest.mark.parametrize(
    ("written", "safe"),
    [
        ("annex.pdf", "annex.pdf"),
        ("別添1 侵害の痕跡.xlsx", "別添1 侵害の痕跡.xlsx"),
        ("ａｎｎｅｘ．ｐｄｆ", "annex.pdf"),
        ("../../etc/passwd", "etc passwd"),
        ("..\\..\\annex.pdf", "annex.pdf"),
        ("C:\\annex.pdf", "C annex.pdf"),
        ("annex\u202efdp.exe", "annexfdp.exe"),
        ("an\u200bnex\u2060.pdf", "annex.pdf"),
        ("annex\r\nX-Evil: 1.pdf", "annex X-Evil 1.pdf"),
        ("evil.exe. . ", "evil.exe"),
        ("<!channel>.pdf", "!channel .pdf"),
        ("@here.csv", "＠here.csv"),
        ("＠here.csv", "＠here.csv"),
        ("con.pdf", "_con.pdf"),
        ("NUL", "_NUL"),
        (".htaccess", "htaccess"),
        ("", "_"),
        ("\u202e", "_"),
    ],
)
def test_a_name_names_one_file_and_shows_as_what_it_is(written: str, safe: str) -> None:
    assert safe_name(written) == safe


@pytest.mark.parametrize("hostile", CORPUS, ids=ascii)
def test_a_hostile_name_is_harmless_everywhere(hostile: str) -> None:
    safe = safe_name(f"{hostile}.pdf")
    assert safe_name(safe) == safe
    assert 0 < len(safe) <= LONGEST_NAME
    assert not set(safe) & set('/\\:*?"<>|@\n\r\t')
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs"} for char in safe)
    assert is_inert(inert(safe).replace("&", "&amp;"))


def test_a_long_name_keeps_its_ending() -> None:
    safe = safe_name("長" * 300 + ".pdf")
    assert len(safe) == LONGEST_NAME
    assert kind_of(safe) == "pdf"
    assert kind_of("a." + "x" * 300) not in USUAL_TYPES


@pytest.mark.parametrize(
    "name",
    [
        *("a.exe", "a.EXE", "a.pdf.exe", "a.scr", "a.bat", "a.js", "a.vbs", "a.ps1", "a.lnk"),
        *("a.docm", "a.xlsm", "a.doc", "a.xls", "a.zip", "a.7z", "a.rar", "a.gz", "a.iso"),
        *("a.html", "a.svg", "a", "pdf", ".pdf", "a.pdf.", "a.ｅｘｅ", "a.exe\u200b", ""),
    ],
)
def test_programs_macros_archives_and_the_nameless_stay(name: str) -> None:
    known = kind_of(name) == "pdf"
    assert POLICY.judge(name, 1) is (None if known else Staying.KIND)
    assert not known or name == "a.pdf."


@pytest.mark.parametrize("kind", USUAL_TYPES)
def test_the_usual_types_travel(kind: str) -> None:
    assert POLICY.judge(f"a.{kind}", 20 * MEGABYTE) is None
    assert POLICY.judge(f"a.{kind.upper()}", 20 * MEGABYTE + 1) is Staying.SIZE
    assert FilePolicy(relay=False).judge(f"a.{kind}", 1) is Staying.SWITCHED_OFF


PROGRAMS = [b"MZ\x90\x00", b"\x7fELF\x02", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08"]


@pytest.mark.parametrize("kind", USUAL_TYPES)
@pytest.mark.parametrize("head", PROGRAMS)
def test_a_program_stays_whatever_it_calls_itself(kind: str, head: bytes) -> None:
    assert judge_head(f"a.{kind}", head) is Staying.KIND


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("a.pdf", b"%PDF-1.7"),
        ("a.png", b"\x89PNG\r\n\x1a\n0000"),
        ("a.jpg", b"\xff\xd8\xff\xe0"),
        ("a.gif", b"GIF89a"),
        ("a.docx", b"PK\x03\x04"),
        ("a.csv", "指標,種別\n".encode()),
        ("a.csv", "指標,種別\n".encode("shift_jis")),
        ("a.csv", "指標,種別\n".encode("utf-16")),
        ("a.json", b"{}"),
    ],
)
def test_what_is_as_it_says_travels(name: str, head: bytes) -> None:
    assert judge_head(name, head) is None


@pytest.mark.parametrize(
    ("name", "head", "why"),
    [
        ("a.pdf", b"<html>", Staying.KIND),
        ("a.png", b"%PDF-1.7", Staying.KIND),
        ("a.txt", b"%PDF-1.7", Staying.KIND),
        ("a.csv", b"a,b\n\x00\x00", Staying.KIND),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Staying.KIND),
        ("a.csv", b"", Staying.EMPTY),
    ],
)
def test_what_is_otherwise_than_it_says_stays(name: str, head: bytes, why: Staying) -> None:
    assert judge_head(name, head) is why


def test_a_document_with_programs_in_it_stays() -> None:
    parts = ["[Content_Types].xml", "word/document.xml"]
    assert judge_parts("a.docx", parts) is None
    assert judge_parts("a.xlsx", parts) is Staying.KIND
    for part in ("word/vbaProject.bin", "word/activeX/activeX1.xml", "word/embeddings/ole1.bin"):
        assert MACROS.search(part)
        assert judge_parts("a.docx", [*parts, part]) is Staying.MACRO
    assert judge_parts("a.odt", ["content.xml", "Basic/Standard/Module1.xml"]) is Staying.MACRO
