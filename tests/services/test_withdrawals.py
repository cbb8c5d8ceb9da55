"""What its originator takes back stands nowhere; what was not delivered never will be."""

from typing import Any

import pytest

from bot import errors
from bot.domain.advisories import AdvisoryState
from bot.domain.labels import Label
from bot.domain.links import Mode
from bot.services import intake, receipts, releases, withdrawals
from bot.services.facts import ChangeFacts, CopyFacts, StatusFacts, TombstoneFacts
from bot.services.incoming import Outcome
from bot.services.kinds import CHANGE, COPY, PART_LENGTH, REPLY, STATUS
from bot.storage.outbox_rows import Claim
from bot.storage.unit_of_work import UnitOfWork
from tests import cast
from tests.services.desk import Desk

FIRST, SECOND = "ADV-2026-0001", "ADV-2026-0002"
TS = "1789520400.000000"
GREEN = "#advisory [TLP:GREEN] CANARY"


@pytest.fixture
def desk(uow: UnitOfWork) -> Desk:
    return Desk(uow)


def out(uow: UnitOfWork, desk: Desk, text: str = GREEN) -> None:
    cast.join(uow, ceiling=Label.AMBER)
    cast.post(uow, "SATO", text, ts=TS)
    desk.say_all()


def withdraw(uow: UnitOfWork, name: str = "SATO", reason: str = "wrong version") -> Any:
    return withdrawals.withdraw_advisory(uow, cast.the(uow, name), FIRST, reason)


def delete(uow: UnitOfWork, ts: str = TS) -> Outcome:
    return intake.take_deletion(uow, cast.TOKYO, cast.TOKYO_ADV, ts)


def outcomes(desk: Desk) -> list[str]:
    facts = desk.shows(STATUS)[-1]
    assert isinstance(facts, StatusFacts)
    return [route.outcome for route in facts.routes]


