"""One side's secret never speaks for the other: every workspace a payload names is the signer's."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from multidict import CIMultiDict

from integrations.slack.ingress import IngressGuard, Rejected
from integrations.slack.teams import NoTeam, acting_team
from tests.cast import CANBERRA, TOKYO
from tests.integrations.slack.signed import FORM, JSON, NOW, connection, event, headers

PRESS: dict[str, Any] = {"type": "block_actions", "actions": [{"action_id": "release"}]}


def status_of(raw: bytes, content_type: str) -> int:
    """200 when a request signed by Tokyo passes, else the status of its refusal."""
    guard = IngressGuard((connection(TOKYO), connection(CANBERRA)), lambda: NOW)
    try:
        guard.check(raw, CIMultiDict(headers(raw, TOKYO, content_type=content_type)))
    except Rejected as rejected:
        return rejected.status
    return 200


def pressed(**about: Any) -> bytes:
    return urlencode({"payload": json.dumps(PRESS | about)}).encode()


@pytest.mark.parametrize(
    "about",
    [
        {"team_id": TOKYO, "team": {"id": CANBERRA}},
        {"team_id": CANBERRA, "team": {"id": TOKYO}},
        {"team_id": TOKYO, "team": {}},
        {"team": {"id": TOKYO}, "view": {"app_installed_team_id": CANBERRA}},
        {"team": None, "user": {"team_id": CANBERRA}},
        {"team": {"id": TOKYO}, "authorizations": [{"team_id": CANBERRA}]},
    ],
)
def test_a_gesture_that_names_the_other_side_is_turned_away(about: dict[str, Any]) -> None:
    assert status_of(pressed(**about), FORM) == 401


@pytest.mark.parametrize(
    "authorizations",
    [
        [{"team_id": CANBERRA}],
        [{"team_id": TOKYO}, {"team_id": CANBERRA}],
        [{"team_id": None}],
        [{}],
    ],
)
def test_an_event_authorised_for_the_other_side_is_turned_away(authorizations: list[Any]) -> None:
    assert status_of(event(TOKYO, authorizations=authorizations), JSON) == 401
    assert status_of(event(TOKYO, authorizations=[{"team_id": TOKYO}]), JSON) == 200


@pytest.mark.parametrize(
    "about",
    [
        {"team": {"id": TOKYO}},
        {"team": {"id": TOKYO}, "view": {"app_installed_team_id": TOKYO}},
        {"team": None, "user": {"id": "U01SATO", "team_id": TOKYO}},
        # Somebody of elsewhere pressing a button here is told why not, in words.
        {"team": {"id": TOKYO}, "user": {"id": "U09", "team_id": "T-ELSEWHERE"}},
    ],
)
def test_a_gesture_of_the_signers_own_workspace_passes(about: dict[str, Any]) -> None:
    assert status_of(pressed(**about), FORM) == 200


@pytest.mark.parametrize(
    ("payload", "team"),
    [
        ({"team_id": TOKYO}, TOKYO),
        ({"team": {"id": TOKYO}, "user": {"team_id": CANBERRA}}, TOKYO),
        ({"team": None, "user": {"team_id": TOKYO}}, TOKYO),
    ],
)
def test_the_workspace_acted_in_is_read_in_one_way(payload: dict[str, Any], team: str) -> None:
    assert acting_team(payload) == team


@pytest.mark.parametrize("payload", [{}, {"team": None}, {"team_id": 5}, {"user": {"team_id": ""}}])
def test_who_names_no_workspace_acts_nowhere(payload: dict[str, Any]) -> None:
    with pytest.raises(NoTeam):
        acting_team(payload)
