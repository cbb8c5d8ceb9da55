"""Who acts: governments, roles, officials. A principal is a (team, user) pair."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Government(StrEnum):
    """The two parties of the partnership."""

    JP = "JP"
    AU = "AU"

    @property
    def other(self) -> Government:
        return Government.AU if self is Government.JP else Government.JP


class Role(StrEnum):
    """What an official may do; nobody has a role by default."""

    ADMIN = "admin"  # enrols officials of the same government
    LIAISON = "liaison"  # proposes, accepts, pauses and cuts links
    RELEASER = "releaser"  # lets an advisory leave that has to wait
    NOTETAKER = "notetaker"  # captures actions and decisions
    MEMBER = "member"  # posts advisories, acknowledges
    OBSERVER = "observer"  # reads lists, changes nothing
    DUTY = "duty"  # hears first when their agency is late
    CONTACT = "contact"  # point of contact of the side: hears next
    COCHAIR = "cochair"  # office of the side's co-chair: hears last
    SOURCE = "source"  # a bot whose posts count as an agency's advisories


# An official with any of these posts and acknowledges advisories for the agency.
SPEAKING_ROLES = frozenset({Role.ADMIN, Role.LIAISON, Role.RELEASER, Role.NOTETAKER, Role.MEMBER})


@dataclass(frozen=True)
class Official:
    """A person (or an enrolled feed) of one government, known by workspace and user."""

    id: int
    team: str
    user: str
    government: Government
    agency: str
    roles: frozenset[Role]
    name: str
    language: str = "auto"
    # What two accounts of one person have in common; nothing when nobody said so.
    person: str = ""

    def is_same_person(self, other: Official) -> bool:
        """Whether two accounts are one person's, as far as the roster knows."""
        return self.id == other.id or bool(self.person and self.person == other.person)

    def has(self, role: Role) -> bool:
        return role in self.roles

    @property
    def may_speak(self) -> bool:
        """Whether the official may post and acknowledge advisories."""
        return bool(self.roles & SPEAKING_ROLES)

    @property
    def is_source(self) -> bool:
        return Role.SOURCE in self.roles
