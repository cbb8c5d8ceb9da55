"""Labels are read however they are written, and never guessed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.labels import GLOSS_JA, Label, most_restrictive, parse_label, read_label

C, G, A, S, R = Label.CLEAR, Label.GREEN, Label.AMBER, Label.AMBER_STRICT, Label.RED

WRITTEN: tuple[tuple[str, Label], ...] = (
    ("TLP:RED", R),
    ("TLP: AMBER", A),
    ("TLP :AMBER", A),
    ("TLP : AMBER", A),
    ("ＴＬＰ：ＡＭＢＥＲ", A),
    ("ＴＬＰ：\u3000ＲＥＤ", R),
    ("tlp:green", G),
    ("Tlp:Clear", C),
    ("tlp:amber-strict", S),
    ("tlp:amber+strict", S),
    ("TLP:AMBER STRICT", S),
    ("TLP:AMBER_STRICT", S),
    ("TLP:AMBERSTRICT", S),
    ("TLP:AMBER + STRICT", S),
    ("TLP：AMBER＋STRICT", S),
    ("TLP:AMBER (STRICT)", S),
    ("TLP AMBER", A),
    ("TLP-AMBER", A),
    ("TLP_AMBER", A),
    ("TLP – GREEN", G),
    ("TLP=RED", R),
    ("TLPRED", R),
    ("#TLPAMBER", A),
    ("[TLP:GREEN]", G),
    ("(TLP:GREEN)", G),
    ("【ＴＬＰ：ＧＲＥＥＮ】", G),
    ("「TLP:RED」", R),
    ("*TLP:RED*", R),
    ("_TLP:RED_", R),
    ("*TLP:* RED", R),
    ("TLP:*AMBER*+*STRICT*", S),
    ("`TLP:RED`", R),
    ("~TLP:RED~", R),
    ("> TLP:RED", R),
    ("TLP\\:RED", R),
    ("T\u200bLP:R\u200bED", R),
    ("TLP:\u2060RED", R),
    ("TLP:\u00a0RED", R),
    ("TLP:WHITE", C),
    ("report_TLP-AMBER.pdf", A),
    ("TLP-AMBER-report.pdf", A),
    ("2026-11-22_TLP_AMBER_STRICT_x.pdf", S),
    ("report(TLP-GREEN).docx", G),
    ("TLP:AMBERの情報", A),
    ("本件はTLP:REDです", R),
    ("TLPはAMBERです", A),
    ("TLP区分：GREEN", G),
    ("TLP marking: AMBER", A),
    ("TLP level RED", R),
    ("TLP 2.0: GREEN", G),
    ("TLPv2 GREEN", G),
    ("Traffic Light Protocol: RED", R),
    ("Traffic Light Protocol (TLP): RED", R),
    ("TLP:AMBER/RED", R),
    ("TLP:CLEAR|GREEN", G),
    ("TLP:GREEN and TLP:RED", R),
    ("TLP:GREEN + TLP:AMBER", A),
    ("TLP:CLEAR\n...\nTLP:AMBER+STRICT", S),
    ("TLP:\nRED", R),
    ("TLP:AMBER strictly speaking", A),
    ('{"tlp":"GREEN"}', G),
)

UNKNOWN = (
    "TLP:PURPLE",
    "TLP: Purple",
    "tlp:purple",
    "TLP-BLUE",
    "TLP BLACK",
    "TLP：アンバー",
    "TLP：赤",
    "TLP:レッド",
    "TLP レッド",
    "TLP:琥珀+STRICT",
    "TLP:GREEN+STRICT",
    "TLP:RED STRICT",
    "TLP:AMBER+",
    "TLP:AMBER+LOOSE",
    "TLP:STRICT",
    "TLP:UNCLEAR",
    "TLP:REDACTED",
    "TLP:N/A",
    "TLP: TBD",
    "TLP:RЕD",
    "ТLP:RED",
    "TLP:GRΕΕN",
    "T L P : R E D",
    "TLP:GREEN TLP:PURPLE",
    "TLP:RED\nTLP：アンバー",
)

NEITHER = (
    "",
    "AMBER alert",
    "red team exercise",
    "Code RED",
    "GREEN light from the minister",
    "the TLP standard",
    "TLP 2.0",
    "TLP v2",
    "TLP-2.0-based sharing",
    "See TLP: the basics of sharing",
    "TLP: What you need to know",
    "make the TLP clear to everyone",
    "information about TLP, see: https://us-cert.cisa.gov/tlp/.",
    "TLP: https://www.first.org/tlp/",
    "HTLP:RED",
    "ＴＬＰについて",
)


@pytest.mark.parametrize(("text", "label"), WRITTEN)
def test_every_written_form_is_read(text: str, label: Label) -> None:
    reading = read_label(text)
    assert reading.label is label
    assert not reading.unknown
    assert len(reading.positions) == len(reading.found)


@pytest.mark.parametrize("text", UNKNOWN)
def test_an_unknown_label_means_no_label(text: str) -> None:
    reading = read_label(text)
    assert reading.unknown
    assert reading.label is None


@pytest.mark.parametrize("text", NEITHER)
def test_a_coloured_word_or_the_standard_itself_is_no_label(text: str) -> None:
    reading = read_label(text)
    assert reading == type(reading)(None, (), False, False, ())


def test_the_most_restrictive_of_title_body_and_file_names_wins() -> None:
    reading = read_label("TLP:CLEAR title", "body > TLP:GREEN", "x_TLP-AMBER.pdf")
    assert reading.label is A
    assert reading.found == (C, G, A)


def test_positions_point_into_the_texts_joined_by_line_feeds() -> None:
    texts = ("Ｔitle", "\u200bＴＬＰ：\u200bＲＥＤ body", "TLP:GREEN")
    joined = "\n".join(texts)
    spans = [joined[start:end] for start, end in read_label(*texts).positions]
    assert spans == ["ＴＬＰ：\u200bＲＥＤ", "TLP:GREEN"]


def test_white_becomes_clear_with_a_note() -> None:
    assert read_label("TLP:WHITE").white
    assert not read_label("TLP:CLEAR").white


def test_labels_are_totally_ordered() -> None:
    assert sorted([R, C, S, A, G], key=lambda label: label.rank) == [C, G, A, S, R]
    assert most_restrictive([G, S, C]) is S
    assert most_restrictive([]) is None


def test_every_label_has_its_gloss_and_no_gloss_is_a_label() -> None:
    assert set(GLOSS_JA) == set(Label)
    assert read_label(*GLOSS_JA.values()).found == ()


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("AMBER", A),
        (" red ", R),
        ("TLP:AMBER", A),
        ("tlp amber", A),
        ("amber+strict", S),
        ("AMBER-STRICT", S),
        ("AMBER STRICT", S),
        ("ＴＬＰ：ＡＭＢＥＲ＋ＳＴＲＩＣＴ", S),
        ("white", C),
        ("[TLP:GREEN]", G),
        ("TLP", None),
        ("purple", None),
        ("green+strict", None),
        ("アンバー", None),
        ("RED or AMBER", None),
        ("", None),
    ],
)
def test_a_typed_option_is_a_label_or_none(typed: str, label: Label | None) -> None:
    assert parse_label(typed) is label


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40), st.sampled_from(list(Label)), st.text(max_size=40))
def test_a_label_is_never_read_wider_than_written(before: str, label: Label, after: str) -> None:
    reading = read_label(f"{before} \n{label}\n {after}")
    assert reading.label is None or reading.label.rank >= label.rank
    assert reading.unknown or label in reading.found
