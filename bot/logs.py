"""Logs as JSON lines on standard error; secrets and the text of messages never enter them."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# Slack tokens by their published prefixes, wherever they may turn up.
SECRET = re.compile(r"x(?:ox[abeoprs]|app)-[A-Za-z0-9-]+")
FORBIDDEN_KEYS = frozenset({"text", "body", "blocks", "token", "secret", "signing_secret"})


def set_up(level: str) -> None:
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
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                redact,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # The libraries' debug and info lines carry payloads.
    for library in ("slack_bolt", "slack_sdk", "aiohttp", "apscheduler", "alembic"):
        logging.getLogger(library).setLevel(max(logging.WARNING, logging.getLevelName(level)))


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Takes secrets out of every value, and whole values whose key may hold a message."""
    for key, value in event.items():
        if key in FORBIDDEN_KEYS:
            event[key] = "[left out]"
        elif isinstance(value, str):
            event[key] = SECRET.sub("[secret]", value)
    return event
