"""What was withdrawn comes back by two releasers, where it stood and may stand now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import errors
from bot.domain.advisories import AdvisoryState, RouteState
from bot.domain.labels import Label
from bot.domain.links import Link, Mode
from bot.services import ceilings, intake, links, receipts, relabelling, withdrawals
from bot.services.advisories import show_advisory
from bot.services.facts import ChangeFacts, CopyFacts, StatusFacts, TombstoneFacts
from bot.services.kinds import CHANGE, COPY, REPLY, STATUS
from bot.services.releases import Approval
from bot.services.restoring import restore_advisory
from bot.storage.unit_of_work import UnitOfWork
from tests import cast
from tests.services.desk import Desk

FIRST, SECOND = "ADV-2026-0001", "ADV-2026-0002"
TS = "1789520400.000000"
GREEN, AMBER = "#advisory [TLP:GREEN] patch now", "#advisory [TLP:AMBER] patch now"


@pytest.fixture
def desk(uow: UnitOfWork) -> Desk:
    """Suzuki, Mori and Ito let advisories of the Japanese side go."""
    cast.second_releaser(uow, cast.TOKYO)
    cast.enrol(uow, "ITO", roles=["releaser"])
    return Desk(uow)


def withdrawn(uow: UnitOfWork, desk: Desk, text: str = GREEN) -> None:
    """Tanaka's advisory stood in Canberra, and was taken back by her."""
    cast.join(uow, ceiling=Label.AMBER)
    cast.post(uow, "TANAKA", text, ts=TS)
    if text == AMBER:
        cast.release(uow)
    desk.say_all()
    assert readable(desk) == ["patch now"]
    withdraw(uow)
    desk.say_all()
    assert readable(desk) == []


def withdraw(uow: UnitOfWork) -> None:
    withdrawals.withdraw_advisory(uow, cast.the(uow, "TANAKA"), FIRST, "wrong version")


def restore(uow: UnitOfWork, *names: str) -> Approval:
    """Each of them asks for it, in this order; what came of the last one's word."""
    return [restore_advisory(uow, cast.the(uow, name), FIRST) for name in names][-1]


def readable(desk: Desk) -> list[str]:
    """How the texts end that can be read in Canberra's channel."""
    shown = desk.shows(COPY, cast.CANBERRA)
    return [one.body.rpartition("] ")[2] for one in shown if isinstance(one, CopyFacts)]


def edit(uow: UnitOfWork, text: str, at: int = 9) -> None:
    intake.take_edit(
        uow, cast.said(uow, "TANAKA", text, ts=TS, edited_ts=f"17895204{at:02}.000000")
    )


def test_two_releasers_bring_it_back_in_the_same_place(uow: UnitOfWork, desk: Desk) -> None:
    withdrawn(uow, desk)
    place = desk.thread(COPY)
    assert restore(uow, "TANAKA").lacking == 2
    assert cast.told(uow, "SUZUKI")[-1] == "advisories.restore_asked"
    assert restore(uow, "SUZUKI").lacking == 1
    desk.say_all()
    assert readable(desk) == []
    assert restore(uow, "ITO") == Approval(FIRST, ("Suzuki", "Ito"), 0)
    desk.say_all()
    assert readable(desk) == ["patch now"]
    assert [desk.thread(COPY), len(desk.shows(COPY))] == [place, 1]
    status = desk.shows(STATUS)[-1]
    assert isinstance(status, StatusFacts)
    assert (status.state, [one.outcome for one in status.routes]) == ("issued", ["delivered"])
    notes = [one.change for one in desk.shows(CHANGE) if isinstance(one, ChangeFacts)]
    assert notes == ["withdrawn", "restored"]


