"""A link whose channels are not what both sides agreed to is suspended until both confirm.

What is told of it is the same for both sides: whose channel, and what kind of change; who joined or
what it is called now is for its own side to see in Slack.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.domain.admin_channels import Unfit
from bot.domain.deliveries import URGENT, Delivery, Method
from bot.domain.fingerprints import (
    Change,
    Finding,
    Fingerprint,
    first_agreed,
    found_at,
)
from bot.domain.links import End, Link
from bot.domain.officials import Government, Role
from bot.services.admin_channels import note_admin_lost, note_admin_reading
from bot.services.kinds import SUSPENDED
from bot.services.ports import ChannelView
from bot.storage.unit_of_work import UnitOfWork

# Slack's words for a channel the bot is not let into, and for a token that is worth nothing any
# more (Web API reference, errors).
NO_WAY_IN = frozenset({"channel_not_found", "not_in_channel", "is_archived", "no_permission"})
NO_TOKEN = frozenset(
    {"invalid_auth", "account_inactive", "token_revoked", "token_expired", "not_authed"}
)
# Where these are the trouble, nothing said in that channel arrives.
UNREACHABLE = frozenset({Change.ARCHIVED, Change.NO_ACCESS, Change.UNINSTALLED})


def note_reading(
    uow: UnitOfWork,
    team: str,
    channel: str,
    now: Fingerprint,
    *,
    began_at: datetime,
    doubts: int,
) -> None:
    """A channel as it is now: suspends every link that agreed to another, keeps the others going.

    What came into doubt while it was being read is compared all the same, and read again.
    """
    uow.fingerprints.note_read(team, channel, doubts, began_at)
    note_admin_reading(uow, team, channel, now)
    for link, end in _links_at(uow, team, channel):
        known = uow.fingerprints.agreed(link.id).get(end.government)
        agreed = known or first_agreed(now)
        changes = agreed.changes_to(now)
        if changes:
            suspend_link(uow, link, found_at(end.government, changes))
        elif agreed.narrowed_to(now) != known:
            uow.fingerprints.agree(link.id, end.government, agreed.narrowed_to(now))


def note_lost(uow: UnitOfWork, team: str, channel: str, change: Change) -> None:
    """The bot cannot reach a channel any more: the links that end there are suspended."""
    uow.fingerprints.doubt(team, channel)
    why = Unfit.ARCHIVED if change is Change.ARCHIVED else Unfit.NO_ACCESS
    note_admin_lost(uow, team, channel, why)
    for link, end in _links_at(uow, team, channel):
        suspend_link(uow, link, found_at(end.government, [change]))


def note_uninstalled(uow: UnitOfWork, team: str) -> None:
    """The app or its token is worth nothing any more there: so much for all its links."""
    for link in sorted(uow.links.all(), key=lambda one: one.id):
        for end in _ends(link):
            if link.is_live and end.team == team:
                suspend_link(uow, link, found_at(end.government, [Change.UNINSTALLED]))


def note_refused(uow: UnitOfWork, team: str, channel: str, reason: str) -> None:
    """Slack refused, for a reason of that word, to let a channel be read."""
    if reason in NO_TOKEN:
        note_uninstalled(uow, team)
    else:
        change = Change.ARCHIVED if reason == "is_archived" else Change.NO_ACCESS
        note_lost(uow, team, channel, change)


def doubt_where_refused(uow: UnitOfWork, delivery: Delivery, reason: str) -> None:
    """A delivery was refused as if there were no way in: its channel is read again at once."""
    if reason in NO_WAY_IN | NO_TOKEN and is_watched(uow, delivery.team, delivery.channel):
        uow.fingerprints.doubt(delivery.team, delivery.channel)


def is_watched(uow: UnitOfWork, team: str, channel: str) -> bool:
    """Whether a link ends in a channel, or a side decides there."""
    workspace = uow.workspaces.of_team(team)
    is_admins = workspace is not None and workspace.is_admin_channel(channel)
    return is_admins or bool(uow.links.live_at(team, channel))


def suspend_link(uow: UnitOfWork, link: Link, findings: frozenset[Finding]) -> None:
    """Nothing flows until both sides have confirmed; both sides' channels and admins are told."""
    # Both ends may be read at the same time: whoever comes second sees what the first has found.
    link = uow.links.by_code(link.code) or link
    suspended = link.suspend(findings) if link.is_live else link
    if suspended == link or suspended.suspension is None:
        return
    uow.links.save(suspended)
    named = sorted(f"{side}:{change}" for side, change in suspended.suspension.findings)
    for side in Government:
        uow.audit.record(side, "link.suspended", link.code, changes=named)
    _tell(uow, suspended, suspended.suspension.findings)


def agree_to_views(uow: UnitOfWork, link: Link, views: Iterable[ChannelView]) -> None:
    """Both sides agree to the ends of a link as they are in these views."""
    for view in views:
        for end in _ends(link):
            if end.is_at(view.team, view.channel) and view.fingerprint is not None:
                uow.fingerprints.agree(link.id, end.government, view.fingerprint)


def digest_of_views(views: Iterable[ChannelView]) -> str:
    """Tells one state of a link's channels from another."""
    found = {(v.team, v.channel): v.fingerprint.digest for v in views if v.fingerprint}
    return "/".join(found[place] for place in sorted(found))


def _links_at(uow: UnitOfWork, team: str, channel: str) -> list[tuple[Link, End]]:
    return [
        (link, end)
        for link in uow.links.live_at(team, channel)
        for end in _ends(link)
        if end.is_at(team, channel)
    ]


def _ends(link: Link) -> tuple[End, ...]:
    return tuple(end for end in (link.near, link.far) if end is not None)


def _tell(uow: UnitOfWork, link: Link, findings: frozenset[Finding]) -> None:
    """Where nothing arrives any more, nothing is said. What has changed is read when it is sent."""
    facts: dict[str, object] = {}
    for end in _ends(link):
        gone = {change for side, change in findings if side == end.government} & UNREACHABLE
        if not gone:
            uow.outbox.add(
                SUSPENDED,
                facts,
                Method.POST,
                end.team,
                end.channel,
                link_id=link.id,
                priority=URGENT,
            )
        admins = uow.officials.of(end.government, Role.ADMIN)
        for admin in () if Change.UNINSTALLED in gone else admins:
            uow.outbox.add(
                SUSPENDED,
                facts,
                Method.DIRECT,
                admin.team,
                admin.user,
                user=admin.user,
                link_id=link.id,
                priority=URGENT,
            )
