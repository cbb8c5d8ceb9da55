"""Nobody may do anything by default."""

import pytest

from bot import errors
from bot.domain.officials import Government, Role
from bot.domain.rights import Act
from bot.services import access
from bot.storage.unit_of_work import UnitOfWork
from tests import cast


def test_an_enrolled_official_is_known_by_workspace_and_user(uow: UnitOfWork) -> None:
    assert access.require_official(uow, cast.TOKYO, "U01SATO").agency == "MOFA"


@pytest.mark.parametrize(
    ("team", "user", "contact"),
    [
        (cast.TOKYO, "U99", "Sato – MOFA"),
        (cast.CANBERRA, "U01SATO", "Walsh – DFAT"),
        ("T-ELSEWHERE", "U01SATO", "-"),
    ],
)
def test_everybody_else_is_refused_and_told_whom_to_ask(
    uow: UnitOfWork, team: str, user: str, contact: str
) -> None:
    with pytest.raises(errors.NotEnrolled) as refusal:
        access.require_official(uow, team, user)
    assert refusal.value.parameters == {"contact": contact}


@pytest.mark.parametrize(
    ("act", "missing"),
    [
        (Act.WORK, None),
        (Act.CAPTURE, Role.NOTETAKER),
        (Act.KEEP_ROUND, Role.NOTETAKER),
        (Act.ENROL, Role.ADMIN),
        (Act.HAND_DUTY, Role.ADMIN),
    ],
)
def test_who_may_not_is_told_the_role_that_may(
    uow: UnitOfWork, act: Act, missing: Role | None
) -> None:
    tanaka = cast.the(uow, "TANAKA")
    if missing is None:
        access.require_right(uow, tanaka, act)
        return
    with pytest.raises(errors.RoleMissing) as refusal:
        access.require_right(uow, tanaka, act)
    assert refusal.value.parameters == {"role": missing.value, "contact": "Sato – MOFA"}


def test_what_nobody_may_is_refused_to_everybody(uow: UnitOfWork) -> None:
    with pytest.raises(errors.PolicyDenies):
        access.require_right(uow, cast.the(uow, "SATO"), Act.CUT_LINK)


@pytest.mark.parametrize(
    ("name", "speaks"),
    [("SATO", True), ("TANAKA", True), ("SUZUKI", True), ("FEED", True), ("ITO", False)],
)
def test_observers_read_and_do_not_speak(uow: UnitOfWork, name: str, speaks: bool) -> None:
    official = cast.the(uow, name)
    if speaks:
        access.require_right(uow, official, Act.WORK)
        return
    with pytest.raises(errors.RoleMissing):
        access.require_right(uow, official, Act.WORK)


def test_who_left_is_known_no_more(uow: UnitOfWork) -> None:
    uow.officials.deactivate(cast.the(uow, "TANAKA").id)
    with pytest.raises(errors.NotEnrolled):
        access.require_official(uow, cast.TOKYO, "U02TANAKA")
    assert "U02TANAKA" not in {one.user for one in uow.officials.of(Government.JP)}
