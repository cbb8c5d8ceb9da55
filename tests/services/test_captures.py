"""One message is captured once, however it is pointed at, and only a notetaker decides about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import errors
from bot.domain.actions import Action, Owner
from bot.domain.calendars import CalendarName
from bot.domain.captures import Capture, CaptureState, SourceState, Way
from bot.domain.deliveries import DeliveryState
from bot.domain.dialogues import Dates
from bot.domain.due import read_due
from bot.domain.notes import NoteKind
from bot.domain.officials import Government, Official
from bot.services import captures, capturing, dialogue_session, dialogues, intake
from bot.services.calendars import calendar_of
from bot.services.capture_cards import items_of
from bot.services.capture_composers import CaptureFacts
from bot.services.dialogue_record import digest_of_record, record_of
from bot.services.incoming import Message
from bot.services.kinds import CAPTURE_CARD, CAPTURE_SUGGESTION, DIALOGUE_CARD, DIALOGUE_NEWS
from bot.storage.tables_actions import actions as actions_table
from bot.storage.unit_of_work import UnitOfWork
from tests import cast
from tests.services.desk import Desk
from tests.storage.databases import BEGINNING

JP, AU = Government.JP, Government.AU
TS, THREAD = "1790000001.000100", "1790000000.000100"
LATER = "1790000100.000000"
PREFIXED = "ACTION: ASD to send the list by 2026-09-30"
BARE = "ASD to send the list by 2026-09-30"
CHANNEL = cast.TOKYO_ADV


@pytest.fixture
def notetaker(uow: UnitOfWork) -> Official:
    """Tanaka takes the notes, in a linked channel where words are enough."""
    cast.join(uow)
    return takes_notes(uow)


def takes_notes(uow: UnitOfWork) -> Official:
    tanaka = cast.enrol(uow, "TANAKA", roles=["notetaker", "member"])
    capturing.switch_capture(uow, tanaka, cast.TOKYO, CHANNEL, on=True)
    return tanaka


def line(
    text: str = PREFIXED, by: str = "TANAKA", ts: str = TS, edited: str | None = None
) -> Message:
    team, user, *_ = cast.ROSTER[by]
    return Message(team, CHANNEL, user, ts, text, thread_ts=THREAD, edited_ts=edited)


def captured(uow: UnitOfWork, ts: str = TS) -> tuple[Capture, ...]:
    return uow.captures.at(cast.TOKYO, CHANNEL, ts)


def opened_items(uow: UnitOfWork) -> list[Action]:
    ids = uow.connection.execute(actions_table.select().order_by(actions_table.c.id))
    return [uow.actions.get(row.id) for row in ids]


def spoken(uow: UnitOfWork, text: str = PREFIXED, **about: str) -> Capture:
    capturing.take_spoken(uow, line(text, **about))
    return captured(uow)[0]


def test_a_prefixed_line_opens_a_card_in_its_thread_and_nothing_else(
    uow: UnitOfWork, notetaker: Official
) -> None:
    capture = spoken(uow)
    assert (capture.state, capture.kind) == (CaptureState.PROPOSED, NoteKind.ACTION)
    assert opened_items(uow) == []
    desk = Desk(uow)
    desk.say_all()
    (card,) = desk.shows(CAPTURE_CARD)
    assert isinstance(card, CaptureFacts)
    assert card.owners is not None
    assert [one.agency.code for one in card.owners if one.agency] == ["ASD"]
    assert card.due is not None
    assert str(card.due.on) == "2026-09-30"
    assert desk.shows(CAPTURE_SUGGESTION) == []


def test_a_bare_line_is_suggested_to_its_notetaker_alone(
    uow: UnitOfWork, notetaker: Official
) -> None:
    capture = spoken(uow, BARE)
    assert capture.state is CaptureState.SUGGESTED
    promised = uow.outbox.of_subject(f"capture:{capture.id}", CAPTURE_CARD, CAPTURE_SUGGESTION)
    assert [(one.kind, one.user) for one in promised] == [(CAPTURE_SUGGESTION, notetaker.user)]
    captures.take_up(uow, notetaker, capture.number)
    assert captured(uow)[0].state is CaptureState.PROPOSED


def test_talk_is_not_captured_and_nobody_is_disturbed(uow: UnitOfWork, notetaker: Official) -> None:
    capturing.take_spoken(uow, line("DFAT agreed with the proposal"))
    assert captured(uow) == ()


@pytest.mark.parametrize("by", ["SATO", "SUZUKI", "ITO"])
def test_words_of_somebody_who_takes_no_notes_capture_nothing(
    uow: UnitOfWork, notetaker: Official, by: str
) -> None:
    capturing.take_spoken(uow, line(by=by))
    assert captured(uow) == ()
    with pytest.raises(errors.RoleMissing):
        capturing.capture_message(uow, cast.the(uow, by), line(by=by), Way.SHORTCUT)


def test_words_capture_only_where_capture_is_switched_on(
    uow: UnitOfWork, notetaker: Official
) -> None:
    capturing.switch_capture(uow, notetaker, cast.TOKYO, CHANNEL, on=False)
    capturing.take_spoken(uow, line())
    assert captured(uow) == ()
    capturing.capture_message(uow, notetaker, line(), Way.SHORTCUT)
    assert len(captured(uow)) == 1


def test_confirming_opens_one_item_with_owner_and_day(uow: UnitOfWork, notetaker: Official) -> None:
    capture = spoken(uow)
    _, items = captures.confirm_capture(uow, notetaker, capture.number)
    (item,) = items
    assert (item.text, item.owners, str(item.due.on)) == (
        "send the list",
        (Owner(AU, "ASD"),),
        "2026-09-30",
    )
    assert item.is_joint
    with pytest.raises(errors.CaptureDecided):
        captures.confirm_capture(uow, notetaker, capture.number)
    assert opened_items(uow) == [uow.actions.get(item.id)]


def test_both_sides_make_one_item_each(uow: UnitOfWork, notetaker: Official) -> None:
    capture = spoken(uow, "対応:双方で連絡先一覧を更新(2026-09-30)")
    _, items = captures.confirm_capture(uow, notetaker, capture.number)
    assert [one.owners for one in items] == [(Owner(JP),), (Owner(AU),)]
    assert items_of(uow, capture) == items


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("ACTION: DISR to send the list by 2026-09-30", errors.UnknownOwner),
        ("ACTION: ASD to send the list by 5/10", errors.DueNotUnderstood),
    ],
)
def test_nothing_is_opened_while_owner_or_day_is_unclear(
    uow: UnitOfWork, notetaker: Official, text: str, refusal: type[errors.BotError]
) -> None:
    capture = spoken(uow, text)
    with pytest.raises(refusal):
        captures.confirm_capture(uow, notetaker, capture.number)
    assert opened_items(uow) == []
    day = read_due("5 Oct", BEGINNING, calendar_of(uow, CalendarName.JOINT), "en", AU)
    captures.correct_capture(
        uow, notetaker, capture.number, "send the list", "NPA", day, internal=None
    )
    _, (item,) = captures.confirm_capture(uow, notetaker, capture.number)
    assert (item.owners, str(item.due.on)) == ((Owner(JP, "NPA"),), "2026-10-05")


def test_a_decision_and_a_question_are_recorded_as_such(
    uow: UnitOfWork, notetaker: Official
) -> None:
    capturing.take_spoken(uow, line("DECISION: the Dialogue is held every year"))
    capturing.take_spoken(uow, line("要確認:豪側の出席者は何名か", ts=LATER))
    decision, question = captured(uow)[0], captured(uow, LATER)[0]
    for capture in (decision, question):
        assert captures.confirm_capture(uow, notetaker, capture.number)[1] == ()
    on_record = uow.captures.confirmed_in(cast.TOKYO, CHANNEL, THREAD)
    assert [(one.kind, one.text) for one in on_record] == [
        (NoteKind.DECISION, "the Dialogue is held every year"),
        (NoteKind.QUESTION, "豪側の出席者は何名か"),
    ]
    assert opened_items(uow) == []


def test_an_item_of_an_unlinked_channel_stays_within_its_side(uow: UnitOfWork) -> None:
    tanaka = takes_notes(uow)
    capture = spoken(uow, "ACTION: NPA to send the list")
    assert capture.internal
    _, (item,) = captures.confirm_capture(uow, tanaka, capture.number)
    assert item.internal_to is JP


def test_in_the_thread_of_a_round_in_session_words_are_enough(
    uow: UnitOfWork, notetaker: Official
) -> None:
    capturing.switch_capture(uow, notetaker, cast.TOKYO, CHANNEL, on=False)
    head = in_session(uow)
    capturing.take_spoken(uow, replace(line(), thread_ts=head))
    _, (item,) = captures.confirm_capture(uow, notetaker, captured(uow)[0].number)
    assert item.dialogue_id is not None
    assert item.is_joint


def in_session(uow: UnitOfWork) -> str:
    """A round whose talks are on; the head of its thread in Tokyo."""
    days = Dates(date(2027, 2, 15), date(2027, 2, 16))
    dialogues.new_dialogue(uow, cast.the(uow, "SATO"), JP, days, "", 7)
    dialogues.confirm_dates(uow, cast.the(uow, "WALSH"), "7", None)
    dialogue_session.open_dialogue(uow, cast.the(uow, "SATO"), "7", cast.TOKYO, CHANNEL)
    Desk(uow).say_all()
    heads = [
        one.slack_ts
        for one in uow.outbox.in_state(DeliveryState.DELIVERED)
        if one.kind == DIALOGUE_CARD and one.team == cast.TOKYO
    ]
    return str(heads[0])


def decided(uow: UnitOfWork) -> list[tuple[str, str, bool]]:
    """(label, words, agreed by both) of the round's decisions."""
    found = uow.dialogues.decisions(dialogues.find_dialogue(uow, "7").id)
    return [(one.label, one.text, one.agreed) for one in found]