def test_whoever_acknowledged_it_and_its_thread_have_it_back(uow: UnitOfWork, desk: Desk) -> None:
    cast.join(uow)
    cast.post(uow, "TANAKA", GREEN, ts=TS)
    desk.say_all()
    cast.post(uow, "SATO", "and reboot", ts="1789520401.000000", thread_ts=TS)
    receipts.acknowledge_advisory(uow, cast.the(uow, "NGUYEN"), FIRST)
    desk.say_all()
    withdraw(uow)
    desk.say_all()
    assert "and reboot" not in desk.words(cast.CANBERRA)
    restore(uow, "SUZUKI", "ITO")
    desk.say_all()
    assert "and reboot" in desk.words(cast.CANBERRA)
    assert not any(isinstance(one, TombstoneFacts) for one in desk.shows(REPLY))
    assert cast.told(uow, "NGUYEN")[-1] == "advisories.restored_note"


def test_whoever_agreed_has_released_it_where_release_is_asked(uow: UnitOfWork, desk: Desk) -> None:
    withdrawn(uow, desk, AMBER)
    restore(uow, "SUZUKI", "ITO")
    desk.say_all()
    assert readable(desk) == ["patch now"]
    assert cast.routes(uow) == ["queued"]


def test_who_loses_the_role_before_it_is_sent_has_not_released_it(
    uow: UnitOfWork, desk: Desk
) -> None:
    withdrawn(uow, desk, AMBER)
    restore(uow, "SUZUKI", "ITO")
    uow.officials.set_roles(cast.the(uow, "SUZUKI").id, [cast.MEMBER])
    desk.say_all()
    assert readable(desk) == []


def test_an_edit_before_it_is_back_waits_behind_the_tombstone(uow: UnitOfWork, desk: Desk) -> None:
    withdrawn(uow, desk, AMBER)
    restore(uow, "SUZUKI", "ITO")
    edit(uow, f"{AMBER} at once")
    desk.say_all()
    assert (readable(desk), cast.routes(uow)) == ([], ["awaiting"])
    cast.release(uow)
    desk.say_all()
    assert readable(desk) == ["patch now at once"]


def test_an_earlier_text_that_stands_where_nothing_goes_is_taken_back_all_the_same(
    uow: UnitOfWork, desk: Desk
) -> None:
    link = cast.join(uow)
    cast.post(uow, "TANAKA", GREEN, ts=TS)
    desk.say_all()
    edit(uow, f"{GREEN} at once")
    links.cut_link(uow, cast.the(uow, "SATO"), link.code)
    desk.say_all()
    # As the dispatcher notes of what it may not send.
    uow.advisories.put_route(1, link.id, RouteState.WITHHELD)
    assert readable(desk) == ["patch now"]
    withdraw(uow)
    restore(uow, "SUZUKI", "ITO")
    desk.say_all()
    assert readable(desk) == []


def test_what_had_not_left_leaves_then(uow: UnitOfWork, desk: Desk) -> None:
    cast.join(uow)
    cast.post(uow, "TANAKA", GREEN, ts=TS)
    withdraw(uow)
    desk.say_all()
    assert desk.shows(COPY) == []
    restore(uow, "SUZUKI", "ITO")
    desk.say_all()
    assert readable(desk) == ["patch now"]


MEANWHILE: dict[str, Callable[[UnitOfWork, Link], object]] = {
    "paused": lambda uow, link: links.pause_link(uow, cast.the(uow, "WALSH"), link.code),
    "cut": lambda uow, link: links.cut_link(uow, cast.the(uow, "WALSH"), link.code),
    "a lower ceiling": lambda uow, _link: ceilings.set_ceiling(
        uow, cast.the(uow, "WALSH"), cast.agency(uow, "ASD"), Label.CLEAR
    ),
    "withdrawn again": lambda uow, _link: withdraw(uow),
}


@pytest.mark.parametrize("what", MEANWHILE)
def test_what_may_not_be_sent_any_more_stays_a_tombstone(
    uow: UnitOfWork, desk: Desk, what: str
) -> None:
    withdrawn(uow, desk)
    restore(uow, "SUZUKI", "ITO")
    MEANWHILE[what](uow, uow.links.all()[0])
    desk.say_all()
    assert readable(desk) == []
    status = desk.shows(STATUS)[-1]
    assert isinstance(status, StatusFacts)
    assert [one.outcome for one in status.routes] == [
        "withheld" if what in ("a lower ceiling", "cut") else "recalled"
    ]


