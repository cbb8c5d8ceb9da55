"""The ways the Web API refuses a call, as its handlers raise them."""

from typing import Any

Payload = dict[str, Any]


class SlackError(Exception):
    """Answered as HTTP 200 `{"ok": false, "error": code}`, as Slack does."""

    def __init__(
        self, code: str, *, detail: str | None = None, messages: list[str] | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.messages = messages

    def answer(self) -> Payload:
        """The body Slack would send."""
        body: Payload = {"ok": False, "error": self.code}
        if self.detail is not None:
            body["detail"] = self.detail
        if self.messages is not None:
            body["errors"] = self.messages
            body["response_metadata"] = {"messages": self.messages}
        return body


class RateLimitedError(Exception):
    """Answered as HTTP 429 with `Retry-After` in whole seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"retry after {retry_after} s")
        self.retry_after = retry_after
