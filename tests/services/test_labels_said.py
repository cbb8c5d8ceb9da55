"""What was said under a tighter label keeps it; what was taken back too soon comes back whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot import errors
from bot.domain.deliveries import DeliveryState
from bot.domain.labels import Label
from bot.domain.links import Mode
from bot.services import intake, releases
from bot.services.facts import ChangeFacts, CopyFacts, FileFacts, ReplyFacts, TombstoneFacts
from bot.services.file_composers import note_upload
from bot.services.incoming import SentFile
from bot.services.issuing import label_advisory
from bot.services.kinds import CHANGE, COPY, FILE, RELEASE, REPLY
from bot.services.relabelling import relabel_advisory
from bot.storage.unit_of_work import UnitOfWork
from tests import cast
from tests.services.desk import Desk

FIRST = "ADV-2026-0001"
ANNEX = SentFile("F1", "annex.pdf", 10, "https://files.slack.com/1")


def staff(uow: UnitOfWork, **about: Any) -> Desk:
    """Suzuki, Mori and Ito release for Tokyo; a link up to AMBER is joined."""
    cast.second_releaser(uow, cast.TOKYO)
    cast.enrol(uow, "ITO", roles=["releaser"])
    cast.join(uow, **({"ceiling": Label.AMBER} | about))
    return Desk(uow)


def post(uow: UnitOfWork, text: str, label: Label, **about: Any) -> None:
    """A post of Tanaka's that names no label, labelled a moment later."""
    cast.post(uow, "TANAKA", f"#advisory {text}", **about)
    label_advisory(uow, cast.the(uow, "TANAKA"), FIRST, label)


def edit(uow: UnitOfWork, text: str, **about: Any) -> None:
    said = cast.said(uow, "TANAKA", f"#advisory {text}", edited_ts="1789600000.9", **about)
    intake.take_edit(uow, said)


def release(uow: UnitOfWork) -> None:
    for name in ("SUZUKI", "ITO"):
        releases.release_advisory(uow, cast.the(uow, name), FIRST)


def relax(uow: UnitOfWork, label: Label) -> None:
    for name in ("SUZUKI", "ITO"):
        relabel_advisory(uow, cast.the(uow, name), FIRST, label)


def tighten(uow: UnitOfWork, label: Label, name: str = "WALSH") -> None:
    relabel_advisory(uow, cast.the(uow, name), FIRST, label)


def at_copy(uow: UnitOfWork, desk: Desk, text: str, ts: str, **about: Any) -> None:
    cast.post(uow, "NGUYEN", text, ts=ts, thread_ts=desk.thread(COPY), **about)


def labels(desk: Desk, kind: str) -> list[Label | None]:
    """The labels that stand, oldest first; None where something was taken away."""
    desk.say_all()
    return [getattr(one, "label", None) for one in desk.shows(kind)]


def test_a_note_quotes_no_lines_that_were_said_under_a_tighter_label(uow: UnitOfWork) -> None:
    desk = staff(uow)
    post(uow, "the source is CANARY", Label.AMBER)
    release(uow)
    desk.say_all()
    edit(uow, "the source is known")
    release(uow)
    desk.say_all()
    (note,) = desk.shows(CHANGE)
    assert isinstance(note, ChangeFacts)
    assert "CANARY" in "".join(note.removed)
    relax(uow, Label.GREEN)
    assert labels(desk, COPY) == [Label.GREEN]
    assert "CANARY" not in desk.words(cast.CANBERRA)
    assert labels(desk, CHANGE)[0] is Label.GREEN


def test_a_reply_keeps_the_tightest_label_it_was_shown_under(uow: UnitOfWork) -> None:
    desk = staff(uow)
    post(uow, "patch now", Label.GREEN)
    desk.say_all()
    at_copy(uow, desk, "seen here", "1789520401.000001", files=(ANNEX,))
    assert (labels(desk, REPLY), labels(desk, FILE)) == ([Label.GREEN], [Label.GREEN])
    tighten(uow, Label.AMBER)
    assert labels(desk, REPLY) == [Label.AMBER]
    relax(uow, Label.GREEN)
    at_copy(uow, desk, "and since", "1789520402.000001")
    assert labels(desk, COPY) == [Label.GREEN]
    assert labels(desk, REPLY) == [Label.AMBER, Label.GREEN]
    assert labels(desk, FILE) == [None, Label.AMBER]
    edited = cast.said(
        uow,
        "NGUYEN",
        "seen there",
        ts="1789520401.000001",
        thread_ts=desk.thread(COPY),
        edited_ts="1789600000.9",
        files=(ANNEX,),
    )
    intake.take_edit(uow, edited)
    assert labels(desk, REPLY) == [Label.AMBER, Label.GREEN]


