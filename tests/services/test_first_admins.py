"""The first admins of the settings are enrolled once, under their names, and never again."""

from bot.domain.officials import Role
from bot.services import roster
from bot.services.roster import Person, ensure_first_admins
from bot.storage.unit_of_work import UnitOfWork
from tests import cast

KATO = Person(cast.TOKYO, "U05KATO", "加藤")
NAMELESS = Person(cast.TOKYO, "U05KATO", "U05KATO")


def start(uow: UnitOfWork, person: Person = KATO) -> None:
    ensure_first_admins(uow, [(person, "NPA")])


def test_a_first_admin_who_was_removed_does_not_come_back(uow: UnitOfWork) -> None:
    start(uow)
    roster.remove_official(uow, cast.the(uow, "SATO"), cast.TOKYO, "U05KATO")
    start(uow)
    assert uow.officials.find(cast.TOKYO, "U05KATO") is None
    assert uow.officials.find_ever(cast.TOKYO, "U05KATO") is not None


def test_a_first_admin_enrolled_while_slack_was_away_is_named_at_the_next_start(
    uow: UnitOfWork,
) -> None:
    start(uow, NAMELESS)
    start(uow)
    found = uow.officials.find(cast.TOKYO, "U05KATO")
    assert found is not None
    assert (found.name, found.has(Role.ADMIN)) == ("加藤", True)


def test_later_changes_to_a_first_admin_are_kept(uow: UnitOfWork) -> None:
    start(uow)
    agency = cast.agency(uow, "METI")
    sato = cast.the(uow, "SATO")
    roster.enrol_official(uow, sato, Person(cast.TOKYO, "U05KATO", "K"), agency, [Role.OBSERVER])
    start(uow)
    found = uow.officials.find(cast.TOKYO, "U05KATO")
    assert found is not None
    assert (found.name, found.agency, found.roles) == ("K", "METI", {Role.OBSERVER})
