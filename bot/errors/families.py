"""The families of refusals, and what every refusal has."""

from __future__ import annotations

import re
from typing import ClassVar


class BotError(Exception):
    """A named refusal: rolls its transaction back and becomes one localised, private reply.

    `key` names its words in the catalogue (`errors.<key>`), `parameters` fills them. The set of
    parameters is fixed per class, so that both languages can be tested against it.
    """

    names: ClassVar[tuple[str, ...]] = ()

    def __init__(self, **parameters: object) -> None:
        if set(parameters) != set(self.names):
            raise TypeError(f"{type(self).__name__} takes {self.names}, not {tuple(parameters)}")
        super().__init__(self.key)
        self.parameters = parameters

    @property
    def key(self) -> str:
        return "errors." + re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()


class NotAllowed(BotError):
    """The person may not do this."""


class NotUnderstood(BotError):
    """The words typed do not say what to do."""


class NotFound(BotError):
    """It does not exist, or not for this person."""


class NotPossible(BotError):
    """It exists, but not in that state."""


class NotReleased(BotError):
    """The content may not leave."""


class TryAgain(BotError):
    """The same request may succeed later."""
