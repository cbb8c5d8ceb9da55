"""One person asks so often within any minute, and no oftener; nobody else is concerned."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import errors
from commands.quota import PEOPLE, Quota

TOKYO, CANBERRA = "T0TOKYO", "T0CANB"


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@given(
    limit=st.integers(1, 5),
    pauses=st.lists(st.floats(0, 40, allow_nan=False), min_size=1, max_size=40),
)
def test_no_minute_has_more_than_it_allows_and_none_that_fits_is_refused(
    limit: int, pauses: list[float]
) -> None:
    clock = Seconds()
    quota = Quota(limit, clock)
    done: list[float] = []
    for number, pause in enumerate(pauses):
        clock.now += pause
        within = [at for at in done if at > clock.now - 60]
        if len(within) < limit:
            quota.require(TOKYO, "U1", str(number))
            done.append(clock.now)
            continue
        with pytest.raises(errors.TooManyRequests) as refused:
            quota.require(TOKYO, "U1", str(number))
        seconds = refused.value.parameters["seconds"]
        assert isinstance(seconds, int)
        assert 0 <= seconds - (within[0] + 60 - clock.now) < 1


def test_whoever_asks_too_often_stops_nobody_else() -> None:
    quota = Quota(1, Seconds())
    quota.require(TOKYO, "U1", "first")
    with pytest.raises(errors.TooManyRequests):
        quota.require(TOKYO, "U1", "second")
    quota.require(TOKYO, "U2", "first")
    quota.require(CANBERRA, "U1", "first")


def test_a_request_that_is_delivered_twice_is_one() -> None:
    quota = Quota(2, Seconds())
    for key in ("first", "first", "second", "first", "second"):
        quota.require(TOKYO, "U1", key)
    with pytest.raises(errors.TooManyRequests):
        quota.require(TOKYO, "U1", "third")


def test_nothing_is_counted_where_any_number_is_allowed() -> None:
    quota = Quota(0, Seconds())
    for number in range(1_000):
        quota.require(TOKYO, "U1", str(number))


def test_it_does_not_grow_with_those_who_ask() -> None:
    quota = Quota(1, Seconds())
    for number in range(PEOPLE + 5):
        quota.require(TOKYO, f"U{number}", "first")
    assert len(quota._asked) == PEOPLE
