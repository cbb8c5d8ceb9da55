"""Policy where it works: asked again when the send is claimed, and a label that only tightens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.advisories import AdvisoryState
from bot.domain.labels import Label
from bot.domain.links import Direction, Link, LinkState, Mode
from bot.services import ceilings, intake, withdrawals
from bot.services.facts import CopyFacts
from bot.services.incoming import Outcome
from bot.services.kinds import CHANGE, COPY
from bot.storage.unit_of_work import UnitOfWork
from tests import cast
from tests.services.desk import Desk

FIRST = "ADV-2026-0001"
GREEN = "#advisory [TLP:GREEN] patch now"
TRAVELLING = (Label.CLEAR, Label.GREEN, Label.AMBER)


def terms_became(**changed: Any) -> Callable[[UnitOfWork, Link], object]:
    return lambda uow, link: uow.links.save(replace(link, terms=replace(link.terms, **changed)))


def link_became(**changed: Any) -> Callable[[UnitOfWork, Link], object]:
    return lambda uow, link: uow.links.save(replace(link, **changed))


def advisory_became(**changed: Any) -> Callable[[UnitOfWork, Link], object]:
    return lambda uow, _link: uow.advisories.save(replace(uow.advisories.get(1), **changed))


# Whatever makes the table say no, or ask, after the copy was queued.
MEANWHILE: dict[str, Callable[[UnitOfWork, Link], object]] = {
    "the ceiling fell": terms_became(ceiling=Label.CLEAR),
    "the ceiling of an agency fell": lambda uow, _link: ceilings.set_ceiling(
        uow, cast.the(uow, "WALSH"), cast.agency(uow, "ASD"), Label.CLEAR
    ),
    "everything waits for release": terms_became(mode=Mode.MANUAL),
    "the other way only": terms_became(direction=Direction.IN),
    "paused": link_became(state=LinkState.PAUSED),
    "cut": link_became(state=LinkState.CUT),
    "declined": link_became(state=LinkState.DECLINED),
    "the label rose": advisory_became(label=Label.AMBER),
    "the label rose above all": advisory_became(label=Label.RED),
    "it is for other agencies": advisory_became(releasable=("AU:DFAT",)),
    "no label any more": advisory_became(label=None),
    "a marking that asks": advisory_became(needs_release=True),
    "another channel": advisory_became(channel="C99"),
    **{state.value: advisory_became(state=state) for state in AdvisoryState if state != "issued"},
    "withdrawn by its author": lambda uow, _link: withdrawals.withdraw_advisory(
        uow, cast.the(uow, "TANAKA"), FIRST, ""
    ),
}


@pytest.mark.parametrize("what", [None, *MEANWHILE])
def test_what_policy_denies_between_queue_and_send_is_never_posted(
    uow: UnitOfWork, what: str | None
) -> None:
    link = cast.join(uow, ceiling=Label.AMBER)
    cast.post(uow, "TANAKA", GREEN)
    assert cast.routes(uow) == ["queued"]
    if what is not None:
        MEANWHILE[what](uow, link)
    desk = Desk(uow)
    desk.say_all()
    assert len(desk.shows(COPY)) == (1 if what is None else 0)
    assert ("patch now" in desk.words(cast.CANBERRA)) is (what is None)


@pytest.mark.parametrize("what", [None, *MEANWHILE])
def test_a_newer_text_that_policy_denies_does_not_leave_by_way_of_its_note_either(
    uow: UnitOfWork, what: str | None
) -> None:
    link = cast.join(uow, ceiling=Label.AMBER)
    cast.post(uow, "TANAKA", GREEN)
    desk = Desk(uow)
    desk.say_all()
    said = cast.said(uow, "TANAKA", f"{GREEN}, then rotate")
    intake.take_edit(uow, replace(said, edited_ts=f"{float(said.ts) + 1:.6f}"))
    if what is not None:
        MEANWHILE[what](uow, link)
    desk.say_all()
    # Of what was superseded the newest text is shown still.
    goes = what in (None, AdvisoryState.SUPERSEDED)
    assert ("then rotate" in desk.words(cast.CANBERRA)) is goes
    notes = [one for one in desk.shows(CHANGE) if "then rotate" in str(one)]
    assert len(notes) == (1 if goes else 0)


def test_what_the_bridge_has_said_is_not_carried_on(uow: UnitOfWork) -> None:
    cast.enrol(uow, "FEED", team=cast.CANBERRA, user="B0CANBBOT", government="AU", agency="ASD")
    cast.join(uow)
    cast.post(uow, "TANAKA", GREEN)
    desk = Desk(uow)
    desk.say_all()
    again = {"team": cast.CANBERRA, "channel": cast.CANBERRA_ADV, "user": "B0CANBBOT"}
    copy = cast.post(uow, "FEED", GREEN, ts=desk.thread(COPY), bot="B0CANBBOT", **again)
    own = cast.post(uow, "FEED", GREEN, ts="1789600001.000001", bot="B0CANBBOT", **again)
    assert (copy, own) == (Outcome.LEFT_ALONE, Outcome.ISSUED)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(said=st.lists(st.lists(st.sampled_from(TRAVELLING), min_size=1), min_size=1, max_size=5))
def test_a_label_goes_out_no_looser_than_it_came_in(
    uow: UnitOfWork, said: list[list[Label]]
) -> None:
    if not uow.links.all():
        cast.join(uow, ceiling=Label.AMBER)
    count = len(uow.advisories.latest(10_000))
    source = f"178960{count:04}.000000"
    desk = Desk(uow)
    tightest, has_left = Label.CLEAR, False
    for turn, labels in enumerate(said):
        text = f"#advisory {' '.join(labels)} turn {turn}"
        if turn == 0:
            cast.post(uow, "TANAKA", text, ts=source)
        else:
            edit = cast.said(
                uow, "TANAKA", text, ts=source, edited_ts=f"178960{count:04}.{turn:06}"
            )
            intake.take_edit(uow, edit)
        # Of what has not left, its author's newest words alone count: it is read afresh.
        so_far = (tightest,) if has_left else ()
        tightest = max((*so_far, *labels), key=lambda one: one.rank)
        desk.say_all()
        found = uow.advisories.by_source(cast.TOKYO, cast.TOKYO_ADV, source)
        assert found is not None
        assert found.label is not None
        shown = [one for one in desk.shows(COPY) if isinstance(one, CopyFacts)]
        assert all(one.label.rank >= tightest.rank for one in shown)
        assert found.label.rank >= tightest.rank
        has_left = bool(shown)
