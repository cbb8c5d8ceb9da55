"""Replies appear in the advisory's other threads: from enrolled people, under its label."""

from typing import Any

import pytest

from bot.domain.labels import Label
from bot.domain.links import Direction, Link, Mode
from bot.domain.officials import Role
from bot.services import intake, links
from bot.services.facts import ReplyFacts, TombstoneFacts
from bot.services.incoming import Outcome
from bot.services.kinds import COPY, REPLY
from bot.services.relabelling import relabel_advisory
from bot.storage.unit_of_work import UnitOfWork
from tests import cast
from tests.services.desk import Desk

TS = "1789520400.000000"
AT = "1789520401.000000"
GREEN = "#advisory [TLP:GREEN] patch now"


@pytest.fixture
def desk(uow: UnitOfWork) -> Desk:
    return Desk(uow)


def out(uow: UnitOfWork, desk: Desk, **about: Any) -> Link:
    link = cast.join(uow, **({"ceiling": Label.AMBER} | about))
    cast.post(uow, "SATO", GREEN, ts=TS)
    desk.say_all()
    return link


def reply(uow: UnitOfWork, name: str, thread: str, text: str = "thanks", **about: Any) -> Outcome:
    return cast.post(uow, name, text, ts=about.pop("ts", AT), thread_ts=thread, **about)


def change(uow: UnitOfWork, name: str, thread: str, text: str, moment: int = 5) -> Outcome:
    edited = f"178952040{moment}.000000"
    said = cast.said(uow, name, text, ts=AT, thread_ts=thread, edited_ts=edited)
    return intake.take_edit(uow, said)


def mirrored(desk: Desk, team: str) -> list[str]:
    return [one.body for one in desk.shows(REPLY, team) if isinstance(one, ReplyFacts)]


def test_a_reply_at_the_source_appears_in_every_copys_thread(uow: UnitOfWork, desk: Desk) -> None:
    cast.join(uow, far_channel=cast.CANBERRA_DLG)
    out(uow, desk)
    assert reply(uow, "TANAKA", TS) is Outcome.ISSUED
    desk.say_all()
    assert mirrored(desk, cast.CANBERRA) == ["thanks", "thanks"]
    assert mirrored(desk, cast.TOKYO) == []
    (facts, _) = desk.shows(REPLY)
    assert isinstance(facts, ReplyFacts)
    assert (facts.label, facts.author, facts.agency.code) == (Label.GREEN, "Tanaka", "NCO")


def test_a_reply_at_a_copy_appears_at_the_source_and_at_the_other_copies(
    uow: UnitOfWork, desk: Desk
) -> None:
    out(uow, desk)
    cast.join(uow, channel=cast.TOKYO_DLG, far_channel=cast.CANBERRA_DLG)
    reply(uow, "NGUYEN", desk.thread(COPY))
    desk.say_all()
    assert mirrored(desk, cast.TOKYO) == ["thanks"]
    assert mirrored(desk, cast.CANBERRA) == []


def test_the_same_reply_again_is_one_reply(uow: UnitOfWork, desk: Desk) -> None:
    out(uow, desk)
    assert reply(uow, "TANAKA", TS) is Outcome.ISSUED
    assert reply(uow, "TANAKA", TS) is Outcome.LEFT_ALONE
    desk.say_all()
    assert mirrored(desk, cast.CANBERRA) == ["thanks"]


@pytest.mark.parametrize(
    "about",
    [
        {"name": "ITO"},
        {"is_guest": True},
        {"is_stranger": True},
        {"user": "U09STRANGER"},
        {"bot": "B0OTHER"},
    ],
    ids=["observer", "guest", "stranger", "unknown", "bot"],
)
def test_whoever_may_not_speak_is_not_mirrored_and_not_stored(
    uow: UnitOfWork, desk: Desk, about: dict[str, Any]
) -> None:
    out(uow, desk)
    name = about.pop("name", "TANAKA")
    assert reply(uow, name, TS, **about) is Outcome.LEFT_ALONE
    assert uow.advisories.replies(1) == ()


