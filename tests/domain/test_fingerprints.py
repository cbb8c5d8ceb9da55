"""What of a channel counts as changed, and when both sides have confirmed the same."""

from dataclasses import replace

import pytest

from bot.domain.fingerprints import Change, Fingerprint, Suspension, first_agreed, found_at
from bot.domain.officials import Government

AGREED = Fingerprint("advisories", outsiders=frozenset({"U1"}))
JP, AU = Government.JP, Government.AU

CHANGED = {
    "another-guest": ({"outsiders": frozenset({"U1", "U2"})}, Change.OUTSIDERS),
    "shared": ({"is_shared": True}, Change.SHARED),
    "another-team": ({"teams": frozenset({"T9"})}, Change.SHARED),
    "renamed": ({"name": "general"}, Change.RENAMED),
    "made-private": ({"is_private": True}, Change.CONVERTED),
    "archived": ({"is_archived": True}, Change.ARCHIVED),
    "bot-removed": ({"is_member": False}, Change.NO_ACCESS),
}


@pytest.mark.parametrize("case", CHANGED)
def test_whatever_lets_others_read_or_nobody_hear_is_a_change(case: str) -> None:
    about, change = CHANGED[case]
    now = replace(AGREED, **about)  # type: ignore[arg-type]
    assert AGREED.changes_to(now) == {change}
    assert AGREED.digest != now.digest


def test_what_has_become_less_is_no_change_but_does_not_come_back_unasked() -> None:
    left = replace(AGREED, outsiders=frozenset())
    assert not AGREED.changes_to(left)
    narrowed = AGREED.narrowed_to(left)
    assert narrowed.changes_to(AGREED) == {Change.OUTSIDERS}


def test_a_member_nobody_had_checked_yet_is_known_once_they_are() -> None:
    hasty = replace(AGREED, unchecked=frozenset({"U2", "U3"}))
    now = replace(AGREED, outsiders=frozenset({"U1", "U2"}))
    assert not hasty.changes_to(now)
    assert hasty.narrowed_to(now) == now
    assert hasty.changes_to(replace(now, outsiders=now.outsiders | {"U4"})) == {Change.OUTSIDERS}


def test_a_link_from_before_there_were_fingerprints_agreed_to_a_channel_of_its_own_side() -> None:
    shared = replace(AGREED, is_shared=True, is_archived=True, teams=frozenset({"T9"}))
    assert first_agreed(shared).changes_to(shared) == {Change.SHARED, Change.ARCHIVED}
    assert not first_agreed(AGREED).changes_to(AGREED)


def test_both_sides_have_to_confirm_the_same() -> None:
    first = Suspension(found_at(JP, [Change.RENAMED])).confirm(JP, "as it was")
    assert first.waits_for == {AU}
    other = first.confirm(AU, "as it is now")
    assert other.waits_for == {JP}
    assert not other.confirm(JP, "as it is now").waits_for
    assert first.take_back(JP).waits_for == {JP, AU}
