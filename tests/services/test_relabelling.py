"""Anyone tightens a label, at once; only the originator relaxes it, by two releasers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot import errors
from bot.domain.labels import Label
from bot.domain.links import Link, Mode
from bot.services import intake, links
from bot.services.facts import CopyFacts
from bot.services.issuing import label_advisory
from bot.services.kinds import COPY
from bot.services.relabelling import Relabelling, relabel_advisory
from bot.storage.unit_of_work import UnitOfWork
from tests import cast
from tests.services.desk import Desk

FIRST = "ADV-2026-0001"


@pytest.fixture
def desk(uow: UnitOfWork) -> Desk:
    """A GREEN advisory of Tanaka's, whose text names no label, stands in Canberra."""
    cast.second_releaser(uow, cast.TOKYO)
    cast.enrol(uow, "ITO", roles=["releaser"])
    cast.join(uow, ceiling=Label.AMBER)
    cast.post(uow, "TANAKA", "#advisory patch now", ts=cast.stamp(uow.now))
    label_advisory(uow, cast.the(uow, "TANAKA"), FIRST, Label.GREEN)
    desk = Desk(uow)
    desk.say_all()
    return desk


def relabel(uow: UnitOfWork, name: str, label: Label) -> Relabelling:
    return relabel_advisory(uow, cast.the(uow, name), FIRST, label)


def labels(desk: Desk) -> list[Label]:
    desk.say_all()
    return [one.label for one in desk.shows(COPY) if isinstance(one, CopyFacts)]


@pytest.mark.parametrize("name", ["TANAKA", "SATO", "WALSH"])
def test_anyone_who_speaks_tightens_and_every_copy_follows(
    uow: UnitOfWork, desk: Desk, name: str
) -> None:
    assert relabel(uow, name, Label.AMBER).lacking == 0
    assert labels(desk) == [Label.AMBER]
    assert cast.told(uow, "TANAKA") == ([] if name == "TANAKA" else ["advisories.tightened"])


def test_what_may_not_be_relayed_any_more_is_taken_back(uow: UnitOfWork, desk: Desk) -> None:
    relabel(uow, "WALSH", Label.RED)
    assert labels(desk) == []
    assert "patch now" not in desk.words(cast.CANBERRA)


@pytest.mark.parametrize(
    ("name", "label", "refusal"),
    [
        ("KHAN", Label.AMBER, errors.RoleMissing),
        ("WALSH", Label.CLEAR, errors.OtherGovernment),
        ("SATO", Label.CLEAR, errors.RoleMissing),
        ("TANAKA", Label.GREEN, errors.LabelUnchanged),
    ],
)
def test_nobody_else_changes_a_label(
    uow: UnitOfWork, desk: Desk, name: str, label: Label, refusal: type[errors.BotError]
) -> None:
    with pytest.raises(refusal):
        relabel(uow, name, label)
    assert labels(desk) == [Label.GREEN]


def test_a_label_is_relaxed_by_two_releasers_and_never_by_its_author(
    uow: UnitOfWork, desk: Desk
) -> None:
    assert relabel(uow, "TANAKA", Label.CLEAR).lacking == 2
    assert cast.told(uow, "SUZUKI") == ["advisories.relax_asked"]
    assert relabel(uow, "SUZUKI", Label.CLEAR).lacking == 1
    with pytest.raises(errors.ApprovedAlready):
        relabel(uow, "SUZUKI", Label.CLEAR)
    assert labels(desk) == [Label.GREEN]
    assert relabel(uow, "ITO", Label.CLEAR).by == ("Suzuki", "Ito")
    assert labels(desk) == [Label.CLEAR]


def test_another_label_or_an_edit_begins_anew(uow: UnitOfWork, desk: Desk) -> None:
    relabel(uow, "TANAKA", Label.AMBER)
    relabel(uow, "SUZUKI", Label.GREEN)
    assert relabel(uow, "ITO", Label.CLEAR).lacking == 1
    assert cast.told(uow, "SUZUKI")[-2:] == ["approvals.void.changed", "advisories.relax_asked"]
    edit = cast.said(uow, "TANAKA", "#advisory patch later", edited_ts="1789600000.9")
    intake.take_edit(uow, edit)
    assert cast.told(uow, "ITO")[-1] == "approvals.void.changed"
    with pytest.raises(errors.EarlierTextStands):
        relabel(uow, "SUZUKI", Label.CLEAR)
    assert labels(desk) == [Label.AMBER]


def test_a_label_is_not_relaxed_below_one_in_the_text(uow: UnitOfWork) -> None:
    cast.enrol(uow, "ITO", roles=["releaser"])
    cast.join(uow, ceiling=Label.AMBER)
    cast.post(uow, "TANAKA", "#advisory [TLP:AMBER] patch now")
    with pytest.raises(errors.LabelBelowText):
        relabel(uow, "TANAKA", Label.GREEN)


WHAT_STOPS: dict[str, Callable[[UnitOfWork, Link], object]] = {
    "paused": lambda uow, link: links.pause_link(uow, cast.the(uow, "WALSH"), link.code),
    "cut": lambda uow, link: links.cut_link(uow, cast.the(uow, "SATO"), link.code),
    "the ceiling fell": lambda uow, link: uow.links.save(
        replace(link, terms=replace(link.terms, ceiling=Label.CLEAR))
    ),
    "everything waits for release": lambda uow, link: uow.links.save(
        replace(link, terms=replace(link.terms, mode=Mode.MANUAL))
    ),
}


@pytest.mark.parametrize(
    ("what", "state"),
    [
        (None, "queued"),
        ("paused", "queued"),
        ("cut", "withheld"),
        ("the ceiling fell", "withheld"),
        ("everything waits for release", "awaiting"),
    ],
)
def test_what_was_taken_back_comes_back_only_where_it_might_be_sent(
    uow: UnitOfWork, desk: Desk, what: str | None, state: str
) -> None:
    relabel(uow, "WALSH", Label.RED)
    assert labels(desk) == []
    for name in ("SUZUKI", "ITO"):
        relabel(uow, name, Label.GREEN)
    if what is not None:
        WHAT_STOPS[what](uow, uow.links.all()[0])
    assert labels(desk) == ([] if what else [Label.GREEN])
    assert ("patch now" in desk.words(cast.CANBERRA)) is (what is None)
    assert cast.routes(uow) == [state]


def test_what_was_above_a_ceiling_goes_once_it_is_relaxed(uow: UnitOfWork) -> None:
    cast.second_releaser(uow, cast.TOKYO)
    cast.enrol(uow, "ITO", roles=["releaser"])
    cast.join(uow, ceiling=Label.GREEN)
    cast.post(uow, "TANAKA", "#advisory patch now", ts=cast.stamp(uow.now))
    label_advisory(uow, cast.the(uow, "TANAKA"), FIRST, Label.AMBER)
    assert cast.routes(uow) == ["above_ceiling"]
    for name in ("SUZUKI", "ITO"):
        relabel(uow, name, Label.GREEN)
    desk = Desk(uow)
    assert labels(desk) == [Label.GREEN]
