"""Nobody may do anything by default."""

import pytest

from bot import errors
from bot.domain.officials import Government, Role
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


@pytest.mark.parametrize("role", Role)
def test_a_role_is_had_or_not(uow: UnitOfWork, role: Role) -> None:
    tanaka = cast.the(uow, "TANAKA")
    if role is Role.MEMBER:
        access.require_role(uow, tanaka, role)
        return
    with pytest.raises(errors.RoleMissing) as refusal:
        access.require_role(uow, tanaka, role)
    assert refusal.value.parameters == {"role": role.value, "contact": "Sato – MOFA"}


@pytest.mark.parametrize(
    ("name", "speaks"),
    [("SATO", True), ("TANAKA", True), ("SUZUKI", True), ("FEED", True), ("ITO", False)],
)
def test_observers_read_and_do_not_speak(uow: UnitOfWork, name: str, speaks: bool) -> None:
    official = cast.the(uow, name)
    if speaks:
        access.require_speaker(uow, official)
        return
    with pytest.raises(errors.RoleMissing):
        access.require_speaker(uow, official)


def test_who_left_is_known_no_more(uow: UnitOfWork) -> None:
    uow.officials.deactivate(cast.the(uow, "TANAKA").id)
    with pytest.raises(errors.NotEnrolled):
        access.require_official(uow, cast.TOKYO, "U02TANAKA")
    assert "U02TANAKA" not in {one.user for one in uow.officials.of(Government.JP)}
