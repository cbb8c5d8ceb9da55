"""An action item changes only through its verbs, and an internal one stays within its side."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import errors
from bot.domain.actions import (
    OPEN_STATES,
    Action,
    ActionState,
    Due,
    Owner,
    require_owners,
)
from bot.domain.officials import Government
from bot.domain.sides import BOTH, sides_named

NOW = datetime(2026, 9, 16, 1, tzinfo=UTC)
JP, AU = Government.JP, Government.AU
S = ActionState


def an_action(**about: object) -> Action:
    values: dict[str, object] = {
        "id": 1,
        "number": "ACT-2026-0001",
        "text": "Share the format",
        "state": S.OPEN,
        "owners": (Owner(JP, "NPA"),),
        "created_by": 7,
        "created_at": NOW,
        "changed_at": NOW,
    }
    return Action(**(values | about))  # type: ignore[arg-type]


OTHER = an_action(id=2, number="ACT-2026-0002")
VERBS: dict[str, Callable[[Action], Action]] = {
    "start": lambda one: one.start(),
    "block": lambda one: one.block("waits for MIC"),
    "done": lambda one: one.finish(7, NOW),
    "verify": lambda one: one.verify(8),
    "reopen": lambda one: one.reopen(),
    "drop": lambda one: one.drop("no longer needed"),
    "merge": lambda one: one.merge_into(OTHER),
}
# Every step there is; whatever is not listed is refused.
STEPS = {
    (S.OPEN, "start"): S.IN_PROGRESS,
    (S.BLOCKED, "start"): S.IN_PROGRESS,
    (S.OPEN, "block"): S.BLOCKED,
    (S.IN_PROGRESS, "block"): S.BLOCKED,
    (S.OPEN, "done"): S.DONE,
    (S.IN_PROGRESS, "done"): S.DONE,
    (S.BLOCKED, "done"): S.DONE,
    (S.DONE, "verify"): S.VERIFIED,
    (S.DONE, "reopen"): S.OPEN,
    (S.VERIFIED, "reopen"): S.OPEN,
    (S.DROPPED, "reopen"): S.OPEN,
    (S.OPEN, "drop"): S.DROPPED,
    (S.IN_PROGRESS, "drop"): S.DROPPED,
    (S.BLOCKED, "drop"): S.DROPPED,
    (S.OPEN, "merge"): S.SUPERSEDED,
    (S.IN_PROGRESS, "merge"): S.SUPERSEDED,
    (S.BLOCKED, "merge"): S.SUPERSEDED,
}


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_leads_where_it_is_drawn_or_is_refused(state: S, verb: str) -> None:
    action = an_action(state=state, done_by=7 if state is S.DONE else None)
    if (state, verb) in STEPS:
        assert VERBS[verb](action).state is STEPS[state, verb]
    else:
        with pytest.raises(errors.ActionNotInState) as refusal:
            VERBS[verb](action)
        assert refusal.value.parameters == {"number": action.number, "state": state.value}


@given(st.lists(st.sampled_from(sorted(VERBS)), max_size=20))
def test_no_path_leads_to_verified_past_a_second_person(verbs: list[str]) -> None:
    action = an_action()
    for verb in verbs:
        try:
            action = VERBS[verb](action)
        except errors.ActionNotInState:
            continue
        finished = action.state in (S.DONE, S.VERIFIED)
        assert finished == (action.done_by is not None)
        assert action.is_open == (action.state in OPEN_STATES)
        assert bool(action.superseded_by) == (action.state is S.SUPERSEDED)


def test_who_finished_an_item_does_not_verify_it() -> None:
    done = an_action().finish(7, NOW)
    with pytest.raises(errors.ActionVerifiedByFinisher):
        done.verify(7)


def test_an_item_is_not_merged_into_itself_a_closed_one_or_one_others_see() -> None:
    with pytest.raises(errors.ActionMergedIntoItself):
        an_action().merge_into(an_action())
    for other in (replace(OTHER, state=S.DONE), replace(OTHER, internal_to=JP)):
        with pytest.raises(errors.ActionCannotMerge):
            an_action().merge_into(other)


@pytest.mark.parametrize("side", Government)
def test_an_internal_item_is_carried_by_its_side_alone(side: Government) -> None:
    owners = (Owner(side, "NPA"), Owner(side.other, "ASD"))
    require_owners(None, owners)
    require_owners(side, owners[:1])
    with pytest.raises(errors.InternalOwnerElsewhere):
        require_owners(side, owners)
    internal = an_action(internal_to=side, owners=owners[:1])
    with pytest.raises(errors.InternalOwnerElsewhere):
        internal.assign(owners)
    assert internal.is_seen_by(side)
    assert not internal.is_seen_by(side.other)


@pytest.mark.parametrize(
    ("owner", "carries"),
    [
        (Owner(JP, "NPA", 5), True),
        (Owner(JP, "NPA", 6), False),
        (Owner(JP, "NPA"), True),
        (Owner(JP, "NCO"), False),
        (Owner(JP), True),
        (Owner(AU), False),
    ],
)
def test_an_item_belongs_to_who_carries_it(owner: Owner, carries: bool) -> None:
    assert an_action(owners=(owner,)).belongs_to(JP, "NPA", 5) is carries


def test_an_item_is_overdue_once_its_day_is_over_and_while_it_is_open() -> None:
    due = an_action(due=Due("25 Sep", date(2026, 9, 25)))
    assert not due.is_overdue(date(2026, 9, 25))
    assert due.is_overdue(date(2026, 9, 26))
    assert not due.finish(7, NOW).is_overdue(date(2026, 9, 26))
    assert not an_action().is_overdue(date(2026, 9, 26))
    assert due.was_on_time(date(2026, 9, 25))
    assert not due.was_on_time(date(2026, 9, 26))
    assert an_action().was_on_time(date(2026, 9, 26))


@pytest.mark.parametrize(
    ("typed", "sides"),
    [
        ("both sides", BOTH),
        ("Both", BOTH),
        ("双方", BOTH),
        ("the Japanese side", frozenset({JP})),
        ("日本側", frozenset({JP})),
        ("ＪＰ", frozenset({JP})),
        ("豪側", frozenset({AU})),
        ("Australia", frozenset({AU})),
        ("NPA", None),
        ("", None),
    ],
)
def test_a_word_for_a_side_is_read_or_left(typed: str, sides: frozenset[Government] | None) -> None:
    assert sides_named(typed) == sides