def test_a_file_is_sent_anew_under_the_tighter_label_and_once(uow: UnitOfWork) -> None:
    desk = staff(uow)
    post(uow, "see the annex", Label.GREEN, files=(ANNEX,))
    assert labels(desk, FILE) == [Label.GREEN]
    tighten(uow, Label.AMBER)
    assert labels(desk, FILE) == [None, Label.AMBER]
    relax(uow, Label.GREEN)
    tighten(uow, Label.AMBER)
    # The words that stand are tight enough all the time.
    assert labels(desk, FILE) == [None, Label.AMBER]


def test_a_file_on_its_way_while_the_label_is_tightened_is_not_shown(uow: UnitOfWork) -> None:
    desk = staff(uow)
    post(uow, "see the annex", Label.CLEAR, files=(ANNEX,))
    desk.say_all()
    (sent,) = uow.outbox.of_advisory(1, FILE)
    assert note_upload(uow, sent.id, "", "F9", Label.CLEAR)
    tighten(uow, Label.GREEN)
    assert not note_upload(uow, sent.id, "F9", "F10", Label.CLEAR)
    assert note_upload(uow, sent.id, "F9", "F10", Label.GREEN)


@pytest.mark.parametrize("tightened", [True, False])
def test_of_a_file_found_after_a_crash_only_a_change_makes_a_second(
    uow: UnitOfWork, *, tightened: bool
) -> None:
    desk = staff(uow)
    post(uow, "see the annex", Label.GREEN, files=(ANNEX,))
    desk.say_all()
    (sent,) = uow.outbox.of_advisory(1, FILE)
    uow.outbox.note_shown(sent.id, None)
    if tightened:
        later = UnitOfWork(uow.connection, uow.now + timedelta(minutes=1))
        tighten(later, Label.AMBER)
        uow = later
    Desk(uow).say_all()
    assert len(uow.outbox.of_advisory(1, FILE)) == 1 + tightened


def test_the_label_in_a_files_name_counts_as_the_text_does(uow: UnitOfWork) -> None:
    desk = staff(uow)
    named = replace(ANNEX, name="TLP-AMBER annex.pdf")
    cast.post(uow, "TANAKA", "#advisory see the annex", files=(replace(ANNEX, name="a.pdf"),))
    advisory = uow.advisories.by_number(FIRST)
    assert advisory is not None
    known = uow.attachments.of(advisory.id)[0]
    uow.attachments.remove(known, 1)
    uow.attachments.add(replace(known, file="F2", name=named.name))
    with pytest.raises(errors.LabelBelowText):
        label_advisory(uow, cast.the(uow, "TANAKA"), FIRST, Label.GREEN)
    label_advisory(uow, cast.the(uow, "TANAKA"), FIRST, Label.AMBER)
    release(uow)
    assert labels(desk, COPY) == [Label.AMBER]
    with pytest.raises(errors.LabelBelowText):
        relax(uow, Label.GREEN)


def test_a_file_added_after_an_approval_to_relax_begins_anew(uow: UnitOfWork) -> None:
    desk = staff(uow)
    post(uow, "patch now", Label.GREEN)
    desk.say_all()
    relabel_advisory(uow, cast.the(uow, "SUZUKI"), FIRST, Label.CLEAR)
    advisory = uow.advisories.by_number(FIRST)
    assert advisory is not None
    uow.advisories.save(replace(advisory, files=1))
    edit(uow, "patch now", files=(ANNEX,))
    assert relabel_advisory(uow, cast.the(uow, "ITO"), FIRST, Label.CLEAR).lacking == 1


def test_files_from_before_the_bridge_carried_any_stay_after_an_edit(uow: UnitOfWork) -> None:
    desk = staff(uow)
    post(uow, "see the annex", Label.GREEN)
    desk.say_all()
    advisory = uow.advisories.by_number(FIRST)
    assert advisory is not None
    uow.advisories.save(replace(advisory, files=1))
    edit(uow, "see the annex, please", files=(ANNEX,))
    assert labels(desk, FILE) == []
    copy = desk.shows(COPY)[0]
    assert isinstance(copy, CopyFacts)
    assert copy.files is not None
    assert (copy.files.coming, copy.files.staying) == (0, (("switched_off", 1),))


