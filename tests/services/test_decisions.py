"""Labelling, discarding, typing, releasing, acknowledging: by whom it may be done, and once."""

from collections.abc import Callable
from typing import Any

import pytest

from bot import errors
from bot.domain.advisories import AdvisoryState
from bot.domain.labels import Label
from bot.domain.links import Mode
from bot.services import advisories, issuing, receipts, releases
from bot.storage.outbox_rows import Claim
from bot.storage.tables import outbox
from bot.storage.unit_of_work import UnitOfWork
from tests import cast

FIRST = "ADV-2026-0001"
GREEN, BARE = "#advisory [TLP:GREEN] patch now", "#advisory patch now"


def held(uow: UnitOfWork, by: str = "TANAKA") -> None:
    cast.join(uow)
    cast.post(uow, by, BARE)


def awaiting(uow: UnitOfWork) -> None:
    cast.join(uow, mode=Mode.MANUAL)
    cast.post(uow, "TANAKA", GREEN)


def received(uow: UnitOfWork) -> None:
    cast.join(uow)
    cast.post(uow, "TANAKA", GREEN)
    cast.arrive(uow)


def open_one(uow: UnitOfWork, name: str = "SATO", **changed: Any) -> Any:
    values: dict[str, Any] = {
        "team": cast.TOKYO,
        "channel": cast.TOKYO_ADV,
        "title": "Title",
        "text": "Text",
        "tags": ("advisory",),
        "label": Label.GREEN,
    }
    return issuing.open_advisory(uow, cast.the(uow, name), **(values | changed))


@pytest.mark.parametrize("name", ["TANAKA", "SUZUKI"])
def test_the_author_or_a_releaser_labels_a_held_advisory(uow: UnitOfWork, name: str) -> None:
    held(uow)
    labelled = issuing.label_advisory(uow, cast.the(uow, name), FIRST, Label.GREEN)
    assert (labelled.state, labelled.label) == (AdvisoryState.ISSUED, Label.GREEN)
    assert cast.routes(uow) == ["queued"]
    with pytest.raises(errors.AdvisoryNotHeld):
        issuing.label_advisory(uow, cast.the(uow, name), FIRST, Label.CLEAR)


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("SATO", errors.ButtonNotYours),
        ("ITO", errors.ButtonNotYours),
        ("BAKER", errors.AdvisoryNotFound),
        ("WALSH", errors.AdvisoryNotFound),
    ],
)
@pytest.mark.parametrize("verb", ["label", "discard"])
def test_nobody_else_decides_about_a_held_advisory(
    uow: UnitOfWork, verb: str, name: str, refusal: type[errors.BotError]
) -> None:
    held(uow)
    with pytest.raises(refusal):
        LOOKS[verb](uow, cast.the(uow, name))


@pytest.mark.parametrize("label", [Label.RED, Label.AMBER_STRICT])
def test_a_label_that_is_never_relayed_cannot_be_chosen(uow: UnitOfWork, label: Label) -> None:
    held(uow)
    with pytest.raises(errors.LabelRefused):
        issuing.label_advisory(uow, cast.the(uow, "TANAKA"), FIRST, label)


def test_a_discarded_advisory_goes_nowhere(uow: UnitOfWork) -> None:
    held(uow)
    issuing.discard_advisory(uow, cast.the(uow, "TANAKA"), FIRST)
    with pytest.raises(errors.AdvisoryNotHeld):
        issuing.label_advisory(uow, cast.the(uow, "TANAKA"), FIRST, Label.GREEN)
    assert cast.routes(uow) == []


