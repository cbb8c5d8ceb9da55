"""Slack promises neither order nor once: five thousand events, each up to four times, shuffled."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import select

from bot import errors
from bot.storage.database import Database
from bot.storage.tables import advisories, outbox
from bot.storage.unit_of_work import UnitOfWork
from commands.edge import Edge
from commands.messages import Messages
from commands.past import Past
from tests import cast

pytestmark = pytest.mark.timeout(1_200)
# Of each post one event says that it was made and one that it was changed.
POSTS, TIMES, WINDOW, HANDS = 2_500, 4, 200, 20


def _events(number: int) -> list[dict[str, Any]]:
    """What Slack reports of a post and of its correction; every other one has no label at first."""
    ts = f"{1_800_000_000 + number}.0001"
    here = {"type": "message", "channel": cast.TOKYO_ADV}
    label = "[TLP:GREEN] " if number % 2 else ""
    said = here | {"user": "U03SUZUKI", "ts": f"{ts}00", "text": f"#advisory {label}no. {number}"}
    edited = {"user": "U03SUZUKI", "ts": f"{ts}05"}
    now = said | {"text": f"#advisory {label}no. {number}, corrected", "edited": edited}
    change = {"subtype": "message_changed", "message": now, "previous_message": said}
    return [
        {"type": "event_callback", "team_id": cast.TOKYO, "event": one}
        for one in (said, here | change | {"ts": f"{ts}09"})
    ]


def _shuffled(dice: random.Random) -> list[dict[str, Any]]:
    """Each event one to four times, each copy up to so many events late."""
    told = [one for number in range(POSTS) for one in _events(number)]
    late = [
        (at + dice.uniform(0, WINDOW), at)
        for at in range(len(told))
        for _ in range(dice.randint(1, TIMES))
    ]
    return [told[at] for _, at in sorted(late)]


def _effects(uow: UnitOfWork) -> tuple[Counter[str], Counter[int]]:
    """What each advisory says, and how many copies each has been promised."""
    bodies = uow.connection.execute(select(advisories.c.body)).scalars()
    copies = uow.connection.execute(
        select(outbox.c.advisory_id).where(
            outbox.c.kind == "advisory.copy", outbox.c.target.is_(None)
        )
    ).scalars()
    return Counter(bodies), Counter(copies)


async def test_five_thousand_events_have_five_thousand_effects(
    edge: Edge, database: Database
) -> None:
    database.transact(cast.join)
    past = Past()
    messages = Messages(edge, past)
    events = _shuffled(random.Random(20261127))
    left = iter(events)

    async def hand() -> None:
        for one in left:
            taken = False
            while not taken:
                # What could not be stored in time comes again, and no channel is read back here.
                with suppress(errors.TryAgain):
                    await messages.take(one)
                    taken = True
                past.expect(cast.TOKYO, [])

    await asyncio.gather(*(hand() for _ in range(HANDS)))
    said, copies = database.transact(_effects)
    print(f"shuffled: {len(events)} deliveries of {2 * POSTS} events")
    newest = [_events(number)[1]["event"]["message"]["text"] for number in range(POSTS)]
    assert said == Counter(newest)
    assert len(copies) == POSTS // 2
    assert set(copies.values()) == {1}
