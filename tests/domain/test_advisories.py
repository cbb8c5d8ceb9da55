"""An advisory changes state by its verbs alone, and only from where they apply."""

from collections.abc import Callable

import pytest

from bot import errors
from bot.domain.advisories import Advisory, AdvisoryState
from bot.domain.labels import Label
from tests.domain.test_policy import WHEN, advisory

HELD, ISSUED = AdvisoryState.HELD, AdvisoryState.ISSUED
OUT = {ISSUED, AdvisoryState.SUPERSEDED}
VERBS: dict[str, tuple[Callable[[Advisory], Advisory], set[AdvisoryState], AdvisoryState]] = {
    "label": (lambda one: one.label_as(Label.GREEN), {HELD}, ISSUED),
    "discard": (lambda one: one.discard(), {HELD}, AdvisoryState.DISCARDED),
    "withdraw": (lambda one: one.withdraw("wrong", WHEN), OUT, AdvisoryState.WITHDRAWN),
    "supersede": (lambda one: one.supersede("ADV-2", WHEN), OUT, AdvisoryState.SUPERSEDED),
}


@pytest.mark.parametrize("state", AdvisoryState)
@pytest.mark.parametrize("name", VERBS)
def test_each_verb_applies_in_its_own_states_and_nowhere_else(
    name: str, state: AdvisoryState
) -> None:
    verb, allowed, becomes = VERBS[name]
    before = advisory(None if state is HELD else Label.CLEAR, state=state)
    if state in allowed:
        assert verb(before).state is becomes
        return
    with pytest.raises(errors.NotPossible):
        verb(before)


def test_labelling_issues_under_that_label() -> None:
    labelled = advisory(None, state=HELD).label_as(Label.AMBER)
    assert (labelled.state, labelled.label) == (ISSUED, Label.AMBER)


def test_a_revision_counts_up_and_says_when() -> None:
    revised = advisory(body="one").revise(Label.AMBER, "two", WHEN)
    assert (revised.revision, revised.body, revised.changed_at) == (2, "two", WHEN)


def test_readers_may_see_what_is_issued_or_superseded() -> None:
    assert {state for state in AdvisoryState if advisory(state=state).is_out} == OUT