def test_a_decision_in_the_thread_of_a_round_is_put_to_the_other_side(
    uow: UnitOfWork, notetaker: Official
) -> None:
    head = in_session(uow)
    capturing.take_spoken(uow, replace(line("DECISION: notices go weekly"), thread_ts=head))
    assert decided(uow) == []
    desk = Desk(uow)
    (capture,) = captured(uow)
    captures.confirm_capture(uow, notetaker, capture.number)
    assert decided(uow) == [("D-1", "notices go weekly", False)]
    desk.say_all()
    (card,) = desk.shows(CAPTURE_CARD)
    assert isinstance(card, CaptureFacts)
    assert card.items == ("DLG-07 D-1",)
    assert len(desk.shows(DIALOGUE_NEWS)) == 2
    assert capture.number not in repr(desk.stands(cast.CANBERRA))
    dialogues.agree_decision(uow, cast.the(uow, "WALSH"), "7", "D-1")
    assert decided(uow) == [("D-1", "notices go weekly", True)]


def test_other_words_for_a_captured_decision_are_asked_about_anew(
    uow: UnitOfWork, notetaker: Official
) -> None:
    said = replace(line("決定:通知は毎週行う"), thread_ts=in_session(uow))
    capturing.take_spoken(uow, said)
    captures.confirm_capture(uow, notetaker, captured(uow)[0].number)
    dialogues.agree_decision(uow, cast.the(uow, "WALSH"), "7", "D-1")
    capturing.take_spoken(uow, replace(said, text="決定:通知は毎日行う", edited_ts=LATER))
    assert decided(uow) == [("D-1", "通知は毎週行う", True)]
    captures.confirm_capture(uow, notetaker, captured(uow)[0].number)
    assert decided(uow) == [("D-1", "通知は毎日行う", False)]
    capturing.take_spoken(uow, replace(said, text="決定:通知は毎日行う ", edited_ts="1790000200.0"))
    assert decided(uow) == [("D-1", "通知は毎日行う", False)]


