"""An admin enrols people of their own government, and a government is never without one."""

import pytest

from bot import errors
from bot.domain.officials import Government, Official, Role
from bot.services import roster
from bot.services.roster import Person
from bot.storage.unit_of_work import UnitOfWork
from tests import cast

NEW = Person(cast.TOKYO, "U05KATO", "Kato")
HEADING = "workspace,user_id,name,agency,roles\n"
GOOD = "tokyo,U05KATO,加藤,NPA,member;releaser\ncanberra,U15LEE,Lee,ASD,liaison\n"


def enrol(
    uow: UnitOfWork,
    person: Person = NEW,
    agency: str = "NPA",
    *roles: Role,
    by: str = "SATO",
) -> Official:
    return roster.enrol_official(uow, cast.the(uow, by), person, cast.agency(uow, agency), roles)


def test_an_admin_enrols_and_it_is_written_down(uow: UnitOfWork) -> None:
    official = enrol(uow, NEW, "NPA", Role.MEMBER, Role.RELEASER)
    assert (official.agency, official.government) == ("NPA", Government.JP)
    assert official.roles == {Role.MEMBER, Role.RELEASER}
    assert uow.officials.find(cast.TOKYO, "U05KATO") == official
    assert cast.decisions(uow) == ["roster.enrol"]


def test_who_is_enrolled_without_a_role_is_a_member(uow: UnitOfWork) -> None:
    assert enrol(uow).roles == {Role.MEMBER}


def test_enrolling_again_changes_agency_and_roles(uow: UnitOfWork) -> None:
    first = enrol(uow)
    again = enrol(uow, NEW, "METI", Role.OBSERVER)
    assert (again.id, again.agency, again.roles) == (first.id, "METI", {Role.OBSERVER})


@pytest.mark.parametrize("name", ["TANAKA", "SUZUKI", "ITO", "FEED", "BAKER"])
def test_only_an_admin_enrols(uow: UnitOfWork, name: str) -> None:
    with pytest.raises(errors.RoleMissing):
        enrol(uow, by=name)


@pytest.mark.parametrize(
    ("person", "refusal"),
    [
        (Person(cast.CANBERRA, "U15LEE", "Lee"), errors.OtherGovernment),
        (Person("T-ELSEWHERE", "U15LEE", "Lee"), errors.OtherGovernment),
        (Person(cast.TOKYO, "U08GUEST", "Guest", is_guest=True), errors.GuestRefused),
        (Person(cast.TOKYO, "U09STRANGER", "Stranger", is_stranger=True), errors.StrangerRefused),
    ],
)
def test_only_full_members_of_ones_own_side_are_enrolled(
    uow: UnitOfWork, person: Person, refusal: type[errors.BotError]
) -> None:
    with pytest.raises(refusal):
        enrol(uow, person)


def test_an_official_is_not_enrolled_for_an_agency_of_the_other_side(uow: UnitOfWork) -> None:
    with pytest.raises(errors.AgencyOfOtherGovernment):
        enrol(uow, NEW, "ASD")


@pytest.mark.parametrize(
    ("is_bot", "roles", "allowed"),
    [
        (True, (Role.SOURCE,), True),
        (False, (Role.SOURCE,), False),
        (True, (Role.SOURCE, Role.MEMBER), False),
        (False, (Role.MEMBER,), True),
    ],
)
def test_a_source_is_a_bot_and_nothing_else(
    uow: UnitOfWork, is_bot: bool, roles: tuple[Role, ...], allowed: bool
) -> None:
    feed = Person(cast.TOKYO, "B0NEWS", "News", is_bot=is_bot)
    if allowed:
        assert enrol(uow, feed, "JPCERT/CC", *roles).roles == set(roles)
        return
    with pytest.raises(errors.UnknownChoice):
        enrol(uow, feed, "JPCERT/CC", *roles)


@pytest.mark.parametrize("roles", [r for r in Role if r is not Role.SOURCE])
def test_a_bot_is_enrolled_as_a_source_alone(uow: UnitOfWork, roles: Role) -> None:
    feed = Person(cast.TOKYO, "B0NEWS", "News", is_bot=True)
    with pytest.raises(errors.UnknownChoice):
        enrol(uow, feed, "JPCERT/CC", roles)


def test_the_last_admin_stays_one(uow: UnitOfWork) -> None:
    sato = cast.the(uow, "SATO")
    with pytest.raises(errors.LastAdmin):
        roster.remove_official(uow, sato, sato.team, sato.user)
    with pytest.raises(errors.LastAdmin):
        enrol(uow, cast.person("SATO"), "MOFA", Role.MEMBER)
    enrol(uow, cast.person("TANAKA"), "NCO", Role.ADMIN)
    roster.remove_official(uow, sato, sato.team, sato.user)
    assert uow.officials.find(sato.team, sato.user) is None


def test_an_admin_of_the_other_side_does_not_count(uow: UnitOfWork) -> None:
    assert cast.the(uow, "WALSH").has(Role.ADMIN)
    sato = cast.the(uow, "SATO")
    with pytest.raises(errors.LastAdmin):
        roster.remove_official(uow, sato, sato.team, sato.user)


