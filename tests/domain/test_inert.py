"""Text from people and feeds can never notify, link or hide (promise P11)."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.inert import clip, escape, inert, is_inert, plain, split_text
from tests.domain.hostile import CORPUS, HOSTILE, live_in

ALLOWED = frozenset({"cisa.gov"})


PARTS = (
    *(
        "https://",
        "www.cisa.gov",
        "https://www.cisa.gov/a",
        ".com",
        "@",
        "<",
        ">",
        "!",
        ".",
        "/",
        ":",
    ),
    *(
        "\u200b",
        "[.]",
        "[@]",
        "＠",
        "。",
        "hxxp",
        "例え",
        "a",
        "1",
        " ",
        "\u0301",
        "ｶ",
        "ﾞ",
        "-",
        "_",
    ),
)
FRAGMENTS = st.sampled_from([*HOSTILE, *PARTS])
STITCHED = st.lists(FRAGMENTS, max_size=8).map("".join)
ANY_TEXT = st.one_of(STITCHED, st.text(max_size=60))


def test_the_corpus_is_large_enough_and_its_judge_sees_it() -> None:
    assert len(CORPUS) >= 500
    assert sum(1 for text in HOSTILE if live_in(text)) > len(HOSTILE) * 0.6


@pytest.mark.parametrize("text", CORPUS, ids=ascii)
@pytest.mark.parametrize("hosts", [frozenset(), ALLOWED], ids=["nothing-allowed", "one-allowed"])
def test_hostile_text_comes_out_inert(text: str, hosts: frozenset[str]) -> None:
    once = inert(text, hosts)
    assert is_inert(escape(once), hosts)
    assert inert(once, hosts) == once
    if not hosts:
        assert live_in(escape(once)) == []
    assert not any(sign in once for sign in ("<!", "<@", "<#", "\u202e", "\u200b"))
    once.encode("utf-8")


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_hostile_text_read_as_slack_text_comes_out_inert(text: str) -> None:
    assert is_inert(escape(inert(plain(text))))


# What our own texts put right before or behind the words of people.
SEAMS = ("D-2:{}", "• {}:{}", "by {}.", "{}さんが延期", "*{}*", "({})、", "“{}”: {}", "#{}", "> {}")


@pytest.mark.parametrize("seam", SEAMS)
def test_what_is_inert_stays_so_among_our_own_words(seam: str) -> None:
    """Else the last look before it is said would park it."""
    for text in CORPUS:
        said = seam.format(*[escape(inert(text))] * 2)
        assert all(is_inert(line) for line in said.split("\n")), (text, said)
        assert live_in(said) == [], (text, said)


@settings(max_examples=400, deadline=None)
@given(ANY_TEXT)
@example("\ue0000\ue001")
@example("https://cisa.gov/https://evil.com")
@example("пример.рфHTTPS://EVIL.COM")
@example("mailto:a@evil.commailto:a@evil.com")
def test_any_text_comes_out_inert_and_stays_so(text: str) -> None:
    for hosts in (frozenset[str](), ALLOWED):
        once = inert(text, hosts)
        assert inert(once, hosts) == once
        assert is_inert(escape(once), hosts)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://evil.example/a.b?c=d", "hxxps://evil[.]example/a.b?c=d"),
        ("http://sub.evil.example", "hxxp://sub[.]evil[.]example"),
        ("1.2.3.4", "1.2.3[.]4"),
        ("a@b.c", "a[@]b[.]c"),
        ("ftp://evil.com", "ftp[:]//evil[.]com"),
        ("javascript:alert(1)", "javascript[:]alert(1)"),
        ("＜!channel＞", "‹!channel>"),
        ("@here and @sato", "＠here and ＠sato"),
        ("ｈｔｔｐｓ：／／ｅｖｉｌ．ｃｏｍ", "hxxps://evil[.]com"),
        ("詳細はevil.comを参照", "詳細はevil[.]comを参照"),
        ("日本語.jpへ", "日本語[.]jpへ"),
        ("line one\r\nline\ttwo", "line one\nline\ttwo"),
        ("photo\u202egnp.exe", "photognp.exe"),
    ],
)
def test_the_convention_is_as_documented(text: str, expected: str) -> None:
    assert inert(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Python 3.11.7",
        "foo.exe and bar.dll",
        "report.docx, table.xlsx, slides.pptx",
        "CVE-2024-12345 (CWE-79)",
        "Chrome 104.0.5112.101",
        "build 10.0.19041.1",
        "v1.2.3.4",
        "d41d8cd98f00b204e9800998ecf8427e",
        "e.g. this, i.e. that",
        "です。netでは",
        "libssl.so.1.1",
        "C:\\Windows\\System32\\cmd.exe",
        "TLP:AMBER+STRICT",
        "10:30-11:00",
        "R&D <b> 3 > 2",
        "hxxps://evil[.]example",
    ],
)
def test_names_versions_and_identifiers_stay_readable(text: str) -> None:
    assert inert(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "https://www.cisa.gov/news/2026/README.md?x=1#y",
        "https://cisa.gov",
        "see www.cisa.gov today",
        "(https://cisa.gov/a).",
    ],
)
def test_allowed_hosts_stay_whole(text: str) -> None:
    assert inert(text, ALLOWED) == text
    assert is_inert(escape(text), ALLOWED)
    assert not is_inert(escape(text))


@pytest.mark.parametrize(
    "payload",
    [
        "<!channel>",
        "<@U1>",
        "<https://evil.com|x>",
        "https://evil.com",
        "evil.com",
        "a@b.example",
        "@here",
        "ｈｔｔｐｓ：／／ｅｖｉｌ．ｃｏｍ",
        "a\u202eb",
        "PM&C",
        "a < b",
        "<!date^1^{date}^https://evil.com|x>",
    ],
)
def test_the_self_check_refuses(payload: str) -> None:
    assert not is_inert(payload)


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "<!date^1700000000^{date_short} {time}|22 Nov> 16:00 Tokyo",
        "> quoted\n*bold*（全角）：PM&amp;C ＠佐藤",
        "a &lt; b",
    ],
)
def test_the_self_check_permits(payload: str) -> None:
    assert is_inert(payload)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<@U1> hi", "＠佐藤 hi"),
        ("<@U2> hi", "＠member hi"),
        ("<@U2|bob>", "＠bob"),
        ("<!here> <!channel|channel> <!everyone>", "＠here ＠channel ＠everyone"),
        ("<!subteam^S1|@duty> <!subteam^S1>", "＠duty ＠group"),
        ("<#C1|general> <#C1>", "＃general ＃channel"),
        ("<https://x.example|label>", "label (https://x.example)"),
        ("<https://x.example>", "https://x.example"),
        ("<https://x.example|https://x.example>", "https://x.example"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("<!date^1^{date}|22 Nov>", "22 Nov"),
        ("R&amp;D &lt;b&gt; &amp;lt;", "R&D <b> &lt;"),
        ("<unknown> <", "<unknown> <"),
    ],
)
def test_slack_text_reads_as_on_the_screen(text: str, expected: str) -> None:
    assert plain(text, {"U1": "佐藤"}) == expected


def test_escape_touches_three_characters_only() -> None:
    assert escape("a&b<c>d\"e'f＜&amp;") == "a&amp;b&lt;c&gt;d\"e'f＜&amp;amp;"


@settings(max_examples=300, deadline=None)
@given(ANY_TEXT.map(lambda text: text * 3), st.integers(8, 60))
def test_split_keeps_everything_within_the_limit(text: str, limit: int) -> None:
    pieces = split_text(text, limit)
    assert "".join(pieces) == text
    assert all(len(piece) <= limit for piece in pieces)
    assert all(pieces) or pieces == ("",)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["&amp;", "&lt;", "か\u3099", "e\u0301", "x"]), max_size=60))
def test_split_and_clip_cut_no_letter_and_no_entity(parts: list[str]) -> None:
    text = "".join(parts)
    for piece in (*split_text(text, 10), clip(text, 10)):
        assert not piece.startswith(("\u3099", "\u0301", "amp", ";"))
        assert "&" not in piece.replace("&amp;", "").replace("&lt;", "")


def test_split_prefers_paragraphs_then_lines_then_sentences() -> None:
    assert split_text("one two\n\nthree four", 12) == ("one two\n\n", "three four")
    assert split_text("one two\nthree four", 12) == ("one two\n", "three four")
    assert split_text("短い文です。次の文です。", 10) == ("短い文です。", "次の文です。")
    assert split_text("abcdefghijkl", 8) == ("abcdefgh", "ijkl")


def test_split_leaves_a_date_token_whole() -> None:
    token = "<!date^1700000000^{date_short}|22 Nov>"
    assert token in split_text("word " * 5 + token, 45)[1]


def test_split_refuses_a_limit_that_holds_no_entity() -> None:
    with pytest.raises(ValueError, match="7"):
        split_text("x", 7)


def test_clip_marks_what_it_left_out() -> None:
    assert clip("abcdef", 6) == "abcdef"
    assert clip("abcdefg", 6) == "abcde…"
    assert clip("abc", 0) == ""