@pytest.mark.parametrize("what", [one for one in MEANWHILE if one != "withdrawn again"])
def test_what_they_agreed_to_holds_for_the_destinations_they_saw(
    uow: UnitOfWork, desk: Desk, what: str
) -> None:
    withdrawn(uow, desk)
    restore(uow, "SUZUKI")
    MEANWHILE[what](uow, uow.links.all()[0])
    assert restore(uow, "ITO").lacking == 1
    assert cast.told(uow, "SUZUKI")[-2:] == ["approvals.void.changed", "advisories.restore_asked"]


def test_a_link_on_which_everything_waits_by_now_is_released_with_it(
    uow: UnitOfWork, desk: Desk
) -> None:
    withdrawn(uow, desk)
    (link,) = uow.links.all()
    uow.links.save(replace(link, terms=replace(link.terms, mode=Mode.MANUAL)))
    restore(uow, "SUZUKI", "ITO")
    desk.say_all()
    assert readable(desk) == ["patch now"]


def test_an_edit_meanwhile_is_what_comes_back_and_is_asked_anew(
    uow: UnitOfWork, desk: Desk
) -> None:
    withdrawn(uow, desk)
    restore(uow, "SUZUKI")
    edit(uow, "#advisory [TLP:GREEN] patch later")
    assert cast.told(uow, "SUZUKI")[-1] == "approvals.void.changed"
    desk.say_all()
    assert "patch later" not in desk.words(cast.CANBERRA)
    assert restore(uow, "ITO").lacking == 1
    restore(uow, "SUZUKI")
    desk.say_all()
    assert readable(desk) == ["patch later"]


def test_an_edit_never_relaxes_what_was_withdrawn(uow: UnitOfWork, desk: Desk) -> None:
    withdrawn(uow, desk, AMBER)
    edit(uow, "#advisory [TLP:CLEAR] patch later")
    restore(uow, "SUZUKI", "ITO")
    desk.say_all()
    assert [one.label for one in desk.shows(COPY) if isinstance(one, CopyFacts)] == [Label.AMBER]


GONE: dict[str, Callable[[UnitOfWork], object]] = {
    "its post was deleted": lambda uow: intake.take_deletion(uow, cast.TOKYO, cast.TOKYO_ADV, TS),
    "it bears a marking that blocks": lambda uow: edit(uow, f"{GREEN}\nSECRET"),
    "it bears a label that never leaves": lambda uow: edit(uow, "#advisory [TLP:RED] patch now"),
    "its author may not speak any more": lambda uow: (
        uow.officials.set_roles(cast.the(uow, "TANAKA").id, [cast.OBSERVER]),
        edit(uow, "#advisory [TLP:GREEN] patch later"),
    ),
}


@pytest.mark.parametrize("what", GONE)
@pytest.mark.parametrize("asked", ["before", "after"])
def test_what_is_gone_or_may_not_leave_any_more_stays_withdrawn(
    uow: UnitOfWork, desk: Desk, what: str, asked: str
) -> None:
    withdrawn(uow, desk)
    if asked == "before":
        restore(uow, "SUZUKI")
    GONE[what](uow)
    assert cast.told(uow, "SUZUKI")[-1:] == (
        ["approvals.void.changed"] if asked == "before" else []
    )
    with pytest.raises(errors.AdvisoryStaysWithdrawn):
        restore(uow, "ITO")
    desk.say_all()
    assert readable(desk) == []


@pytest.mark.parametrize("what", ["its post was deleted", "it bears a marking that blocks"])
def test_what_was_withdrawn_for_that_stays_withdrawn(
    uow: UnitOfWork, desk: Desk, what: str
) -> None:
    cast.join(uow)
    cast.post(uow, "TANAKA", GREEN, ts=TS)
    desk.say_all()
    GONE[what](uow)
    with pytest.raises(errors.AdvisoryStaysWithdrawn):
        restore(uow, "ITO")