@pytest.mark.parametrize(
    "text", ["PROTECTED", "取扱注意", "TLP:AMBER is the rest", "TLP:PURPLE", "x" * 8_001]
)
def test_a_reply_that_may_not_leave_stays_and_its_author_is_told(
    uow: UnitOfWork, desk: Desk, text: str
) -> None:
    out(uow, desk)
    assert reply(uow, "TANAKA", TS, text) is Outcome.REFUSED
    desk.say_all()
    assert desk.shows(REPLY) == []
    assert len(cast.told(uow, "TANAKA")) == 1
    assert uow.advisories.replies(1) == ()
    # Put right, it goes.
    assert change(uow, "TANAKA", TS, "the rest follows") is Outcome.ISSUED
    desk.say_all()
    assert mirrored(desk, cast.CANBERRA) == ["the rest follows"]


def test_mirrored_replies_follow_edits_and_deletions(uow: UnitOfWork, desk: Desk) -> None:
    out(uow, desk)
    reply(uow, "TANAKA", TS)
    desk.say_all()
    change(uow, "TANAKA", TS, "thanks, corrected")
    desk.say_all()
    assert mirrored(desk, cast.CANBERRA) == ["thanks, corrected"]
    assert change(uow, "TANAKA", TS, "older", moment=4) is Outcome.LEFT_ALONE
    intake.take_deletion(uow, cast.TOKYO, cast.TOKYO_ADV, AT)
    desk.say_all()
    (facts,) = desk.shows(REPLY)
    assert isinstance(facts, TombstoneFacts)
    assert facts.why == "reply_deleted"


def test_a_mirrored_reply_whose_edit_may_not_leave_disappears(uow: UnitOfWork, desk: Desk) -> None:
    out(uow, desk)
    reply(uow, "TANAKA", TS)
    desk.say_all()
    assert change(uow, "TANAKA", TS, "SECRET") is Outcome.REFUSED
    desk.say_all()
    assert mirrored(desk, cast.CANBERRA) == []
    assert [type(one) for one in desk.shows(REPLY)] == [TombstoneFacts]


def test_an_edit_by_whoever_may_not_speak_any_more_changes_nothing(
    uow: UnitOfWork, desk: Desk
) -> None:
    out(uow, desk)
    reply(uow, "TANAKA", TS)
    desk.say_all()
    cast.enrol(uow, "TANAKA", roles=[Role.OBSERVER.value])
    assert change(uow, "TANAKA", TS, "CANARY") is Outcome.LEFT_ALONE
    desk.say_all()
    assert mirrored(desk, cast.CANBERRA) == ["thanks"]


@pytest.mark.parametrize(
    "about",
    [{"mode": Mode.MANUAL}, {"direction": Direction.OUT}],
    ids=["waits-for-a-releaser", "one-way"],
)
def test_a_reply_that_cannot_go_back_stays_and_its_author_is_told(
    uow: UnitOfWork, desk: Desk, about: dict[str, Any]
) -> None:
    out(uow, desk, **about)
    if "mode" in about:
        cast.release(uow, "ADV-2026-0001")
        desk.say_all()
    reply(uow, "NGUYEN", desk.thread(COPY))
    desk.say_all()
    assert desk.shows(REPLY) == []
    assert cast.told(uow, "NGUYEN") == ["advisories.reply_stays"]


