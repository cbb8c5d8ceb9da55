"""One Web API call as its handler sees it."""

import json
from dataclasses import dataclass
from typing import Any

from integrations.slack.stand_in.refusals import Payload, SlackError
from integrations.slack.stand_in.state import App

_FALSE = frozenset({"", "0", "false", "False", "none", "null"})


def truthy(value: Any) -> bool:
    """True for a value that Slack would read as true in a form, a query or JSON."""
    return value not in _FALSE if isinstance(value, str) else bool(value)


@dataclass(slots=True)
class Call:
    """An authenticated call: method name, the app that calls, its arguments."""

    method: str
    app: App
    args: Payload

    def text(self, name: str, default: str = "") -> str:
        """The argument as a string; absent or null gives the default."""
        value = self.args.get(name)
        return default if value is None else str(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """The argument as a boolean, in any of the spellings clients use."""
        value = self.args.get(name)
        return default if value is None else truthy(value)

    def number(self, name: str, default: int, most: int) -> int:
        """The argument as a whole number, at most `most`; SlackError invalid_arguments if not."""
        value = self.args.get(name)
        try:
            return default if value in {None, ""} else max(1, min(int(str(value)), most))
        except ValueError:
            raise SlackError("invalid_arguments", detail=name) from None

    def structure(self, name: str, error: str) -> Any:
        """The argument as JSON data, whether it came as data or as a JSON string."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            raise SlackError(error, detail=name) from None

    def required(self, name: str, error: str = "invalid_arguments") -> str:
        """The argument as a non-empty string, else SlackError."""
        value = self.text(name)
        if not value:
            raise SlackError(error, detail=name)
        return value