def test_anybody_takes_themselves_off_and_an_admin_others(uow: UnitOfWork) -> None:
    tanaka, sato = cast.the(uow, "TANAKA"), cast.the(uow, "SATO")
    roster.remove_official(uow, tanaka, tanaka.team, tanaka.user)
    roster.remove_official(uow, sato, cast.TOKYO, "U04ITO")
    assert uow.officials.find(cast.TOKYO, "U02TANAKA") is None
    assert uow.officials.find(cast.TOKYO, "U04ITO") is None
    with pytest.raises(errors.OfficialNotFound):
        roster.remove_official(uow, sato, cast.TOKYO, "U04ITO")


def test_nobody_else_takes_anybody_off(uow: UnitOfWork) -> None:
    with pytest.raises(errors.RoleMissing):
        roster.remove_official(uow, cast.the(uow, "TANAKA"), cast.TOKYO, "U04ITO")
    with pytest.raises(errors.OtherGovernment):
        roster.remove_official(uow, cast.the(uow, "SATO"), cast.CANBERRA, "U12NGUYEN")


def test_each_side_sees_its_own_roster_alone(uow: UnitOfWork) -> None:
    for name, side in (("ITO", Government.JP), ("KHAN", Government.AU)):
        found = roster.list_roster(uow, cast.the(uow, name))
        assert {one.government for one in found} == {side}


def test_the_first_admins_are_enrolled_once_and_changes_of_them_stay(uow: UnitOfWork) -> None:
    roster.ensure_first_admins(uow, [(NEW, "NPA"), (cast.person("SATO"), "METI")])
    kato = uow.officials.find(cast.TOKYO, "U05KATO")
    assert kato is not None
    assert kato.roles == set(roster.FIRST_ADMIN_ROLES)
    assert cast.the(uow, "SATO").agency == "MOFA"


@pytest.mark.parametrize("language", ["en", "ja", "auto"])
def test_an_official_chooses_their_language(uow: UnitOfWork, language: str) -> None:
    roster.set_language(uow, cast.the(uow, "TANAKA"), language)
    assert cast.the(uow, "TANAKA").language == language


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "with-a-byte-order-mark"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_a_roster_is_imported_for_both_sides(uow: UnitOfWork, mark: str, ends: str) -> None:
    assert roster.import_roster(uow, mark + (HEADING + GOOD).replace("\n", ends)) == 2
    kato = uow.officials.find(cast.TOKYO, "U05KATO")
    lee = uow.officials.find(cast.CANBERRA, "U15LEE")
    assert kato is not None
    assert lee is not None
    assert (kato.name, kato.roles) == ("加藤", {Role.MEMBER, Role.RELEASER})
    assert (lee.government, lee.agency) == (Government.AU, "ASD")


def test_a_roster_may_name_workspaces_by_team_and_more_columns(uow: UnitOfWork) -> None:
    text = "note,roles,agency,name,user_id,workspace\n,,警察庁,Kato,U05KATO,T0TOKYO\n"
    assert roster.import_roster(uow, text) == 1
    kato = uow.officials.find(cast.TOKYO, "U05KATO")
    assert kato is not None
    assert (kato.agency, kato.roles) == ("NPA", {Role.MEMBER})


@pytest.mark.parametrize(
    ("text", "row", "reason"),
    [
        ("", 0, "workspace, user_id, name, agency, roles"),
        ("workspace,user_id,name\n", 0, "agency, roles"),
        (HEADING + "osaka,U05KATO,Kato,NPA,member\n", 1, "osaka"),
        (HEADING + ",U05KATO,Kato,NPA,member\n", 1, "workspace"),
        (HEADING + GOOD + "tokyo,U06,X,ASD,member\n", 3, "ASD"),
        (HEADING + GOOD + "tokyo,U06,X,,member\n", 3, "agency"),
        (HEADING + "tokyo,,Kato,NPA,member\n", 1, "user_id"),
        (HEADING + "tokyo,<@U05>,Kato,NPA,member\n", 1, "<@U05>"),
        (HEADING + "tokyo,U05KATO,Kato,NPA,king\n", 1, "king"),
        (HEADING + "tokyo,U05KATO\n", 1, "agency"),
        (HEADING + 'tokyo,U05KATO,"Kato,NPA,member\n', 1, "agency"),
    ],
)
def test_a_fault_names_its_row(uow: UnitOfWork, text: str, row: int, reason: str) -> None:
    with pytest.raises(errors.BadRosterRow) as refusal:
        roster.import_roster(uow, text)
    assert refusal.value.parameters == {"row": row, "reason": reason}


@pytest.mark.parametrize(
    "row",
    ["tokyo,B0NEWS,News,JPCERT/CC,source;member\n", "tokyo,U01SATO,Sato,MOFA,member\n"],
    ids=["a-source-that-is-more", "the-last-admin"],
)
def test_an_import_keeps_the_rules_of_the_roster(uow: UnitOfWork, row: str) -> None:
    with pytest.raises(errors.BotError):
        roster.import_roster(uow, HEADING + row)


def test_a_nul_or_a_huge_field_is_a_bad_row(uow: UnitOfWork) -> None:
    for name in ("Ka\0to", "x" * 200_000):
        with pytest.raises(errors.BadRosterRow):
            roster.import_roster(uow, HEADING + f"tokyo,U05KATO,{name},NPA,member\n")
