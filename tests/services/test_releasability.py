"""An advisory goes only to the agencies it is for, and only they find it."""

from __future__ import annotations

import pytest

from bot import errors
from bot.domain.labels import Label
from bot.domain.links import Mode
from bot.domain.releasability import NOBODY
from bot.services import advisories, intake, issuing, links, receipts, relabelling
from bot.services.card_composers import agencies_expected
from bot.services.escalations import silent_agencies
from bot.services.facts import CopyFacts, StatusFacts, TombstoneFacts
from bot.services.kinds import COPY, STATUS
from bot.services.narrowing import Narrowing, name_agencies
from bot.storage.unit_of_work import UnitOfWork
from tests import cast
from tests.services.desk import Desk

FIRST = "ADV-2026-0001"
TS = "1789520400.000000"
GREEN = "#advisory [TLP:GREEN] patch now"
# The link leads to a channel of ASD.
ASD, DFAT = f"{GREEN}\nReleasability: ASD", f"{GREEN}\nReleasability: DFAT"


@pytest.fixture
def desk(uow: UnitOfWork) -> Desk:
    cast.second_releaser(uow, cast.TOKYO)
    cast.enrol(uow, "ITO", roles=["releaser"])
    return Desk(uow)


def post(uow: UnitOfWork, desk: Desk, text: str, **about: object) -> None:
    cast.join(uow, **about)
    cast.post(uow, "TANAKA", text, ts=TS)
    desk.say_all()


def edit(uow: UnitOfWork, desk: Desk, text: str) -> None:
    intake.take_edit(uow, cast.said(uow, "TANAKA", text, ts=TS, edited_ts="1789520409.000000"))
    desk.say_all()


def name(uow: UnitOfWork, who: str, names: str) -> Narrowing:
    return name_agencies(uow, cast.the(uow, who), FIRST, names)


def copies(desk: Desk) -> list[tuple[str, ...]]:
    """Whom each copy that can be read is for."""
    desk.say_all()
    return [one.releasable for one in desk.shows(COPY) if isinstance(one, CopyFacts)]


def outcomes(desk: Desk) -> list[str]:
    status = desk.shows(STATUS)[-1]
    assert isinstance(status, StatusFacts)
    return [one.outcome for one in status.routes]


def test_it_goes_where_its_agency_is_named_and_says_for_whom(uow: UnitOfWork, desk: Desk) -> None:
    post(uow, desk, ASD)
    assert copies(desk) == [("AU:ASD",)]


def test_it_goes_nowhere_else_and_its_author_sees_why(uow: UnitOfWork, desk: Desk) -> None:
    post(uow, desk, DFAT)
    assert copies(desk) == []
    assert "patch now" not in desk.words(cast.CANBERRA)
    assert outcomes(desk) == ["not_releasable"]


def test_a_name_that_is_nobodys_lets_nobody_in_and_its_author_is_told(
    uow: UnitOfWork, desk: Desk
) -> None:
    post(uow, desk, f"{GREEN}\nReleasability: Asdf")
    assert uow.advisories.get(1).releasable == (NOBODY,)
    assert copies(desk) == []
    assert cast.told(uow, "TANAKA") == ["advisories.unknown_agencies"]
    edit(uow, desk, ASD)
    assert copies(desk) == [("AU:ASD",)]


def test_a_typed_one_is_for_those_whom_both_its_option_and_its_text_name(
    uow: UnitOfWork, desk: Desk
) -> None:
    cast.join(uow)
    place = (cast.TOKYO, cast.TOKYO_ADV, "title")
    about = (("advisory",), Label.GREEN)
    text = "patch\nReleasability: ASD, AFP"
    issuing.open_advisory(uow, cast.the(uow, "TANAKA"), *place, text, *about, "ASD,DFAT")
    assert copies(desk)[-1:] == [("AU:ASD",)]
    with pytest.raises(errors.UnknownAgency):
        issuing.open_advisory(uow, cast.the(uow, "TANAKA"), *place, text, *about, "ASD,Asdf")


def test_only_the_agencies_it_is_for_find_it(uow: UnitOfWork, desk: Desk) -> None:
    post(uow, desk, ASD)
    nguyen, walsh = cast.the(uow, "NGUYEN"), cast.the(uow, "WALSH")
    assert [one.number for one in advisories.list_advisories(uow, nguyen)] == [FIRST]
    assert advisories.list_advisories(uow, walsh) == ()
    for act in (
        lambda: advisories.show_advisory(uow, walsh, FIRST),
        lambda: receipts.acknowledge_advisory(uow, walsh, FIRST),
        lambda: relabelling.relabel_advisory(uow, walsh, FIRST, Label.AMBER),
    ):
        with pytest.raises(errors.AdvisoryNotFound):
            act()
    receipts.acknowledge_advisory(uow, nguyen, FIRST)


