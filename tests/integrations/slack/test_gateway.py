"""Every answer of Slack is one of three: not sent, unknown, or refused; nothing else comes out."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from bot.domain.deliveries import Delivery, DeliveryState, Method
from bot.domain.officials import Government
from bot.services.facts import NoteFacts
from bot.services.ports import NotSent, OutcomeUnknown, Outgoing, Posted, Refused
from bot.texts.catalog import Language, load
from integrations.slack.connections import Connection
from integrations.slack.gateway import SlackPostman, clients_for
from integrations.slack.people import People
from integrations.slack.render import Renderer
from integrations.slack.stand_in import TOKYO, StandIn

NOW = datetime.now(UTC)
AGO = NOW - timedelta(minutes=5)


def outgoing(method: Method = Method.POST, **changed: Any) -> Outgoing:
    """A note to say, in that way."""
    delivery = Delivery(
        id=1,
        key="0123456789abcdef",
        kind="note",
        facts={},
        method=method,
        team="T0TOKYO",
        lane="C01ADV",
        channel="C01ADV",
        user=None if method in (Method.POST, Method.UPDATE) else "U01SATO",
        thread_ts=None,
        thread_of=None,
        target=None,
        advisory_id=None,
        link_id=None,
        state=DeliveryState.SENDING,
        next_at=NOW,
        created_at=NOW,
        attempts=1,
        first_attempt_at=NOW,
        last_attempt_at=NOW,
        unknown=False,
        last_error=None,
        delivered_at=None,
        slack_ts=None,
        posted_channel=None,
    )
    channel = "U01SATO" if method is Method.DIRECT else "C01ADV"
    said = Outgoing(delivery, NoteFacts("links.none"), None, None, channel)
    return replace(said, **changed)


@pytest.fixture
async def tokyo() -> AsyncIterator[StandIn]:
    async with StandIn(TOKYO, pace=False) as stand_in:
        yield stand_in


@pytest.fixture
async def postman(tokyo: StandIn) -> AsyncIterator[SlackPostman]:
    connection = Connection(
        "tokyo", Government.JP, "T0TOKYO", "socket", tokyo.api_url, "xoxb-tokyo", "xapp-tokyo"
    )
    # Half a second is long enough on loopback, and short enough for what never comes.
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.5)) as session:
        clients = clients_for((connection,), session)
        people = People(clients, (connection,))
        yield SlackPostman(clients, Renderer(load()), people)


def posts(tokyo: StandIn) -> int:
    return len(tokyo.messages("C01ADV"))


async def test_a_post_stands_in_slack_under_its_key(tokyo: StandIn, postman: SlackPostman) -> None:
    posted = await postman.deliver(outgoing())
    (message,) = tokyo.messages("C01ADV")
    assert posted == Posted("C01ADV", message["ts"])
    assert message["metadata"]["event_payload"] == {"key": "0123456789abcdef"}
    assert await postman.find(outgoing(), AGO) == posted


async def test_a_reply_stands_in_its_thread_and_is_found_there(
    tokyo: StandIn, postman: SlackPostman
) -> None:
    head = await postman.deliver(outgoing())
    reply = outgoing(thread_ts=head.ts)
    reply = replace(reply, delivery=replace(reply.delivery, key="another"))
    posted = await postman.deliver(reply)
    assert tokyo.messages("C01ADV")[1]["thread_ts"] == head.ts
    assert await postman.find(reply, AGO) == posted


async def test_a_direct_message_is_found_again(postman: SlackPostman) -> None:
    posted = await postman.deliver(outgoing(Method.DIRECT))
    found = await postman.find(outgoing(Method.DIRECT), AGO)
    assert found is not None
    assert found.ts == posted.ts


async def test_an_update_changes_what_stands_there(tokyo: StandIn, postman: SlackPostman) -> None:
    posted = await postman.deliver(outgoing())
    before = posts(tokyo)
    await postman.deliver(
        outgoing(Method.UPDATE, target_ts=posted.ts, facts=NoteFacts("advisories.none"))
    )
    (message,) = tokyo.messages("C01ADV")
    assert posts(tokyo) == before
    assert message["text"] == load().say(Language.JA, "advisories.none")


async def test_a_private_note_is_seen_by_one(tokyo: StandIn, postman: SlackPostman) -> None:
    await postman.deliver(outgoing(Method.PRIVATE))
    (message,) = tokyo.messages("C01ADV")
    assert message["ephemeral_to"] == "U01SATO"


async def test_what_was_never_said_is_not_found(postman: SlackPostman) -> None:
    assert await postman.find(outgoing(), AGO) is None


METHODS = {
    Method.POST: "chat.postMessage",
    Method.DIRECT: "chat.postMessage",
    Method.UPDATE: "chat.update",
    Method.PRIVATE: "chat.postEphemeral",
}
FAULTS = {
    "429": NotSent,
    "limited_200": NotSent,
    "5xx_before": OutcomeUnknown,
    "5xx_after": OutcomeUnknown,
    "cut_before": OutcomeUnknown,
    "cut_after": OutcomeUnknown,
    "error:internal_error": OutcomeUnknown,
    "error:fatal_error": OutcomeUnknown,
    "error:channel_not_found": Refused,
    "error:not_in_channel": Refused,
    "error:is_archived": Refused,
    "error:msg_too_long": Refused,
    "error:invalid_auth": Refused,
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("method", METHODS)
async def test_every_fault_is_classified(
    tokyo: StandIn, postman: SlackPostman, method: Method, fault: str
) -> None:
    target = (await postman.deliver(outgoing())).ts if method is Method.UPDATE else None
    tokyo.faults.add(fault, METHODS[method])
    with pytest.raises(FAULTS[fault]):
        await postman.deliver(outgoing(method, target_ts=target))


async def test_a_call_that_hangs_is_unknown(tokyo: StandIn, postman: SlackPostman) -> None:
    tokyo.faults.add("hang", "chat.postMessage", seconds=30)
    with pytest.raises(OutcomeUnknown):
        await postman.deliver(outgoing())


@pytest.mark.parametrize("seconds", [1, 30, 3600])
async def test_slacks_own_pause_is_kept_to_the_second(
    tokyo: StandIn, postman: SlackPostman, seconds: int
) -> None:
    tokyo.faults.add("429", "chat.postMessage", retry_after=seconds)
    with pytest.raises(NotSent) as refusal:
        await postman.deliver(outgoing())
    assert refusal.value.after == timedelta(seconds=seconds)


async def test_a_workspace_that_cannot_be_reached_got_nothing(
    tokyo: StandIn, postman: SlackPostman
) -> None:
    await tokyo.stop()
    with pytest.raises(NotSent):
        await postman.deliver(outgoing())


async def test_one_attempt_is_one_call(tokyo: StandIn, postman: SlackPostman) -> None:
    """The client's own retries would post twice."""
    tokyo.faults.add("cut_after", "chat.postMessage", times=1)
    with pytest.raises(OutcomeUnknown):
        await postman.deliver(outgoing())
    assert posts(tokyo) == 1


