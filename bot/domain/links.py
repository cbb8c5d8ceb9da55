"""A link joins one channel of each government under terms both sides agreed to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot import errors
from bot.domain.fingerprints import Finding, Suspension
from bot.domain.labels import Label
from bot.domain.officials import Government

# How far Slack's clock and ours may differ when a post is compared with the link's beginning.
SKEW = timedelta(seconds=30)


class LinkState(StrEnum):
    """The life of a link."""

    PROPOSED = "proposed"  # one side has named its terms; nothing flows
    ACTIVE = "active"  # both sides agreed; advisories flow
    PAUSED = "paused"  # at least one side has stopped it for now
    CUT = "cut"  # ended by one side, for good
    DECLINED = "declined"  # the other side said no, or the proposer took it back


class Direction(StrEnum):
    """Which way advisories flow, seen from the side that proposed the link."""

    BOTH = "both"
    OUT = "out"
    IN = "in"


class Mode(StrEnum):
    """Whether an advisory leaves by itself or waits for a releaser."""

    AUTO = "auto"
    MANUAL = "manual"


@dataclass(frozen=True)
class Terms:
    """What may flow over a link: advisories with one of the tags, up to the ceiling."""

    tags: tuple[str, ...]
    ceiling: Label
    direction: Direction
    mode: Mode

    def matches(self, tags: tuple[str, ...]) -> bool:
        return bool(set(self.tags) & set(tags))


@dataclass(frozen=True)
class End:
    """One end of a link: a channel of one workspace, and the agency that speaks there."""

    team: str
    channel: str
    government: Government
    agency: str
    name: str = ""

    def is_at(self, team: str, channel: str) -> bool:
        return (self.team, self.channel) == (team, channel)


@dataclass(frozen=True)
class AgencyCeiling:
    """The most restrictive label a side lets pass to and from the channels of an agency."""

    government: Government
    agency: str
    label: Label


@dataclass(frozen=True)
class Link:
    """Near is the end that proposed; far is known once the other side accepted.

    `ceilings` are those set for the agencies at its ends.
    """

    id: int
    code: str
    state: LinkState
    terms: Terms
    near: End
    to_agency: str
    far: End | None
    proposed_by: int
    proposed_at: datetime
    agreed_at: datetime | None = None
    paused_by: frozenset[Government] = frozenset()
    pending: Terms | None = None
    pending_from: Government | None = None
    flows_since: datetime | None = None
    pending_by: int | None = None
    suspension: Suspension | None = None
    ceilings: tuple[AgencyCeiling, ...] = ()

    @property
    def agencies(self) -> tuple[str, str]:
        """The agencies at its ends; of a proposal, the one it was made to."""
        return self.near.agency, self.far.agency if self.far else self.to_agency

    @property
    def ceiling(self) -> Label:
        """The most restrictive label that may pass: by its terms, and for the agencies it joins."""
        labels = (self.terms.ceiling, *(one.label for one in self.ceilings))
        return min(labels, key=lambda label: label.rank)

    @property
    def is_live(self) -> bool:
        return self.state in (LinkState.ACTIVE, LinkState.PAUSED)

    def routes(self) -> tuple[tuple[End, End], ...]:
        """The ordered pairs (from, to) this link carries advisories along."""
        if self.far is None:
            return ()
        out, into = (self.near, self.far), (self.far, self.near)
        return {
            Direction.BOTH: (out, into),
            Direction.OUT: (out,),
            Direction.IN: (into,),
        }[self.terms.direction]

    def flowed_at(self, moment: datetime) -> bool:
        """Whether the link carried things at that moment, clocks differing by SKEW at most."""
        return self.flows_since is None or moment >= self.flows_since - SKEW

    def leads_from(self, team: str, channel: str) -> End | None:
        """Where an advisory posted in that channel would go, or None if nothing leaves it."""
        for source, destination in self.routes():
            if source.is_at(team, channel):
                return destination
        return None

    def end_of(self, government: Government) -> End | None:
        """The end that belongs to a government."""
        return self.near if self.near.government == government else self.far

    def accept(self, far: End, at: datetime) -> Link:
        """The other side joins its channel; refuses one's own side and the same channel."""
        if self.state is not LinkState.PROPOSED:
            raise errors.LinkNotProposed(code=self.code)
        if far.is_at(self.near.team, self.near.channel):
            raise errors.LinkToItself
        if far.government == self.near.government:
            raise errors.LinkToSameGovernment
        return replace(self, state=LinkState.ACTIVE, far=far, agreed_at=at, flows_since=at)

    def decline(self) -> Link:
        if self.state is not LinkState.PROPOSED:
            raise errors.LinkNotProposed(code=self.code)
        return replace(self, state=LinkState.DECLINED)

    def pause(self, government: Government) -> Link:
        """Stops the flow until the side that paused it resumes; both sides may pause."""
        self._require_live()
        if government in self.paused_by:
            raise errors.LinkNotActive(code=self.code)
        kept = self.suspension.take_back(government) if self.suspension else None
        paused_by = self.paused_by | {government}
        return replace(self, state=LinkState.PAUSED, paused_by=paused_by, suspension=kept)

    def resume(self, government: Government, at: datetime, seen: str = "") -> Link:
        """Takes back one's own pause; the flow starts once no side pauses it any longer.

        Over a suspended link it confirms the channels as they are: `seen` tells one state of them
        from another, and both sides have to confirm the same.
        """
        self._require_live()
        if self.state is not LinkState.PAUSED:
            raise errors.LinkNotPaused(code=self.code)
        if government not in self.paused_by:
            raise errors.OwnSideOnly(code=self.code)
        confirmed = self.suspension.confirm(government, seen) if self.suspension else None
        left = confirmed.waits_for if confirmed else self.paused_by - {government}
        state = LinkState.PAUSED if left else LinkState.ACTIVE
        return replace(
            self,
            state=state,
            paused_by=left,
            flows_since=at,
            suspension=confirmed if left else None,
        )

    def suspend(self, findings: frozenset[Finding]) -> Link:
        """A channel is not what both sides agreed to: both have to confirm, as after two pauses.

        The same link when all of that is known already.
        """
        self._require_live()
        known = self.suspension or Suspension(frozenset())
        if self.suspension and findings <= known.findings:
            return self
        return replace(
            self,
            state=LinkState.PAUSED,
            paused_by=frozenset(Government),
            suspension=Suspension(known.findings | findings),
        )

    def cut(self) -> Link:
        """Ends the link for good; either side may, at any time."""
        if self.state not in (LinkState.ACTIVE, LinkState.PAUSED, LinkState.PROPOSED):
            raise errors.LinkIsCut(code=self.code)
        return replace(
            self,
            state=LinkState.CUT,
            pending=None,
            pending_from=None,
            pending_by=None,
            suspension=None,
        )

    def propose_terms(self, terms: Terms, government: Government, by: int) -> Link:
        """New terms wait for the other side; the old ones hold meanwhile.

        Terms that wait are not exchanged under the eyes of whoever is about to accept them.
        """
        self._require_live()
        if self.pending is not None:
            raise errors.TermsPending(code=self.code)
        return replace(self, pending=terms, pending_from=government, pending_by=by)

    def agree_terms(self, government: Government) -> Link:
        """The other side agrees to the pending terms, which now hold."""
        self._require_pending(government)
        if self.pending is None:
            raise errors.LinkNotProposed(code=self.code)
        return replace(self, terms=self.pending, pending=None, pending_from=None, pending_by=None)

    def refuse_terms(self) -> Link:
        """Either side drops the pending terms; the old ones stay."""
        if self.pending is None:
            raise errors.LinkNotProposed(code=self.code)
        return replace(self, pending=None, pending_from=None, pending_by=None)

    def _require_live(self) -> None:
        if self.state in (LinkState.CUT, LinkState.DECLINED):
            raise errors.LinkIsCut(code=self.code)
        if self.state is LinkState.PROPOSED:
            raise errors.LinkNotActive(code=self.code)

    def _require_pending(self, government: Government) -> None:
        if self.pending_from == government:
            raise errors.OwnSideOnly(code=self.code)
