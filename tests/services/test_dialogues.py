"""A round of the Dialogue: what binds both sides needs both, and its tasks follow its dates."""

from dataclasses import replace
from datetime import date

import pytest

from bot import errors
from bot.domain.actions import ActionState, Filter, Owner
from bot.domain.dialogues import Dates, Delegate, Dialogue, DialogueState
from bot.domain.officials import Government, Role
from bot.services import actions, dialogue_session, dialogues, intake
from bot.services.action_facts import ActionCardFacts
from bot.services.actions import ActionRequest
from bot.services.dialogue_facts import DialogueCardFacts, DialogueLineFacts
from bot.services.dialogue_record import digest_of_record, figures_of, record_of
from bot.services.digests import joint_digest
from bot.services.incoming import Outcome
from bot.services.kinds import ACTION_CARD, DIALOGUE_CARD, DIALOGUE_LINE, DIALOGUE_NEWS
from bot.services.owners import OwnersRead
from bot.storage.dialogues import Summary
from bot.storage.unit_of_work import UnitOfWork
from tests import cast
from tests.services.desk import Desk

JP, AU = Government.JP, Government.AU
NUMBER = "DLG-07"
DATES = Dates(date(2027, 2, 15), date(2027, 2, 16))
LATER = Dates(date(2027, 3, 15), date(2027, 3, 15))
S = DialogueState


@pytest.fixture(autouse=True)
def keepers(uow: UnitOfWork) -> None:
    """Sato and Walsh, liaisons, keep the round; Tanaka and Nguyen may not."""
    cast.join(uow)


def proposed(uow: UnitOfWork) -> Dialogue:
    return dialogues.new_dialogue(uow, cast.the(uow, "SATO"), JP, DATES, "Tokyo", 7)


def agreed(uow: UnitOfWork) -> Dialogue:
    proposed(uow)
    return dialogues.confirm_dates(uow, cast.the(uow, "WALSH"), NUMBER, None)


def opened(uow: UnitOfWork) -> Dialogue:
    agreed(uow)
    return dialogue_session.open_dialogue(
        uow, cast.the(uow, "SATO"), NUMBER, cast.TOKYO, cast.TOKYO_ADV
    )


def closed(uow: UnitOfWork) -> Dialogue:
    opened(uow)
    sato, walsh = cast.the(uow, "SATO"), cast.the(uow, "WALSH")
    dialogues.put_decision(uow, sato, NUMBER, "Exchange notices weekly", "毎週通知を交換する")
    dialogues.agree_decision(uow, walsh, NUMBER, "d-1")
    return dialogue_session.close_dialogue(uow, sato, NUMBER)


def digest(uow: UnitOfWork) -> str:
    return digest_of_record(record_of(uow, dialogues.find_dialogue(uow, NUMBER)))


def clear(uow: UnitOfWork, name: str, of: str) -> Dialogue:
    return dialogue_session.clear_outcome(uow, cast.the(uow, name), NUMBER, of)


def task_days(uow: UnitOfWork, dialogue: Dialogue) -> dict[str, date | None]:
    tasks = uow.dialogues.tasks(dialogue.id)
    return {name: uow.actions.get(one).due.on for name, one in tasks.items()}


def an_action(uow: UnitOfWork, dialogue: Dialogue | None, **about: object) -> str:
    values: dict[str, object] = {"text": "Share", "owners": OwnersRead((Owner(AU, "ASD"),))}
    request = ActionRequest(**(values | about), dialogue_id=dialogue.id if dialogue else None)  # type: ignore[arg-type]
    return actions.open_action(uow, cast.the(uow, "SATO"), request)[0].number


