"""What makes a channel unfit for a side to decide in: whether anybody else may read there."""

from __future__ import annotations

from enum import StrEnum

from bot.domain.fingerprints import Fingerprint


class Unfit(StrEnum):
    """Why a side does not decide in the channel its settings name."""

    PUBLIC = "public"  # everybody in the workspace may join
    SHARED = "shared"  # with another organisation, or about to be
    OUTSIDERS = "outsiders"  # guests or people of other organisations are members
    LINKED = "linked"  # what is said there may travel to the other side
    ARCHIVED = "archived"
    NO_ACCESS = "no_access"  # the bot is not in it, or there is no such channel


def unfit(now: Fingerprint, *, is_linked: bool) -> frozenset[Unfit]:
    """Everything that speaks against deciding in a channel as it is now; empty where nothing."""
    found = {
        Unfit.PUBLIC: not now.is_private,
        Unfit.SHARED: now.is_shared or now.teams,
        Unfit.OUTSIDERS: now.outsiders or now.unchecked,
        Unfit.LINKED: is_linked,
        Unfit.ARCHIVED: now.is_archived,
        Unfit.NO_ACCESS: not now.is_member,
    }
    return frozenset(why for why, is_so in found.items() if is_so)
