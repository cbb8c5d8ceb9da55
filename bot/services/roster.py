"""Enrolling officials and keeping the roster; an admin acts for their own government only."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot import errors
from bot.domain.agencies import Agency
from bot.domain.characters import fold
from bot.domain.officials import Government, Official, Role
from bot.domain.rights import Act
from bot.services.access import require_right
from bot.storage.unit_of_work import UnitOfWork

# What the first admins of a configuration may do: enough to set up the first link and use it.
FIRST_ADMIN_ROLES = (Role.ADMIN, Role.LIAISON, Role.RELEASER, Role.MEMBER)
ROSTER_COLUMNS = ("workspace", "user_id", "name", "agency", "roles")
# A column that may be left out: what all accounts of one person have in common.
PERSON_COLUMN = "person"


@dataclass(frozen=True)
class Person:
    """A user as their workspace describes them."""

    team: str
    user: str
    name: str
    is_guest: bool = False
    is_stranger: bool = False
    is_bot: bool = False

    @property
    def is_outsider(self) -> bool:
        """Whether they are a guest, or of another organisation."""
        return self.is_guest or self.is_stranger


def enrol_official(
    uow: UnitOfWork,
    actor: Official,
    person: Person,
    agency: Agency,
    roles: Iterable[Role],
    same_as: str = "",
) -> Official:
    """Enrols a person of the admin's own government, or changes what they may do.

    `same_as`: what all accounts of that person are enrolled with, on either side.
    """
    require_right(uow, actor, Act.ENROL)
    wanted = frozenset(roles) or frozenset({Role.MEMBER})
    _require_own_side(uow, actor, person)
    if agency.government != actor.government:
        raise errors.AgencyOfOtherGovernment(agency=agency.code)
    _require_fitting(wanted, is_bot=person.is_bot)
    known = uow.officials.find(person.team, person.user)
    if known and known.has(Role.ADMIN) and Role.ADMIN not in wanted:
        _require_other_admin(uow, known)
    official = _put(uow, person, agency.code, wanted, actor.government, actor.id, same_as)
    uow.audit.record(
        actor,
        "roster.enrol",
        f"{official.team}/{official.user}",
        agency=official.agency,
        roles=sorted(official.roles),
    )
    return official


def remove_official(uow: UnitOfWork, actor: Official, team: str, user: str) -> Official:
    """Takes somebody of one's own government off the roster; anybody may take themselves off."""
    official = uow.officials.find(team, user)
    if official is None:
        raise errors.OfficialNotFound(user=user)
    require_right(uow, actor, Act.REMOVE, author=official.id == actor.id)
    if official.government != actor.government:
        raise errors.OtherGovernment
    if official.has(Role.ADMIN):
        _require_other_admin(uow, official)
    uow.officials.deactivate(official.id)
    uow.audit.record(actor, "roster.remove", f"{team}/{user}")
    return official


def hand_duty(uow: UnitOfWork, actor: Official, team: str, user: str) -> Official:
    """Makes an official the one duty officer of their agency; its duty officer may hand over."""
    official = uow.officials.find(team, user)
    if official is None:
        raise errors.OfficialNotFound(user=user)
    if official.government != actor.government:
        raise errors.OtherGovernment
    # A duty officer hands over the duty of their own agency, an admin any of the side.
    own = official.agency == actor.agency
    acting = actor if own else replace(actor, roles=actor.roles - {Role.DUTY})
    require_right(uow, acting, Act.HAND_DUTY)
    for other in uow.officials.of(official.government, Role.DUTY):
        if other.agency == official.agency and other.id != official.id:
            uow.officials.set_roles(other.id, other.roles - {Role.DUTY})
    uow.officials.set_roles(official.id, official.roles | {Role.DUTY})
    uow.audit.record(actor, "roster.duty", f"{team}/{user}", agency=official.agency)
    return official


def set_language(uow: UnitOfWork, actor: Official, language: str) -> None:
    """The language the bot uses with this official; `auto` follows their Slack settings."""
    uow.officials.set_language(actor.id, language)
    uow.audit.record(actor, "roster.language", f"{actor.team}/{actor.user}", language=language)


def list_roster(uow: UnitOfWork, actor: Official) -> tuple[Official, ...]:
    """The officials of one's own government; the other side's roster is not shown."""
    return uow.officials.of(actor.government)


def ensure_first_admins(uow: UnitOfWork, admins: Iterable[tuple[Person, str]]) -> None:
    """Enrols the admins the configuration names, once; later changes in Slack are kept.

    Who was removed stays so. Whose name Slack did not tell at the time is given it now.
    """
    for person, agency in admins:
        known = uow.officials.find_ever(person.team, person.user)
        if known is not None and known.name == known.user:
            uow.officials.rename(known.id, person.name)
        if known is None:
            workspace = uow.workspaces.of_team(person.team)
            if workspace is None:
                raise errors.OfficialNotFound(user=person.user)
            side = workspace.government
            _put(uow, person, agency, frozenset(FIRST_ADMIN_ROLES), side, None)
            uow.audit.record(side, "roster.first_admin", f"{person.team}/{person.user}")


