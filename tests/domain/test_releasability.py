"""Whom an advisory is for is read, never guessed; narrowing never lets anybody in."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.agencies import SEED
from bot.domain.officials import Government
from bot.domain.releasability import (
    NOBODY,
    Named,
    Statement,
    is_within,
    narrowed,
    parse_releasability,
    permits,
    read_releasability,
    statements_in,
)

ON = date(2026, 9, 16)
AGENCIES = [(Government(one.government), one.code) for one in SEED]
EVERYBODY = frozenset(AGENCIES)
WHO = [*(f"{side.value}:{code}" for side, code in AGENCIES), *Government, NOBODY]
NAMED = st.lists(st.sampled_from(WHO), max_size=4).map(lambda some: tuple(sorted(set(some))))


def read(text: str) -> Statement:
    return read_releasability(statements_in(text), ON, SEED)


def readers(named: Named) -> frozenset[tuple[Government, str]]:
    """Everybody an advisory is for."""
    return frozenset(one for one in AGENCIES if permits(named, *one))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("#advisory [TLP:GREEN] patch now", ()),
        ("patch\nReleasability: ASD, DFAT", ("AU:ASD", "AU:DFAT")),
        ("patch\n*Releasability:* asd", ("AU:ASD",)),
        ("ＲＥＬＥＡＳＡＢＩＬＩＴＹ：ＡＳＤ", ("AU:ASD",)),
        ("> releasability : ASD;DFAT.", ("AU:ASD", "AU:DFAT")),
        ("提供可能範囲：豪州通信電子局、外務貿易省", ("AU:ASD", "AU:DFAT")),
        ("提供可能範囲：豪州", ("AU",)),
        ("・提供可能範囲：豪州", ("AU",)),
        ("※ 提供可能範囲：豪州", ("AU",)),
        ("1. Releasability: ASD", ("AU:ASD",)),
        ("Releasability: Australia, NCO", ("AU", "JP:NCO")),
        ("Releasability: Home Affairs (NOCS)", ("AU:NOCS",)),
        ("Releasability: all", ()),
        ("Releasability: ASD, DFAT\nReleasability: ASD, AFP", ("AU:ASD",)),
        ("Releasability: ASD\nReleasability: Australia", ("AU:ASD",)),
        ("Releasability: ASD\nReleasability: DFAT", (NOBODY,)),
        ("#advisory [TLP:GREEN] Releasability: ASD", ("AU:ASD",)),
        ("【提供可能範囲】ASD", ("AU:ASD",)),
        ("開示先：豪州", ("AU",)),
        ("Releasability - ASD", ("AU:ASD",)),
        ("Releasable to: ASD", ("AU:ASD",)),
        ("RELEASABLE ONLY TO ASD", ("AU:ASD",)),
        ("its releasability is limited", ()),
        ("提供可能範囲は限られる", ()),
    ],
)
def test_a_statement_is_read_as_it_is_written(text: str, named: Named) -> None:
    assert read(text) == Statement(named)


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("Releasability:", "–"),
        ("about releasability: ASD is in it", "ASD is in it"),
        ("releasable to the public", "the public"),
    ],
)
def test_what_only_looks_like_a_statement_lets_nobody_in(text: str, unknown: str) -> None:
    assert read(text) == Statement((NOBODY,), (unknown,))


@pytest.mark.parametrize("name", ["ASDF", "partners", "内閣", "Five Eyes", "ASD and DFAT"])
def test_a_name_that_is_nobodys_stands_for_nobody_and_is_told(name: str) -> None:
    assert read(f"Releasability: {name}") == Statement((NOBODY,), (name,))
    assert readers(read(f"Releasability: {name}").named) == frozenset()
    assert read(f"Releasability: ASD, {name}") == Statement(("AU:ASD",), (name,))


@given(one=NAMED, other=NAMED)
def test_narrowed_leaves_exactly_those_whom_both_name(one: Named, other: Named) -> None:
    both = narrowed(one, other)
    assert readers(both) == readers(one) & readers(other)
    assert is_within(both, one)
    assert is_within(both, other)


@given(one=NAMED, other=NAMED)
def test_within_never_lets_anybody_in(one: Named, other: Named) -> None:
    if is_within(one, other):
        assert readers(one) <= readers(other)
    assert is_within(one, ())
    assert is_within((), other) is (other == ())


def test_without_a_statement_it_is_for_everybody_and_with_one_for_nobody_else() -> None:
    assert readers(()) == EVERYBODY
    for (side, code), other in product(AGENCIES, AGENCIES):
        assert permits((f"{side.value}:{code}",), *other) is ((side, code) == other)


def test_a_typed_list_says_what_it_could_not_read() -> None:
    assert parse_releasability("ASD,nobody", ON, SEED) == Statement(("AU:ASD",), ("nobody",))
    assert parse_releasability("制限なし", ON, SEED) == Statement()