@pytest.mark.parametrize("fault", ["5xx_after", "cut_after"])
async def test_what_slack_took_without_saying_so_is_found(
    tokyo: StandIn, postman: SlackPostman, fault: str
) -> None:
    tokyo.faults.add(fault, "chat.postMessage")
    with pytest.raises(OutcomeUnknown):
        await postman.deliver(outgoing())
    found = await postman.find(outgoing(), AGO)
    assert found is not None
    assert found.ts == tokyo.messages("C01ADV")[0]["ts"]


@pytest.mark.parametrize("fault", ["429", "5xx_before", "cut_before", "error:channel_not_found"])
async def test_a_search_that_fails_is_classified_too(
    tokyo: StandIn, postman: SlackPostman, fault: str
) -> None:
    # Looking twice does no harm, so the HTTP client may repeat a look that was cut off.
    tokyo.faults.add(fault, "conversations.history", times=3)
    with pytest.raises((NotSent, OutcomeUnknown, Refused)):
        await postman.find(outgoing(), AGO)


async def test_a_workspace_nobody_configured_is_refused(postman: SlackPostman) -> None:
    elsewhere = outgoing()
    elsewhere = replace(elsewhere, delivery=replace(elsewhere.delivery, team="T-GONE"))
    with pytest.raises(Refused):
        await postman.deliver(elsewhere)
    with pytest.raises(Refused):
        await postman.find(elsewhere, AGO)
