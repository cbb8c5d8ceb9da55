"""Both languages say the same things, and everything the code says has words."""

import ast
import re
import string
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

from bot import errors
from bot.texts.catalog import Catalog, Language, load

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path
    for room in ("bot", "commands", "integrations")
    for path in (ROOT / room).rglob("*.py")
    if "stand_in" not in path.parts
)
CATALOG = load()
KEYS = CATALOG.keys(Language.EN)
KEY = re.compile(r"[a-z]+(\.[a-z_0-9]+)+")
LEAVES = errors.leaves()
# Names of log entries, audit events and columns look like keys and are said by nobody.
NOT_SAID = {"info", "warning", "error", "exception", "record", "ForeignKey"}


def files(language: Language) -> set[str]:
    folder = resources.files("bot.texts") / language.value
    return {one.name for one in folder.iterdir() if one.name.endswith(".toml")}


def stem(key: str) -> str:
    return re.sub(r"\.(one|other)$", "", key)


def test_both_languages_have_the_same_files() -> None:
    assert files(Language.EN) == files(Language.JA)
    assert files(Language.EN)


def test_both_languages_have_the_same_keys() -> None:
    english, japanese = (CATALOG.keys(one) for one in (Language.EN, Language.JA))
    plural = {key for key in english if key.endswith(".one")}
    assert english - plural == japanese - plural
    assert all(key.removesuffix("one") + "other" in english for key in plural)


@pytest.mark.parametrize("key", sorted(KEYS))
def test_both_languages_take_the_same_parameters(key: str) -> None:
    japanese = key if key in CATALOG.keys(Language.JA) else key.removesuffix("one") + "other"
    ours = CATALOG.parameters(Language.EN, key) - {"n"}
    assert ours == CATALOG.parameters(Language.JA, japanese) - {"n"}


@pytest.mark.parametrize("language", Language)
def test_every_text_is_whole(language: Language) -> None:
    for key in CATALOG.keys(language):
        names = CATALOG.parameters(language, key)
        # Any format but a bare name would depend on what fills it.
        said = CATALOG.say(language, key, **{name: f"‹{name}›" for name in names})
        assert said == said.strip(), key
        assert said, key
        assert "{" not in said, key
        assert "}" not in said, key


@pytest.mark.parametrize("language", Language)
def test_no_parameter_is_formatted_or_looked_into(language: Language) -> None:
    """`{name.roles}` or `{name!r}` would show more of a thing than its words."""
    for file in sorted(files(language)):
        text = (resources.files("bot.texts") / language.value / file).read_text("utf-8")
        for _, name, form, conversion in string.Formatter().parse(text.replace("{}", "")):
            assert not form, (file, name)
            assert not conversion, (file, name)
            assert name is None or name.isidentifier(), (file, name)


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.__name__)
def test_every_refusal_has_words_for_exactly_its_parameters(
    leaf: type[errors.BotError],
) -> None:
    refusal = leaf(**dict.fromkeys(leaf.names, "x"))
    for language in Language:
        assert CATALOG.parameters(language, refusal.key) <= set(leaf.names)
        CATALOG.say(language, refusal.key, **refusal.parameters)
    assert CATALOG.parameters(Language.EN, refusal.key) == set(leaf.names)


def test_no_refusal_is_left_from_a_class_that_is_gone() -> None:
    spoken = {key for key in KEYS if key.startswith("errors.")} - {"errors.surprise"}
    raised = {leaf(**dict.fromkeys(leaf.names, "x")).key for leaf in LEAVES}
    assert {stem(key) for key in spoken} == raised


def literals(path: Path) -> Iterator[str]:
    """Every literal of a module that looks like a key of one of the catalogue's files."""
    rooms = {name.removesuffix(".toml") for name in files(Language.EN)}
    tree = ast.parse(path.read_text("utf-8"))
    elsewhere = {
        id(argument)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in NOT_SAID
        for argument in node.args
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in elsewhere:
            value = node.value
            if isinstance(value, str) and KEY.fullmatch(value) and value.split(".")[0] in rooms:
                yield value


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_key_the_code_names_has_words(path: Path) -> None:
    stems = {stem(key) for key in KEYS}
    for key in literals(path):
        assert key in stems or any(known.startswith(key + ".") for known in stems), key


def test_every_text_is_said_by_somebody() -> None:
    """A key is named whole, or its beginning stands in the code before a part chosen there.

    Refusals are said by their class.
    """
    code = "\n".join(path.read_text("utf-8") for path in SOURCES)
    unsaid = []
    for key in sorted({stem(one) for one in KEYS if not one.startswith("errors.")}):
        parts = key.split(".")
        beginnings = [".".join(parts[:n]) for n in range(1, len(parts))]
        named = f'"{key}"' in code
        begun = any(f'"{one}.{{' in code or f"{one}.{{" in code for one in beginnings)
        if not named and not begun:
            unsaid.append(key)
    assert unsaid == []


@pytest.mark.parametrize(
    ("n", "english", "japanese"),
    [(0, "other", "other"), (1, "one", "other"), (2, "other", "other")],
)
def test_numbers_choose_their_form_by_the_language(n: int, english: str, japanese: str) -> None:
    entries = {language: {"a.one": "one", "a.other": "other"} for language in Language}
    catalog = Catalog(entries)
    assert catalog.say(Language.EN, "a", n=n) == english
    assert catalog.say(Language.JA, "a", n=n) == japanese


def test_words_that_do_not_exist_are_a_fault_of_the_code() -> None:
    with pytest.raises(KeyError):
        CATALOG.say(Language.EN, "no.such.words")
    with pytest.raises(KeyError):
        CATALOG.say(Language.EN, "errors.link_not_found")


def test_the_languages_are_peers() -> None:
    assert Language.EN.other is Language.JA
    assert Language.JA.other is Language.EN
