"""An edit by the originator reaches every copy, and only ever tightens."""

from typing import Any

import pytest

from bot import errors
from bot.domain.advisories import AdvisoryState
from bot.domain.labels import Label
from bot.domain.links import Link, Mode
from bot.domain.officials import Role
from bot.services import intake, links, receipts, releases
from bot.services.facts import ChangeFacts, CopyFacts, ReplyFacts, TombstoneFacts
from bot.services.incoming import Outcome
from bot.services.kinds import CHANGE, COPY, PART_LENGTH, RELEASE, REPLY
from bot.storage.unit_of_work import UnitOfWork
from tests import cast
from tests.services.desk import Desk

FIRST = "ADV-2026-0001"
TS = "1789520400.000000"
GREEN = "#advisory [TLP:GREEN] patch now\nversion 13"


@pytest.fixture
def desk(uow: UnitOfWork) -> Desk:
    return Desk(uow)


def edit(uow: UnitOfWork, text: str, moment: int = 1, **about: Any) -> Outcome:
    """Sato edits the first post; a later `moment` is a later edit."""
    edited = f"{float(TS) + moment:.6f}"
    return intake.take_edit(uow, cast.said(uow, "SATO", text, ts=TS, edited_ts=edited, **about))


def out(uow: UnitOfWork, desk: Desk, text: str = GREEN, **about: Any) -> Link:
    """A link, and an advisory of Sato's that has arrived in Canberra."""
    link = cast.join(uow, **({"ceiling": Label.AMBER} | about))
    cast.post(uow, "SATO", text, ts=TS)
    desk.say_all()
    return link


def copy(desk: Desk, number: int = 0) -> CopyFacts:
    facts = desk.shows(COPY)[number]
    assert isinstance(facts, CopyFacts)
    return facts


def test_an_edit_shows_on_the_copy_and_its_thread_says_what_changed(
    uow: UnitOfWork, desk: Desk
) -> None:
    out(uow, desk)
    assert edit(uow, GREEN.replace("13", "14")) is Outcome.ISSUED
    desk.say_all()
    assert (copy(desk).revision, copy(desk).body) == (2, GREEN.replace("13", "14"))
    (note,) = desk.shows(CHANGE)
    assert isinstance(note, ChangeFacts)
    assert (note.removed, note.added) == (("version 13",), ("version 14",))
    assert len(desk.shows(COPY)) == 1


def test_whoever_acknowledged_is_told_of_a_revision_once_however_many_links_there_are(
    uow: UnitOfWork, desk: Desk
) -> None:
    cast.join(uow, far_channel=cast.CANBERRA_DLG)
    out(uow, desk)
    receipts.acknowledge_advisory(uow, cast.the(uow, "NGUYEN"), FIRST)
    edit(uow, f"{GREEN} corrected")
    desk.say_all()
    assert cast.told(uow, "NGUYEN") == ["advisories.revised_note"]
    assert cast.told(uow, "WALSH") == []
    assert len(desk.shows(CHANGE)) == 2


@pytest.mark.parametrize("label", ["[TLP:CLEAR]", ""])
def test_an_edit_never_loosens_a_label(uow: UnitOfWork, desk: Desk, label: str) -> None:
    out(uow, desk)
    edit(uow, f"#advisory {label} patch now")
    desk.say_all()
    assert copy(desk).label is Label.GREEN
    assert copy(desk).revision == 2


def test_a_label_above_the_ceiling_takes_everything_back_from_that_channel(
    uow: UnitOfWork, desk: Desk
) -> None:
    out(uow, desk, ceiling=Label.GREEN)
    cast.post(uow, "SATO", "CANARY reply", ts=f"{float(TS) + 2:.6f}", thread_ts=TS)
    edit(uow, f"{GREEN}\nCANARY line")
    desk.say_all()
    assert "CANARY" in desk.words(cast.CANBERRA)
    edit(uow, "#advisory [TLP:AMBER] CANARY tightened", moment=3)
    desk.say_all()
    (facts,) = desk.shows(COPY)
    assert isinstance(facts, TombstoneFacts)
    assert (facts.why, facts.label) == ("recalled", Label.AMBER)
    assert "CANARY" not in desk.words(cast.CANBERRA)
    assert cast.routes(uow) == ["recalled"]


def test_a_tighter_label_is_shown_at_once_while_the_new_text_waits_for_a_releaser(
    uow: UnitOfWork, desk: Desk
) -> None:
    out(uow, desk)
    cast.post(uow, "SATO", "a reply", ts=f"{float(TS) + 2:.6f}", thread_ts=TS)
    desk.say_all()
    edit(uow, "#advisory [TLP:AMBER] CANARY", moment=3)
    desk.say_all()
    assert (copy(desk).label, copy(desk).revision) == (Label.AMBER, 1)
    assert "CANARY" not in desk.words(cast.CANBERRA)
    (reply,) = desk.shows(REPLY)
    assert isinstance(reply, ReplyFacts)
    assert reply.label is Label.AMBER
    cast.release(uow, FIRST)
    desk.say_all()
    assert (copy(desk).revision, copy(desk).body) == (2, "#advisory [TLP:AMBER] CANARY")


def test_readers_keep_the_text_they_have_when_its_revision_is_kept_back(
    uow: UnitOfWork, desk: Desk
) -> None:
    out(uow, desk, mode=Mode.MANUAL)
    cast.release(uow, FIRST)
    desk.say_all()
    edit(uow, f"{GREEN} CANARY")
    releases.keep_back_advisory(uow, cast.the(uow, "SUZUKI"), FIRST)
    desk.say_all()
    assert copy(desk).body == GREEN
    assert cast.routes(uow) == ["queued"]
    # It is followed as before: the next revision waits, and may go.
    edit(uow, f"{GREEN} third", moment=2)
    assert cast.routes(uow) == ["awaiting"]
    cast.release(uow, FIRST)
    desk.say_all()
    assert copy(desk).body == f"{GREEN} third"