def test_dates_hold_once_the_other_side_has_agreed_to_them(uow: UnitOfWork) -> None:
    dialogue, sato = proposed(uow), cast.the(uow, "SATO")
    assert (dialogue.state, dialogue.dates) == (S.PROPOSED, None)
    with pytest.raises(errors.OwnSideOnly):
        dialogues.confirm_dates(uow, sato, NUMBER, None)
    held = dialogues.confirm_dates(uow, cast.the(uow, "WALSH"), NUMBER, DATES)
    assert (held.state, held.dates, held.pending) == (S.DATES_AGREED, DATES, None)
    with pytest.raises(errors.NoDatesProposed):
        dialogues.confirm_dates(uow, sato, NUMBER, None)


def test_tasks_are_set_in_joint_business_days_and_move_with_the_dates(uow: UnitOfWork) -> None:
    dialogue = agreed(uow)
    days = task_days(uow, dialogue)
    # T-7 from Mon 15 Feb 2027: Thu 11 Feb is 建国記念の日, so the seventh day back is 3 Feb.
    assert days["draft"] == date(2027, 2, 3)
    assert days["summary"] == date(2027, 2, 24)
    assert len(days) == 10
    finished = uow.dialogues.tasks(dialogue.id)["dates"]
    number = uow.actions.get(finished).number
    actions.finish_action(uow, cast.the(uow, "SATO"), number)
    dialogues.confirm_dates(uow, cast.the(uow, "SATO"), NUMBER, LATER)
    assert task_days(uow, dialogue) == days
    dialogues.confirm_dates(uow, cast.the(uow, "WALSH"), NUMBER, None)
    moved = task_days(uow, dialogue)
    assert moved["draft"] == date(2027, 3, 3)
    assert moved["dates"] == days["dates"]
    assert set(moved) == set(days)


def test_a_round_in_the_near_future_has_no_tasks_in_the_past(uow: UnitOfWork) -> None:
    soon = Dates(date(2026, 10, 12), date(2026, 10, 12))
    dialogues.new_dialogue(uow, cast.the(uow, "SATO"), JP, soon, "", 7)
    dialogue = dialogues.confirm_dates(uow, cast.the(uow, "WALSH"), NUMBER, None)
    days = task_days(uow, dialogue).values()
    assert all(day is not None and day >= uow.now.date() for day in days)
    assert "dates" not in task_days(uow, dialogue)


@pytest.mark.parametrize("name", ["TANAKA", "NGUYEN", "ITO", "KHAN"])
def test_rounds_are_kept_by_notetakers_liaisons_and_admins(uow: UnitOfWork, name: str) -> None:
    opened(uow)
    actor = cast.the(uow, name)
    verbs = [
        lambda: dialogues.new_dialogue(uow, actor, JP, None, "", 8),
        lambda: dialogues.confirm_dates(uow, actor, NUMBER, LATER),
        lambda: dialogues.add_agenda_item(uow, actor, NUMBER, "x"),
        lambda: dialogues.turn_to_item(uow, actor, NUMBER, 1),
        lambda: dialogues.put_decision(uow, actor, NUMBER, "x", ""),
        lambda: dialogues.agree_decision(uow, actor, NUMBER, "D-1"),
        lambda: dialogue_session.close_dialogue(uow, actor, NUMBER),
        lambda: dialogue_session.clear_outcome(uow, actor, NUMBER, "0" * 12),
        lambda: dialogue_session.publish_outcome(uow, actor, NUMBER),
    ]
    for verb in verbs:
        with pytest.raises(errors.RoleMissing):
            verb()
    cast.enrol(uow, name, roles=[Role.NOTETAKER.value])
    dialogues.new_dialogue(uow, cast.the(uow, name), JP, None, "", 8)


