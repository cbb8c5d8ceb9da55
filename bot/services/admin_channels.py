"""The private channel in which a side decides about releases, as far as it is private.

While it is not, each releaser is asked by direct message, and the admins of the side are told why.
"""

from __future__ import annotations

from bot.domain.admin_channels import Unfit, unfit
from bot.domain.fingerprints import Fingerprint
from bot.domain.officials import Role
from bot.domain.rights import Act
from bot.services.issuing import ask_releasers
from bot.services.notes import tell_directly
from bot.storage.unit_of_work import UnitOfWork


def note_admin_reading(uow: UnitOfWork, team: str, channel: str, now: Fingerprint) -> None:
    """A channel as it is now; nothing is done where no side decides in it."""
    is_linked = bool(uow.links.live_at(team, channel))
    _note(uow, team, channel, unfit(now, is_linked=is_linked), f"#{now.name}")


def note_admin_lost(uow: UnitOfWork, team: str, channel: str, why: Unfit) -> None:
    """The bot cannot reach a channel any more; nothing is done where no side decides in it."""
    _note(uow, team, channel, frozenset({why}), channel)


def _note(
    uow: UnitOfWork, team: str, channel: str, faults: frozenset[Unfit], shown_as: str
) -> None:
    workspace = uow.workspaces.of_team(team)
    if workspace is None or not workspace.is_admin_channel(channel):
        return
    known = uow.fingerprints.unfit(team, channel)
    if faults == known:
        return
    side = workspace.government
    uow.fingerprints.note_unfit(team, channel, faults)
    if not faults and not known:
        return
    uow.audit.record(side, "admin_channel.read", f"{team}/{channel}", unfit=sorted(faults))
    for why in sorted(faults - (known or frozenset())):
        for admin in uow.officials.of(side, Role.ADMIN):
            tell_directly(uow, admin, f"admin_channels.unfit.{why}", channel=shown_as)
    for motion in uow.approvals.open_of(Act.RELEASE, side):
        advisory = uow.advisories.by_number(motion.subject)
        if advisory is not None and advisory.team == team:
            ask_releasers(uow, advisory)