def test_a_typed_advisory_is_shown_in_its_own_channel_and_relayed(uow: UnitOfWork) -> None:
    cast.join(uow)
    advisory = open_one(uow)
    assert advisory.source_ts is None
    kinds = [row.kind for row in uow.connection.execute(outbox.select()) if row.advisory_id]
    assert sorted(kinds) == ["advisory.copy", "advisory.source", "advisory.status"]


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"label": Label.RED}, errors.LabelRefused),
        ({"tags": ("news",)}, errors.ChannelNotLinked),
        ({"channel": "C99"}, errors.ChannelNotLinked),
        ({"text": "[TLP:AMBER]"}, errors.SeveralLabels),
        ({"title": "[TLP:PURPLE]"}, errors.SeveralLabels),
        ({"text": "x\nPROTECTED\n"}, errors.MarkingBlocks),
        ({"title": "【極秘】"}, errors.MarkingBlocks),
    ],
)
def test_a_typed_advisory_meets_the_same_rules(
    uow: UnitOfWork, changed: dict[str, Any], refusal: type[errors.BotError]
) -> None:
    cast.join(uow)
    with pytest.raises(refusal):
        open_one(uow, **changed)
    assert uow.advisories.latest(9) == ()


def test_an_observer_types_no_advisory(uow: UnitOfWork) -> None:
    cast.join(uow)
    with pytest.raises(errors.RoleMissing):
        open_one(uow, "ITO")


def test_the_label_may_stand_in_the_text_as_well(uow: UnitOfWork) -> None:
    cast.join(uow)
    assert open_one(uow, text="[TLP:GREEN] x").label is Label.GREEN


def test_two_releasers_let_a_waiting_advisory_go(uow: UnitOfWork) -> None:
    awaiting(uow)
    first = releases.release_advisory(uow, cast.the(uow, "SUZUKI"), FIRST.lower())
    assert (first.by, first.lacking, cast.routes(uow)) == (("Suzuki",), 1, ["awaiting"])
    second = cast.second_releaser(uow, cast.TOKYO)
    both = releases.release_advisory(uow, second, FIRST.lower())
    assert (both.by, both.lacking) == (("Suzuki", "Mori"), 0)
    assert cast.routes(uow) == ["queued"]
    with pytest.raises(errors.AdvisoryNotAwaiting):
        releases.release_advisory(uow, cast.the(uow, "SUZUKI"), FIRST)


def test_a_releaser_keeps_a_waiting_advisory_back(uow: UnitOfWork) -> None:
    awaiting(uow)
    releases.keep_back_advisory(uow, cast.the(uow, "SUZUKI"), FIRST)
    assert cast.routes(uow) == ["kept_back"]
    with pytest.raises(errors.AdvisoryNotAwaiting):
        releases.release_advisory(uow, cast.the(uow, "SUZUKI"), FIRST)


RELEASES: list[Callable[..., Any]] = [releases.release_advisory, releases.keep_back_advisory]


@pytest.mark.parametrize("verb", RELEASES)
@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("SATO", errors.RoleMissing),
        ("TANAKA", errors.RoleMissing),
        ("BAKER", errors.AdvisoryNotFound),
    ],
)
def test_only_a_releaser_of_the_originating_side_decides(
    uow: UnitOfWork, verb: Callable[..., Any], name: str, refusal: type[errors.BotError]
) -> None:
    awaiting(uow)
    with pytest.raises(refusal):
        verb(uow, cast.the(uow, name), FIRST)


def test_an_agency_acknowledges_once(uow: UnitOfWork) -> None:
    received(uow)
    receipt = receipts.acknowledge_advisory(uow, cast.the(uow, "NGUYEN"), FIRST)
    assert (receipt.agency, receipt.name) == ("ASD", "Nguyen")
    cast.enrol(uow, "BAKER", agency="ASD")
    with pytest.raises(errors.AlreadyAcknowledged) as refusal:
        receipts.acknowledge_advisory(uow, cast.the(uow, "BAKER"), FIRST)
    assert refusal.value.parameters["name"] == "Nguyen"
    receipts.acknowledge_advisory(uow, cast.the(uow, "WALSH"), FIRST)
    assert [one.agency for one in uow.advisories.receipts(1)] == ["ASD", "DFAT"]