def test_the_agenda_is_collected_then_locked(uow: UnitOfWork) -> None:
    agreed(uow)
    sato = cast.the(uow, "SATO")
    dialogues.add_agenda_item(uow, sato, NUMBER, "Threats", "脅威", minutes=30)
    dialogues.add_agenda_item(uow, sato, NUMBER, "Norms")
    dialogues.drop_agenda_item(uow, sato, NUMBER, 1)
    with pytest.raises(errors.AgendaItemNotFound):
        dialogues.drop_agenda_item(uow, sato, NUMBER, 9)
    locked = dialogues.lock_agenda(uow, sato, NUMBER)
    assert locked.state is S.AGENDA_LOCKED
    assert [one.position for one in uow.dialogues.agenda(locked.id)] == [2]
    with pytest.raises(errors.DialogueNotInState):
        dialogues.add_agenda_item(uow, sato, NUMBER, "late")
    assert dialogues.exchange_papers(uow, sato, NUMBER).state is S.PAPERS


def test_a_side_names_its_own_delegation(uow: UnitOfWork) -> None:
    agreed(uow)
    one = Delegate(AU, "A. Person", "ASD", "head")
    with pytest.raises(errors.OwnSideOnly):
        dialogues.add_delegate(uow, cast.the(uow, "SATO"), NUMBER, one)
    dialogues.add_delegate(uow, cast.the(uow, "WALSH"), NUMBER, one)


def test_the_talks_open_a_thread_on_each_side_and_lines_cross_both_ways(uow: UnitOfWork) -> None:
    desk = Desk(uow)
    opened(uow)
    desk.say_all()
    assert [facts.side for facts in desk.shows(DIALOGUE_CARD)] == [JP, AU]  # type: ignore[attr-defined]
    here, there = desk.thread(DIALOGUE_CARD, 0), desk.thread(DIALOGUE_CARD, 1)
    assert cast.post(uow, "TANAKA", "from Tokyo", ts="5.000001", thread_ts=here) is Outcome.ISSUED
    assert cast.post(uow, "BAKER", "and back", ts="5.000002", thread_ts=there) is Outcome.ISSUED
    assert cast.post(uow, "ITO", "an observer", ts="5.3", thread_ts=here) is Outcome.LEFT_ALONE
    assert cast.post(uow, "TANAKA", "from Tokyo", ts="5.000001", thread_ts=here) is not None
    desk.say_all()
    lines = [one for one in desk.shows(DIALOGUE_LINE) if isinstance(one, DialogueLineFacts)]
    assert [(one.side, one.author, one.body) for one in lines] == [
        (AU, "Tanaka", "from Tokyo"),
        (JP, "Baker", "and back"),
    ]


def test_lines_follow_their_edits_and_deletions(uow: UnitOfWork) -> None:

    desk = Desk(uow)
    opened(uow)
    desk.say_all()
    here = desk.thread(DIALOGUE_CARD, 0)
    said = cast.said(uow, "TANAKA", "frist", ts="5.000001", thread_ts=here)
    intake.take_message(uow, said)
    desk.say_all()
    intake.take_edit(uow, replace(said, text="first", edited_ts="6.000001"))
    desk.say_all()
    assert [one.body for one in desk.shows(DIALOGUE_LINE)] == ["first"]  # type: ignore[attr-defined]
    intake.take_edit(uow, replace(said, text="SECRET\nx", edited_ts="7.000001"))
    desk.say_all()
    assert [one.body for one in desk.shows(DIALOGUE_LINE)] == [""]  # type: ignore[attr-defined]
    assert cast.told(uow, "TANAKA") == ["errors.marking_blocks"]


def test_what_bears_a_marking_does_not_cross(uow: UnitOfWork) -> None:
    desk = Desk(uow)
    opened(uow)
    desk.say_all()
    here = desk.thread(DIALOGUE_CARD, 0)
    text = "PROTECTED\nCANARY"
    assert cast.post(uow, "TANAKA", text, ts="5.1", thread_ts=here) is Outcome.REFUSED
    desk.say_all()
    assert desk.shows(DIALOGUE_LINE) == []


