"""What the services and workers need from the world, each with its failure contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.domain.deliveries import Delivery
from bot.domain.fingerprints import Fingerprint
from bot.services.facts import Facts


@dataclass(frozen=True)
class Posted:
    """Where Slack says a delivery now stands."""

    channel: str | None
    ts: str | None
    was_found: bool = False  # it stood there already: what exactly it says is not known


@dataclass(frozen=True)
class Outgoing:
    """A delivery with everything that is needed to say it: facts, thread and target resolved."""

    delivery: Delivery
    facts: Facts
    thread_ts: str | None
    target_ts: str | None
    channel: str
    language: str = "auto"
    payload: Mapping[str, Any] | None = None  # what Slack is given, once it was put into words
    target_key: str = ""
    upload: str = ""  # Slack's id of a file whose bytes it has, from an earlier attempt
    is_unread: bool = False  # its channel was not read for a while: it is, before this is said


class NotSent(Exception):
    """Slack certainly did not take it: try again, not before `after`.

    With `after` Slack has said that the method may not be called in that workspace until then;
    `team` names the workspace where it is another than the one a delivery goes to.
    """

    def __init__(self, reason: str, after: timedelta | None = None, team: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after
        self.team = team
        self.was_search = False


class OutcomeUnknown(Exception):
    """Slack may or may not have taken it: look for the delivery key before posting again."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Refused(Exception):
    """Slack will never take it as it is: park it and tell the people concerned."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Postman(Protocol):
    """Says deliveries in Slack; raises NotSent, OutcomeUnknown or Refused, nothing else.

    Of a file `deliver` also raises Withheld: its bytes are not such as may travel.
    """

    async def prepare(self, outgoing: Outgoing) -> Outgoing:
        """Puts it into words and looks at them a last time; says nothing yet."""
        ...

    async def deliver(self, outgoing: Outgoing) -> Posted:
        """Attempts once; never retries by itself."""
        ...

    async def find(self, outgoing: Outgoing, since: datetime) -> Posted | None:
        """Looks in Slack for the delivery key, from `since` on; None when it is not there."""
        ...

    async def find_all(self, outgoing: Outgoing, since: datetime) -> list[Posted]:
        """Every place in Slack where the delivery key stands, from `since` on, oldest first."""
        ...

    async def remove(self, outgoing: Outgoing, posted: Posted) -> None:
        """Takes a message of ours away."""
        ...

    async def look(self, team: str, channel: str) -> Fingerprint:
        """A channel as it is now, every member known; Refused: it cannot be reached any more."""
        ...


@dataclass(frozen=True)
class ChannelView:
    """A channel as Slack describes it now: who could read what is posted there."""

    team: str
    channel: str
    name: str
    is_direct: bool
    is_member: bool
    is_shared: bool
    readers: tuple[str, ...]
    more_readers: int
    guests: int
    unchecked: int = 0
    fingerprint: Fingerprint | None = None
