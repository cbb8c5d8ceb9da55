"""Where a delivery travels, how fast, and how patiently it is tried again."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.deliveries import (
    BACKGROUND,
    PACE,
    ROUTINE,
    URGENT,
    WORKSPACE_LANE,
    Method,
    lane_of,
    retry_delay,
)


def test_every_method_has_a_pace_within_slacks_limits() -> None:
    per_minute = {Method.POST: 60, Method.DIRECT: 60, Method.UPDATE: 50, Method.PRIVATE: 100}
    assert set(PACE) == set(Method)
    for method, limit in per_minute.items():
        assert timedelta(minutes=1) / PACE[method] <= limit


def test_urgent_comes_before_routine_before_background() -> None:
    assert URGENT < ROUTINE < BACKGROUND


@pytest.mark.parametrize("method", Method)
def test_posts_share_a_lane_by_their_place_and_the_rest_by_their_workspace(method: Method) -> None:
    here = lane_of(method, "C01", "U01")
    elsewhere = lane_of(method, "C02", "U02")
    by_place = method in (Method.POST, Method.DIRECT)
    assert (here != elsewhere) is by_place
    assert here.startswith(WORKSPACE_LANE) is not by_place


def test_no_two_methods_share_a_lane() -> None:
    assert len({lane_of(method, "C01", "U01") for method in Method}) == len(Method)


@given(st.integers(min_value=1, max_value=10_000))
def test_the_pause_grows_up_to_a_minute(attempts: int) -> None:
    assert timedelta(seconds=1) <= retry_delay(attempts) <= retry_delay(attempts + 1)
    assert retry_delay(attempts) <= timedelta(minutes=1)
