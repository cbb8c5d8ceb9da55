"""Whatever arrives is acknowledged: what makes no sense is noted in the log and does nothing."""

import json
from typing import Any

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest
from structlog.testing import capture_logs

from bot.domain.advisories import AdvisoryState
from bot.storage.database import Database
from bot.storage.unit_of_work import UnitOfWork
from commands import register
from commands.desk import Desk
from commands.edge import Edge
from commands.messages import Messages
from commands.reading import Unreadable, pressed, sent, typed
from integrations.slack.bolt import Identities, Identity, build_bolt
from integrations.slack.uploads import Uploads
from integrations.slack.windows import Windows
from tests import cast
from tests.commands.conftest import CONNECTIONS

SUZUKI: dict[str, Any] = {"id": "U03SUZUKI", "team_id": cast.TOKYO}
PRESS: dict[str, Any] = {
    "type": "block_actions",
    "team": {"id": cast.TOKYO},
    "user": SUZUKI,
    "channel": {"id": cast.TOKYO_ADV},
    "actions": [
        {"action_id": "discard", "block_id": "b", "value": "ADV-2026-0001", "action_ts": "1.2"}
    ],
}
NOTE = json.dumps({"command": "/link", "verb": "list", "channel": cast.TOKYO_ADV})
FORM: dict[str, Any] = {
    "type": "view_submission",
    "team": {"id": cast.TOKYO},
    "user": SUZUKI,
    "view": {
        "id": "V1",
        "type": "modal",
        "callback_id": "form",
        "private_metadata": NOTE,
        "state": {"values": {}},
    },
}
COMMAND = {
    "command": "/link",
    "text": "list",
    "team_id": cast.TOKYO,
    "user_id": "U03SUZUKI",
    "channel_id": cast.TOKYO_ADV,
}


async def answered(edge: Edge, body: dict[str, Any]) -> tuple[int, list[str]]:
    """The status with which a payload is answered, and what the log says of it."""
    identities = Identities()
    for team, (user, bot) in cast.BOT_USERS.items():
        identities.note(Identity(team, user, bot))
    app = build_bolt(CONNECTIONS, identities)
    session: Any = None
    desk = Desk(edge, Uploads({}, CONNECTIONS, session))
    register(app, edge, Windows({}, CONNECTIONS, session), desk, Messages(edge))
    with capture_logs() as seen:
        answer = await app.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))
    return answer.status, [one["event"] for one in seen]


async def test_a_gesture_without_a_team_is_carried_out_in_the_workspace_of_the_person(
    edge: Edge, database: Database
) -> None:
    def hold(uow: UnitOfWork) -> None:
        cast.join(uow)
        cast.post(uow, "SUZUKI", "#advisory no label")

    database.transact(hold)
    held = database.transact(lambda uow: uow.advisories.by_number("ADV-2026-0001"))
    assert held is not None
    assert held.state is AdvisoryState.HELD
    assert await answered(edge, PRESS | {"team": None}) == (200, [])
    gone = database.transact(lambda uow: uow.advisories.by_number("ADV-2026-0001"))
    assert gone is not None
    assert gone.state is AdvisoryState.DISCARDED


@pytest.mark.parametrize(
    "body",
    [
        PRESS | {"user": {"team_id": cast.TOKYO}},
        PRESS | {"user": None},
        FORM | {"user": {}},
        FORM | {"view": FORM["view"] | {"private_metadata": "{"}},
        FORM | {"view": FORM["view"] | {"private_metadata": "[]"}},
        FORM | {"view": FORM["view"] | {"private_metadata": None}},
        FORM | {"view": FORM["view"] | {"private_metadata": NOTE.replace("/link", "/gone")}},
        FORM | {"view": FORM["view"] | {"private_metadata": NOTE.replace("list", "gone")}},
        FORM | {"view": FORM["view"] | {"callback_id": "menu"}},
        FORM | {"view": FORM["view"] | {"state": {"values": {"tags": {"tags": None}}}}},
        {name: value for name, value in COMMAND.items() if name != "user_id"},
        {name: value for name, value in COMMAND.items() if name != "channel_id"},
    ],
)
async def test_what_makes_no_sense_is_acknowledged_and_noted(
    edge: Edge, body: dict[str, Any]
) -> None:
    assert await answered(edge, body) == (200, ["commands.unreadable"])


@pytest.mark.parametrize(
    "event",
    [
        {"type": "message", "ts": "1.2", "text": "#advisory x"},
        {"type": "message", "channel": "C01ADV", "ts": "soon"},
        {"type": "message", "subtype": "message_changed", "channel": "C01ADV", "message": "x"},
        {"type": "app_mention", "channel": "C01ADV"},
        {"type": "app_home_opened"},
    ],
)
async def test_an_event_that_makes_no_sense_is_acknowledged_and_noted(
    edge: Edge, event: dict[str, Any]
) -> None:
    body = {"type": "event_callback", "team_id": cast.TOKYO, "event": event}
    assert await answered(edge, body) == (200, ["commands.unreadable"])


@pytest.mark.parametrize("read", [typed, pressed, sent])
@pytest.mark.parametrize("body", [{}, {"team": None}, {"view": 1, "actions": 1, "user": 1}])
def test_nonsense_is_unreadable_and_nothing_else(read: Any, body: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        read(body)
