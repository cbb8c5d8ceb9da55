"""The fingerprint of a linked channel: what decides who could read there, and what of it changed.

Ids only, never the names of people. What has become less (an outsider who left, a team with which
the channel is shared no longer) is no change; but what has gone does not come back unasked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum

from bot.domain.officials import Government

# How long a reading of a channel is believed before something is sent there.
BELIEVED = timedelta(seconds=60)


class Change(StrEnum):
    """What has become of a channel since both sides agreed to it."""

    SHARED = "shared"  # with another organisation, or about to be
    OUTSIDERS = "outsiders"  # guests or people of other organisations have come
    RENAMED = "renamed"
    CONVERTED = "converted"  # from private to public, or the other way
    ARCHIVED = "archived"
    NO_ACCESS = "no_access"  # the bot was removed, or the channel is gone
    UNINSTALLED = "uninstalled"  # the app or its token is no longer valid in that workspace


# What has changed, and on whose side.
Finding = tuple[Government, Change]


@dataclass(frozen=True)
class Fingerprint:
    """A channel as it was seen; `unchecked`: members of whom nothing was known yet."""

    name: str
    is_private: bool = False
    is_archived: bool = False
    is_member: bool = True
    is_shared: bool = False
    teams: frozenset[str] = frozenset()  # the others it is shared with
    outsiders: frozenset[str] = frozenset()
    unchecked: frozenset[str] = frozenset()

    @property
    def digest(self) -> str:
        """Tells one fingerprint from another: 16 hex digits."""
        parts = (
            *(self.name, self.is_private, self.is_archived, self.is_member, self.is_shared),
            *(sorted(self.teams), sorted(self.outsiders), sorted(self.unchecked)),
        )
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]

    def changes_to(self, now: Fingerprint) -> frozenset[Change]:
        """What is to be confirmed by both sides before anything more is sent there."""
        found = {
            Change.SHARED: now.teams - self.teams or (now.is_shared and not self.is_shared),
            Change.OUTSIDERS: now.outsiders - self.outsiders - self.unchecked,
            Change.RENAMED: now.name != self.name,
            Change.CONVERTED: now.is_private != self.is_private,
            Change.ARCHIVED: now.is_archived,
            Change.NO_ACCESS: not now.is_member,
        }
        return frozenset(change for change, is_so in found.items() if is_so)

    def narrowed_to(self, now: Fingerprint) -> Fingerprint:
        """What stays agreed to once the channel is seen without change."""
        return replace(
            self,
            is_shared=self.is_shared and now.is_shared,
            teams=self.teams & now.teams,
            outsiders=(self.outsiders | self.unchecked) & now.outsiders,
            unchecked=self.unchecked & now.unchecked,
        )


def first_agreed(now: Fingerprint) -> Fingerprint:
    """What a link from before there were fingerprints agreed to: a channel nobody else shares."""
    return replace(now, is_archived=False, is_member=True, is_shared=False, teams=frozenset())


@dataclass(frozen=True)
class Suspension:
    """Why a link is suspended, and which sides confirmed what they saw then."""

    findings: frozenset[Finding]
    confirmed: Mapping[Government, str] = field(default_factory=dict)

    @property
    def waits_for(self) -> frozenset[Government]:
        """The sides that have not confirmed yet."""
        return frozenset(Government) - frozenset(self.confirmed)

    def confirm(self, government: Government, seen: str) -> Suspension:
        """That side agrees to the channels as they are; who agreed to others has to look again."""
        same = {side: digest for side, digest in self.confirmed.items() if digest == seen}
        return replace(self, confirmed={**same, government: seen})

    def take_back(self, government: Government) -> Suspension:
        left = {side: seen for side, seen in self.confirmed.items() if side != government}
        return replace(self, confirmed=left)


def found_at(government: Government, changes: Iterable[Change]) -> frozenset[Finding]:
    """Changes of a channel of that side."""
    return frozenset((government, change) for change in changes)