def test_an_undelivered_original_that_turned_amber_still_goes_once_released(
    uow: UnitOfWork, desk: Desk
) -> None:
    cast.join(uow, ceiling=Label.AMBER)
    cast.post(uow, "SATO", GREEN, ts=TS)
    edit(uow, "#advisory [TLP:AMBER] waits")
    desk.say_all()
    assert desk.shows(COPY) == []
    cast.release(uow, FIRST)
    desk.say_all()
    assert copy(desk).body == "#advisory [TLP:AMBER] waits"
    assert len(desk.shows(COPY)) == 1


def test_a_text_that_outgrows_one_message_gets_further_ones(uow: UnitOfWork, desk: Desk) -> None:
    out(uow, desk)
    longer = f"{GREEN}\n" + "\n".join(f"line {n} " + "x" * 80 for n in range(PART_LENGTH // 80))
    edit(uow, longer)
    desk.say_all()
    assert [copy(desk, n).part for n in range(2)] == [1, 2]
    assert copy(desk, 1).is_late is False
    edit(uow, GREEN + " short again", moment=2)
    desk.say_all()
    assert (copy(desk).body, copy(desk, 1).body) == (GREEN + " short again", "")


@pytest.mark.parametrize("stop", [links.pause_link, links.cut_link])
def test_over_a_link_that_is_stopped_readers_keep_what_they_have(
    uow: UnitOfWork, desk: Desk, stop: Any
) -> None:
    link = out(uow, desk)
    stop(uow, cast.the(uow, "WALSH"), link.code)
    edit(uow, f"{GREEN} CANARY")
    desk.say_all()
    assert "CANARY" not in desk.words(cast.CANBERRA)
    assert copy(desk).body == GREEN


def test_an_older_edit_that_arrives_late_changes_nothing(uow: UnitOfWork, desk: Desk) -> None:
    out(uow, desk)
    edit(uow, f"{GREEN} newest", moment=9)
    assert edit(uow, f"{GREEN} older", moment=5) is Outcome.LEFT_ALONE
    desk.say_all()
    assert copy(desk).body == f"{GREEN} newest"


def test_a_post_that_arrives_after_its_own_edit_is_not_taken_in_again(
    uow: UnitOfWork, desk: Desk
) -> None:
    cast.join(uow)
    assert edit(uow, "no tag any more") is Outcome.LEFT_ALONE
    assert cast.post(uow, "SATO", GREEN, ts=TS) is Outcome.LEFT_ALONE


def test_the_same_edit_again_is_one_revision(uow: UnitOfWork, desk: Desk) -> None:
    out(uow, desk)
    for _ in range(3):
        edit(uow, f"{GREEN} once")
    desk.say_all()
    assert copy(desk).revision == 2
    assert len(desk.shows(CHANGE)) == 1


@pytest.mark.parametrize("change", ["removed", "observer", "stranger"])
def test_whoever_may_not_speak_any_more_cannot_change_what_was_said(
    uow: UnitOfWork, desk: Desk, change: str
) -> None:
    out(uow, desk)
    if change == "removed":
        uow.officials.deactivate(cast.the(uow, "SATO").id)
    elif change == "observer":
        cast.enrol(uow, "SATO", roles=[Role.OBSERVER.value])
    assert edit(uow, f"{GREEN} CANARY", is_stranger=change == "stranger") is Outcome.REFUSED
    desk.say_all()
    assert copy(desk).body == GREEN


def test_a_marking_added_by_whoever_may_not_speak_any_more_still_takes_it_back(
    uow: UnitOfWork, desk: Desk
) -> None:
    out(uow, desk)
    cast.enrol(uow, "SATO", roles=[Role.OBSERVER.value])
    edit(uow, "#advisory [TLP:GREEN] patch\nPROTECTED\n")
    desk.say_all()
    assert isinstance(desk.shows(COPY)[0], TombstoneFacts)


def test_a_superseded_advisory_is_still_followed(uow: UnitOfWork, desk: Desk) -> None:
    out(uow, desk)
    cast.post(uow, "SATO", GREEN, ts=f"{float(TS) + 5:.6f}")
    from bot.services import withdrawals

    withdrawals.supersede_advisory(uow, cast.the(uow, "SATO"), FIRST, "ADV-2026-0002")
    edit(uow, f"{GREEN} corrected")
    desk.say_all()
    assert (copy(desk).body, copy(desk).superseded_by) == (f"{GREEN} corrected", "ADV-2026-0002")
    edit(uow, "#advisory TLP:RED CANARY", moment=2)
    desk.say_all()
    assert isinstance(desk.shows(COPY)[0], TombstoneFacts)


def test_what_was_read_and_what_is_released_are_the_same_text(uow: UnitOfWork, desk: Desk) -> None:
    out(uow, desk, mode=Mode.MANUAL)
    edit(uow, f"{GREEN} changed meanwhile")
    with pytest.raises(errors.AdvisoryChanged):
        releases.release_advisory(uow, cast.the(uow, "SUZUKI"), FIRST, revision=1)
    desk.say_all()
    assert len(desk.shows(RELEASE)) == 1
    advisory = uow.advisories.by_number(FIRST)
    assert advisory is not None
    assert advisory.state is AdvisoryState.ISSUED