def test_nothing_of_it_stands_on_the_other_side(uow: UnitOfWork, desk: Desk) -> None:
    cast.join(uow, far_channel=cast.CANBERRA_DLG)
    out(uow, desk, GREEN + "\n" + "\n".join("CANARY " * 12 for _ in range(PART_LENGTH // 80)))
    cast.post(uow, "SATO", "CANARY reply", ts="1789520401.000000", thread_ts=TS)
    edited = cast.said(uow, "SATO", f"{GREEN} CANARY 2", ts=TS, edited_ts="1789520402.000000")
    intake.take_edit(uow, edited)
    receipts.acknowledge_advisory(uow, cast.the(uow, "NGUYEN"), FIRST)
    desk.say_all()
    assert "CANARY" in desk.words(cast.CANBERRA)
    withdraw(uow)
    desk.say_all()
    assert "CANARY" not in desk.words(cast.CANBERRA)
    tombstones = desk.shows(COPY) + desk.shows(REPLY)
    assert len(tombstones) >= 5
    for one in tombstones:
        assert isinstance(one, TombstoneFacts)
        assert (one.why, one.label, one.reason) == ("withdrawn", Label.GREEN, "wrong version")
    notes = [one for one in desk.shows(CHANGE) if isinstance(one, ChangeFacts)]
    assert [one.detail for one in notes if one.change == "withdrawn"] == ["wrong version"] * 2
    assert cast.told(uow, "NGUYEN") == ["advisories.withdrawn_note"]
    assert outcomes(desk) == ["recalled", "recalled"]


def test_what_was_not_delivered_never_is(uow: UnitOfWork, desk: Desk) -> None:
    cast.join(uow)
    cast.post(uow, "SATO", GREEN, ts=TS)
    withdraw(uow)
    desk.say_all()
    assert desk.shows(COPY) == []
    assert desk.shows(CHANGE) == []
    assert outcomes(desk) == ["never_sent"]


def test_a_withdrawal_is_not_called_done_while_a_copy_may_stand(
    uow: UnitOfWork, desk: Desk
) -> None:
    cast.join(uow)
    cast.post(uow, "SATO", GREEN, ts=TS)
    (copy,) = uow.outbox.of_advisory(1, COPY)
    uow.outbox.retry(Claim(copy, fence=0, was_unknown=False), uow.now, "timeout", unknown=True)
    withdraw(uow)
    from bot.services.cards import status_of

    advisory = uow.advisories.get(1)
    assert [route.outcome for route in status_of(uow, advisory)[0]] == ["recalling"]


def test_a_deleted_source_takes_its_copies_with_it_once(uow: UnitOfWork, desk: Desk) -> None:
    out(uow, desk)
    for _ in range(3):
        delete(uow)
    desk.say_all()
    assert [type(one) for one in desk.shows(COPY)] == [TombstoneFacts]
    assert cast.decisions(uow).count("advisory.withdraw") == 1


def test_a_post_that_arrives_after_its_own_deletion_is_not_taken_in(uow: UnitOfWork) -> None:
    cast.join(uow)
    delete(uow)
    assert cast.post(uow, "SATO", GREEN, ts=TS) is Outcome.LEFT_ALONE
    late = cast.said(uow, "SATO", GREEN, ts=TS, edited_ts="1789520409.000000")
    assert intake.take_edit(uow, late) is Outcome.LEFT_ALONE
    assert uow.advisories.by_number(FIRST) is None


def test_what_waits_for_a_releaser_goes_nowhere_once_withdrawn(uow: UnitOfWork, desk: Desk) -> None:
    cast.join(uow, mode=Mode.MANUAL)
    cast.post(uow, "SATO", GREEN, ts=TS)
    withdraw(uow)
    with pytest.raises(errors.AdvisoryNotAwaiting):
        releases.release_advisory(uow, cast.the(uow, "SUZUKI"), FIRST)


@pytest.mark.parametrize("text", ["TLP:RED CANARY", "TLP:AMBER+STRICT x", "TLP:GREEN\nPROTECTED\n"])
def test_an_edit_that_says_it_must_not_be_out_takes_it_back_and_tells_the_author(
    uow: UnitOfWork, desk: Desk, text: str
) -> None:
    out(uow, desk)
    refused = cast.said(uow, "SATO", f"#advisory {text}", ts=TS, edited_ts="1789520402.000000")
    assert intake.take_edit(uow, refused) is Outcome.REFUSED
    desk.say_all()
    assert [type(one) for one in desk.shows(COPY)] == [TombstoneFacts]
    assert len(cast.told(uow, "SATO")) == 1
    # What was refused is stored nowhere.
    assert uow.advisories.get(1).body == GREEN


@pytest.mark.parametrize(
    ("name", "refusal"),
    [("TANAKA", errors.ButtonNotYours), ("WALSH", errors.AdvisoryNotFound)],
)
def test_only_the_author_and_releasers_of_its_side_withdraw(
    uow: UnitOfWork, desk: Desk, name: str, refusal: type[errors.BotError]
) -> None:
    out(uow, desk)
    with pytest.raises(refusal):
        withdraw(uow, name)
    assert withdraw(uow, "SUZUKI").state is AdvisoryState.WITHDRAWN
    with pytest.raises(errors.AdvisoryNotIssued):
        withdraw(uow)


@pytest.mark.parametrize("reason", ["PROTECTED", "TLP:RED because", "x" * 501])
def test_a_reason_that_may_not_leave_is_refused(uow: UnitOfWork, desk: Desk, reason: str) -> None:
    out(uow, desk)
    with pytest.raises(errors.BotError):
        withdraw(uow, reason=reason)


def test_a_superseded_advisory_stays_readable_and_points_to_the_later_one(
    uow: UnitOfWork, desk: Desk
) -> None:
    out(uow, desk)
    receipts.acknowledge_advisory(uow, cast.the(uow, "NGUYEN"), FIRST)
    cast.post(uow, "SATO", f"{GREEN} later", ts="1789520405.000000")
    withdrawals.supersede_advisory(uow, cast.the(uow, "SATO"), FIRST, SECOND)
    desk.say_all()
    first = desk.shows(COPY)[0]
    assert isinstance(first, CopyFacts)
    assert (first.body, first.superseded_by) == (GREEN, SECOND)
    (note,) = desk.shows(CHANGE)
    assert isinstance(note, ChangeFacts)
    assert (note.change, note.detail) == ("superseded", SECOND)
    assert cast.told(uow, "NGUYEN") == ["advisories.superseded_note"]
    withdraw(uow)
    desk.say_all()
    assert isinstance(desk.shows(COPY)[0], TombstoneFacts)


def test_an_advisory_is_superseded_by_an_issued_one_of_its_own_side_alone(
    uow: UnitOfWork, desk: Desk
) -> None:
    out(uow, desk)
    sato = cast.the(uow, "SATO")
    with pytest.raises(errors.AdvisorySupersedesItself):
        withdrawals.supersede_advisory(uow, sato, FIRST, FIRST)
    cast.post(uow, "SATO", "#advisory no label", ts="1789520405.000000")
    with pytest.raises(errors.AdvisoryNotIssued):
        withdrawals.supersede_advisory(uow, sato, FIRST, SECOND)
    with pytest.raises(errors.AdvisoryNotFound):
        withdrawals.supersede_advisory(uow, sato, FIRST, "ADV-2026-0099")