def test_a_decision_after_the_outcome_was_published_is_recorded_alone(
    uow: UnitOfWork, notetaker: Official
) -> None:
    head = in_session(uow)
    sato, walsh = cast.the(uow, "SATO"), cast.the(uow, "WALSH")
    capturing.take_spoken(uow, replace(line("DECISION: notices go weekly"), thread_ts=head))
    dialogue_session.close_dialogue(uow, sato, "7")
    digest = digest_of_record(record_of(uow, dialogues.find_dialogue(uow, "7")))
    for keeper in (sato, walsh):
        dialogue_session.clear_outcome(uow, keeper, "7", digest)
    dialogue_session.publish_outcome(uow, sato, "7")
    confirmed, items = captures.confirm_capture(uow, notetaker, captured(uow)[0].number)
    assert (confirmed.state, items) == (CaptureState.CONFIRMED, ())
    assert decided(uow) == []


def test_a_card_belongs_to_its_own_side(uow: UnitOfWork, notetaker: Official) -> None:
    capture = spoken(uow)
    other = cast.enrol(uow, "NGUYEN", roles=["notetaker"])
    with pytest.raises(errors.CaptureNotFound) as seen:
        captures.confirm_capture(uow, other, capture.number)
    with pytest.raises(errors.CaptureNotFound) as unknown:
        captures.confirm_capture(uow, other, "CAP-JP-0099")
    assert seen.value.key == unknown.value.key


def test_what_bears_a_marking_is_stored_nowhere_and_its_author_is_told(
    uow: UnitOfWork, notetaker: Official
) -> None:
    capturing.take_spoken(uow, line("【極秘】\nACTION: ASD to send the list"))
    capturing.take_spoken(uow, line("ACTION: SECRET"))
    assert captured(uow) == ()
    assert cast.told(uow, "TANAKA")


