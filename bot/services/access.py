"""Who may do what: the checks every use case begins with."""

from __future__ import annotations

import re

from bot import errors
from bot.domain import policy
from bot.domain.officials import Government, Official, Role
from bot.domain.rights import NOTHING, Act, Matter
from bot.storage.audit import Visitor
from bot.storage.unit_of_work import UnitOfWork

# Refusals that say no to somebody, rather than that nothing was understood or could be done.
# Words that make no sense, and requests nobody could answer in time, are none.
DECISIONS = (errors.NotAllowed, errors.NotFound, errors.NotPossible, errors.NotReleased)
# A number or code of ours; anything else may be text that somebody typed.
NUMBER = re.compile(r"[A-Z]{3}-[0-9A-Z-]{2,12}", re.ASCII)


def require_official(uow: UnitOfWork, team: str, user: str) -> Official:
    """The enrolled official behind a principal; raises NotEnrolled for everybody else.

    From then on the transaction sees nothing that is internal to the other side.
    """
    official = uow.officials.find(team, user)
    if official is None:
        workspace = uow.workspaces.of_team(team)
        side = workspace.government if workspace else None
        raise errors.NotEnrolled(contact=contact_of(uow, side))
    uow.walls.take(official.government)
    return official


def require_right(
    uow: UnitOfWork,
    official: Official,
    act: Act,
    matter: Matter = NOTHING,
    *,
    author: bool = False,
) -> None:
    """Passes where the table of rights allows, or asks more people than this one.

    Raises RoleMissing where only others ever may, PolicyDenies where they may not now.
    """
    require_part(uow, official, act, author=author)
    if not policy.may(official, act, matter, author=author):
        raise errors.PolicyDenies


def require_part(uow: UnitOfWork, official: Official, act: Act, *, author: bool = False) -> None:
    """Raises RoleMissing unless the table of rights ever lets the official do it."""
    if policy.has_part_in(official, act, author=author):
        return
    role = policy.role_for(act)
    if role is None:
        raise errors.PolicyDenies
    raise errors.RoleMissing(role=role.value, contact=contact_of(uow, official.government))


def note_refusal(
    uow: UnitOfWork, team: str, user: str, asked: str, refusal: errors.BotError
) -> None:
    """Records that somebody was refused, and why, if that is a decision; never what they typed."""
    if not isinstance(refusal, DECISIONS):
        return
    who: Official | Visitor | None = uow.officials.find(team, user)
    if who is None:
        workspace = uow.workspaces.of_team(team)
        who = Visitor(workspace.government, team, user) if workspace else None
    if who is not None:
        about = str(refusal.parameters.get("number") or refusal.parameters.get("code") or "")
        subject = about if NUMBER.fullmatch(about) else asked
        uow.audit.record(who, "request.refuse", subject, asked=asked, reason=refusal.key)


def contact_of(uow: UnitOfWork, government: Government | None) -> str:
    """The admins to turn to, by name; a dash when there is none."""
    admins = uow.officials.of(government, Role.ADMIN) if government else ()
    return ", ".join(f"{admin.name} – {admin.agency}" for admin in admins[:3]) or "-"
