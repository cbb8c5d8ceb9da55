"""What happens to linked channels, as Slack's events tell: archived, shared, joined, left, lost.

Events only say where to look: a channel in doubt is read again before anything is sent there. What
leaves nothing to be read (archived, gone, the app uninstalled) suspends its links at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.domain.fingerprints import Change
from bot.services.suspensions import is_watched, note_lost, note_uninstalled
from bot.storage.unit_of_work import UnitOfWork
from commands.edge import Edge
from integrations.slack.teams import acting_team

DOUBTFUL = (
    *("channel_rename", "group_rename", "channel_shared", "channel_unshared"),
    *("channel_unarchive", "group_unarchive", "member_joined_channel"),
)
LOST: Mapping[str, Change] = {
    "channel_archive": Change.ARCHIVED,
    "group_archive": Change.ARCHIVED,
    "channel_left": Change.NO_ACCESS,
    "group_left": Change.NO_ACCESS,
    "channel_deleted": Change.NO_ACCESS,
    "group_deleted": Change.NO_ACCESS,
    # A channel that goes by another id is another channel: links are made by ids only.
    "channel_id_changed": Change.NO_ACCESS,
}
LEFT = "member_left_channel"
REVOKED = ("app_uninstalled", "tokens_revoked")
HEARD = (*DOUBTFUL, *LOST, LEFT, *REVOKED)


class Channels:
    """Takes events about channels and installations in; see `services.suspensions`."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge

    async def take(self, body: dict[str, Any]) -> None:
        """One event, in one transaction; what is in doubt is read right after."""
        event: dict[str, Any] = body["event"]
        team, kind = acting_team(body), str(event["type"])
        if kind in REVOKED:
            if kind == "app_uninstalled" or _is_bots(event):
                await self._edge.take(lambda uow: note_uninstalled(uow, team), team)
            return
        channel = _channel_of(event)
        if channel:
            await self._edge.take(_work(team, channel, kind, event), team)
            self._edge.look_at_channels()


def _work(
    team: str, channel: str, kind: str, event: dict[str, Any]
) -> Callable[[UnitOfWork], None]:
    def work(uow: UnitOfWork) -> None:
        if not is_watched(uow, team, channel):
            return
        change = LOST.get(kind)
        if kind == LEFT and _is_our_bot(uow, team, event):
            change = Change.NO_ACCESS
        if change is not None:
            note_lost(uow, team, channel, change)
        else:
            uow.fingerprints.doubt(team, channel)

    return work


def _is_our_bot(uow: UnitOfWork, team: str, event: dict[str, Any]) -> bool:
    workspace = uow.workspaces.of_team(team)
    return workspace is not None and workspace.bot_user == event.get("user")


def _is_bots(event: dict[str, Any]) -> bool:
    """Whether a bot's token was revoked; a user's is none of ours (docs: tokens_revoked)."""
    tokens = event.get("tokens")
    return isinstance(tokens, dict) and bool(tokens.get("bot"))


def _channel_of(event: dict[str, Any]) -> str:
    """The channel an event is about: an id, or an object with one; of a changed id, the old."""
    channel = event.get("old_channel_id") or event.get("channel")
    if isinstance(channel, dict):
        channel = channel.get("id")
    return channel if isinstance(channel, str) else ""