def test_an_edit_before_the_decision_is_what_is_decided_about(
    uow: UnitOfWork, notetaker: Official
) -> None:
    spoken(uow)
    capturing.take_spoken(uow, line(PREFIXED.replace("list", "agenda"), edited=LATER))
    (capture,) = captured(uow)
    assert (capture.text, capture.source) == ("send the agenda", SourceState.EDITED)
    _, (item,) = captures.confirm_capture(uow, notetaker, capture.number)
    assert item.text == "send the agenda"


def test_an_edit_after_the_decision_asks_again_and_the_item_follows(
    uow: UnitOfWork, notetaker: Official
) -> None:
    capture = spoken(uow)
    _, (item,) = captures.confirm_capture(uow, notetaker, capture.number)
    capturing.take_spoken(uow, line("ACTION: AFP to send the agenda by 2026-10-05", edited=LATER))
    (again,) = captured(uow)
    assert again.state is CaptureState.PROPOSED
    assert uow.actions.get(item.id).text == "send the list"
    _, (followed,) = captures.confirm_capture(uow, notetaker, again.number)
    now = uow.actions.get(item.id)
    assert followed.number == item.number
    assert (now.text, now.owners, str(now.due.on)) == (
        "send the agenda",
        (Owner(AU, "AFP"),),
        "2026-10-05",
    )


def test_an_edit_may_be_left_aside(uow: UnitOfWork, notetaker: Official) -> None:
    capture = spoken(uow)
    _, (item,) = captures.confirm_capture(uow, notetaker, capture.number)
    capturing.take_spoken(uow, line("never mind", edited=LATER))
    assert captured(uow)[0].state is CaptureState.PROPOSED
    assert captures.refuse_capture(uow, notetaker, capture.number).state is CaptureState.CONFIRMED
    assert uow.actions.get(item.id).is_open


def test_a_deletion_asks_and_drops_or_keeps(uow: UnitOfWork, notetaker: Official) -> None:
    for verb, is_open in ((captures.refuse_capture, True), (None, False)):
        ts = TS if is_open else LATER
        capturing.take_spoken(uow, line(ts=ts))
        number = captured(uow, ts)[0].number
        _, (item,) = captures.confirm_capture(uow, notetaker, number)
        capturing.take_deletion(uow, cast.TOKYO, CHANNEL, ts)
        asked = captured(uow, ts)[0]
        assert (asked.state, asked.source) == (CaptureState.PROPOSED, SourceState.DELETED)
        assert uow.actions.get(item.id).is_open
        if verb:
            verb(uow, notetaker, number)
        else:
            captures.drop_captured(uow, notetaker, number, "its source was deleted")
        assert uow.actions.get(item.id).is_open is is_open


def test_every_line_of_a_message_is_captured_for_itself(
    uow: UnitOfWork, notetaker: Official
) -> None:
    capturing.take_spoken(
        uow, line("ACTION: ASD to reply\nhello\nDECISION: yearly\n対応:警察庁にて確認\nNCO to call")
    )
    found = captured(uow)
    assert [(one.part, one.kind, one.state) for one in found] == [
        ("", NoteKind.ACTION, CaptureState.PROPOSED),
        ("2", NoteKind.DECISION, CaptureState.PROPOSED),
        ("3", NoteKind.ACTION, CaptureState.PROPOSED),
        ("4", NoteKind.ACTION, CaptureState.SUGGESTED),
    ]
    numbers = {
        item.number
        for one in (found[0], found[2])
        for item in captures.confirm_capture(uow, notetaker, one.number)[1]
    }
    assert len(numbers) == 2


def test_what_was_refused_is_proposed_anew_only_by_pointing_at_it_later(
    uow: UnitOfWork, notetaker: Official
) -> None:
    capture = spoken(uow)
    captures.refuse_capture(uow, notetaker, capture.number)
    before = capturing.instant_of("1.0")
    capturing.capture_message(uow, notetaker, line(), Way.SHORTCUT, before)
    capturing.take_mention(uow, line(f"<@{cast.BOT_USERS[cast.TOKYO][0]}> action ASD to reply"))
    assert captured(uow)[0].state is CaptureState.REFUSED
    after = capturing.instant_of(LATER)
    assert capturing.capture_message(uow, notetaker, line(), Way.SHORTCUT, after).is_new
    assert captured(uow)[0].state is CaptureState.PROPOSED