def test_no_other_agency_is_expected_to_acknowledge(uow: UnitOfWork, desk: Desk) -> None:
    post(uow, desk, ASD)
    advisory = uow.advisories.get(1)
    assert agencies_expected(uow, advisory) == {"ASD"}
    assert silent_agencies(uow, advisory) == ("ASD",)


@pytest.mark.parametrize("how", ["by command", "by an edit"])
def test_fewer_hold_at_once_and_what_may_not_stand_is_taken_back(
    uow: UnitOfWork, desk: Desk, how: str
) -> None:
    post(uow, desk, GREEN)
    assert copies(desk) == [()]
    if how == "by command":
        assert name(uow, "TANAKA", "DFAT").lacking == 0
    else:
        edit(uow, desk, DFAT)
    assert copies(desk) == []
    assert [one.why for one in desk.shows(COPY) if isinstance(one, TombstoneFacts)] == ["recalled"]


def test_who_acknowledged_what_is_not_for_them_any_more_hears_no_more_of_it(
    uow: UnitOfWork, desk: Desk
) -> None:
    post(uow, desk, GREEN)
    for who in ("NGUYEN", "WALSH"):
        receipts.acknowledge_advisory(uow, cast.the(uow, who), FIRST)
    edit(uow, desk, ASD)
    assert cast.told(uow, "NGUYEN") == ["advisories.revised_note"]
    assert cast.told(uow, "WALSH") == []


def test_more_are_let_in_by_two_releasers_and_never_by_an_edit(uow: UnitOfWork, desk: Desk) -> None:
    post(uow, desk, DFAT)
    edit(uow, desk, GREEN)
    # Nothing had left: it is as if it were posted only now.
    assert copies(desk) == [()]
    name(uow, "TANAKA", "DFAT")
    edit(uow, desk, f"{GREEN} at once")
    assert copies(desk) == []
    assert name(uow, "TANAKA", "all").lacking == 2
    assert cast.told(uow, "SUZUKI")[-1] == "advisories.widen_asked"
    assert name(uow, "SUZUKI", "all").lacking == 1
    assert copies(desk) == []
    assert name(uow, "ITO", "all").by == ("Suzuki", "Ito")
    assert copies(desk) == [()]


def test_other_agencies_are_another_question(uow: UnitOfWork, desk: Desk) -> None:
    post(uow, desk, GREEN)
    name(uow, "TANAKA", "DFAT")
    name(uow, "SUZUKI", "ASD,DFAT")
    assert name(uow, "ITO", "all").lacking == 1
    assert cast.told(uow, "SUZUKI")[-2:] == ["approvals.void.changed", "advisories.widen_asked"]
    assert copies(desk) == []


def test_what_its_text_says_is_never_exceeded(uow: UnitOfWork, desk: Desk) -> None:
    post(uow, desk, ASD)
    with pytest.raises(errors.TextNamesFewer):
        name(uow, "SUZUKI", "ASD,DFAT")
    with pytest.raises(errors.ReleasabilityUnchanged):
        name(uow, "SUZUKI", "ASD")
    with pytest.raises(errors.UnknownAgency):
        name(uow, "SUZUKI", "Asdf")


@pytest.mark.parametrize(
    ("who", "refusal"), [("SATO", errors.ButtonNotYours), ("WALSH", errors.AdvisoryNotFound)]
)
def test_only_its_originators_change_it(
    uow: UnitOfWork, desk: Desk, who: str, refusal: type[errors.BotError]
) -> None:
    post(uow, desk, GREEN)
    with pytest.raises(refusal):
        name(uow, who, "DFAT")


def test_what_was_released_for_some_is_not_released_for_others(uow: UnitOfWork, desk: Desk) -> None:
    cast.join(uow, mode=Mode.MANUAL)
    cast.post(uow, "TANAKA", ASD, ts=TS)
    cast.release(uow)
    advisory = uow.advisories.get(1)
    uow.connection.exec_driver_sql("UPDATE advisories SET releasable = '[]'")
    uow.advisories.lock(advisory.id)
    assert copies(desk) == []


def test_a_dry_run_says_so(uow: UnitOfWork) -> None:
    cast.join(uow)
    tanaka = cast.the(uow, "TANAKA")
    found = links.preview_relay(uow, tanaka, cast.TOKYO, cast.TOKYO_ADV, DFAT)
    assert [outcome for _, _, outcome in found.routes] == ["not_releasable"]


def test_what_a_command_has_narrowed_no_edit_widens_even_before_it_has_left(
    uow: UnitOfWork, desk: Desk
) -> None:
    post(uow, desk, GREEN, mode=Mode.MANUAL)
    name(uow, "TANAKA", "DFAT")
    edit(uow, desk, f"{GREEN} at once")
    assert uow.advisories.get(1).releasable == ("AU:DFAT",)
    assert cast.routes(uow) == ["above_ceiling"]
