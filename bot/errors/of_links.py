"""Why a channel cannot be linked, or a link not be changed."""

from __future__ import annotations

from bot.errors.families import NotFound, NotPossible

__all__ = [
    "BotNotInChannel",
    "CeilingNotFound",
    "ChannelArchived",
    "ChannelDecides",
    "ChannelIsPrivateTalk",
    "ChannelNotLinked",
    "ChannelShared",
    "LinkExists",
    "LinkIsCut",
    "LinkNotActive",
    "LinkNotFound",
    "LinkNotPaused",
    "LinkNotProposed",
    "LinkToItself",
    "LinkToSameGovernment",
    "TermsPending",
]


class LinkNotFound(NotFound):
    names = ("code",)


class CeilingNotFound(NotFound):
    names = ("agency",)


class LinkToItself(NotPossible):
    pass


class LinkToSameGovernment(NotPossible):
    pass


class LinkExists(NotPossible):
    names = ("code",)


class LinkNotProposed(NotPossible):
    names = ("code",)


class LinkNotActive(NotPossible):
    names = ("code",)


class LinkNotPaused(NotPossible):
    names = ("code",)


class TermsPending(NotPossible):
    names = ("code",)


class LinkIsCut(NotPossible):
    names = ("code",)


class ChannelNotLinked(NotPossible):
    pass


class ChannelIsPrivateTalk(NotPossible):
    pass


class ChannelArchived(NotPossible):
    pass


class BotNotInChannel(NotPossible):
    pass


class ChannelShared(NotPossible):
    pass


class ChannelDecides(NotPossible):
    """It is the channel in which that side decides about releases."""
