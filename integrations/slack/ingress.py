"""The guard in front of Bolt for HTTP: what passes is whole, fresh, signed, and new.

Source of the scheme: Slack, "Verifying requests from Slack" (v0 HMAC-SHA256 over the raw body). The
guard answers 400, 401 or 413 and never lets a malformed request raise.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from integrations.slack.connections import Connection
from integrations.slack.shapes import is_well_formed
from integrations.slack.teams import NoTeam, acting_team, speaks_for

BODY_LIMIT = 1_000_000
SKEW_PAST, SKEW_FUTURE = 300, 60
DEPTH_LIMIT = 60
REMEMBERED = 100_000
SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
TIMESTAMP = re.compile(r"[0-9]{9,11}")
# A bracket, or a whole string with whatever stands in it.
BRACKET = re.compile(r'[\[\]{}]|"(?:[^"\\]|\\.)*"?', re.DOTALL)
LONE_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(frozen=True)
class Rejected(Exception):
    """The request is answered with this status and goes no further."""

    status: int
    reason: str


@dataclass(frozen=True)
class Passed:
    """A request that may be handed on: what it says, and its team (empty for url_verification)."""

    payload: dict[str, Any]
    team: str


class IngressGuard:
    """Checks requests of every workspace in HTTP mode; the secret is chosen by the team named."""

    def __init__(
        self, connections: tuple[Connection, ...], clock: Callable[[], float] = time.time
    ) -> None:
        self._secrets = {
            one.team: one.signing_secret.encode() for one in connections if one.mode == "http"
        }
        self._clock = clock
        self._seen: OrderedDict[str, float] = OrderedDict()

    def check(self, raw: bytes, headers: Mapping[str, str]) -> Passed:
        """Returns what may be handed on, or raises Rejected."""
        if len(raw) > BODY_LIMIT:
            raise Rejected(413, "too_large")
        timestamp = headers.get("X-Slack-Request-Timestamp", "")
        signature = headers.get("X-Slack-Signature", "")
        if not TIMESTAMP.fullmatch(timestamp) or not SIGNATURE.fullmatch(signature):
            raise Rejected(401, "headers")
        age = self._clock() - int(timestamp)
        if age > SKEW_PAST or age < -SKEW_FUTURE:
            raise Rejected(401, "stale")
        # Nothing of a body is read before somebody who knows a secret has vouched for it.
        signers = self._signers(timestamp, raw, signature)
        payload = _payload(_text(raw), headers.get("Content-Type", ""))
        team = _team(payload)
        if team and (team not in signers or not speaks_for(payload, team)):
            raise Rejected(401, "team")
        if not team and payload.get("type") != "url_verification":
            raise Rejected(401, "team")
        if not is_well_formed(payload):
            raise Rejected(400, "shape")
        self._require_first_time(signature)
        return Passed(payload, team)

    def _signers(self, timestamp: str, raw: bytes, signature: str) -> set[str]:
        """The teams whose secret gives that signature, compared in constant time."""
        base = b"v0:" + timestamp.encode() + b":" + raw
        signers = set()
        for team, secret in self._secrets.items():
            expected = "v0=" + hmac.new(secret, base, hashlib.sha256).hexdigest()
            if hmac.compare_digest(expected, signature):
                signers.add(team)
        if not signers:
            raise Rejected(401, "signature")
        return signers

    def _require_first_time(self, signature: str) -> None:
        """The same signed bytes twice are a replay: Slack signs every redelivery afresh."""
        now = self._clock()
        if signature in self._seen:
            raise Rejected(401, "replayed")
        self._seen[signature] = now
        while self._seen and (
            len(self._seen) > REMEMBERED
            or now - next(iter(self._seen.values())) > SKEW_PAST + SKEW_FUTURE
        ):
            self._seen.popitem(last=False)

    def forget(self, signature: str) -> None:
        """The request could not be stored after all: its redelivery must be let in."""
        self._seen.pop(signature, None)


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Rejected(400, "encoding") from None


def _payload(body: str, content_type: str) -> dict[str, Any]:
    if content_type.startswith("application/json"):
        return _json(body)
    if not content_type.startswith("application/x-www-form-urlencoded"):
        raise Rejected(400, "content_type")
    try:
        form = parse_qs(body, keep_blank_values=True, max_num_fields=200)
    except ValueError:
        raise Rejected(400, "form") from None
    if "payload" in form:
        return _json(form["payload"][0])
    return {name: values[0] for name, values in form.items()}


def _json(text: str) -> dict[str, Any]:
    if _depth(text) > DEPTH_LIMIT:
        raise Rejected(400, "depth")
    try:
        value = json.loads(text)
    except ValueError:
        raise Rejected(400, "json") from None
    if not isinstance(value, dict):
        raise Rejected(400, "json")
    if LONE_SURROGATE.search(text) and not _can_be_written(value):
        raise Rejected(400, "encoding")
    return value


def _can_be_written(value: dict[str, Any]) -> bool:
    """Half a letter, escaped in JSON, is no text: no database and no answer can carry it."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _depth(text: str) -> int:
    """How deeply brackets nest outside strings, without building anything."""
    depth = deepest = 0
    for token in BRACKET.finditer(text):
        if token[0] in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif token[0] in "]}":
            depth -= 1
    return deepest


def _team(payload: Mapping[str, Any]) -> str:
    try:
        return acting_team(payload)
    except NoTeam:
        return ""
