"""Nothing secret and nothing anybody wrote reaches a log, whoever logs it."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot import logs
from bot.domain.characters import is_invisible
from tests.domain.hostile import CORPUS

TOKEN = "xoxb-fake-tokyo-Zq81"
SIGNING = "fakeSigningZq84"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What is logged, at the most talkative level; the logging of before is put back."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    levels = {name: logging.getLogger(name).level for name in logs.CHATTY}
    stream = io.StringIO()
    logs.set_up("DEBUG", stream)
    structlog.configure(cache_logger_on_first_use=False)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    for name, one in levels.items():
        logging.getLogger(name).setLevel(one)
    structlog.reset_defaults()


@pytest.mark.parametrize(
    "values",
    [
        {"reason": f"bad token {TOKEN}"},
        {"nested": {"deep": [{"here": TOKEN}, (TOKEN,)]}},
        {"bot_token": "anything at all"},
        {"nested": {"signing_secret": SIGNING}},
        {"url": "postgresql+psycopg://bridge:fakePassword@127.0.0.1/x"},
        {"error": ValueError(TOKEN)},
        {"header": "Authorization: Bearer abcdefgh12345678"},
        {"body": "canary"},
        {"nested": [{"text": "canary"}, {"payload": {"x": "canary"}}]},
    ],
)
def test_secrets_and_texts_are_taken_out_at_any_depth(
    written: io.StringIO, values: dict[str, object]
) -> None:
    structlog.get_logger().info("something.happened", **values)
    line = written.getvalue()
    assert json.loads(line)["event"] == "something.happened"
    for word in (TOKEN, SIGNING, "fakePassword", "abcdefgh12345678", "canary", "anything at all"):
        assert word not in line


def test_a_traceback_shows_no_token(written: io.StringIO) -> None:
    try:
        raise RuntimeError(f"could not use {TOKEN}")
    except RuntimeError:
        structlog.get_logger().exception("it.failed")
        logging.getLogger("somebody.else").exception("with %s", TOKEN)
    assert "RuntimeError" in written.getvalue()
    assert TOKEN not in written.getvalue()


def test_what_the_settings_call_secret_is_hidden_whatever_it_looks_like(
    written: io.StringIO,
) -> None:
    logs.hide([SIGNING, "JP"])
    logging.getLogger("a.library").warning("signature made with %s for JP", SIGNING)
    assert SIGNING not in written.getvalue()
    assert "for JP" in written.getvalue()


@pytest.mark.parametrize("library", logs.CHATTY)
def test_libraries_keep_their_payloads_to_themselves(written: io.StringIO, library: str) -> None:
    logging.getLogger(f"{library}.web").info("sending %s", {"text": "canary"})
    logging.getLogger(f"{library}.web").debug("canary")
    assert written.getvalue() == ""


def test_every_line_is_one_line_of_json(written: io.StringIO) -> None:
    structlog.get_logger().info("forged", name='x"}\n{"event": "admin.enrolled"}\r\n\x1b[31m')
    (line,) = written.getvalue().splitlines()
    assert json.loads(line)["event"] == "forged"
    assert "\x1b" not in line


def test_nothing_hostile_forges_a_line_or_turns_one_round(written: io.StringIO) -> None:
    log = structlog.get_logger()
    for text in CORPUS:
        log.info("something.happened", reason=text, **{f"key {text}": 1})
    lines = written.getvalue().splitlines()
    assert len(lines) == len(CORPUS)
    for line, text in zip(lines, CORPUS, strict=True):
        assert json.loads(line)["reason"] == logs.without_secrets(text)
        assert not any(is_invisible(char) for char in line), ascii(line)
        line.encode()
