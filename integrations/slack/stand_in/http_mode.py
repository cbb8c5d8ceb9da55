"""HTTP mode: what Slack sends to a request URL, signed with the app's secret (scheme v0)."""

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode, urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout

from integrations.slack.stand_in.refusals import Payload
from integrations.slack.stand_in.sockets import Reply
from integrations.slack.stand_in.state import App, Workspace

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """Slack's `x-slack-signature`: `v0=` and the HMAC-SHA256 of `v0:timestamp:body` in hex."""
    base = b"v0:" + str(timestamp).encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def encoded(kind: str, payload: Payload) -> tuple[bytes, str]:
    """The raw body and its content type, as Slack sends that kind of envelope over HTTP."""
    if kind == "events_api":
        return json.dumps(payload, ensure_ascii=False).encode(), "application/json"
    form = {"payload": json.dumps(payload, ensure_ascii=False)}
    if kind == "slash_commands":
        form = {key: str(value) for key, value in payload.items()}
    return urlencode(form).encode(), "application/x-www-form-urlencoded"


class Requests:
    """Posts envelopes to the apps' request URLs, on loopback only."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._session: ClientSession | None = None

    async def attempt(
        self, app: App, envelope: Payload, retry: int, reason: str, seconds: float
    ) -> Reply | None:
        """Post once; the Reply when HTTP 200 came within `seconds`, else None."""
        if urlsplit(app.request_url).hostname not in _LOOPBACK:
            raise ValueError(f"request_url of {app.id} must be on loopback")
        body, content_type = encoded(envelope["type"], envelope["payload"])
        headers = self._headers(app, body, content_type)
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": reason}
        try:
            async with self._open().post(
                app.request_url, data=body, headers=headers, timeout=ClientTimeout(seconds)
            ) as response:
                text = await response.text()
                self._workspace.record("from_bot", "ack", f"http {response.status}", text[:2000])
                return Reply(_answer(text)) if response.status == 200 else None
        except (ClientError, TimeoutError):
            return None

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> ClientSession:
        if self._session is None:
            self._session = ClientSession()
        return self._session

    def _headers(self, app: App, body: bytes, content_type: str) -> dict[str, str]:
        now = int(self._workspace.clock())
        return {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (stand-in)",
            "X-Slack-Request-Timestamp": str(now),
            "X-Slack-Signature": signature(app.spec.signing_secret, now, body),
        }


def _answer(text: str) -> Any:
    if not text.strip():
        return None
    try:
        return json.loads(text)
    except ValueError:
        return {"text": text}
