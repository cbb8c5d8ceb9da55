"""What the commands of the command line share."""

from collections.abc import Mapping

import pytest

from bot.terminal import operator_language
from bot.texts.catalog import Language


@pytest.mark.parametrize(
    ("environ", "chosen", "language"),
    [
        ({}, None, Language.EN),
        ({"LANG": "ja_JP.UTF-8"}, None, Language.JA),
        ({"LANG": "ja_JP.UTF-8", "LC_ALL": "C.UTF-8"}, None, Language.EN),
        ({"LANG": "en_AU.UTF-8", "LC_ALL": "ja_JP"}, None, Language.JA),
        ({"LANG": "ja_JP.UTF-8"}, "en", Language.EN),
        ({"LC_ALL": "", "LANG": "ja"}, "", Language.JA),
    ],
)
def test_the_operator_is_addressed_in_their_language(
    environ: Mapping[str, str], chosen: str | None, language: Language
) -> None:
    assert operator_language(environ, chosen) is language
