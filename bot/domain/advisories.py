"""An advisory: numbered, labelled by its originator, and carried along the links that permit it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot import errors
from bot.domain.labels import Label
from bot.domain.officials import Government


class AdvisoryState(StrEnum):
    """Where an advisory stands on its originating side."""

    HELD = "held"  # no usable label yet: waits for its author, goes nowhere
    ISSUED = "issued"  # labelled; each route has its own state
    DISCARDED = "discarded"  # the author let a held one go, or deleted the message


class RouteState(StrEnum):
    """What happened to one advisory on one link."""

    QUEUED = "queued"  # in the outbox for the destination
    AWAITING = "awaiting"  # a releaser of the originating side has to let it go
    KEPT_BACK = "kept_back"  # a releaser decided against it
    ABOVE_CEILING = "above_ceiling"  # the label is above what the link may carry
    PAUSED = "paused"  # the link was paused when the advisory was posted
    WITHHELD = "withheld"  # policy no longer permitted it when it was about to be sent


@dataclass(frozen=True)
class Route:
    """One advisory on one link, with the reason for its state."""

    advisory_id: int
    link_id: int
    state: RouteState
    decided_by: int | None = None
    decided_at: datetime | None = None


@dataclass(frozen=True)
class Advisory:
    """The text is kept as Slack delivered it; rendering makes it inert."""

    id: int
    number: str
    state: AdvisoryState
    government: Government
    agency: str
    author_id: int
    author_name: str
    team: str
    channel: str
    source_ts: str | None
    label: Label | None
    tags: tuple[str, ...]
    title: str
    body: str
    needs_release: bool
    files: int
    posted_at: datetime

    def label_as(self, label: Label) -> Advisory:
        """The originator names the label of a held advisory."""
        self._require_held()
        return replace(self, state=AdvisoryState.ISSUED, label=label)

    def discard(self) -> Advisory:
        self._require_held()
        return replace(self, state=AdvisoryState.DISCARDED)

    def _require_held(self) -> None:
        if self.state is not AdvisoryState.HELD:
            raise errors.AdvisoryNotHeld(number=self.number)


@dataclass(frozen=True)
class Receipt:
    """An agency has acknowledged an advisory: who pressed, and when."""

    advisory_id: int
    agency: str
    government: Government
    official_id: int
    name: str
    at: datetime
