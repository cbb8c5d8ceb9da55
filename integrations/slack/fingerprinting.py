"""From a conversation object to the fingerprint of a channel.

Source: Slack, "conversation object": `is_ext_shared`, `is_org_shared`, `is_pending_ext_shared`,
`shared_team_ids`, `connected_team_ids`, `pending_shared`, `pending_connected_team_ids`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.domain.fingerprints import Fingerprint

# Signs that people of other organisations read, or are about to.
SHARED_SIGNS = ("is_ext_shared", "is_pending_ext_shared", "is_org_shared")
TEAM_LISTS = (
    *("shared_team_ids", "connected_team_ids", "pending_shared"),
    "pending_connected_team_ids",
)


def is_shared(about: Mapping[str, Any]) -> bool:
    """Whether others than the workspace itself read a channel, or are about to."""
    return any(about.get(sign) for sign in SHARED_SIGNS)


def fingerprint_of(
    team: str,
    channel: str,
    about: Mapping[str, Any],
    outsiders: Iterable[str],
    unchecked: Iterable[str] = (),
) -> Fingerprint:
    """The fingerprint of a channel of that workspace."""
    teams = {str(one) for name in TEAM_LISTS for one in about.get(name) or ()}
    return Fingerprint(
        name=str(about.get("name") or channel),
        is_private=bool(about.get("is_private")),
        is_archived=bool(about.get("is_archived")),
        # Only some servers leave this out; the first post would be refused there.
        is_member=bool(about.get("is_member", True)),
        is_shared=is_shared(about),
        teams=frozenset(teams - {team}),
        outsiders=frozenset(outsiders),
        unchecked=frozenset(unchecked),
    )