def test_after_a_text_that_was_let_go_no_file_waits(uow: UnitOfWork) -> None:
    desk = staff(uow)
    post(uow, "see the annex", Label.GREEN, files=(ANNEX,))
    claims = {one.delivery.kind: one for one in uow.outbox.claim(9, timedelta(minutes=1))}
    assert uow.outbox.close(claims[COPY], DeliveryState.PARKED, "is_archived")
    edit(uow, "see both", files=(ANNEX, replace(ANNEX, file="F2")))
    assert {one.state for one in uow.outbox.of_advisory(1, FILE)} <= {DeliveryState.WITHHELD}
    uow.outbox.revive(claims[COPY].delivery.id)
    assert labels(desk, FILE) == [Label.GREEN, Label.GREEN]


def test_whoever_approved_and_left_before_the_send_is_replaced(uow: UnitOfWork) -> None:
    desk = staff(uow)
    post(uow, "patch now", Label.AMBER)
    release(uow)
    uow.officials.deactivate(cast.the(uow, "SUZUKI").id)
    assert labels(desk, COPY) == []
    assert cast.routes(uow) == ["awaiting"]
    (card, *_) = desk.shows(RELEASE)
    assert not getattr(card, "decided", True)
    for name in ("ITO", "MORI"):
        mori = uow.officials.find(cast.TOKYO, "U06MORI")
        assert mori is not None
        who = mori if name == "MORI" else cast.the(uow, name)
        releases.release_advisory(uow, who, FIRST)
    assert labels(desk, COPY) == [Label.AMBER]


def test_what_the_other_side_took_for_red_comes_back_with_everything(uow: UnitOfWork) -> None:
    desk = staff(uow)
    post(uow, "patch now", Label.GREEN, files=(ANNEX,))
    desk.say_all()
    cast.post(uow, "TANAKA", "a reply", ts="1789520401.000001", thread_ts=cast.stamp(uow.now))
    desk.say_all()
    tighten(uow, Label.RED)
    desk.say_all()
    assert isinstance(desk.shows(COPY)[0], TombstoneFacts)
    assert cast.routes(uow) == ["recalled"]
    relax(uow, Label.GREEN)
    desk.say_all()
    assert labels(desk, COPY) == [Label.GREEN]
    assert isinstance(desk.shows(COPY)[0], CopyFacts)
    files = desk.shows(FILE)
    assert [isinstance(one, FileFacts) for one in files] == [False, True]
    # What was said beneath it bears the label that nobody relaxed.
    assert not any(isinstance(one, ReplyFacts) for one in desk.shows(REPLY, cast.CANBERRA))


def test_where_it_needs_a_release_it_comes_back_when_it_is_released(uow: UnitOfWork) -> None:
    desk = staff(uow, mode=Mode.MANUAL)
    post(uow, "patch now", Label.GREEN)
    release(uow)
    desk.say_all()
    tighten(uow, Label.RED)
    desk.say_all()
    relax(uow, Label.GREEN)
    desk.say_all()
    assert cast.routes(uow) == ["awaiting"]
    assert isinstance(desk.shows(COPY)[0], TombstoneFacts)
    release(uow)
    desk.say_all()
    assert isinstance(desk.shows(COPY)[0], CopyFacts)


def test_what_never_left_is_above_the_ceiling_and_not_recalled(uow: UnitOfWork) -> None:
    desk = staff(uow)
    post(uow, "patch now", Label.AMBER)
    tighten(uow, Label.RED, "TANAKA")
    assert cast.routes(uow) == ["above_ceiling"]
    relax(uow, Label.GREEN)
    assert labels(desk, COPY) == [Label.GREEN]


def test_a_card_shown_before_a_file_was_added_decides_nothing(uow: UnitOfWork) -> None:
    staff(uow)
    post(uow, "see the annex", Label.AMBER, files=(ANNEX,))
    advisory = uow.advisories.by_number(FIRST)
    assert advisory is not None
    values = releases.button_values(uow, advisory, cast.TOKYO)
    assert values is not None
    known = uow.attachments.of(advisory.id)[0]
    uow.attachments.add(replace(known, file="F2", position=2))
    ito = cast.the(uow, "ITO")
    with pytest.raises(errors.AdvisoryChanged):
        releases.release_by_button(uow, ito, values[0], cast.TOKYO)
