"""Requests as Slack signs them, for two workspaces in HTTP mode."""

import hashlib
import hmac
import json
from typing import Any

from bot.domain.officials import Government
from integrations.slack.connections import Connection
from tests.cast import CANBERRA, TOKYO

SECRETS = {TOKYO: "tokyo-fake-secret", CANBERRA: "canberra-fake-secret"}
NOW = 1_789_520_400
MESSAGE = {
    "type": "message",
    "channel": "C01ADV",
    "user": "U01SATO",
    "ts": "1789520400.000100",
    "text": "good morning",
}
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


def connection(team: str, mode: str = "http") -> Connection:
    side = Government.JP if team == TOKYO else Government.AU
    url = "http://127.0.0.1:1/api/"
    return Connection(team, side, team, mode, url, "xoxb-fake", "xapp-fake", SECRETS[team])


def sign(raw: bytes, secret: str, timestamp: str = str(NOW)) -> str:
    base = b"v0:" + timestamp.encode() + b":" + raw
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def headers(
    raw: bytes, team: str = TOKYO, timestamp: int | str = NOW, content_type: str = JSON
) -> dict[str, str]:
    return {
        "X-Slack-Request-Timestamp": str(timestamp),
        "X-Slack-Signature": sign(raw, SECRETS[team], str(timestamp)),
        "Content-Type": content_type,
    }


def event(team: str = TOKYO, **about: Any) -> bytes:
    body = {"type": "event_callback", "team_id": team, "event": MESSAGE}
    return json.dumps(body | about).encode()