def test_an_action_in_the_thread_belongs_to_the_round_and_stands_on_both_sides(
    uow: UnitOfWork,
) -> None:
    desk = Desk(uow)
    dialogue = opened(uow)
    desk.say_all()
    here = desk.thread(DIALOGUE_CARD, 0)
    place = {"team": cast.TOKYO, "channel": cast.TOKYO_ADV, "thread_ts": here}
    number = an_action(uow, None, **place)
    actions.start_action(uow, cast.the(uow, "NGUYEN"), number)
    desk.say_all()
    cards = [one for one in desk.shows(ACTION_CARD) if isinstance(one, ActionCardFacts)]
    assert [(one.side, one.item.action.dialogue_id) for one in cards] == [
        (JP, dialogue.id),
        (AU, dialogue.id),
    ]
    heads = [one for one in desk.shows(DIALOGUE_CARD) if isinstance(one, DialogueCardFacts)]
    for head in heads:
        states = [item.action.state for item in head.record.actions]
        assert states == [ActionState.IN_PROGRESS]


def test_decisions_are_agreed_by_the_side_that_did_not_put_them(uow: UnitOfWork) -> None:
    desk = Desk(uow)
    opened(uow)
    desk.say_all()
    sato, walsh = cast.the(uow, "SATO"), cast.the(uow, "WALSH")
    one = dialogues.put_decision(uow, sato, NUMBER, "Exchange", "交換")
    assert (one.label, one.agreed) == ("D-1", False)
    with pytest.raises(errors.OwnSideOnly):
        dialogues.agree_decision(uow, sato, NUMBER, "D-1")
    with pytest.raises(errors.DecisionNotFound):
        dialogues.agree_decision(uow, walsh, NUMBER, "D-2")
    assert dialogues.agree_decision(uow, walsh, NUMBER, "D-1").agreed
    with pytest.raises(errors.DecisionAgreed):
        dialogues.agree_decision(uow, walsh, NUMBER, "D-1")
    desk.say_all()
    assert len(desk.shows(DIALOGUE_NEWS)) == 4


def test_both_sides_clear_exactly_the_text_that_is_published(uow: UnitOfWork) -> None:
    closed(uow)
    sato, walsh = cast.the(uow, "SATO"), cast.the(uow, "WALSH")
    first = digest(uow)
    with pytest.raises(errors.OutcomeChanged):
        clear(uow, "SATO", first[:11])
    assert clear(uow, "SATO", first[:12]).state is S.OUTCOME_DRAFTING
    assert clear(uow, "SATO", first).state is S.OUTCOME_DRAFTING
    dialogues.put_summary(uow, sato, NUMBER, Summary(en="Both sides met."))
    with pytest.raises(errors.OutcomeChanged):
        clear(uow, "WALSH", first)
    second = digest(uow)
    assert clear(uow, "WALSH", second).state is S.OUTCOME_DRAFTING
    with pytest.raises(errors.DialogueNotInState):
        dialogue_session.publish_outcome(uow, walsh, NUMBER)
    assert clear(uow, "SATO", second).state is S.OUTCOME_CLEARED
    dialogues.put_summary(uow, walsh, NUMBER, Summary(en="Both sides met again."))
    with pytest.raises(errors.DialogueNotInState):
        dialogue_session.publish_outcome(uow, walsh, NUMBER)
    for name in ("SATO", "WALSH"):
        clear(uow, name, digest(uow))
    assert dialogue_session.publish_outcome(uow, walsh, NUMBER).state is S.PUBLISHED


def test_the_venue_of_the_next_round_is_part_of_what_is_cleared(uow: UnitOfWork) -> None:
    closed(uow)
    before = digest(uow)
    dialogues.put_next_venue(uow, cast.the(uow, "WALSH"), NUMBER, "Canberra")
    assert digest(uow) != before
    assert dialogues.find_dialogue(uow, NUMBER).next_venue == "Canberra"


