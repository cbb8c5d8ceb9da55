"""Logs as JSON lines on standard error; secrets and the text of messages never enter them.

Three fences, one behind the other: values under telling keys are left out, anything that looks like
a secret is taken out of every value, and what was written as a secret into the settings is taken
out of the finished line, wherever it came from.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any, TextIO

import structlog

from bot.domain.characters import is_invisible

# Slack tokens by their published prefixes, passwords in addresses, and what follows "Bearer".
SECRETS = (
    re.compile(r"x(?:ox[abeoprs]|app)-[A-Za-z0-9-]+"),
    re.compile(r"(?<=://)[^\s/@:]+:[^\s/@]+(?=@)"),
    re.compile(r"(?<=[Bb]earer )[A-Za-z0-9._~+/=-]{8,}"),
)
FORBIDDEN_KEYS = frozenset(
    {
        *("text", "body", "blocks", "title", "message", "messages", "payload", "view", "facts"),
        *("token", "bot_token", "app_token", "secret", "signing_secret", "password", "key_ring"),
        *("authorization", "cookie", "headers"),
    }
)
# The bot's own libraries whose debug and info lines carry payloads.
CHATTY = ("slack_bolt", "slack_sdk", "aiohttp", "apscheduler", "alembic", "httpx", "sqlalchemy")
SHORTEST_SECRET = 6


class Scrubbed:
    """The last fence: a stream that takes known secrets out of whatever is written to it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._known: set[str] = set()

    def hide(self, secrets: Iterable[str]) -> None:
        """From now on these never appear; what is too short to be a secret is left alone."""
        self._known |= {one for one in secrets if len(one) >= SHORTEST_SECRET}

    def write(self, text: str) -> int:
        text = without_secrets(text)
        for secret in self._known:
            text = text.replace(secret, "[secret]")
        return self._stream.write(text)

    def flush(self) -> None:
        self._stream.flush()


class _Output:
    """Where this process writes its logs, once it has been set up."""

    scrubbed: Scrubbed | None = None


def set_up(level: str, stream: TextIO | None = None) -> None:
    """Sends everything, our own and the libraries', through one JSON renderer."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        cache_logger_on_first_use=True,
    )
    _Output.scrubbed = Scrubbed(stream or sys.stderr)
    handler: logging.Handler = logging.StreamHandler(_Output.scrubbed)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                redact,
                structlog.processors.JSONRenderer(_one_line, ensure_ascii=False),
            ],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for library in CHATTY:
        logging.getLogger(library).setLevel(max(logging.WARNING, logging.getLevelName(level)))


def hide(secrets: Iterable[str]) -> None:
    """Takes these out of every line from now on, whatever they look like."""
    if _Output.scrubbed is not None:
        _Output.scrubbed.hide(secrets)


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Takes secrets out of every value, and whole values whose key may hold a message."""
    for key, value in event.items():
        event[key] = "[left out]" if key in FORBIDDEN_KEYS else _clean(value)
    return event


def _one_line(event: Any, **options: Any) -> str:
    """JSON in which nothing ends a line, turns it round or is half a letter, whatever reads it."""
    line = json.dumps(event, **options)
    return line if line.isascii() else "".join(map(_seen, line))


def _seen(char: str) -> str:
    """A character that is shown as it is; any other as JSON escapes it."""
    if is_invisible(char) or char in "\u2028\u2029":
        return json.dumps(char)[1:-1]
    return char


def without_secrets(text: str) -> str:
    """The text without anything that looks like a secret."""
    for pattern in SECRETS:
        text = pattern.sub("[secret]", text)
    return text


def _clean(value: Any) -> Any:
    """The same value at any depth; what is no plain value is shown as its cleaned text."""
    match value:
        case str():
            return without_secrets(value)
        case Mapping():
            return {
                str(key): "[left out]" if key in FORBIDDEN_KEYS else _clean(one)
                for key, one in value.items()
            }
        case list() | tuple() | set() | frozenset():
            return [_clean(one) for one in value]
        case bool() | int() | float() | None:
            return value
    return without_secrets(str(value))