def test_each_side_chooses_its_reaction(uow: UnitOfWork, notetaker: Official) -> None:
    capturing.switch_capture(uow, notetaker, cast.TOKYO, CHANNEL, on=False)
    assert capturing.set_reaction(uow, notetaker, ":Pencil2:") == "pencil2"
    capturing.take_reaction(uow, notetaker.user, "memo", line(by="SATO"), LATER)
    assert captured(uow) == ()
    capturing.take_reaction(uow, notetaker.user, "pencil2", line(by="SATO"), LATER)
    assert len(captured(uow)) == 1
    assert uow.captures.reaction_of(AU) == "memo"
    with pytest.raises(errors.UnknownChoice):
        capturing.set_reaction(uow, notetaker, "not a reaction!")


def test_a_message_that_reads_as_nothing_is_captured_whole_when_it_is_pointed_at(
    uow: UnitOfWork, notetaker: Official
) -> None:
    text = "the list\nof participants, please"
    (capture,) = capturing.capture_message(uow, notetaker, line(text), Way.SHORTCUT).captures
    assert (capture.text, capture.owners) == ("the list of participants, please", "")


# What may happen to one message, in any order and any number of times; edits and deletions of it
# are events of their own, tested above.
MENTION = f"<@{cast.BOT_USERS[cast.TOKYO][0]}> action ASD to send the list by 2026-09-30"


def happens(uow: UnitOfWork, event: str, text: str) -> None:
    tanaka = cast.the(uow, "TANAKA")
    message = line(text)
    match event:
        case "message":
            capturing.take_spoken(uow, message)
        case "mention":
            capturing.take_mention(uow, message)
        case "reaction":
            capturing.take_reaction(uow, tanaka.user, "memo", message, TS)
        case "shortcut":
            capturing.capture_message(uow, tanaka, message, Way.SHORTCUT, capturing.instant_of(TS))
        case "confirm":
            for one in captured(uow):
                if one.state is CaptureState.PROPOSED:
                    captures.confirm_capture(uow, tanaka, one.number)


WAYS = ["message", "mention", "reaction", "shortcut"]


@pytest.fixture
def afresh(uow: UnitOfWork, notetaker: Official) -> Callable[[], AbstractContextManager[None]]:
    """Begins anew as often as hypothesis likes: what was done is taken back."""

    @contextmanager
    def run() -> Iterator[None]:
        begun = uow.connection.begin_nested()
        try:
            yield
        finally:
            begun.rollback()

    return run


AS_OFTEN_AS_IT_LIKES = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@AS_OFTEN_AS_IT_LIKES
@given(
    st.lists(st.sampled_from([*WAYS, "confirm"]), min_size=1, max_size=10),
    st.sampled_from([MENTION, PREFIXED, BARE]),
)
def test_four_ways_in_any_order_make_one_card_and_one_item(
    uow: UnitOfWork,
    afresh: Callable[[], AbstractContextManager[None]],
    events: list[str],
    text: str,
) -> None:
    with afresh():
        for event in events:
            happens(uow, event, text)
        found = captured(uow)
        subjects = [f"capture:{one.id}" for one in found]
        cards = [c for one in subjects for c in uow.outbox.of_subject(one, CAPTURE_CARD)]
        assert max(len(found), len(cards), len(opened_items(uow))) <= 1
        if {"reaction", "shortcut"} & set(events):
            happens(uow, "confirm", text)
            assert [item.text for item in opened_items(uow)] == ["send the list"]


SAID = {
    "said": ("ACTION: ASD to send A", None),
    "edited": ("ACTION: ASD to send B", "1790000005.000000"),
    "edited again": ("ACTION: ASD to send C", "1790000009.000000"),
}


@AS_OFTEN_AS_IT_LIKES
@given(st.permutations([*SAID, "deleted"]), st.integers(1, 2))
def test_what_was_changed_meanwhile_is_not_captured_as_it_was(
    uow: UnitOfWork,
    afresh: Callable[[], AbstractContextManager[None]],
    order: list[str],
    times: int,
) -> None:
    with afresh():
        for event in order * times:
            if event == "deleted":
                intake.take_deletion(uow, cast.TOKYO, CHANNEL, TS)
                capturing.take_deletion(uow, cast.TOKYO, CHANNEL, TS)
                continue
            text, edited = SAID[event]
            message = line(text, edited=edited)
            (intake.take_edit if edited else intake.take_message)(uow, message)
            capturing.take_spoken(uow, message)
        before = order[: order.index("deleted")]
        found = [(one.text[-1], one.source) for one in captured(uow)]
        newest = max((SAID[one][0][-1] for one in before), default="")
        assert found == ([(newest, SourceState.DELETED)] if before else [])
