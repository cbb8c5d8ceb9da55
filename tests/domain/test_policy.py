"""Default deny: every cell of the table is asked; what is not expressly permitted is refused."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import errors
from bot.domain import policy
from bot.domain.advisories import Advisory, AdvisoryState, RouteState
from bot.domain.labels import Label
from bot.domain.links import Direction, End, Link, LinkState, Mode, Terms
from bot.domain.officials import Government

WHEN = datetime(2026, 9, 16, tzinfo=UTC)
TOKYO = End("T0TOKYO", "C01ADV", Government.JP, "MOFA")
CANBERRA = End("T0CANB", "C11ADV", Government.AU, "ASD")
LABELS = (None, *Label)
NEVER = {Label.RED, Label.AMBER_STRICT}


def link(
    state: LinkState = LinkState.ACTIVE,
    ceiling: Label = Label.GREEN,
    mode: Mode = Mode.AUTO,
    direction: Direction = Direction.BOTH,
    far: End | None = CANBERRA,
) -> Link:
    terms = Terms(("advisory",), ceiling, direction, mode)
    return Link(1, "LNK-7Q3F", state, terms, TOKYO, "ASD", far, 1, WHEN)


def advisory(label: Label | None = Label.GREEN, **changed: Any) -> Advisory:
    values: dict[str, Any] = {
        "id": 1,
        "number": "ADV-2026-0001",
        "state": AdvisoryState.ISSUED,
        "government": Government.JP,
        "agency": "MOFA",
        "author_id": 1,
        "author_name": "Sato",
        "team": TOKYO.team,
        "channel": TOKYO.channel,
        "source_ts": "1.1",
        "label": label,
        "tags": ("advisory",),
        "title": "",
        "body": "",
        "needs_release": False,
        "files": 0,
        "posted_at": WHEN,
    }
    return Advisory(**(values | changed))


def may_leave(label: Label | None, ceiling: Label, mode: Mode, asks: bool, released: bool) -> bool:
    """What may leave, said once more in other words."""
    if label is None or label in NEVER or label.rank > ceiling.rank:
        return False
    return released or (label is not Label.AMBER and mode is Mode.AUTO and not asks)


def test_nothing_leaves_but_what_is_permitted_whatever_the_link_the_route_and_the_release() -> None:
    cells = product(LABELS, Label, Mode, LinkState, RouteState, (False, True), (False, True))
    for label, ceiling, mode, state, route, asks, released in cells:
        expected = (
            may_leave(label, ceiling, mode, asks, released)
            and state is LinkState.ACTIVE
            and route is RouteState.QUEUED
        )
        given_ = advisory(label, needs_release=asks)
        found = policy.may_send(given_, link(state, ceiling, mode), route, released=released)
        assert found is expected, (label, ceiling, mode, state, route, asks, released)


@pytest.mark.parametrize("state", [one for one in AdvisoryState if one != AdvisoryState.ISSUED])
def test_only_an_issued_advisory_is_sent(state: AdvisoryState) -> None:
    given_ = advisory(state=state)
    assert not policy.may_send(given_, link(), RouteState.QUEUED, released=True)


@pytest.mark.parametrize(
    ("direction", "goes"), [(Direction.BOTH, True), (Direction.OUT, True), (Direction.IN, False)]
)
def test_only_the_agreed_direction_is_sent_along(direction: Direction, goes: bool) -> None:
    along = link(direction=direction)
    assert policy.may_send(advisory(), along, RouteState.QUEUED, released=False) is goes


def test_an_advisory_from_a_channel_the_link_does_not_join_is_not_sent() -> None:
    elsewhere = advisory(channel="C99")
    assert not policy.may_send(elsewhere, link(), RouteState.QUEUED, released=True)


def test_a_link_without_its_other_end_sends_nothing() -> None:
    assert not policy.may_send(advisory(), link(far=None), RouteState.QUEUED, released=True)


def test_nothing_is_sent_to_its_own_side() -> None:
    inside = link(far=replace(CANBERRA, government=Government.JP))
    assert not policy.may_send(advisory(), inside, RouteState.QUEUED, released=True)


@given(
    label=st.sampled_from(sorted(NEVER)),
    state=st.sampled_from(LinkState),
    ceiling=st.sampled_from(Label),
    mode=st.sampled_from(Mode),
    direction=st.sampled_from(Direction),
    route=st.sampled_from(RouteState),
    advisory_state=st.sampled_from(AdvisoryState),
    asks=st.booleans(),
    released=st.booleans(),
)
def test_red_and_amber_strict_are_never_sent(
    label: Label,
    state: LinkState,
    ceiling: Label,
    mode: Mode,
    direction: Direction,
    route: RouteState,
    advisory_state: AdvisoryState,
    asks: bool,
    released: bool,
) -> None:
    given_ = advisory(label, state=advisory_state, needs_release=asks)
    along = link(state, ceiling, mode, direction)
    assert not policy.may_send(given_, along, route, released=released)
    assert not policy.may_reply(given_, along)
    with pytest.raises(errors.LabelRefused):
        policy.require_relayable(label)


@given(
    label=st.sampled_from(LABELS),
    state=st.sampled_from(LinkState),
    ceiling=st.sampled_from(Label),
    mode=st.sampled_from(Mode),
    asks=st.booleans(),
)
def test_what_is_queued_at_first_may_be_sent_unless_its_label_never_may(
    label: Label | None, state: LinkState, ceiling: Label, mode: Mode, asks: bool
) -> None:
    given_, along = advisory(label, needs_release=asks), link(state, ceiling, mode)
    first = policy.first_state(given_, along)
    allowed = first is RouteState.QUEUED and state is LinkState.ACTIVE and label not in NEVER
    assert policy.may_send(given_, along, first, released=False) is allowed


@given(
    label=st.sampled_from(LABELS),
    state=st.sampled_from(LinkState),
    ceiling=st.sampled_from(Label),
    mode=st.sampled_from(Mode),
    asks=st.booleans(),
)
def test_a_reply_travels_only_where_its_advisory_could_go_by_itself(
    label: Label | None, state: LinkState, ceiling: Label, mode: Mode, asks: bool
) -> None:
    given_, along = advisory(label, needs_release=asks), link(state, ceiling, mode)
    sent = policy.may_send(given_, along, RouteState.QUEUED, released=False)
    assert policy.may_reply(given_, along) is sent


@pytest.mark.parametrize("label", [Label.CLEAR, Label.GREEN, Label.AMBER])
def test_the_other_labels_may_be_relayed(label: Label) -> None:
    policy.require_relayable(label)
