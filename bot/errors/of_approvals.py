"""Why somebody's word does not count where more than one person has to agree."""

from __future__ import annotations

from bot.errors.families import NotAllowed, NotPossible

__all__ = [
    "ApprovalExpired",
    "ApprovedAlready",
    "ApprovedByYourOtherAccount",
    "ButtonNotGenuine",
    "EarlierTextStands",
    "LabelUnchanged",
    "LinkNeedsTwoPeople",
    "ProposerMayNoLonger",
]


class ButtonNotGenuine(NotAllowed):
    pass


class ApprovedByYourOtherAccount(NotAllowed):
    names = ("number",)


class LinkNeedsTwoPeople(NotAllowed):
    names = ("code",)


class ApprovedAlready(NotPossible):
    names = ("number",)


class ApprovalExpired(NotPossible):
    names = ("number",)


class LabelUnchanged(NotPossible):
    names = ("number", "label")


class EarlierTextStands(NotPossible):
    names = ("number",)


class ProposerMayNoLonger(NotPossible):
    names = ("code",)