def test_a_reply_does_not_travel_against_the_way_a_link_leads_now(
    uow: UnitOfWork, desk: Desk
) -> None:
    link = out(uow, desk)
    reply(uow, "TANAKA", TS, "CANARY queued before")
    turned = cast.terms(ceiling=Label.AMBER, direction=Direction.IN)
    links.amend_link(uow, cast.the(uow, "SATO"), link.code, turned)
    here = cast.view(cast.CANBERRA, cast.CANBERRA_ADV)
    links.accept_link(uow, cast.the(uow, "WALSH"), link.code, here)
    reply(uow, "TANAKA", TS, "CANARY said afterwards", ts="1789520402.000000")
    desk.say_all()
    assert mirrored(desk, cast.CANBERRA) == []
    assert "advisories.reply_stays" in cast.told(uow, "TANAKA")


@pytest.mark.parametrize("stop", [links.pause_link, links.cut_link])
def test_a_reply_does_not_travel_along_a_link_that_is_stopped(
    uow: UnitOfWork, desk: Desk, stop: Any
) -> None:
    link = out(uow, desk)
    reply(uow, "TANAKA", TS)
    stop(uow, cast.the(uow, "WALSH"), link.code)
    reply(uow, "TANAKA", TS, ts="1789520402.000000")
    desk.say_all()
    assert desk.shows(REPLY) == []


def test_a_reply_to_a_copy_that_was_taken_back_goes_nowhere(uow: UnitOfWork, desk: Desk) -> None:
    cast.join(uow, far_channel=cast.CANBERRA_DLG, ceiling=Label.AMBER)
    out(uow, desk, ceiling=Label.GREEN)
    tightened = cast.said(
        uow, "SATO", "#advisory [TLP:AMBER] tighter", ts=TS, edited_ts="1789520403.000000"
    )
    intake.take_edit(uow, tightened)
    desk.say_all()
    taken_back = [desk.thread(COPY, number) for number in range(2)]
    for number, thread in enumerate(taken_back):
        channel = (cast.CANBERRA_DLG, cast.CANBERRA_ADV)[number]
        reply(uow, "NGUYEN", thread, ts=f"178952041{number}.000000", channel=channel)
    desk.say_all()
    assert mirrored(desk, cast.CANBERRA) == []


def test_a_thread_that_is_no_advisorys_is_left_alone(uow: UnitOfWork, desk: Desk) -> None:
    out(uow, desk)
    assert reply(uow, "TANAKA", "1789520300.000000", f"{GREEN} CANARY") is Outcome.LEFT_ALONE
    elsewhere = reply(uow, "NGUYEN", desk.thread(COPY), channel=cast.CANBERRA_DLG)
    assert elsewhere is Outcome.LEFT_ALONE


def test_an_edit_that_may_not_go_takes_the_text_down_and_its_author_is_told(
    uow: UnitOfWork, desk: Desk
) -> None:
    out(uow, desk)
    reply(uow, "TANAKA", TS)
    desk.say_all()
    relabel_advisory(uow, cast.the(uow, "WALSH"), "ADV-2026-0001", Label.AMBER)
    desk.say_all()
    assert mirrored(desk, cast.CANBERRA) == ["thanks"]
    assert [getattr(one, "label", None) for one in desk.shows(REPLY)] == [Label.AMBER]
    change(uow, "TANAKA", TS, "thanks to all")
    desk.say_all()
    # What stands is not what its author says now, and what they say now may not go.
    assert mirrored(desk, cast.CANBERRA) == []
    assert cast.told(uow, "TANAKA")[-1] == "advisories.reply_stays"


def test_an_edit_together_with_a_tighter_label_leaves_nothing_under_the_looser(
    uow: UnitOfWork, desk: Desk
) -> None:
    out(uow, desk)
    reply(uow, "TANAKA", TS)
    desk.say_all()
    relabel_advisory(uow, cast.the(uow, "WALSH"), "ADV-2026-0001", Label.AMBER)
    change(uow, "TANAKA", TS, "thanks to all")
    desk.say_all()
    assert mirrored(desk, cast.CANBERRA) == []
    (gone,) = desk.shows(REPLY)
    assert isinstance(gone, TombstoneFacts)
    assert gone.why == "reply_barred"
