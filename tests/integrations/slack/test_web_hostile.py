"""Requests by the thousand that nobody of ours sent, or that no Slack would send: none is obeyed.

Forged and replayed ones are turned away (0 accepted, 0 x 500); malformed ones at every entry point,
over HTTP and as Socket Mode hands them over, are answered without a fault of ours.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest
from structlog.testing import capture_logs

from bot.storage.database import Database
from bot.storage.tables import advisories, requests
from commands import BUTTONS, COMMANDS
from commands.forms import FORM as FORM_VIEW
from commands.forms import MENU
from tests import cast
from tests.integrations.slack.signed import FORM, JSON, MESSAGE, NOW, SECRETS, event, headers, sign
from tests.integrations.slack.test_web import ALLOWED, Host, hosted

pytestmark = pytest.mark.timeout(600)
FORGED, MALFORMED, AT_ONCE = 10_000, 20_000, 20
FAULTS = ("edge.surprise", "home.fault")
USER = {"id": "U01SATO", "team_id": cast.TOKYO, "name": "sato"}
PLACE = {"id": cast.TOKYO_ADV, "name": "adv"}
TEAM = {"id": cast.TOKYO, "domain": "tokyo"}


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    async with hosted() as one:
        one.database.transact(cast.join)
        yield one


def _advisory(number: int) -> bytes:
    said = MESSAGE | {"ts": f"1789520400.{number:06}", "text": f"#advisory [TLP:GREEN] {number}"}
    return event(event=said)


def _forged(dice: random.Random, number: int) -> tuple[bytes, dict[str, str]]:
    """A request that is right but for one thing."""
    raw = _advisory(number)
    good = headers(raw)
    signature = good["X-Slack-Signature"]
    at = dice.randrange(3, len(signature))
    other = "0123456789abcdef".replace(signature[at], "")
    missing = dice.choice(("X-Slack-Request-Timestamp", "X-Slack-Signature"))
    wrong: list[Callable[[], tuple[bytes, dict[str, str]]]] = [
        lambda: (
            raw,
            good | {"X-Slack-Signature": signature[:at] + dice.choice(other) + signature[at + 1 :]},
        ),
        lambda: (raw, headers(raw, cast.CANBERRA)),
        lambda: (raw, good | {"X-Slack-Signature": sign(raw, "guessed")}),
        lambda: (raw, headers(raw, timestamp=NOW - dice.randrange(301, 9_000))),
        lambda: (raw, headers(raw, timestamp=NOW + dice.randrange(61, 9_000))),
        lambda: (raw.replace(b"GREEN", b"CLEAR"), good),
        lambda: (raw + b" ", good),
        lambda: (raw, good | {"X-Slack-Request-Timestamp": str(NOW - 1)}),
        lambda: (raw, {k: v for k, v in good.items() if k != missing}),
        lambda: (raw, good | {"X-Slack-Signature": ""}),
    ]
    return dice.choice(wrong)()


async def _sent(host: Host, wanted: list[tuple[bytes, dict[str, str]]]) -> Counter[int]:
    """How those requests were answered, a few at a time."""
    return await _at_once([lambda one=one: _status(host, *one) for one in wanted])  # type: ignore[misc]


async def _status(host: Host, raw: bytes, given: dict[str, str]) -> int:
    return (await host.post(raw, given))[0]


async def _at_once(work: list[Callable[[], Awaitable[int]]]) -> Counter[int]:
    answered: Counter[int] = Counter()
    left = iter(work)

    async def one_hand() -> None:
        for one in left:
            answered[await one()] += 1

    await asyncio.gather(*(one_hand() for _ in range(AT_ONCE)))
    return answered


def _counted(database: Database) -> tuple[int, int]:
    def count(uow: Any) -> tuple[int, int]:
        tables = (advisories, requests)
        found = [len(uow.connection.execute(one.select()).all()) for one in tables]
        return found[0], found[1]

    return database.transact(count)


async def test_ten_thousand_forged_and_replayed_requests_are_all_turned_away(host: Host) -> None:
    dice = random.Random(20261125)
    genuine = [(raw, headers(raw)) for raw in map(_advisory, range(20))]
    assert await _sent(host, genuine) == {200: len(genuine)}
    before = _counted(host.database)
    replayed = [dice.choice(genuine) for _ in range(FORGED // 5)]
    forged = [_forged(dice, number) for number in range(1_000, 1_000 + FORGED - len(replayed))]
    answered = await _sent(host, dice.sample(replayed + forged, FORGED))
    print(f"forged and replayed: {dict(answered)}")
    assert set(answered) <= {400, 401}
    assert _counted(host.database) == before


def _payloads(answers: str) -> list[tuple[str, dict[str, Any]]]:
    """One good payload of every kind that reaches the bot, each with how Slack sends it.

    `answers`: the address for what the bot says afterwards.
    """
    spoken = MESSAGE | {"text": "#advisory [TLP:GREEN] x"}
    changed = {"type": "message", "channel": cast.TOKYO_ADV, "ts": "1789520401.000100"}
    wrapped = {"type": "event_callback", "team_id": cast.TOKYO, "event_id": "Ev1"}
    events: list[dict[str, Any]] = [
        spoken,
        MESSAGE | {"thread_ts": "1789520400.000001"},
        changed | {"subtype": "message_changed", "message": spoken, "previous_message": MESSAGE},
        changed | {"subtype": "message_deleted", "deleted_ts": MESSAGE["ts"]},
        MESSAGE | {"subtype": "file_share", "files": [{"id": "F1", "name": "a.pdf"}]},
        MESSAGE | {"subtype": "bot_message", "bot_id": "B1", "attachments": [{"text": "x"}]},
        {"type": "app_mention", "channel": cast.TOKYO_ADV, "user": "U01SATO", "ts": "1789520402.1"},
        {"type": "app_home_opened", "user": "U01SATO", "channel": "D1", "tab": "home"},
        {"type": "reaction_added", "user": "U01SATO", "item": {"type": "message", "ts": "1.1"}},
        {"type": "channel_archive", "channel": cast.TOKYO_ADV},
        {"type": "member_joined_channel", "channel": cast.TOKYO_ADV, "user": "U04ITO"},
    ]
    found = [(JSON, wrapped | {"event": one}) for one in events]
    typed = {"team_id": cast.TOKYO, "user_id": "U01SATO", "channel_id": cast.TOKYO_ADV}
    for command in COMMANDS:
        for words in ("", "list", "new", "'", "x:y"):
            asked = {"command": command.name, "text": words, "trigger_id": "1.2"}
            found.append((FORM, typed | asked | {"response_url": answers}))
    pressed = {"type": "block_actions", "team": TEAM, "user": USER, "channel": PLACE}
    for name in BUTTONS:
        action = {"action_id": name, "block_id": "b", "type": "button", "value": "ADV-2026-0001"}
        message = {"ts": "1789520400.000100", "text": "x", "blocks": []}
        here = {"type": "message", "message_ts": message["ts"], "channel_id": cast.TOKYO_ADV}
        more = {"actions": [action], "message": message, "container": here, "trigger_id": "1.2"}
        found.append((FORM, pressed | more))
    for callback in (MENU, FORM_VIEW):
        view = {"id": "V1", "callback_id": callback, "private_metadata": "{}", "type": "modal"}
        state = {"values": {"to": {"to": {"type": "plain_text_input", "value": "ASD"}}}}
        for kind in ("view_submission", "view_closed"):
            shown = {"view": view | {"state": state, "blocks": []}, "team": TEAM, "user": USER}
            found.append((FORM, {"type": kind, "trigger_id": "1.2", **shown}))
    for kind in ("shortcut", "message_action"):
        used = {"callback_id": "x", "team": TEAM, "user": USER, "trigger_id": "1.2"}
        found.append((FORM, {"type": kind, **used, "channel": PLACE, "message": MESSAGE}))
    return found


ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1.5e308,
    "",
    " ",
    "x" * 5_000,
    "\u0000",
    "\ud7ff",
    "＜!channel＞",
    [],
    {},
    [[]],
    [None],
    {"": None},
    {"id": None},
    ["a", 1],
    "1789520400.000100",
    "9" * 400,
    "../..",
    "%s",
)


def _spoilt(dice: random.Random, value: Any, depth: int = 0) -> Any:
    """The same with one thing in it gone, doubled, or of another kind."""
    if isinstance(value, dict) and value and (depth == 0 or dice.random() < 0.75):
        name = dice.choice(list(value))
        if dice.random() < 0.25:
            return {k: v for k, v in value.items() if k != name}
        return value | {name: _spoilt(dice, value[name], depth + 1)}
    if isinstance(value, list) and value and dice.random() < 0.5:
        return dice.choice(([*value, *value], [_spoilt(dice, value[0], depth + 1)]))
    return dice.choice(ODD)


def _request(dice: random.Random, kind: str, payload: Any) -> tuple[bytes, dict[str, str]]:
    team = dice.choice(sorted(SECRETS)) if dice.random() < 0.05 else cast.TOKYO
    if kind == JSON:
        raw = json.dumps(payload).encode()
    elif isinstance(payload, dict) and "command" in payload:
        raw = urlencode({k: v for k, v in payload.items() if v is not None}).encode()
    else:
        raw = urlencode({"payload": json.dumps(payload)}).encode()
    return raw, headers(raw, team, content_type=kind)


@pytest.mark.long
async def test_twenty_thousand_malformed_payloads_meet_no_fault_at_any_entry_point(
    host: Host,
) -> None:
    dice = random.Random(20261126)
    good = _payloads(f"{host.url}/answers")
    spoilt = []
    for number in range(MALFORMED):
        kind, payload = good[number % len(good)]
        for _ in range(dice.randint(1, 3)):
            payload = _spoilt(dice, payload) if isinstance(payload, dict) else payload
        spoilt.append((kind, payload))
    over_http = [_request(dice, *one) for one in spoilt[::2]]
    by_socket = [
        lambda payload=payload: _handed_over(host, payload)  # type: ignore[misc]
        for _, payload in spoilt[1::2]
    ]
    with capture_logs() as logs:
        answered = await _sent(host, over_http)
        handed = await _at_once(by_socket)
    faults = [line for line in logs if line["event"] in FAULTS or "exception" in line]
    print(f"malformed: {dict(answered)} over HTTP, {dict(handed)} by socket")
    assert faults == []
    # A machine that is busy with other things may ask for a few of them once more.
    assert set(answered) <= ALLOWED | {503}
    # What Bolt itself cannot read it answers with 500, and its socket then acknowledges nothing.
    assert set(handed) <= ALLOWED | {500, 503}


async def _handed_over(host: Host, payload: Any) -> int:
    """As Socket Mode does: no signature, the parsed payload."""
    try:
        said = await host.bolt.async_dispatch(AsyncBoltRequest(body=payload, mode="socket_mode"))
    except (AttributeError, LookupError, TypeError, ValueError):
        # Bolt itself could not read it; its Socket Mode client logs that and goes on.
        return 400
    return said.status