def test_a_changed_action_text_is_a_changed_outcome_but_its_progress_is_not(
    uow: UnitOfWork,
) -> None:
    dialogue = opened(uow)
    number = an_action(uow, dialogue)
    dialogue_session.close_dialogue(uow, cast.the(uow, "SATO"), NUMBER)
    first = digest(uow)
    actions.finish_action(uow, cast.the(uow, "SATO"), number)
    assert digest(uow) == first
    actions.reopen_action(uow, cast.the(uow, "SATO"), number)
    actions.reword_action(uow, cast.the(uow, "SATO"), number, "Share more")
    assert digest(uow) != first


def test_internal_items_are_in_no_record_and_change_no_hash(uow: UnitOfWork) -> None:
    dialogue = opened(uow)
    an_action(uow, dialogue)
    before, figures = digest(uow), figures_of(uow, dialogue)
    internal = OwnersRead((Owner(JP, "NPA"),))
    an_action(uow, dialogue, internal=True, owners=internal)
    assert digest(uow) == before
    assert figures_of(uow, dialogue) == figures


def test_open_items_come_onto_the_agenda_of_the_next_round(uow: UnitOfWork) -> None:
    dialogue = opened(uow)
    still, done = an_action(uow, dialogue), an_action(uow, dialogue)
    actions.finish_action(uow, cast.the(uow, "SATO"), done)
    dialogues.new_dialogue(uow, cast.the(uow, "SATO"), AU, LATER, "", 8)
    following = dialogues.confirm_dates(uow, cast.the(uow, "WALSH"), "8", None)
    carried = record_of(uow, following).carried
    assert [item.action.number for item in carried] == [still]
    assert figures_of(uow, dialogue).carried_forward == 1


def test_the_figures_say_how_the_items_of_a_round_stand(uow: UnitOfWork) -> None:
    dialogue = opened(uow)
    late, done = an_action(uow, dialogue), an_action(uow, dialogue)
    action = actions.find_action(uow, cast.the(uow, "SATO"), late)
    uow.actions.save(replace(action, due=replace(action.due, on=date(2026, 9, 1))))
    actions.finish_action(uow, cast.the(uow, "SATO"), done)
    figures = figures_of(uow, dialogue)
    assert (figures.total, figures.open, figures.finished, figures.on_time) == (2, 1, 1, 1)
    assert figures.overdue_by_agency == (("ASD", 1),)
    assert figures.overdue_by_pillar == (("-", 1),)
    assert figures.burn_down == ((date(2026, 9, 16), 1),)


def test_a_published_round_is_followed_up_until_nothing_is_open(uow: UnitOfWork) -> None:
    dialogue = closed(uow)
    number = an_action(uow, dialogue)
    for name in ("SATO", "WALSH"):
        clear(uow, name, digest(uow))
    sato = cast.the(uow, "SATO")
    dialogue_session.publish_outcome(uow, sato, NUMBER)
    assert dialogue_session.close_dialogue(uow, sato, NUMBER).state is S.FOLLOW_UP
    actions.finish_action(uow, sato, number)
    assert dialogue_session.close_dialogue(uow, sato, NUMBER).state is S.CLOSED
    with pytest.raises(errors.DialogueNotInState):
        dialogue_session.close_dialogue(uow, sato, NUMBER)


def test_the_round_filters_the_register(uow: UnitOfWork) -> None:
    dialogue = opened(uow)
    number = an_action(uow, dialogue)
    an_action(uow, None)
    found = uow.actions.page(JP, Filter(dialogue_id=dialogue.id), 50)
    assert number in [one.number for one in found]
    assert all(one.dialogue_id == dialogue.id for one in found)


def test_the_figures_of_a_round_stand_in_the_joint_digest_until_it_is_closed(
    uow: UnitOfWork,
) -> None:
    assert joint_digest(uow, AU).rounds == ()
    dialogue = opened(uow)
    an_action(uow, dialogue)
    ((number, figures),) = joint_digest(uow, AU).rounds
    assert (number, figures.total) == (NUMBER, 1)
