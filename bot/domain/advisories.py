"""An advisory: numbered, labelled by its originator, and carried along the links that permit it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot import errors
from bot.domain.labels import Label
from bot.domain.officials import Government
from bot.domain.releasability import Named


class AdvisoryState(StrEnum):
    """Where an advisory stands on its originating side."""

    HELD = "held"  # no usable label yet: waits for its author, goes nowhere
    ISSUED = "issued"  # labelled; each route has its own state
    DISCARDED = "discarded"  # the author let a held one go, or deleted the message
    WITHDRAWN = "withdrawn"  # the originator took it back: every copy becomes a tombstone
    SUPERSEDED = "superseded"  # a later advisory of the originator stands in its place


class RouteState(StrEnum):
    """What happened to one advisory on one link."""

    QUEUED = "queued"  # in the outbox for the destination
    AWAITING = "awaiting"  # a releaser of the originating side has to let it go
    KEPT_BACK = "kept_back"  # a releaser decided against it
    # Its label, or whom it is for, does not fit the link; the word is from before there were two.
    TOO_RESTRICTED = "above_ceiling"
    PAUSED = "paused"  # the link was paused when the advisory was posted
    RECALLED = "recalled"  # delivered, then it became too restricted for the link
    WITHHELD = "withheld"  # policy no longer permitted it when it was about to be sent


class Barrier(StrEnum):
    """Why an advisory is too restricted for a link."""

    NOT_RELEASABLE = "not_releasable"  # it is not for the agency at the other end
    ABOVE_CEILING = "above_ceiling"  # its label is above what the link may carry


@dataclass(frozen=True)
class Route:
    """One advisory on one link, with the reason for its state."""

    advisory_id: int
    link_id: int
    state: RouteState
    revision: int = 1
    decided_by: int | None = None
    decided_at: datetime | None = None


@dataclass(frozen=True)
class Advisory:
    """The text is kept as Slack delivered it; rendering makes it inert.

    `is_final` once nothing can bring it back: its source is gone, or may not leave any more.
    """

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
    revision: int = 1
    changed_at: datetime | None = None
    reason: str = ""
    superseded_by: str = ""
    is_final: bool = False
    releasable: Named = ()

    @property
    def is_out(self) -> bool:
        """Whether readers may see its text: issued, or superseded and still readable."""
        return self.state in (AdvisoryState.ISSUED, AdvisoryState.SUPERSEDED)

    @property
    def is_purged(self) -> bool:
        """Whether its text was destroyed when it had been kept for long enough."""
        return not self.body and not self.title

    def label_as(self, label: Label) -> Advisory:
        """The originator names the label of a held advisory."""
        self._require_held()
        return replace(self, state=AdvisoryState.ISSUED, label=label)

    def discard(self) -> Advisory:
        self._require_held()
        return replace(self, state=AdvisoryState.DISCARDED)

    def revise(self, label: Label, body: str, at: datetime) -> Advisory:
        """The originator changed the text: the next revision, under a label never looser."""
        return replace(self, label=label, body=body, revision=self.revision + 1, changed_at=at)

    @property
    def is_restorable(self) -> bool:
        """Whether it is withdrawn, and two releasers could bring it back."""
        lost = self.is_final or self.is_purged or bool(self.superseded_by)
        return self.state is AdvisoryState.WITHDRAWN and not lost

    def withdraw(self, reason: str, at: datetime, *, final: bool = False) -> Advisory:
        """The originator takes it back; from now on nobody is shown its text."""
        self._require_out()
        return replace(
            self, state=AdvisoryState.WITHDRAWN, reason=reason, changed_at=at, is_final=final
        )

    def restore(self, at: datetime) -> Advisory:
        """It is out again, as the next revision."""
        if self.state is not AdvisoryState.WITHDRAWN:
            raise errors.AdvisoryNotWithdrawn(number=self.number)
        if not self.is_restorable:
            raise errors.AdvisoryStaysWithdrawn(number=self.number)
        return replace(
            self,
            state=AdvisoryState.ISSUED,
            reason="",
            revision=self.revision + 1,
            changed_at=at,
        )

    def supersede(self, number: str, at: datetime) -> Advisory:
        """A later advisory stands in its place; readers are pointed to it."""
        self._require_out()
        return replace(self, state=AdvisoryState.SUPERSEDED, superseded_by=number, changed_at=at)

    def _require_out(self) -> None:
        if not self.is_out:
            raise errors.AdvisoryNotIssued(number=self.number)

    def _require_held(self) -> None:
        if self.state is not AdvisoryState.HELD:
            raise errors.AdvisoryNotHeld(number=self.number)


@dataclass(frozen=True)
class ThreadReply:
    """A reply in an advisory's thread on either side, mirrored to the other threads.

    It was said at `revision`: what relaxes the advisory's label later does not relax the reply's.
    """

    id: int
    advisory_id: int
    team: str
    channel: str
    ts: str
    author_id: int
    body: str
    posted_at: datetime
    is_deleted: bool = False
    revision: int = 1


@dataclass(frozen=True)
class Receipt:
    """An agency has acknowledged an advisory: who pressed, and when."""

    advisory_id: int
    agency: str
    government: Government
    official_id: int
    name: str
    at: datetime
