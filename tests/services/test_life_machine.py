"""Whatever people do and whatever fails, in any order: nothing twice, nothing lost, nothing leaked.

A plain-dict model of two workspaces is told what people did; the real services, the real database
and the real dispatcher have to agree with it, at every message and whenever everything is said.
"""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache, wraps
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RULE_MARKER,
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
)

from bot import errors
from bot.domain.advisories import RouteState
from bot.domain.deliveries import DeliveryState, Method
from bot.domain.labels import Label
from bot.domain.links import SKEW, Mode
from bot.services import intake, issuing, links, receipts, releases, withdrawals
from bot.services.facts import CopyFacts, ReplyFacts, TombstoneFacts
from bot.services.incoming import Message
from bot.services.kinds import CHANGE, COPY, PART_LENGTH, RELEASE, REPLY, SOURCE, STATUS
from bot.services.ports import NotSent, OutcomeUnknown, Outgoing, Posted
from bot.services.restoring import restore_advisory
from bot.storage.database import Database
from bot.storage.schema import upgrade
from bot.storage.unit_of_work import UnitOfWork
from bot.workers.outbox import LEASE, Batch, Dispatcher
from tests import cast
from tests.storage.databases import HandClock
from tests.workers.postman import HonestPostman

Fields = dict[str, Any]
RANK = {None: -1} | {label: label.rank for label in Label}
PLACES = {
    "tokyo": ("SATO", cast.TOKYO_ADV),
    "canberra": ("NGUYEN", cast.CANBERRA_ADV),
    "dialogue": ("WALSH", cast.CANBERRA_DLG),
}
RELEASERS = {cast.TOKYO: "SUZUKI", cast.CANBERRA: "BAKER"}
READERS = {cast.TOKYO: ("TANAKA", "SATO"), cast.CANBERRA: ("WALSH", "NGUYEN")}
LONG = "\n".join(["filler " * 12] * (PART_LENGTH // 80))
ROUNDS = 1_500
RARE = 3
TOKEN = re.compile(r"tok\d{4}x")
PICK = st.integers(0, 11)


class NotNow(Exception):
    """Nothing is there with which a rule could do anything: it does nothing."""


def act(**strategies: Any) -> Callable[[Callable[..., None]], Any]:
    """A rule that does nothing where there is nothing for it to do."""

    def dress(what: Callable[..., None]) -> Any:
        @wraps(what)
        def done(life: Life, *given: Any, **chosen: Any) -> None:
            with suppress(NotNow):
                what(life, *given, **chosen)
            life.leave()

        return rule(**strategies)(done)

    return dress


@cache
def template() -> sqlite3.Connection:
    """A migrated database with both sides' people, held in memory."""
    database = Database("sqlite://")
    upgrade(database)
    database.transact(cast.assemble)
    kept = sqlite3.connect(":memory:", check_same_thread=False)
    raw = database.engine.raw_connection()
    raw.driver_connection.backup(kept)  # type: ignore[union-attr]
    raw.close()
    database.close()
    return kept


class AtOnce(Executor):
    """Runs what it is given where it stands: a story told again takes the same course."""

    def submit(self, what: Any, /, *given: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(what(*given, **named))
        except Exception as fault:  # noqa: BLE001  # whatever it is, it is the caller's
            done.set_exception(fault)
        return done


def fresh_database(clock: HandClock) -> Database:
    database = Database("sqlite://", clock)
    database._threads.shutdown()
    database._threads = AtOnce()  # type: ignore[assignment]
    raw = database.engine.raw_connection()
    template().backup(raw.driver_connection)  # type: ignore[arg-type]
    raw.close()
    return database


def tokens_in(outgoing: Outgoing) -> set[str]:
    """Whatever was said by people, anywhere in the facts of a message."""
    return set(TOKEN.findall(repr(outgoing.facts)))


class Board(HonestPostman):
    """An honest Slack: what stands in each channel, each message under its key; asks a judge."""

    def __init__(self, clock: HandClock, judge: Callable[[Outgoing], None]) -> None:
        super().__init__(clock)
        self._judge = judge
        self.stands: dict[tuple[str, str], dict[str, Outgoing]] = {}

    def _take(self, outgoing: Outgoing) -> Posted:
        self._judge(outgoing)
        posted = super()._take(outgoing)
        assert posted.ts is not None
        if outgoing.delivery.method is not Method.PRIVATE:
            place = (outgoing.delivery.team, outgoing.channel)
            self.stands.setdefault(place, {})[posted.ts] = outgoing
        return posted

    def on_the_other_side_of(self, team: str) -> list[Outgoing]:
        return [
            one
            for (where, _), messages in self.stands.items()
            if where != team
            for one in messages.values()
        ]

    def everywhere(self, *kinds: str) -> list[Outgoing]:
        found = (one for messages in self.stands.values() for one in messages.values())
        return [one for one in found if one.delivery.kind in kinds]


def is_settled(route: Fields) -> bool:
    """Whether all that was to be said along it has been said and noted."""
    return bool(route["settled"] == route["revision"])


class Life(RuleBasedStateMachine):
    """People, Slack's troubles and time take turns; see the module's promise."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = HandClock()
        self.database = fresh_database(self.clock)
        self.board = Board(self.clock, self.judge)
        self.dispatcher = Dispatcher(self.database, self.board)
        self.claimed: list[Batch] = []  # with their promise, and not yet on their way
        self.claims_at_once = False
        self.dies = False
        self.runner = asyncio.Runner()
        self.said: dict[str, Fields] = {}  # what people posted that may become an advisory, by ts
        self.replies: dict[str, Fields] = {}
        self.links: dict[int, Fields] = {}
        self.events: list[Callable[[UnitOfWork], object]] = []
        self.arrivals: dict[tuple[str, bool], list[int]] = {}
        self.refused: set[str] = set()
        self.gone: set[str] = set()  # of replies that were deleted, or edited into what is refused
        self.replaced: set[str] = set()  # of replies that were edited where everything flows
        self.count = 0
        self.broken: list[AssertionError] = []

    @initialize(claims_at_once=st.booleans())
    def begin(self, claims_at_once: bool) -> None:
        self.claims_at_once = claims_at_once
        for far, mode in ((cast.CANBERRA_ADV, Mode.AUTO), (cast.CANBERRA_DLG, Mode.MANUAL)):
            self.join(far, mode)
        for pick in range(2):
            self.issue_post(pick, "[TLP:GREEN]", Label.GREEN)
            self.leave()
        self.everything_is_said()

    def teardown(self) -> None:
        try:
            if self.links:
                self.everything_is_said()
        finally:
            self.runner.close()
            self.database.close()

    # What the model knows -------------------------------------------------------------------

    def join(self, far: str, mode: Mode) -> None:
        ceiling = Label.AMBER
        link = self.do(
            lambda uow: cast.join(uow, far_channel=far, ceiling=ceiling, mode=mode),
        )
        self.links[link.id] = {
            "code": link.code,
            "far": far,
            "mode": mode,
            "ceiling": ceiling,
            "open": True,
            "cut": False,
            "since": self.clock.now,
        }

    def do(self, work: Callable[[UnitOfWork], Any]) -> Any:
        """A transaction; what it claims is on its way when the rule has ended, or never."""
        self.clock.advance(0.01)
        claimed: list[Batch] = []

        def work_and_claim(uow: UnitOfWork) -> Any:
            done = work(uow)
            if self.claims_at_once and uow.has_promised:
                claimed.append(self.dispatcher.claim_within(uow))
            return done

        done = self.database.transact(work_and_claim)
        self.claimed += claimed
        return done

    def leave(self) -> None:
        """What was claimed with its promise leaves; of one who dies, nothing does."""
        if self.claimed and self.dies:
            self.start_again()
        elif self.claimed:
            self.runner.run(self.let_go())
            self.check_posts()

    async def let_go(self) -> None:
        for batch in self.claimed:
            self.dispatcher.expect(batch)
            self.dispatcher.settle(batch, committed=True)
        self.claimed.clear()
        while self.dispatcher._sending:
            await asyncio.wait(self.dispatcher._sending)

    def start_again(self) -> None:
        """As after a crash: what was claimed and not sent is forgotten until its lease ends."""
        self.claimed.clear()
        self.dies = False
        self.dispatcher = Dispatcher(self.database, self.board)

    def event(self, work: Callable[[UnitOfWork], object]) -> None:
        """Something Slack reports, and may report again."""
        self.events.append(work)
        self.do(work)

    def token(self) -> str:
        self.count += 1
        return f"tok{self.count:04}x"

    def choose(self, pick: int, wanted: Callable[[Fields], bool]) -> Fields:
        """One of the posts that fit."""
        fitting = [one for one in self.said.values() if wanted(one)]
        if not fitting:
            raise NotNow
        return fitting[pick % len(fitting)]

    def number(self, post: Fields) -> str:
        number: str = self.do(lambda uow: self._found(uow, post).number)
        return number

    @staticmethod
    def _found(uow: UnitOfWork, post: Fields) -> Any:
        found = uow.advisories.by_source(post["team"], post["channel"], post["ts"])
        assert found is not None, post
        return found

    def links_of(self, post: Fields) -> list[int]:
        """The links that lead out of the channel of a post, and flowed when it was posted."""
        tokyo = post["channel"] == cast.TOKYO_ADV
        said_at = datetime.fromtimestamp(float(post["ts"]), UTC)
        return [
            key
            for key, link in self.links.items()
            if not link["cut"]
            and (tokyo or link["far"] == post["channel"])
            and said_at >= link["since"] - SKEW
        ]

    def issue(self, post: Fields) -> None:
        """What the rules say becomes of a labelled advisory on each link."""
        post["state"] = "issued"
        post["routes"] = post["routes"] | {
            key: self.first_route(post, key) for key in self.links_of(post)
        }

    def first_route(self, post: Fields, key: int) -> Fields:
        link, before = self.links[key], post["routes"].get(key, {})
        state = "queued"
        if RANK[post["label"]] > RANK[link["ceiling"]]:
            state = "above"
        elif not link["open"]:
            state = "paused"
        elif self.waits(post, link):
            state = "awaiting"
        # Whoever had to wait once may come later than others who did not.
        ordered = state == "queued" and not before
        return {
            "state": state,
            "revision": post["revision"],
            "sure": state == "queued",
            "ordered": ordered,
            "fresh": True,
            "settled": 0,
        }

    @staticmethod
    def waits(post: Fields, link: Fields) -> bool:
        return bool(post["ask"] or link["mode"] is Mode.MANUAL or post["label"] is Label.AMBER)

    def judge(self, outgoing: Outgoing) -> None:
        """Asked at the very moment at which Slack takes a message; the dispatcher never hears."""
        try:
            self.judge_post(outgoing)
        except AssertionError as fault:
            self.broken.append(fault)

    def judge_post(self, outgoing: Outgoing) -> None:
        delivery, facts = outgoing.delivery, outgoing.facts
        assert not self.refused & tokens_in(outgoing), "text that was refused"
        label = getattr(facts, "label", None)
        assert label not in (Label.RED, Label.AMBER_STRICT)
        is_post = delivery.method is Method.POST
        if delivery.kind == REPLY and is_post and delivery.link_id:
            assert self.links[delivery.link_id]["open"], "a reply along a link that is closed"
        if not isinstance(facts, CopyFacts) or delivery.kind != COPY:
            return
        post = self.post_of(facts)
        assert post["state"] != "withdrawn"
        assert facts.label is post["label"], "never looser, never guessed"
        if not is_post:
            return
        assert self.links[delivery.link_id or 0]["open"], "a copy along a link that is closed"
        assert post["state"] == "issued"
        if facts.part == 1:
            lane = (delivery.channel, "urgent" in facts.tags)
            self.note_arrival(lane, delivery.link_id or 0, post)

    def note_arrival(self, lane: tuple[str, bool], key: int, post: Fields) -> None:
        if post["routes"][key]["ordered"]:
            arrived = self.arrivals.setdefault(lane, [])
            assert all(earlier <= post["issued"] for earlier in arrived), "out of order"
            arrived.append(post["issued"])

    def post_of(self, facts: CopyFacts) -> Fields:
        return next(one for one in self.said.values() if one.get("number") == facts.number)

    # What people do ---------------------------------------------------------------------------

    def say(self, pick: int, words: str, **about: Any) -> Fields:
        name, channel = list(PLACES.values())[pick % 3]
        token = self.token()
        self.clock.advance(0.01)
        team, user, *_ = cast.ROSTER[name]
        post = {
            "ts": cast.stamp(self.clock.now),
            "team": team,
            "user": user,
            "name": name,
            "channel": channel,
            "edited": None,
            "label": None,
            "ask": False,
            "routes": {},
            "state": "held",
            "texts": [f"#advisory {words} {token}"],
            "issued": self.count,
            "revision": 1,
            "by_revision": {1: 0},
            "deleted": False,
            "superseded": False,
        }
        post |= about
        self.said[str(post["ts"])] = post
        return post

    def message(self, post: Fields) -> Message:
        return Message(
            post["team"],
            post["channel"],
            post["user"],
            post["ts"],
            post["texts"][-1],
            thread_ts=post.get("thread"),
            edited_ts=post["edited"],
        )

    def hear(self, post: Fields) -> None:
        message = self.message(post)
        verb = intake.take_edit if post["edited"] else intake.take_message
        self.event(lambda uow: verb(uow, message))

    def issue_post(self, pick: int, words: str, label: Label, **about: Any) -> None:
        post = self.say(pick, words, label=label, **about)
        if self.links_of(post):
            self.issue(post)
        else:
            post["state"] = "nothing"
        self.hear(post)
        if post["state"] != "nothing":
            post["number"] = self.number(post)

    @act(pick=PICK)
    def post_green(self, pick: int) -> None:
        self.issue_post(pick, "[TLP:GREEN]", Label.GREEN)

    @act(pick=PICK)
    def post_amber(self, pick: int) -> None:
        self.issue_post(pick, "[TLP:AMBER]", Label.AMBER)

    @act(pick=PICK)
    def post_urgently(self, pick: int) -> None:
        self.issue_post(pick, "#urgent [TLP:CLEAR]", Label.CLEAR)

    @act(pick=PICK)
    def post_in_two_parts(self, pick: int) -> None:
        self.issue_post(pick, f"[TLP:GREEN]\n{LONG}", Label.GREEN)

    @act(pick=PICK)
    def post_with_a_marking_that_asks(self, pick: int) -> None:
        self.issue_post(pick, "[TLP:GREEN]\n取扱注意\n", Label.GREEN, ask=True)

    @act(
        pick=PICK, words=st.sampled_from(["TLP:RED", "TLP:AMBER+STRICT", "TLP:GREEN\nPROTECTED\n"])
    )
    def post_what_is_refused(self, pick: int, words: str) -> None:
        post = self.say(pick, words, state="nothing")
        self.refused.add(post["texts"][-1].split()[-1])
        self.hear(post)

    @act(pick=PICK)
    def post_unlabelled(self, pick: int) -> None:
        post = self.say(pick, "no label")
        if not self.links_of(post):
            post["state"] = "nothing"
        self.hear(post)

    @act(pick=PICK, label=st.sampled_from([Label.GREEN, Label.AMBER]))
    def label(self, pick: int, label: Label) -> None:
        post = self.choose(pick, lambda one: one["state"] == "held")
        number = self.number(post)
        post.update(label=label, number=number)
        self.count += 1
        post["issued"] = self.count
        self.issue(post)
        self.do(lambda uow: issuing.label_advisory(uow, cast.the(uow, post["name"]), number, label))

    @act(pick=PICK)
    def discard(self, pick: int) -> None:
        post = self.choose(pick, lambda one: one["state"] == "held")
        number = self.number(post)
        self.do(lambda uow: issuing.discard_advisory(uow, cast.the(uow, post["name"]), number))
        post["state"] = "discarded"

    def edit(self, pick: int, words: str, label: Label | None, *, ask: bool = False) -> None:
        post = self.choose(pick, lambda one: one["state"] in ("issued", "superseded", "held"))
        self.clock.advance(0.01)
        post["edited"] = cast.stamp(self.clock.now)
        post["texts"].append(f"#advisory {words} {self.token()}")
        had_left = any(one["state"] in ("queued", "recalled") for one in post["routes"].values())
        if post["state"] == "held" or not (had_left or self.has_rows(post)):
            self.edit_afresh(post, label, ask=ask)
        else:
            self.revise(post, label, ask=ask)
        self.hear(post)
        if post["state"] in ("issued", "superseded"):
            post["number"] = self.number(post)
        self.leave()

    def has_rows(self, post: Fields) -> bool:
        rows = self.do(lambda uow: uow.outbox.of_advisory(self._found(uow, post).id, COPY))
        return bool(rows)

    def edit_afresh(self, post: Fields, label: Label | None, *, ask: bool) -> None:
        """Nothing of it has left: it is as if it were posted only now."""
        post["revision"] += post["state"] == "issued"
        post["by_revision"][post["revision"]] = len(post["texts"]) - 1
        post.update(label=label, ask=ask)
        for one in post["routes"].values():
            one["state"] = "kept" if one["state"] == "awaiting" else one["state"]
        if not self.links_of(post):
            post["state"] = "discarded"
        elif label is None:
            post["state"] = "held"
        else:
            self.count += 1
            post["issued"] = self.count
            self.issue(post)

    def revise(self, post: Fields, label: Label | None, *, ask: bool) -> None:
        post["revision"] += 1
        post["by_revision"][post["revision"]] = len(post["texts"]) - 1
        post["label"] = max(post["label"], label or Label.CLEAR, key=lambda one: RANK[one])
        post["ask"] = post["ask"] or ask
        for key, route in post["routes"].items():
            link = self.links[key]
            if self.observed(post, key) is RouteState.WITHHELD:
                route.update(state="withheld", stuck=self.is_tombstone(post, key))
            open_ = route["state"] in ("queued", "awaiting") or (
                route["state"] != "recalled" and self.copies_at(post, key)
            )
            if not open_:
                continue
            if RANK[post["label"]] > RANK[link["ceiling"]]:
                route.update(state="recalled", sure=False)
            elif not link["open"]:
                continue
            elif self.waits(post, link):
                # A text that was free to go and has not left yet has to wait as well by now.
                route.update(state="awaiting", sure=False, ordered=False, fresh=False)
                # What was restored and has not come back yet: the tombstone stays until a release.
                route["stuck"] = self.is_tombstone(post, key)
            else:
                route.update(state="queued", revision=post["revision"], fresh=True)

    def observed(self, post: Fields, key: int) -> RouteState | None:
        """What the bot itself says about a route: whether it stopped anything is its own affair."""
        found = self.do(lambda uow: uow.advisories.route(self._found(uow, post).id, key))
        return found.state if found else None

    def copies_at(self, post: Fields, key: int) -> list[Outgoing]:
        """The copies of a post that stand at the end of a link."""
        return [
            one
            for one in self.board.everywhere(COPY)
            if one.delivery.link_id == key and one.facts.number == post.get("number")  # type: ignore[union-attr]
        ]

    def is_tombstone(self, post: Fields, key: int) -> bool:
        return any(isinstance(one.facts, TombstoneFacts) for one in self.copies_at(post, key))

    @act(pick=PICK, longer=st.booleans())
    def edit_plainly(self, pick: int, longer: bool) -> None:
        self.edit(pick, f"[TLP:GREEN]\n{LONG if longer else 'corrected'}", Label.GREEN)

    @act(pick=PICK)
    def edit_tighter(self, pick: int) -> None:
        self.edit(pick, "[TLP:AMBER] tighter", Label.AMBER)

    @act(pick=PICK)
    def edit_looser(self, pick: int) -> None:
        self.edit(pick, "[TLP:CLEAR] looser", Label.CLEAR)

    @act(pick=PICK)
    def edit_the_label_away(self, pick: int) -> None:
        self.edit(pick, "without a label", None)

    @act(pick=PICK)
    def edit_in_a_marking_that_asks(self, pick: int) -> None:
        self.edit(pick, "[TLP:GREEN]\n取扱注意\n", Label.GREEN, ask=True)

    @act(
        pick=PICK, words=st.sampled_from(["TLP:RED", "TLP:GREEN\nPROTECTED\n", "TLP:AMBER+STRICT"])
    )
    def edit_in_what_must_not_be_out(self, pick: int, words: str) -> None:
        post = self.choose(pick, lambda one: one["state"] in ("issued", "superseded", "held"))
        self.clock.advance(0.01)
        post["edited"] = cast.stamp(self.clock.now)
        post["texts"].append(f"#advisory {words} {self.token()}")
        self.refused.add(post["texts"][-1].split()[-1])
        self.hear(post)
        self.end(post)

    @act(pick=PICK)
    def delete(self, pick: int) -> None:
        self.seldom(pick)
        post = self.choose(pick, lambda one: not one["deleted"])
        post["deleted"] = True
        place = (post["team"], post["channel"], post["ts"])
        self.event(lambda uow: intake.take_deletion(uow, *place))
        if post["state"] in ("issued", "superseded", "held"):
            self.end(post)

    def end(self, post: Fields) -> None:
        out = post["state"] in ("issued", "superseded")
        post.update(state="withdrawn" if out else "discarded", restorable=False)

    @act(pick=PICK)
    def withdraw(self, pick: int) -> None:
        self.take_back(self.choose(pick, lambda one: one["state"] in ("issued", "superseded")))

    def take_back(self, post: Fields) -> None:
        self.do(
            lambda uow: withdrawals.withdraw_advisory(
                uow, cast.the(uow, post["name"]), post["number"], "wrong"
            )
        )
        post.update(state="withdrawn", restorable=not post["superseded"])

    @act(pick=PICK)
    def restore(self, pick: int) -> None:
        self.bring_back(
            self.choose(
                pick,
                lambda one: (
                    one["state"] == "withdrawn" and one["restorable"] and not one["deleted"]
                ),
            )
        )

    @act(pick=PICK, seconds=st.sampled_from([0.0, 1.0, 12.0]))
    def withdraw_and_think_better_of_it(self, pick: int, seconds: float) -> None:
        post = self.choose(
            pick,
            lambda one: one["state"] == "issued" and not (one["deleted"] or one["superseded"]),
        )
        self.take_back(post)
        self.leave()
        self.dispatch_what_is_due(seconds)
        self.bring_back(post)

    def bring_back(self, post: Fields) -> None:
        self.do(lambda uow: cast.agree(uow, restore_advisory, post["number"], post["team"]))
        newest = post["by_revision"][post["revision"]]
        post.update(state="issued", revision=post["revision"] + 1)
        post["by_revision"][post["revision"]] = newest
        for key, route in post["routes"].items():
            if route["state"] in ("queued", "awaiting", "recalled") or self.copies_at(post, key):
                can = self.may_go(post, key)
                state = "queued" if can else "recalled"
                # One that was stopped before it left is not brought back.
                sure = can and self.observed(post, key) is RouteState.QUEUED
                route.update(state=state, sure=sure, fresh=can, ordered=False, stuck=False)
                route["revision"] = post["revision"] if can else route["revision"]

    @act(pick=PICK, other=PICK)
    def supersede(self, pick: int, other: int) -> None:
        post = self.choose(pick, lambda one: one["state"] == "issued")

        def fits(one: Fields) -> bool:
            is_issued: bool = one["state"] == "issued"
            return is_issued and one is not post and one["name"] == post["name"]

        by = self.choose(other, fits)
        self.do(
            lambda uow: withdrawals.supersede_advisory(
                uow, cast.the(uow, post["name"]), post["number"], by["number"]
            )
        )
        # It points to the later one even where an edit issues it anew, for nothing had left.
        post.update(state="superseded", superseded=True)
        for route in post["routes"].values():
            route["sure"] = False

    def decide(self, pick: int) -> tuple[Fields, list[Fields]]:
        post = self.choose(pick, lambda one: one["state"] == "issued" and self.waiting(one))
        return post, self.waiting(post)

    @staticmethod
    def waiting(post: Fields) -> list[Fields]:
        return [one for one in post["routes"].values() if one["state"] == "awaiting"]

    @act(pick=PICK)
    def release(self, pick: int) -> None:
        post, waiting = self.decide(pick)
        for key, route in post["routes"].items():
            if route in waiting:
                can = self.may_go(post, key) and not self.was_promised_before_it_flowed(post, key)
                route.update(state="queued", revision=post["revision"], sure=can, fresh=can)
                route.update(ordered=False, stuck=route.get("stuck", False) and not can)
        self.do(lambda uow: cast.release(uow, post["number"], post["team"]))

    def was_promised_before_it_flowed(self, post: Fields, key: int) -> bool:
        """Such a copy does not leave, even released since; the card says so (docs/operating.md)."""

        def found(uow: UnitOfWork) -> bool:
            since = uow.links.get(key).flows_since
            copies = uow.outbox.of_advisory(self._found(uow, post).id, COPY)
            unsent = [one for one in copies if one.link_id == key and one.slack_ts is None]
            return any(since is not None and one.created_at < since for one in unsent)

        return bool(self.do(found))

    def may_go(self, post: Fields, key: int) -> bool:
        link = self.links[key]
        return bool(link["open"] and RANK[post["label"]] <= RANK[link["ceiling"]])

    @act(pick=PICK)
    def keep_back(self, pick: int) -> None:
        post, waiting = self.decide(pick)
        releaser = RELEASERS[post["team"]]
        self.do(
            lambda uow: releases.keep_back_advisory(uow, cast.the(uow, releaser), post["number"])
        )
        for key, route in post["routes"].items():
            if route in waiting:
                stays = self.observed(post, key) is RouteState.QUEUED
                route.update(state="queued" if stays else "kept", sure=False)

    def unsettle(self, key: int) -> None:
        """What was on its way when a link changed may have been stopped."""
        for one in self.board.everywhere(REPLY):
            if one.delivery.link_id == key:
                self.replaced -= tokens_in(one)
        for post in self.said.values():
            route = post["routes"].get(key)
            if route is None:
                continue
            copies = self.copies_at(post, key)
            if not copies:
                route.update(sure=False, ordered=False)
            if self.is_tombstone(post, key):
                # What was restored and has not come back yet comes only where it may be sent.
                route["stuck"] = True
            newest = post["texts"][post["by_revision"][route["revision"]]].split()[-1]
            if not any(newest in tokens_in(one) for one in copies):
                # Of several parts the first may stand already, and the others never will.
                route["sure"] = False
            if not is_settled(route):
                route["fresh"] = False

    def note_taken_back(self, post: Fields) -> None:
        for key, route in post["routes"].items():
            if route.pop("doubted", False) and self.observed(post, key) is RouteState.RECALLED:
                route.update(state="recalled", sure=False)

    def seldom(self, pick: int) -> None:
        """What ends a story happens to a few only, so that stories get long."""
        if pick > RARE:
            raise NotNow

    def live(self, pick: int, wanted: Callable[[Fields], bool]) -> tuple[int, Fields]:
        fitting = [(key, one) for key, one in self.links.items() if not one["cut"] and wanted(one)]
        if not fitting:
            raise NotNow
        return fitting[pick % len(fitting)]

    @act(pick=PICK)
    def pause(self, pick: int) -> None:
        self.seldom(pick)
        key, link = self.live(pick, lambda one: one["open"])
        self.do(lambda uow: links.pause_link(uow, cast.the(uow, "WALSH"), link["code"]))
        link["open"] = False
        self.unsettle(key)

    @act(pick=PICK)
    def resume(self, pick: int) -> None:
        _, link = self.live(pick, lambda one: not one["open"])
        self.do(lambda uow: links.resume_link(uow, cast.the(uow, "WALSH"), link["code"]))
        link.update(open=True, since=self.clock.now)

    @precondition(lambda self: len(self.links) < 5)
    @act(pick=PICK, again=st.booleans())
    def cut(self, pick: int, again: bool) -> None:
        self.seldom(pick)
        key, link = self.live(pick, lambda _: True)
        self.do(lambda uow: links.cut_link(uow, cast.the(uow, "SATO"), link["code"]))
        link.update(open=False, cut=True)
        self.unsettle(key)
        if again:
            self.join(link["far"], link["mode"])

    @act(
        pick=PICK,
        mode=st.sampled_from(Mode),
        ceiling=st.sampled_from([Label.GREEN, Label.AMBER]),
    )
    def amend(self, pick: int, mode: Mode, ceiling: Label) -> None:
        self.seldom(pick)
        key, link = self.live(pick, lambda _: True)

        def work(uow: UnitOfWork) -> None:
            terms = cast.terms(mode=mode, ceiling=ceiling)
            links.amend_link(uow, cast.the(uow, "SATO"), link["code"], terms)
            here = cast.view(cast.CANBERRA, link["far"])
            links.accept_link(uow, cast.the(uow, "WALSH"), link["code"], here)

        self.do(work)
        link.update(mode=mode, ceiling=ceiling)
        self.unsettle(key)
        for post in self.said.values():
            route = post["routes"].get(key)
            if route and RANK[post["label"]] > RANK[ceiling] and not is_settled(route):
                # It stands, and nobody noted it: found above the ceiling it is taken back.
                route["doubted"] = True

    @act(pick=PICK, reader=st.integers(0, 1))
    def acknowledge(self, pick: int, reader: int) -> None:
        post = self.choose(pick, lambda one: bool(one.get("number")))
        other = cast.CANBERRA if post["team"] == cast.TOKYO else cast.TOKYO
        with suppress(errors.BotError):
            self.do(
                lambda uow: receipts.acknowledge_advisory(
                    uow, cast.the(uow, READERS[other][reader]), post["number"]
                )
            )

    # Replies ----------------------------------------------------------------------------------

    def answer(self, post: Fields, name: str, channel: str, thread: str, words: str) -> None:
        self.clock.advance(0.01)
        team, user, *_ = cast.ROSTER[name]
        reply = {
            "ts": cast.stamp(self.clock.now),
            "team": team,
            "user": user,
            "channel": channel,
            "thread": thread,
            "edited": None,
            "texts": [f"{words} {self.token()}"],
            "of": post,
        }
        self.replies[str(reply["ts"])] = reply
        if words != "thanks":
            self.refused.add(reply["texts"][0].split()[-1])  # type: ignore[index]
        self.hear(reply)

    WORDS = st.sampled_from(["thanks", "thanks", "TLP:RED", "PROTECTED\n"])

    @act(pick=PICK, words=WORDS)
    def reply_at_the_source(self, pick: int, words: str) -> None:
        post = self.choose(pick, lambda one: bool(one.get("number")) and not one["deleted"])
        self.answer(post, post["name"], post["channel"], post["ts"], words)

    @act(pick=PICK, which=PICK, words=WORDS)
    def reply_at_a_copy(self, pick: int, which: int, words: str) -> None:
        copies = [
            (channel, ts, one.facts)
            for (_, channel), messages in self.board.stands.items()
            for ts, one in messages.items()
            if one.delivery.kind == COPY
        ]
        if not copies:
            raise NotNow
        channel, ts, facts = copies[which % len(copies)]
        post = self.post_of(facts)  # type: ignore[arg-type]
        team = cast.CANBERRA if post["team"] == cast.TOKYO else cast.TOKYO
        self.answer(post, READERS[team][0], channel, ts, words)

    def some_reply(self, pick: int) -> Fields:
        fitting = [one for one in self.replies.values() if not one.get("deleted")]
        if not fitting:
            raise NotNow
        return fitting[pick % len(fitting)]

    def replies_along_closed_links(self) -> list[Outgoing]:
        """An edit is new text: over a link that carries nothing they stay as they were."""
        return [
            one
            for one in self.board.everywhere(REPLY)
            if not self.links[one.delivery.link_id or 0]["open"]
        ]

    @act(pick=PICK, words=WORDS)
    def edit_a_reply(self, pick: int, words: str) -> None:
        reply = self.some_reply(pick)
        before = reply["texts"][-1].split()[-1]
        if words != "thanks":
            self.gone.add(before)
        elif not any(before in tokens_in(one) for one in self.replies_along_closed_links()):
            self.replaced.add(before)
        self.clock.advance(0.01)
        reply["edited"] = cast.stamp(self.clock.now)
        reply["texts"].append(f"{words} {self.token()}")
        if words != "thanks":
            self.refused.add(reply["texts"][-1].split()[-1])
        self.hear(reply)

    @act(pick=PICK)
    def delete_a_reply(self, pick: int) -> None:
        reply = self.some_reply(pick)
        reply["deleted"] = True
        self.gone.add(reply["texts"][-1].split()[-1])
        self.event(
            lambda uow: intake.take_deletion(uow, reply["team"], reply["channel"], reply["ts"])
        )

    # What Slack and the machine do ------------------------------------------------------------

    @act(pick=st.integers(0, 400))
    def an_event_comes_again(self, pick: int) -> None:
        if not self.events:
            raise NotNow
        self.do(self.events[pick % len(self.events)])

    @act(pick=PICK)
    def an_older_state_of_a_post_comes_late(self, pick: int) -> None:
        """Events overtake each other: a state Slack had reported never, now comes last."""
        post = self.choose(pick, lambda one: bool(one["edited"]) or one["deleted"])
        old = Message(
            post["team"],
            post["channel"],
            post["user"],
            post["ts"],
            f"#advisory TLP:CLEAR outdated {self.token()}",
            edited_ts=f"{float(post['ts']) + 0.000001:.6f}",
        )
        self.refused.add(old.text.split()[-1])
        self.do(lambda uow: intake.take_edit(uow, old))

    @act()
    def what_was_missed_is_read_back(self) -> None:
        """As after a restart: everything that stands is offered again, oldest first."""
        self.start_again()
        for ts in sorted({**self.said, **self.replies}):
            one = self.said.get(ts) or self.replies[ts]
            if not one.get("deleted"):
                verb = intake.take_edit if one["edited"] else intake.take_message
                message = self.message(one)
                self.do(lambda uow, verb=verb, message=message: verb(uow, message))  # type: ignore[misc]

    @act(picks=st.lists(PICK, min_size=1, max_size=3))
    def everything_is_said_before_the_next_edits(self, picks: list[int]) -> None:
        self.everything_is_said()
        for pick in picks:
            self.edit(pick, "[TLP:GREEN] again", Label.GREEN)

    @act()
    def one_turn(self) -> None:
        self.dispatch_what_is_due(0.5)

    @act(seconds=st.sampled_from([1.0, 3.0, 12.0]))
    def dispatch_what_is_due(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.runner.run(self.dispatcher.drain())
        self.check_posts()

    @act(
        kinds=st.sampled_from([(COPY,), (CHANGE, REPLY), (COPY, CHANGE, REPLY)]),
        lands=st.booleans(),
    )
    def an_outcome_will_be_unknown(self, kinds: tuple[str, ...], lands: bool) -> None:
        self.board.expect(
            OutcomeUnknown("timeout"), lands=lands, wanted=lambda one: one.delivery.kind in kinds
        )

    @act(seconds=st.sampled_from([None, 7]))
    def slack_will_say_not_now(self, seconds: int | None) -> None:
        after = timedelta(seconds=seconds) if seconds else None
        self.board.expect(NotSent("ratelimited", after))

    @act(lands=st.booleans())
    def crash_while_sending(self, lands: bool) -> None:
        self.runner.run(self.crash(lands))
        self.start_again()

    async def crash(self, lands: bool) -> None:
        self.board.hanging.clear()
        self.board.expect(
            lands=lands, hangs=True, wanted=lambda one: one.delivery.kind in (COPY, CHANGE, REPLY)
        )
        trouble = self.board.troubles[-1]
        work = asyncio.create_task(self.dispatcher.drain())
        hanging = asyncio.create_task(self.board.hanging.wait())
        await asyncio.wait((work, hanging), return_when=asyncio.FIRST_COMPLETED)
        for task in (work, hanging, *self.dispatcher._sending):
            task.cancel()
        await asyncio.gather(work, hanging, *self.dispatcher._sending, return_exceptions=True)
        if trouble in self.board.troubles:
            self.board.troubles.remove(trouble)

    @act()
    def the_next_who_claims_with_a_promise_dies(self) -> None:
        self.dies = self.claims_at_once

    @act()
    def the_lease_of_the_dead_ends(self) -> None:
        self.clock.advance(LEASE.total_seconds())

    @act()
    def everything_is_said(self) -> None:
        """Troubles end; once nothing waits any more, everything has to be as promised."""
        self.board.troubles.clear()
        self.runner.run(self.settle())
        self.check_posts()
        assert self.database.transact(lambda uow: uow.outbox.in_state(DeliveryState.PARKED)) == ()
        for post in self.said.values():
            self.note_taken_back(post)
            self.check_copies(post)
            self.check_text(post)
        for one in self.board.everywhere(COPY, CHANGE, REPLY, STATUS, SOURCE, RELEASE):
            assert not (self.gone | self.replaced) & tokens_in(one), f"of a reply: {one.facts}"

    def check_posts(self) -> None:
        if self.broken:
            raise self.broken[0]

    async def settle(self) -> None:
        for _ in range(ROUNDS):
            await self.dispatcher.drain()
            due: datetime | None = self.database.transact(lambda uow: uow.outbox.next_due())
            if due is None:
                return
            self.clock.now = max(self.clock.now, due)
        raise AssertionError("something waits for ever")

    def check_copies(self, post: Fields) -> None:
        for key, route in post["routes"].items():
            copies = self.copies_at(post, key)
            parts = [
                one.delivery.facts.get("part") for one in copies if one.delivery.target is None
            ]
            keys = [one.delivery.target or one.delivery.id for one in copies]
            assert len(set(keys)) == len(keys)
            assert len(set(parts)) == len(parts), "a part stands twice"
            if post["state"] == "withdrawn" or route["state"] == "recalled":
                assert not any(isinstance(one.facts, CopyFacts) for one in copies)
                continue
            if route["sure"]:
                assert copies, f"lost: {post} on {key}"
            if route.get("stuck") and self.is_tombstone(post, key):
                continue
            for copy in copies:
                assert isinstance(copy.facts, CopyFacts)
                assert copy.facts.revision <= route["revision"], "not released yet"
                assert copy.facts.revision == route["revision"] or not route["fresh"]
                assert copy.facts.label is post["label"]
            route["settled"] = route["revision"]
            if copies and route["sure"]:
                shown = "".join(one.facts.body for one in copies)  # type: ignore[union-attr]
                revision = copies[0].facts.revision  # type: ignore[union-attr]
                assert post["texts"][post["by_revision"][revision]].split()[-1] in shown

    def check_text(self, post: Fields) -> None:
        """Of what was withdrawn no word stands on the other side, mirrored replies included."""
        if post["state"] != "withdrawn":
            return
        tokens = {text.split()[-1] for text in post["texts"]}
        for one in self.board.on_the_other_side_of(post["team"]):
            assert not tokens & tokens_in(one), one
            if isinstance(one.facts, ReplyFacts):
                assert one.facts.number != post.get("number"), one


# Lives, and steps of each.
LIVES, STEPS = (int(os.environ.get("LIVES", "5000")), 100) if os.environ.get("SOAK") else (300, 50)


@pytest.mark.long
@pytest.mark.timeout(36_000 if os.environ.get("SOAK") else 1_800)
class TestLife(Life.TestCase):  # type: ignore[name-defined,misc]
    """Stories of an advisory, each against the plain model."""


TestLife.settings = settings(
    max_examples=LIVES,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_life_has_many_rules() -> None:
    assert sum(hasattr(one, RULE_MARKER) for one in vars(Life).values()) >= 25
