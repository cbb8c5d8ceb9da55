"""Only what is whole, fresh, signed and new passes; everything else is answered, never raised."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

from integrations.slack.ingress import BODY_LIMIT, DEPTH_LIMIT, IngressGuard, Passed, Rejected
from tests.cast import CANBERRA, TOKYO
from tests.integrations.slack.signed import (
    FORM,
    JSON,
    MESSAGE,
    NOW,
    SECRETS,
    connection,
    event,
    headers,
    sign,
)


def guard(now: Callable[[], float] = lambda: NOW) -> IngressGuard:
    return IngressGuard((connection(TOKYO), connection(CANBERRA)), now)


def status_of(raw: bytes, given_: dict[str, str], one: IngressGuard | None = None) -> int:
    """200 when it passes, else the status of the refusal."""
    try:
        (one or guard()).check(raw, CIMultiDict(given_))
    except Rejected as rejected:
        return rejected.status
    return 200


@pytest.mark.parametrize("team", [TOKYO, CANBERRA])
def test_a_signed_request_of_either_workspace_passes(team: str) -> None:
    raw = event(team)
    assert guard().check(raw, headers(raw, team)) == Passed(json.loads(raw), team)


def test_commands_and_interactivity_pass_as_forms() -> None:
    command = urlencode({"team_id": TOKYO, "command": "/link", "text": "test payload 値"}).encode()
    passed = guard().check(command, headers(command, content_type=FORM))
    assert passed.payload["text"] == "test payload 値"
    for payload in ({"team": {"id": TOKYO}}, {"team": None, "user": {"team_id": TOKYO}}):
        raw = urlencode({"payload": json.dumps(payload)}).encode()
        passed = guard().check(raw, headers(raw, content_type=f"{FORM}; charset=utf-8"))
        assert (passed.payload, passed.team) == (payload, TOKYO)


def test_url_verification_names_no_team() -> None:
    raw = json.dumps({"type": "url_verification", "challenge": "c"}).encode()
    assert guard().check(raw, headers(raw, CANBERRA)).team == ""
    forged = headers(raw) | {"X-Slack-Signature": sign(raw, "guess")}
    assert status_of(raw, forged) == 401


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"X-Slack-Signature": "v0=" + "0" * 64}, 401),
        ({"X-Slack-Signature": ""}, 401),
        ({"X-Slack-Signature": "v0=" + "é" * 64}, 401),
        ({"X-Slack-Signature": "v1=" + "0" * 64}, 401),
        ({"X-Slack-Signature": "v0=" + "0" * 65}, 401),
        ({"X-Slack-Request-Timestamp": ""}, 401),
        ({"X-Slack-Request-Timestamp": "soon"}, 401),
        ({"X-Slack-Request-Timestamp": "１７８９５２０４００"}, 401),
        ({"X-Slack-Request-Timestamp": f"{NOW}.5"}, 401),
        ({"X-Slack-Request-Timestamp": "-1"}, 401),
        ({"X-Slack-Request-Timestamp": "9" * 30}, 401),
        ({"X-Slack-Request-Timestamp": f" {NOW}"}, 401),
        ({"Content-Type": "text/plain"}, 400),
        ({"Content-Type": ""}, 400),
        ({"Content-Type": "multipart/form-data; boundary=x"}, 400),
    ],
)
def test_wrong_headers_are_turned_away(changed: dict[str, str], status: int) -> None:
    raw = event()
    assert status_of(raw, headers(raw) | changed) == status


def test_missing_headers_are_turned_away() -> None:
    assert status_of(event(), {}) == 401


@pytest.mark.parametrize(
    ("age", "status"), [(0, 200), (300, 200), (301, 401), (86_400, 401), (-60, 200), (-61, 401)]
)
def test_a_request_is_fresh_for_five_minutes_and_at_most_one_early(age: int, status: int) -> None:
    raw = event()
    assert status_of(raw, headers(raw, timestamp=NOW - age)) == status


def test_another_workspaces_secret_does_not_open_this_one() -> None:
    raw = event(TOKYO)
    assert status_of(raw, headers(raw, CANBERRA)) == 401


@pytest.mark.parametrize(
    "body",
    [
        {"type": "event_callback"},
        {"type": "event_callback", "team_id": "T-OTHER"},
        {"type": "event_callback", "team_id": {"id": TOKYO}},
        {"type": "event_callback", "team_id": [TOKYO]},
        {"team_id": ""},
        {"type": "url_verification", "team_id": "T-OTHER"},
        {},
    ],
)
def test_who_names_no_workspace_of_ours_is_turned_away(body: dict[str, Any]) -> None:
    raw = json.dumps(body).encode()
    assert status_of(raw, headers(raw)) == 401


def test_a_workspace_in_socket_mode_is_not_spoken_to_over_http() -> None:
    one = IngressGuard((connection(TOKYO, "socket"), connection(CANBERRA)), lambda: NOW)
    raw = event(TOKYO)
    assert status_of(raw, headers(raw), one) == 401


def test_the_same_bytes_twice_are_a_replay_until_they_are_stale() -> None:
    now = [float(NOW)]
    one = guard(lambda: now[0])
    raw = event()
    assert status_of(raw, headers(raw), one) == 200
    for later in (0, 100, 300, 301, 100_000):
        now[0] = NOW + later
        assert status_of(raw, headers(raw), one) == 401


def test_what_could_not_be_stored_may_come_again() -> None:
    one, raw = guard(), event()
    given_ = headers(raw)
    assert status_of(raw, given_, one) == 200
    one.forget(given_["X-Slack-Signature"])
    assert status_of(raw, given_, one) == 200


def test_a_forged_request_does_not_use_up_the_real_one() -> None:
    one, raw = guard(), event()
    given_ = headers(raw)
    assert status_of(raw + b" ", given_, one) == 401
    assert status_of(raw, given_, one) == 200


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [
        (b"", JSON),
        (b"{", JSON),
        (b"[]", JSON),
        (b'"text"', JSON),
        (b"null", JSON),
        (b"\xff\xfe", JSON),
        (b'{"team_id":"T0TOKYO","n":' + b"9" * 5000 + b"}", JSON),
        (b'{"team_id":"T0TOKYO","text":"\\ud800"}', JSON),
        (b'{"team_id":"T0TOKYO","\\udfff":1}', JSON),
        (b"payload=", FORM),
        (b"payload=%7B", FORM),
        (b"payload=[]&team_id=T0TOKYO", FORM),
        (b"&".join(b"k%d=v" % number for number in range(300)), FORM),
    ],
)
def test_signed_nonsense_is_a_bad_request(raw: bytes, content_type: str) -> None:
    assert status_of(raw, headers(raw, content_type=content_type)) == 400


@pytest.mark.parametrize(
    "changed",
    [
        {"event": None},
        {"event": []},
        {"event": {}},
        {"event": {"type": None}},
        {"event": MESSAGE | {"channel": None}},
        {"event": MESSAGE | {"ts": "soon"}},
        {"event": MESSAGE | {"text": 5}},
        {"event": MESSAGE | {"files": [None]}},
        {"event": MESSAGE | {"message": "x"}},
        {"authorizations": []},
        {"authorizations": [None]},
        {"user": "U01SATO"},
        {"view": []},
        {"type": "block_actions"},
        {"type": "block_actions", "actions": [{}]},
        {"type": "view_submission", "view": {}},
        {"type": ["event_callback"]},
    ],
)
def test_what_has_not_the_shape_slack_documents_is_a_bad_request(changed: dict[str, Any]) -> None:
    raw = event(**changed)
    assert status_of(raw, headers(raw)) == 400


def test_whole_letters_beyond_the_first_plane_pass() -> None:
    raw = b'{"team_id":"T0TOKYO","text":"\\ud83d\\ude00 \\\\ud800"}'
    assert status_of(raw, headers(raw)) == 200


@pytest.mark.parametrize(("depth", "status"), [(DEPTH_LIMIT - 1, 200), (DEPTH_LIMIT, 400)])
@pytest.mark.parametrize(("opens", "closes"), [('{"a":', "}"), ("[", "]")])
def test_deep_nesting_is_a_bad_request(depth: int, status: int, opens: str, closes: str) -> None:
    deep = opens * depth + "1" + closes * depth
    raw = f'{{"team_id":"{TOKYO}","x":{deep}}}'.encode()
    assert status_of(raw, headers(raw)) == status


def test_brackets_in_strings_are_no_nesting() -> None:
    raw = event(text='[[{"\\' * 500)
    assert status_of(raw, headers(raw)) == 200


def test_a_body_over_the_limit_is_too_large_whoever_signed_it() -> None:
    raw = event(text="x" * BODY_LIMIT)
    assert status_of(raw, headers(raw)) == 413
    whole = event(text="")
    largest = event(text="x" * (BODY_LIMIT - len(whole)))
    assert len(largest) == BODY_LIMIT
    assert status_of(largest, headers(largest)) == 200


ODD_HEADERS = st.dictionaries(
    st.sampled_from(["X-Slack-Request-Timestamp", "X-Slack-Signature", "Content-Type"]),
    st.one_of(st.text(max_size=80), st.sampled_from([str(NOW), "v0=" + "a" * 64, JSON, FORM])),
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10)
ANY_JSON = st.recursive(
    LEAVES,
    lambda one: st.lists(one, max_size=4) | st.dictionaries(st.text(max_size=8), one, max_size=4),
    max_leaves=12,
)
NAMED = st.fixed_dictionaries(
    {},
    optional={
        name: ANY_JSON | st.just(TOKYO)
        for name in ("team_id", "team", "user", "type", "event", "payload", "challenge")
    },
)
BODIES = st.one_of(
    st.binary(max_size=80),
    NAMED.map(lambda one: json.dumps(one).encode()),
    NAMED.map(lambda one: urlencode({"payload": json.dumps(one)}).encode()),
    ANY_JSON.map(lambda one: json.dumps(one).encode()),
)


@settings(max_examples=700, deadline=None)
@given(BODIES, ODD_HEADERS)
def test_unsigned_requests_never_pass_and_never_raise(raw: bytes, given_: dict[str, str]) -> None:
    assert status_of(raw, given_) in (400, 401, 413)


@settings(max_examples=500, deadline=None)
@given(BODIES, st.sampled_from([JSON, FORM, "text/plain"]), st.sampled_from(sorted(SECRETS)))
def test_signed_requests_pass_or_are_turned_away(raw: bytes, kind: str, team: str) -> None:
    assert status_of(raw, headers(raw, team, content_type=kind)) in (200, 400, 401)
