"""Every cell of the table of rights, against what was written apart from it; no row is idle."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from bot.domain import policy
from bot.domain.marking_tables import Decision
from bot.domain.policy_table import TABLE
from bot.domain.rights import (
    LABELS,
    STATES,
    WHO,
    Act,
    Channel,
    Matter,
    Quorum,
    Row,
    Side,
    Verdict,
    Who,
)

# What is expected is written in the words that stand in the database, not in those of the table.
Words = tuple[str, str, str, str | None, str, str | None]
NO = "deny"
BY_TWO_RELEASERS = "ask: 2 releaser, not the author"
BY_TWO_ADMINS = "ask: 2 admin"
BY_BOTH_LIAISONS = "ask: 2 liaison, one of each side"
SPEAK = ("admin", "liaison", "releaser", "notetaker", "member", "source")
EVERY = ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED")
TRAVELS = ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER")


def post(who: str, side: str, channel: str, label: str | None, marking: str, state: Any) -> str:
    heard = channel in ("none", "open", "auto", "manual", "paused")
    fit = label in (None, *TRAVELS) and marking in ("allow", "ask")
    return "allow" if who in SPEAK and side == "own" and heard and fit and state is None else NO


def travel(*states: str, asks: bool) -> Callable[..., str]:
    def rule(who: str, side: str, channel: str, label: Any, marking: str, state: Any) -> str:
        if who != "bridge" or side != "other" or state not in states:
            return NO
        if label not in TRAVELS or marking not in ("allow", "ask"):
            return NO
        if channel == "auto" and label != "TLP:AMBER" and marking == "allow":
            return "allow"
        return BY_TWO_RELEASERS if asks and channel in ("auto", "manual") else NO

    return rule


def simple(
    *who: str,
    side: tuple[str, ...] = ("own",),
    channel: str = "",
    labels: tuple[str, ...] = (),
    markings: tuple[str, ...] = (),
    states: tuple[str | None, ...] = (),
    answer: str = "allow",
) -> Callable[..., str]:
    def rule(by: str, of: str, where: str, label: Any, marking: str, state: Any) -> str:
        fits = by in who and of in side
        fits = fits and (not channel or where == channel)
        fits = fits and (not labels or label in labels)
        fits = fits and (not markings or marking in markings)
        return answer if fits and (not states or state in states) else NO

    return rule


def change_item(who: str, side: str, *_: Any) -> str:
    """Whoever carries it, of either side; the keepers of the register, on their own."""
    keeps = who in ("notetaker", "liaison", "admin") and side == "own"
    return "allow" if who == "author" or keeps else NO


BOTH = ("own", "other")
LOOSER = simple(
    "author",
    "releaser",
    labels=TRAVELS,
    markings=("allow", "ask"),
    states=("issued",),
    answer=BY_TWO_RELEASERS,
)
RULES: dict[str, Callable[..., str]] = {
    "post": post,
    "label": simple(
        "author", "releaser", labels=TRAVELS, markings=("allow", "ask"), states=("held",)
    ),
    "discard": simple("author", "releaser", states=("held",)),
    "release": simple("releaser", labels=TRAVELS, states=("issued", "superseded")),
    "keep_back": simple("releaser", labels=TRAVELS, states=("issued", "superseded")),
    "withdraw": simple("author", "releaser", states=("issued", "superseded")),
    "narrow": simple("author", "releaser", states=("issued", "superseded")),
    "supersede": simple("author", "releaser", states=("issued", "superseded")),
    "restore": simple("author", "releaser", states=("withdrawn",), answer=BY_TWO_RELEASERS),
    "acknowledge": simple(*SPEAK, side=("other",), states=("issued", "superseded")),
    "tighten": simple(*SPEAK, side=BOTH, labels=EVERY, states=("issued", "superseded")),
    "relax": LOOSER,
    "widen": LOOSER,
    "relay": travel("issued", asks=True),
    "update": travel("issued", "superseded", asks=True),
    "reply": travel("issued", "superseded", asks=False),
    "propose_link": simple(
        "liaison", channel="open", labels=TRAVELS, states=(None,), answer=BY_BOTH_LIAISONS
    ),
    "accept_link": simple(
        "liaison", side=("other",), channel="open", labels=TRAVELS, states=("proposed",)
    ),
    "amend_link": simple(
        "liaison", side=BOTH, labels=TRAVELS, states=("active", "paused"), answer=BY_BOTH_LIAISONS
    ),
    "agree_terms": simple("liaison", side=("other",), labels=TRAVELS, states=("active", "paused")),
    "decline_link": simple("liaison", side=BOTH, states=("proposed", "active", "paused")),
    "cut_link": simple("liaison", side=BOTH, states=("proposed", "active", "paused")),
    "pause_link": simple("liaison", side=BOTH, states=("active", "paused")),
    "resume_link": simple("liaison", side=BOTH, states=("paused",)),
    "enrol": simple("admin"),
    "read_audit": simple("admin"),
    "set_holidays": simple("admin"),
    "set_ceiling": simple("admin", labels=TRAVELS),
    "lift_ceiling": simple("admin"),
    "remove": simple("author", "admin"),
    "hand_duty": simple("admin", "duty"),
    "purge": simple("admin", answer=BY_TWO_ADMINS),
    "capture": simple("notetaker"),
    "work": simple(*SPEAK),
    "change_item": change_item,
    "keep_round": simple("notetaker", "liaison", "admin"),
}


CELLS: tuple[tuple[Who, Matter], ...] = tuple(
    (who, Matter(*about)) for who, *about in product(WHO, Side, Channel, LABELS, Decision, STATES)
)


def answer(who: Who, act: Act, matter: Matter, table: Sequence[Row]) -> str:
    row = policy.row_of(who, act, matter, table)
    if row is None:
        return NO
    quorum = row.quorum
    if quorum is None:
        return row.verdict.value
    words = f"{row.verdict}: {quorum.people} {quorum.role}"
    words += ", one of each side" if quorum.each_side else ""
    return words + (", not the author" if quorum.without_author else "")


def expected(who: Who, act: Act, matter: Matter) -> str:
    about = (matter.side, matter.channel, matter.label, matter.marking, matter.state)
    return RULES[act](who, *about)


def differing(
    act: Act, table: Sequence[Row], among: Iterable[tuple[Who, Matter]] = CELLS
) -> tuple[Who, Matter] | None:
    """The first cell of an act in which a table says something else than was expected."""
    # Rows of other acts never fit: leaving them out changes nothing but the time it takes.
    rows = [row for row in table if act in row.acts]
    return next(
        (
            (who, matter)
            for who, matter in among
            if answer(who, act, matter, rows) != expected(who, act, matter)
        ),
        None,
    )


def decided_by(row: Row) -> list[tuple[Who, Matter]]:
    """The cells that a row fits: nothing else changes when it does."""
    act = min(row.acts)
    return [(who, matter) for who, matter in CELLS if row.fits(who, act, matter)]


@pytest.mark.parametrize("act", Act)
def test_every_cell_says_what_was_expected(act: Act) -> None:
    assert differing(act, TABLE) is None


def test_every_act_is_expected_of_somebody() -> None:
    assert set(RULES) == {act.value for act in Act}
    size = len(WHO) * len(Side) * len(Channel) * len(LABELS) * len(Decision) * len(STATES)
    assert len(CELLS) == size == 12 * 2 * 10 * 6 * 4 * 11


def mutants(row: Row) -> Iterator[tuple[str, tuple[Row, ...]]]:
    yield "gone", ()
    for verdict in Verdict:
        if verdict is not row.verdict:
            yield verdict.value, (replace(row, verdict=verdict),)
    if row.quorum is not None:
        yield "nobody", (replace(row, quorum=None),)
        for changed in (
            replace(row.quorum, people=1),
            replace(row.quorum, each_side=not row.quorum.each_side),
            replace(row.quorum, without_author=not row.quorum.without_author),
        ):
            yield repr(changed), (replace(row, quorum=changed),)


@pytest.mark.parametrize("place", range(len(TABLE)))
def test_no_row_can_be_flipped_or_left_out_unnoticed(place: int) -> None:
    row = TABLE[place]
    touched = decided_by(row)
    for name, instead in mutants(row):
        table = (*TABLE[:place], *instead, *TABLE[place + 1 :])
        for act in row.acts:
            assert differing(act, table, touched) is not None, (name, act)


@pytest.mark.parametrize("place", range(len(TABLE)))
def test_no_row_can_forget_or_gain_a_value_unnoticed(place: int) -> None:
    row = TABLE[place]
    whole: dict[str, Sequence[Any]] = {
        "by": WHO,
        "sides": tuple(Side),
        "channels": tuple(Channel),
        "labels": LABELS,
        "markings": tuple(Decision),
        "states": STATES,
    }
    for name, values in whole.items():
        named = getattr(row, name)
        for value in values:
            changed = replace(row, **{name: named ^ {value}})
            # What a narrower row before this one decides already makes no difference here.
            earlier = TABLE[:place]
            if any(covers(one, row, name, value) for one in earlier):
                continue
            table = (*earlier, changed, *TABLE[place + 1 :])
            touched = decided_by(replace(row, **{name: frozenset({value})}))
            assert any(differing(act, table, touched) for act in row.acts), (name, value)


def covers(earlier: Row, row: Row, name: str, value: object) -> bool:
    """Whether an earlier row decides every cell that a row gains or loses by one value."""
    dimensions = ("acts", "by", "sides", "channels", "labels", "markings", "states")
    return all(
        (frozenset({value}) if one == name else getattr(row, one)) <= getattr(earlier, one)
        for one in dimensions
    )


UNKNOWN: dict[str, Any] = {
    "side": "third",
    "channel": "pigeon",
    "label": "TLP:PURPLE",
    "marking": "perhaps",
    "state": "limbo",
}


def some_cell(row: Row) -> tuple[Who, Act, Matter]:
    """A cell the row decides."""
    first = {
        "side": sorted(row.sides)[0],
        "channel": sorted(row.channels)[0],
        "label": sorted(row.labels - {None})[0],  # type: ignore[type-var]
        "marking": sorted(row.markings)[0],
        "state": next(iter(row.states)),
    }
    return sorted(row.by)[0], sorted(row.acts)[0], Matter(**first)  # type: ignore[arg-type]


@pytest.mark.parametrize("row", TABLE)
def test_a_value_nobody_declared_is_denied(row: Row) -> None:
    who, act, matter = some_cell(row)
    assert policy.verdict_of((who,), act, matter) is not Verdict.DENY
    for name, value in UNKNOWN.items():
        changed = replace(matter, **{name: value})
        assert policy.verdict_of((who,), act, changed) is Verdict.DENY, name
    unknown: Any = "janitor"
    assert policy.verdict_of((unknown,), act, matter) is Verdict.DENY
    assert policy.verdict_of((who,), unknown, matter) is Verdict.DENY
    assert policy.verdict_of((), act, matter) is Verdict.DENY


def test_whoever_may_in_one_part_may_whatever_their_other_parts() -> None:
    for row in TABLE:
        who, act, matter = some_cell(row)
        assert policy.verdict_of(WHO, act, matter) is not Verdict.DENY
        found = policy.quorum_of(who, act, matter)
        assert isinstance(found, Quorum) is (row.verdict is Verdict.ASK)
