"""What a follow-up may be about: an item known by its number, and where it stands in Slack."""

from __future__ import annotations

from bot import errors
from bot.domain.advisories import Advisory
from bot.domain.officials import Government, Official
from bot.services.actions import find_action
from bot.services.advisories import show_advisory
from bot.services.cards import is_shown
from bot.services.kinds import ACTION_CARD, COPY
from bot.storage.unit_of_work import UnitOfWork

# Team, channel and timestamp of a message.
Message = tuple[str, str, str]


def find_about(uow: UnitOfWork, actor: Official, typed: str) -> str:
    """The number of an item the actor's side knows; raises NotFound in the words of its kind."""
    number = typed.strip().upper()
    if number.startswith("ADV-"):
        return show_advisory(uow, actor, number).advisory.number
    if number.startswith("ACT-"):
        return find_action(uow, actor, number).number
    raise errors.AboutUnknown(value=typed)


def is_joint(uow: UnitOfWork, number: str) -> bool:
    """Whether both sides know the item: an action of both, an advisory that has arrived."""
    if number.startswith("ACT-"):
        action = next(
            (one for side in Government if (one := uow.actions.by_number(number, side))), None
        )
        return action is not None and action.is_joint
    advisory = uow.advisories.by_number(number) if number.startswith("ADV-") else None
    return advisory is not None and _copy_on(uow, advisory, advisory.government.other) is not None


def message_of(uow: UnitOfWork, number: str, side: Government) -> Message | None:
    """The message by which a side knows an item, or None."""
    if number.startswith("ACT-"):
        return _card_of(uow, number, side)
    advisory = uow.advisories.by_number(number) if number.startswith("ADV-") else None
    if advisory is None:
        return None
    if advisory.government == side:
        ts = advisory.source_ts
        return (advisory.team, advisory.channel, ts) if ts else None
    return _copy_on(uow, advisory, side)


def _copy_on(uow: UnitOfWork, advisory: Advisory, side: Government) -> Message | None:
    for copy in uow.outbox.of_advisory(advisory.id, COPY):
        workspace = uow.workspaces.of_team(copy.team)
        there = workspace is not None and workspace.government == side
        if there and copy.slack_ts and is_shown(uow, copy, advisory):
            return copy.team, copy.posted_channel or copy.channel, copy.slack_ts
    return None


def _card_of(uow: UnitOfWork, number: str, side: Government) -> Message | None:
    action = uow.actions.by_number(number, side)
    if action is None:
        return None
    for card in uow.outbox.of_subject(f"action:{action.id}", ACTION_CARD):
        workspace = uow.workspaces.of_team(card.team)
        if workspace is not None and workspace.government == side and card.slack_ts:
            return card.team, card.posted_channel or card.channel, card.slack_ts
    return None