def test_what_a_later_one_stands_for_stays_withdrawn(uow: UnitOfWork, desk: Desk) -> None:
    cast.join(uow)
    cast.post(uow, "TANAKA", GREEN, ts=TS)
    cast.post(uow, "TANAKA", GREEN, ts="1789520401.000000")
    withdrawals.supersede_advisory(uow, cast.the(uow, "TANAKA"), FIRST, SECOND)
    withdraw(uow)
    with pytest.raises(errors.AdvisoryStaysWithdrawn):
        restore(uow, "ITO")


def test_only_what_was_withdrawn_is_restored(uow: UnitOfWork, desk: Desk) -> None:
    cast.join(uow)
    cast.post(uow, "TANAKA", GREEN, ts=TS)
    with pytest.raises(errors.AdvisoryNotWithdrawn):
        restore(uow, "ITO")


def test_a_label_that_was_tightened_before_stops_it(uow: UnitOfWork, desk: Desk) -> None:
    cast.join(uow)
    cast.post(uow, "TANAKA", GREEN, ts=TS)
    relabelling.relabel_advisory(uow, cast.the(uow, "SATO"), FIRST, Label.RED)
    withdraw(uow)
    with pytest.raises(errors.LabelRefused):
        restore(uow, "ITO")


@pytest.mark.parametrize(
    ("name", "refusal"),
    [("SATO", errors.ButtonNotYours), ("WALSH", errors.AdvisoryNotFound)],
)
def test_nobody_else_asks_for_it(
    uow: UnitOfWork, desk: Desk, name: str, refusal: type[errors.BotError]
) -> None:
    withdrawn(uow, desk)
    with pytest.raises(refusal):
        restore(uow, name)


def test_nobody_agrees_twice_and_no_approval_lasts_for_ever(uow: UnitOfWork, desk: Desk) -> None:
    withdrawn(uow, desk)
    restore(uow, "SUZUKI")
    with pytest.raises(errors.ApprovedAlready):
        restore(uow, "SUZUKI")
    later = UnitOfWork(uow.connection, uow.now + timedelta(hours=73))
    assert restore(later, "ITO").by == ("Ito",)
    assert restore(later, "SUZUKI").lacking == 0


def test_with_a_role_that_is_given_back_two_words_that_stand_are_enough(
    uow: UnitOfWork, desk: Desk
) -> None:
    withdrawn(uow, desk)
    restore(uow, "SUZUKI")
    cast.enrol(uow, "SUZUKI", roles=["member"])
    assert restore(uow, "ITO").lacking == 1
    with pytest.raises(errors.ApprovedAlready):
        restore(uow, "ITO")
    cast.enrol(uow, "SUZUKI", roles=["releaser"])
    assert restore(uow, "ITO") == Approval(FIRST, ("Suzuki", "Ito"), 0)


def test_its_author_asks_and_is_not_counted(uow: UnitOfWork, desk: Desk) -> None:
    cast.enrol(uow, "TANAKA", roles=["member", "releaser"])
    withdrawn(uow, desk)
    assert restore(uow, "TANAKA", "TANAKA", "SUZUKI").lacking == 1
    assert uow.advisories.get(1).state is AdvisoryState.WITHDRAWN


@pytest.mark.parametrize(
    ("name", "is_shown"), [("TANAKA", True), ("SUZUKI", True), ("SATO", False), ("NGUYEN", False)]
)
def test_those_who_decide_about_it_may_read_it_and_nobody_else(
    uow: UnitOfWork, desk: Desk, name: str, is_shown: bool
) -> None:
    withdrawn(uow, desk)
    text = show_advisory(uow, cast.the(uow, name), FIRST).text
    assert text == (GREEN if is_shown else "")
