"""Who may do what: the checks every use case begins with."""

from __future__ import annotations

from bot import errors
from bot.domain.officials import Government, Official, Role
from bot.storage.unit_of_work import UnitOfWork


def require_official(uow: UnitOfWork, team: str, user: str) -> Official:
    """The enrolled official behind a principal; raises NotEnrolled for everybody else."""
    official = uow.officials.find(team, user)
    if official is None:
        workspace = uow.workspaces.of_team(team)
        side = workspace.government if workspace else None
        raise errors.NotEnrolled(contact=contact_of(uow, side))
    return official


def require_role(uow: UnitOfWork, official: Official, role: Role) -> None:
    """Raises RoleMissing unless the official has that role."""
    if not official.has(role):
        raise errors.RoleMissing(role=role.value, contact=contact_of(uow, official.government))


def require_speaker(uow: UnitOfWork, official: Official) -> None:
    """Raises RoleMissing for observers, who read and do not act."""
    if not official.may_speak and not official.is_source:
        raise errors.RoleMissing(
            role=Role.MEMBER.value, contact=contact_of(uow, official.government)
        )


def contact_of(uow: UnitOfWork, government: Government | None) -> str:
    """The admins to turn to, by name; a dash when there is none."""
    admins = uow.officials.of(government, Role.ADMIN) if government else ()
    return ", ".join(f"{admin.name} – {admin.agency}" for admin in admins[:3]) or "-"
