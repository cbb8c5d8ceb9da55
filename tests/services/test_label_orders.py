"""Promise P4: in whatever order labels, texts and replies change, nothing is shown under a looser
label than it was said under, but for the newest text, of which two releasers agreed to that.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from bot import errors
from bot.domain.labels import Label
from bot.services import intake, releases
from bot.services.facts import FileFacts, TombstoneFacts
from bot.services.incoming import SentFile
from bot.services.issuing import label_advisory
from bot.services.kinds import COPY
from bot.services.relabelling import relabel_advisory
from bot.storage.unit_of_work import UnitOfWork
from tests import cast
from tests.services.desk import Desk
from tests.storage.databases import BEGINNING, fresh_url, opened

FIRST = "ADV-2026-0001"
CEILING = Label.AMBER
LABELS = [Label.CLEAR, Label.GREEN, Label.AMBER, Label.RED]


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A database with a link up to AMBER and three releasers in Tokyo."""
    folder: Path = tmp_path_factory.mktemp("orders")
    with (
        fresh_url("sqlite", folder) as url,
        opened(url) as database,
        database.engine.connect() as one,
        one.begin(),
    ):
        uow = UnitOfWork(one, BEGINNING)
        cast.assemble(uow)
        cast.second_releaser(uow, cast.TOKYO)
        cast.enrol(uow, "ITO", roles=["releaser"])
        cast.join(uow, ceiling=CEILING)
        yield one


class Life:
    """An advisory, and of every word ever said about it the loosest label it may stand under."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._moment = 0
        self.floor: dict[str, int] = {}
        self._current: set[str] = set()
        uow = self.uow()
        self._text = [self._word()]
        cast.post(uow, "TANAKA", self._body(), ts=cast.stamp(BEGINNING), files=(self._file(),))
        label_advisory(uow, cast.the(uow, "TANAKA"), FIRST, Label.GREEN)
        self.desk = Desk(uow)
        self._say(Label.GREEN)

    def uow(self) -> UnitOfWork:
        """A transaction a little later than the one before."""
        self._moment += 1
        return UnitOfWork(self._connection, BEGINNING + timedelta(seconds=self._moment))

    def edit(self) -> None:
        """Tanaka's text has another line instead of its last."""
        self._text[-1:] = [self._word()] if len(self._text) > 3 else [self._text[-1], self._word()]
        uow = self.uow()
        edited = cast.said(
            uow,
            "TANAKA",
            self._body(),
            ts=cast.stamp(BEGINNING),
            edited_ts=cast.stamp(uow.now),
            files=(self._file(),),
        )
        intake.take_edit(uow, edited)
        self._settle()

    def reply(self, name: str) -> None:
        word, uow = self._word(), self.uow()
        source = cast.stamp(BEGINNING)
        thread = source if name == "TANAKA" else self.desk.thread(COPY)
        cast.post(uow, name, word, ts=cast.stamp(uow.now), thread_ts=thread)
        self.floor[word] = self._label().rank
        self._settle()

    def release(self) -> None:
        for name in ("SUZUKI", "ITO"):
            uow = self.uow()
            self._unless_refused(
                lambda uow=uow, name=name: releases.release_advisory(
                    uow, cast.the(uow, name), FIRST
                )
            )
        self._settle()

    def relabel(self, label: Label, name: str) -> None:
        """One tightens; to relax it takes two."""
        before = self._label()
        for who in (name, "SUZUKI", "ITO"):
            uow = self.uow()
            self._unless_refused(
                lambda uow=uow, who=who: relabel_advisory(uow, cast.the(uow, who), FIRST, label)
            )
        if self._label().rank < before.rank:
            for word in self._text:
                self.floor[word] = self._label().rank
        self._settle()

    def check(self) -> None:
        """Whatever stands in Canberra stands under a label tight enough for each of its words."""
        for facts in self.desk.stands(cast.CANBERRA):
            label = getattr(facts, "label", None)
            if label is None or isinstance(facts, TombstoneFacts):
                continue
            said = repr(facts)
            for word in (one for one in self.floor if one in said):
                assert self.floor[word] <= label.rank <= CEILING.rank, (word, facts)
            if isinstance(facts, FileFacts):
                assert label.rank >= self._label().rank

    def _settle(self) -> None:
        self._say(self._label())

    def _say(self, label: Label) -> None:
        """Every word that can be read somewhere takes on what the advisory's label is now."""
        for word in self._text:
            self.floor.setdefault(word, label.rank)
        for word, floor in self.floor.items():
            self.floor[word] = max(floor, label.rank)
        self.desk.turn(self.uow())
        self.desk.say_all()

    def _label(self) -> Label:
        advisory = self.uow().advisories.by_number(FIRST)
        assert advisory is not None
        assert advisory.label is not None
        return advisory.label

    def _word(self) -> str:
        return f"word{len(self.floor):03}x{self._moment}"

    def _body(self) -> str:
        return "\n".join(("#advisory", *self._text))

    @staticmethod
    def _file() -> SentFile:
        return SentFile("F1", "annex.pdf", 10, "https://files.slack.com/1")

    @staticmethod
    def _unless_refused(act: object) -> None:
        try:
            act()  # type: ignore[operator]
        except errors.BotError:
            return


STEPS = st.one_of(
    st.just(("edit",)),
    st.just(("release",)),
    st.tuples(st.just("reply"), st.sampled_from(["TANAKA", "NGUYEN"])),
    st.tuples(st.just("relabel"), st.sampled_from(LABELS), st.sampled_from(["TANAKA", "WALSH"])),
)


@contextmanager
def tried(connection: Connection) -> Iterator[None]:
    nested = connection.begin_nested()
    try:
        yield
    finally:
        nested.rollback()


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, min_size=3, max_size=12))
def test_no_word_is_ever_shown_under_a_looser_label(
    connection: Connection, steps: list[tuple[object, ...]]
) -> None:
    with tried(connection):
        life = Life(connection)
        life.check()
        for name, *about in steps:
            getattr(life, str(name))(*about)
            life.check()
