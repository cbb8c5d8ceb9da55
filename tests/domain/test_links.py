"""A link lives as both sides agree: any order of verbs, against a model of plain words."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot import errors
from bot.domain.labels import Label
from bot.domain.links import Direction, End, Link, LinkState, Mode, Terms
from bot.domain.officials import Government

WHEN = datetime(2026, 9, 16, tzinfo=UTC)
TOKYO = End("T0TOKYO", "C01ADV", Government.JP, "MOFA")
CANBERRA = End("T0CANB", "C11ADV", Government.AU, "ASD")
LIVE = ("active", "paused")
SIDES = st.sampled_from(Government)
TERMS = st.builds(
    Terms,
    st.sampled_from([("advisory",), ("ransomware", "ioc")]),
    st.sampled_from([Label.CLEAR, Label.GREEN, Label.AMBER]),
    st.sampled_from(Direction),
    st.sampled_from(Mode),
)


class LifeOfALink(RuleBasedStateMachine):
    """Every verb in every state; the model says what must come out, in words of its own."""

    @initialize(terms=TERMS)
    def propose(self, terms: Terms) -> None:
        self.link = Link(1, "LNK-7Q3F", LinkState.PROPOSED, terms, TOKYO, "ASD", None, 1, WHEN)
        self.model: dict[str, Any] = {
            "state": "proposed",
            "terms": terms,
            "paused_by": set(),
            "pending": None,
            "by": None,
        }

    def expect(self, refusal: str | None, verb: Any, **becomes: Any) -> None:
        """The verb is refused by that name and changes nothing, or the model becomes so."""
        if refusal is not None:
            with pytest.raises(getattr(errors, refusal)):
                verb()
            return
        self.link = verb()
        self.model |= becomes

    def in_state(self, *states: str) -> bool:
        return self.model["state"] in states

    def not_live(self) -> str | None:
        if self.in_state("cut", "declined"):
            return "LinkIsCut"
        return "LinkNotActive" if self.in_state("proposed") else None

    @rule()
    def accept(self) -> None:
        refusal = None if self.in_state("proposed") else "LinkNotProposed"
        self.expect(refusal, lambda: self.link.accept(CANBERRA, WHEN), state="active")

    @rule()
    def accept_in_the_same_channel(self) -> None:
        refusal = "LinkToItself" if self.in_state("proposed") else "LinkNotProposed"
        self.expect(refusal, lambda: self.link.accept(TOKYO, WHEN))

    @rule()
    def accept_on_the_same_side(self) -> None:
        beside = End("T0TOKYO", "C02DLG", Government.JP, "NPA")
        refusal = "LinkToSameGovernment" if self.in_state("proposed") else "LinkNotProposed"
        self.expect(refusal, lambda: self.link.accept(beside, WHEN))

    @rule()
    def decline(self) -> None:
        refusal = None if self.in_state("proposed") else "LinkNotProposed"
        self.expect(refusal, self.link.decline, state="declined")

    @rule(side=SIDES)
    def pause(self, side: Government) -> None:
        refusal = self.not_live()
        if refusal is None and side in self.model["paused_by"]:
            refusal = "LinkNotActive"
        becomes = {"state": "paused", "paused_by": self.model["paused_by"] | {side}}
        self.expect(refusal, lambda: self.link.pause(side), **becomes)

    @rule(side=SIDES)
    def resume(self, side: Government) -> None:
        refusal = self.not_live()
        if refusal is None and self.in_state("active"):
            refusal = "LinkNotPaused"
        elif refusal is None and side not in self.model["paused_by"]:
            refusal = "OwnSideOnly"
        left = self.model["paused_by"] - {side}
        state = "paused" if left else "active"
        self.expect(refusal, lambda: self.link.resume(side, WHEN), state=state, paused_by=left)

    @rule()
    def cut(self) -> None:
        refusal = "LinkIsCut" if self.in_state("cut", "declined") else None
        self.expect(refusal, self.link.cut, state="cut", pending=None, by=None)

    @rule(side=SIDES, terms=TERMS)
    def propose_terms(self, side: Government, terms: Terms) -> None:
        verb = lambda: self.link.propose_terms(terms, side, 7)  # noqa: E731  names what is tried
        refusal = self.not_live() or ("TermsPending" if self.model["pending"] else None)
        self.expect(refusal, verb, pending=terms, by=side)

    @rule(side=SIDES)
    def agree_terms(self, side: Government) -> None:
        refusal = None if self.model["pending"] else "LinkNotProposed"
        if self.model["by"] == side:
            refusal = "OwnSideOnly"
        becomes = {"terms": self.model["pending"], "pending": None, "by": None}
        self.expect(refusal, lambda: self.link.agree_terms(side), **becomes)

    @rule()
    def refuse_terms(self) -> None:
        refusal = None if self.model["pending"] else "LinkNotProposed"
        self.expect(refusal, self.link.refuse_terms, pending=None, by=None)

    @invariant()
    def the_link_is_what_the_model_says(self) -> None:
        if not hasattr(self, "model"):
            return
        found = {
            "state": self.link.state.value,
            "terms": self.link.terms,
            "paused_by": set(self.link.paused_by),
            "pending": self.link.pending,
            "by": self.link.pending_from,
        }
        assert found == self.model | {"paused_by": found["paused_by"]}
        if self.in_state(*LIVE):
            assert found["paused_by"] == self.model["paused_by"]

    @invariant()
    def it_flows_only_as_agreed(self) -> None:
        if not hasattr(self, "model"):
            return
        assert self.link.is_live is self.in_state(*LIVE)
        if self.link.far is None:
            assert self.link.routes() == ()
        for source, destination in self.link.routes():
            assert source.government != destination.government
            assert self.link.leads_from(source.team, source.channel) == destination

    @invariant()
    def a_pause_is_somebodys(self) -> None:
        if hasattr(self, "model") and self.in_state(*LIVE):
            assert (self.link.state is LinkState.PAUSED) is bool(self.link.paused_by)


LifeOfALink.TestCase.settings = settings(max_examples=120, stateful_step_count=25, deadline=None)
TestLifeOfALink = LifeOfALink.TestCase


@pytest.mark.parametrize(
    ("direction", "out", "back"),
    [(Direction.BOTH, True, True), (Direction.OUT, True, False), (Direction.IN, False, True)],
)
def test_directions_are_seen_from_the_side_that_proposed(
    direction: Direction, out: bool, back: bool
) -> None:
    terms = Terms(("advisory",), Label.GREEN, direction, Mode.AUTO)
    one = Link(1, "LNK-7Q3F", LinkState.ACTIVE, terms, TOKYO, "ASD", CANBERRA, 1, WHEN)
    assert (one.leads_from("T0TOKYO", "C01ADV") is not None) is out
    assert (one.leads_from("T0CANB", "C11ADV") is not None) is back
    assert one.leads_from("T0TOKYO", "C11ADV") is None


def test_terms_match_by_any_tag() -> None:
    terms = Terms(("advisory", "ioc"), Label.GREEN, Direction.BOTH, Mode.AUTO)
    assert terms.matches(("news", "ioc"))
    assert not terms.matches(("news",))
    assert not terms.matches(())


def test_each_side_finds_its_own_end() -> None:
    terms = Terms(("advisory",), Label.GREEN, Direction.BOTH, Mode.AUTO)
    one = Link(1, "LNK-7Q3F", LinkState.PROPOSED, terms, TOKYO, "ASD", None, 1, WHEN)
    assert one.end_of(Government.JP) == TOKYO
    assert one.end_of(Government.AU) is None
    assert one.accept(CANBERRA, WHEN).end_of(Government.AU) == CANBERRA