def import_roster(uow: UnitOfWork, text: str) -> int:
    """Enrols everybody in a CSV text with the columns of ROSTER_COLUMNS; all rows or none.

    `workspace` is a configured name or a team id, `roles` are separated by `;` or spaces. Returns
    the number of rows; raises BadRosterRow naming the first row at fault (counted from 1
    below the heading), LastAdmin when a government would be left without one.
    """
    before = _sides_with_admin(uow)
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    count = 0
    try:
        missing = [name for name in ROSTER_COLUMNS if name not in (rows.fieldnames or ())]
        if missing:
            raise errors.BadRosterRow(row=0, reason=", ".join(missing))
        for count, row in enumerate(rows, start=1):
            columns = (*ROSTER_COLUMNS, PERSON_COLUMN)
            _import_row(uow, count, {one: (row.get(one) or "").strip() for one in columns})
    except csv.Error as error:
        raise errors.BadRosterRow(row=count + 1, reason=str(error)) from error
    if before - _sides_with_admin(uow):
        raise errors.LastAdmin
    return count


def _import_row(uow: UnitOfWork, number: int, row: dict[str, str]) -> None:
    workspace = uow.workspaces.find(row["workspace"])
    agency = uow.agencies.find(row["agency"], uow.now.date())
    if workspace is None:
        raise errors.BadRosterRow(row=number, reason=row["workspace"] or "workspace")
    if agency is None or agency.government != workspace.government:
        raise errors.BadRosterRow(row=number, reason=row["agency"] or "agency")
    if not row["user_id"] or not row["user_id"].isascii() or not row["user_id"].isalnum():
        raise errors.BadRosterRow(row=number, reason=row["user_id"] or "user_id")
    if not row["name"].isprintable():
        raise errors.BadRosterRow(row=number, reason="name")
    try:
        roles = frozenset(Role(word) for word in row["roles"].replace(";", " ").split())
    except ValueError:
        raise errors.BadRosterRow(row=number, reason=row["roles"]) from None
    if Role.SOURCE in roles and len(roles) > 1:
        raise errors.BadRosterRow(row=number, reason=row["roles"])
    person = Person(workspace.team, row["user_id"], row["name"] or row["user_id"])
    official = _put(
        uow,
        person,
        agency.code,
        roles or frozenset({Role.MEMBER}),
        workspace.government,
        None,
        row[PERSON_COLUMN],
    )
    uow.audit.record(
        workspace.government,
        "roster.import",
        f"{official.team}/{official.user}",
        agency=official.agency,
        roles=sorted(official.roles),
    )


def _put(
    uow: UnitOfWork,
    person: Person,
    agency: str,
    roles: frozenset[Role],
    government: Government,
    by: int | None,
    same_as: str = "",
) -> Official:
    values: dict[str, object] = {
        "team": person.team,
        "user": person.user,
        "government": government.value,
        "agency": agency,
        "roles": sorted(role.value for role in roles),
        "name": person.name,
        "enrolled_by": by,
        "enrolled_at": uow.now,
    }
    # Enrolled anew without it, an account stays whose it was said to be. Only a digest is kept.
    if same_as.strip():
        values["person"] = uow.delivery_keys.of("person", fold(same_as).text.casefold().strip())
    return uow.officials.put(values)


def _require_own_side(uow: UnitOfWork, actor: Official, person: Person) -> None:
    workspace = uow.workspaces.of_team(person.team)
    if workspace is None or workspace.government != actor.government:
        raise errors.OtherGovernment
    if person.is_guest:
        raise errors.GuestRefused
    if person.is_stranger:
        raise errors.StrangerRefused


def _require_other_admin(uow: UnitOfWork, official: Official) -> None:
    admins = uow.officials.of(official.government, Role.ADMIN)
    if all(admin.id == official.id for admin in admins):
        raise errors.LastAdmin


def _sides_with_admin(uow: UnitOfWork) -> set[Government]:
    return {side for side in Government if uow.officials.of(side, Role.ADMIN)}


def _require_fitting(wanted: frozenset[Role], *, is_bot: bool) -> None:
    """A feed is a source and nothing else; a person is anything else."""
    fitting = [role for role in Role if (role is Role.SOURCE) is is_bot]
    for role in sorted(wanted.difference(fitting)):
        choices = ", ".join(role.value for role in fitting)
        raise errors.UnknownChoice(word="roles", value=role.value, choices=choices)