def test_a_receipt_shows_on_both_sides(uow: UnitOfWork) -> None:
    received(uow)
    status = uow.outbox.of_advisory(1, "advisory.status")[0]
    uow.outbox.delivered(Claim(status, -1, False), "5.5", cast.TOKYO_ADV)
    receipts.acknowledge_advisory(uow, cast.the(uow, "NGUYEN"), FIRST)
    refreshed = [row.kind for row in uow.connection.execute(outbox.select()) if row.target]
    assert sorted(refreshed) == ["advisory.copy", "advisory.status"]


@pytest.mark.parametrize(
    ("name", "refusal"),
    [("KHAN", errors.RoleMissing), ("SATO", errors.AdvisoryNotReceived)],
)
def test_only_officials_of_the_destination_side_acknowledge(
    uow: UnitOfWork, name: str, refusal: type[errors.BotError]
) -> None:
    received(uow)
    with pytest.raises(refusal):
        receipts.acknowledge_advisory(uow, cast.the(uow, name), FIRST)


HIDDEN: dict[str, Callable[[UnitOfWork], Any]] = {
    "held": held,
    "waiting": awaiting,
    "queued": lambda uow: (cast.join(uow), cast.post(uow, "TANAKA", GREEN)),
    "above-the-ceiling": lambda uow: (
        cast.join(uow),
        cast.post(uow, "TANAKA", "#advisory [TLP:AMBER]"),
    ),
    "unknown": cast.join,
}
LOOKS: dict[str, Callable[[UnitOfWork, Any], Any]] = {
    "show": lambda uow, actor: advisories.show_advisory(uow, actor, FIRST),
    "ack": lambda uow, actor: receipts.acknowledge_advisory(uow, actor, FIRST),
    "label": lambda uow, actor: issuing.label_advisory(uow, actor, FIRST, Label.GREEN),
    "discard": lambda uow, actor: issuing.discard_advisory(uow, actor, FIRST),
    "release": lambda uow, actor: releases.release_advisory(uow, actor, FIRST),
    "keep": lambda uow, actor: releases.keep_back_advisory(uow, actor, FIRST),
}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("story", HIDDEN)
def test_what_has_not_arrived_looks_just_like_what_does_not_exist(
    uow: UnitOfWork, story: str, look: str
) -> None:
    """Promise P5, for one advisory: kind of refusal, words and parameters are the same."""
    HIDDEN[story](uow)
    cast.enrol(uow, "WALSH", roles=["admin", "liaison", "releaser", "member"])
    walsh = cast.the(uow, "WALSH")
    with pytest.raises(errors.AdvisoryNotFound) as refusal:
        LOOKS[look](uow, walsh)
    assert refusal.value.parameters == {"number": FIRST}
    assert advisories.list_advisories(uow, walsh) == ()


def test_each_side_lists_its_own_and_what_arrived(uow: UnitOfWork) -> None:
    received(uow)
    cast.post(uow, "TANAKA", BARE, ts="2000000002.000000")
    cast.post(uow, "NGUYEN", BARE, ts="2000000003.000000")

    def seen(name: str) -> list[str]:
        return [one.number[-4:] for one in advisories.list_advisories(uow, cast.the(uow, name))]

    assert seen("ITO") == ["0002", "0001"]
    assert seen("KHAN") == ["0003", "0001"]


def test_the_other_side_sees_receipts_and_not_the_routes(uow: UnitOfWork) -> None:
    received(uow)
    receipts.acknowledge_advisory(uow, cast.the(uow, "NGUYEN"), FIRST)
    theirs = advisories.show_advisory(uow, cast.the(uow, "KHAN"), FIRST)
    ours = advisories.show_advisory(uow, cast.the(uow, "ITO"), FIRST)
    assert (theirs.routes, len(theirs.receipts)) == ((), 1)
    assert [one.outcome for one in ours.routes] == ["delivered"]
