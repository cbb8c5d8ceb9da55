"""One tag, one spelling, whoever types it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.tags import parse_tags, read_tags


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#Advisory", ("advisory",)),
        ("＃ランサムウェア の件", ("ランサムウェア",)),
        ("#ﾗﾝｻﾑｳｪｱ", ("ランサムウェア",)),
        ("緊急＃対応", ("対応",)),
        ("(#one) [#two] 「#三」、#四。", ("one", "two", "三", "四")),
        ("#a-b_c #A-B_C", ("a-b_c",)),
        ("#log4j2", ("log4j2",)),
        ("#rans\u200bomware", ("ransomware",)),
        ("#Straße", ("strasse",)),
        ("#2026q4", ("2026q4",)),
        ("*#bold* _#it_", ("bold", "it")),
        ("C# and F#", ()),
        ("issue#5, issue #5", ()),
        ("♯sharp", ()),
        ("# heading", ()),
        ("##heading", ()),
        ("<#C123ABC|general> <#C123ABC>", ()),
        ("https://x.example/#fragment <https://x.example/a#b|#c>", ()),
        ("www.x.example/#fragment", ()),
        ("`#code` ```\n#fence\n```", ()),
        ("&#39; &amp;#lt", ("lt",)),
        ("#" + "a" * 50, ("a" * 50,)),
        ("#" + "a" * 51, ()),
        ("", ()),
    ],
)
def test_hashtags_are_read(text: str, tags: tuple[str, ...]) -> None:
    assert read_tags(text) == tags


@pytest.mark.parametrize(
    ("typed", "tags"),
    [
        ("advisory,ransomware", ("advisory", "ransomware")),
        ("advisory、＃Ransomware　x", ("advisory", "ransomware", "x")),
        (" #a , #a ", ("a",)),
        ("脆弱性，注意喚起", ("脆弱性", "注意喚起")),
    ],
)
def test_typed_lists_are_read(typed: str, tags: tuple[str, ...]) -> None:
    assert parse_tags(typed) == tags


@pytest.mark.parametrize(
    "typed", ["", " , ", "#", "a" * 51, "a!b", "<x>", ",".join("abcdefghijklmnopqrstu")]
)
def test_a_list_that_is_none_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):
        parse_tags(typed)


@given(st.text(max_size=40))
def test_what_is_read_once_is_read_the_same_again(text: str) -> None:
    tags = read_tags(text)
    assert read_tags(" ".join("#" + tag for tag in tags)) == tags
    assert not tags or len(tags) > 20 or parse_tags(",".join(tags)) == tags
