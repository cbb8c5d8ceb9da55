"""What was said, changed and deleted while nobody listened is found again, once and in order."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.domain.advisories import Advisory, AdvisoryState
from bot.domain.officials import Government
from bot.storage.database import Database
from bot.storage.unit_of_work import UnitOfWork
from bot.texts.catalog import Catalog
from commands.edge import Edge
from commands.messages import Messages
from commands.missed import FURTHEST, MARGIN, YOUNG, Missed
from commands.past import Past
from integrations.slack.bolt import Identities
from integrations.slack.connections import Connection
from integrations.slack.gateway import clients_for, new_session
from integrations.slack.history import History
from integrations.slack.people import People
from tests import cast
from tests.storage.databases import HandClock, opened

GREEN = "#advisory [TLP:GREEN]"


async def asked_of(request: web.Request) -> dict[str, str]:
    """The arguments of a Web API call; Slack's client sends some in the query, some as a form."""
    return {
        key: str(value) for key, value in [*request.query.items(), *(await request.post()).items()]
    }


class Channel:
    """The history of one Slack channel as `conversations.history` and `.replies` give it."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.fails = False
        self.replies_are_limited = False
        self.threads_asked = 0
        self.asked: list[dict[str, str]] = []

    def say(self, ts: str, text: str, user: str = "U01SATO", **about: Any) -> None:
        self.messages.append({"type": "message", "user": user, "ts": ts, "text": text, **about})

    def edit(self, ts: str, text: str, edited: str) -> None:
        (one,) = [one for one in self.messages if one["ts"] == ts]
        one.update(text=text, edited={"user": one["user"], "ts": edited})

    def delete(self, ts: str) -> None:
        self.messages = [one for one in self.messages if one["ts"] != ts]

    async def history(self, request: web.Request) -> web.Response:
        asked = await asked_of(request)
        self.asked.append(asked)
        if self.fails:
            return web.json_response({"ok": False, "error": "internal_error"})
        if asked["channel"] != cast.TOKYO_ADV:
            return web.json_response({"ok": True, "messages": []})
        heads = [one for one in self.messages if one.get("thread_ts") in (None, one["ts"])]
        since = [one for one in heads if float(one["ts"]) >= float(asked["oldest"])]
        return web.json_response({"ok": True, "messages": since[::-1]})

    async def replies(self, request: web.Request) -> web.Response:
        asked = await asked_of(request)
        self.threads_asked += 1
        if self.replies_are_limited:
            limited = {"ok": False, "error": "ratelimited"}
            return web.json_response(limited, status=429, headers={"Retry-After": "60"})
        thread = [one for one in self.messages if one.get("thread_ts") == asked["ts"]]
        return web.json_response({"ok": True, "messages": thread})

    async def user(self, request: web.Request) -> web.Response:
        user = (await asked_of(request))["user"]
        about = {"id": user, "team_id": cast.TOKYO, "real_name": str(user), "locale": "en-US"}
        return web.json_response({"ok": True, "user": about | {"profile": {}}})


@pytest.fixture
def channel() -> Channel:
    return Channel()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def database(url: str, clock: HandClock) -> Iterator[Database]:
    def begin(uow: UnitOfWork) -> None:
        cast.assemble(uow)
        cast.join(uow)
        uow.workspaces.note_heard(cast.TOKYO, uow.now)

    with opened(url, clock) as one:
        one.transact(begin)
        yield one


@pytest.fixture
async def missed(channel: Channel, database: Database, catalog: Catalog) -> AsyncIterator[Missed]:
    app = web.Application()
    app.router.add_route("*", "/api/conversations.history", channel.history)
    app.router.add_route("*", "/api/conversations.replies", channel.replies)
    app.router.add_route("*", "/api/users.info", channel.user)
    session = new_session()
    async with TestServer(app, host="127.0.0.1") as server:
        here = Connection(
            "tokyo", Government.JP, cast.TOKYO, "http", f"{server.make_url('/api')}/", "xoxb-fake"
        )
        clients = clients_for((here,), session)
        edge = Edge(database, catalog, People(clients, (here,)), lambda: None)
        past = Past()
        yield Missed(edge, Messages(edge, past), past, History(clients, Identities()))
        await session.close()


def ts(clock: HandClock, seconds: float = 0) -> str:
    return cast.stamp(clock.now + timedelta(seconds=seconds))


def advisories(database: Database) -> list[Advisory]:
    return list(database.transact(lambda uow: uow.advisories.latest(20))[::-1])


async def test_what_was_posted_meanwhile_is_taken_in_once_and_in_order(
    missed: Missed, channel: Channel, database: Database, clock: HandClock
) -> None:
    for number in range(3):
        channel.say(ts(clock, number), f"{GREEN} {number}")
    channel.say(ts(clock, 3), "a joke without a tag")
    channel.say(ts(clock, 4), f"{GREEN} joined", subtype="channel_join")
    clock.advance(60)
    assert await missed.catch_up(cast.TOKYO)
    missed.note_lost(cast.TOKYO)
    assert await missed.catch_up(cast.TOKYO)
    assert [one.body[-1] for one in advisories(database)] == ["0", "1", "2"]


async def test_an_edit_made_meanwhile_is_a_revision_and_a_deletion_a_withdrawal(
    missed: Missed, channel: Channel, database: Database, clock: HandClock
) -> None:
    first, second = ts(clock, 1), ts(clock, 2)
    for one in (first, second):
        channel.say(one, f"{GREEN} {one}")
    clock.advance(5)
    await missed.catch_up(cast.TOKYO)
    clock.advance(60)
    channel.edit(first, f"{GREEN} corrected", ts(clock))
    channel.delete(second)
    missed.note_lost(cast.TOKYO)
    assert await missed.catch_up(cast.TOKYO)
    one, other = advisories(database)
    assert (one.body, one.revision) == (f"{GREEN} corrected", 2)
    assert other.state is AdvisoryState.WITHDRAWN


async def test_the_deletion_of_the_last_message_of_a_channel_is_noticed(
    missed: Missed, channel: Channel, database: Database, clock: HandClock
) -> None:
    only = ts(clock, 1)
    channel.say(only, GREEN)
    clock.advance(2)
    await missed.catch_up(cast.TOKYO)
    channel.delete(only)
    missed.note_lost(cast.TOKYO)
    # It may only not be shown yet: Slack's history lags behind its events.
    assert not await missed.catch_up(cast.TOKYO)
    assert advisories(database)[0].state is AdvisoryState.ISSUED
    clock.advance(YOUNG.total_seconds())
    assert await missed.catch_up(cast.TOKYO)
    assert advisories(database)[0].state is AdvisoryState.WITHDRAWN


async def test_what_slack_leaves_of_a_deleted_post_with_a_thread_is_a_deletion(
    missed: Missed, channel: Channel, database: Database, clock: HandClock
) -> None:
    head = ts(clock, 1)
    channel.say(head, GREEN)
    clock.advance(30)
    await missed.catch_up(cast.TOKYO)
    channel.delete(head)
    remains = {"subtype": "tombstone", "hidden": True, "thread_ts": head}
    channel.say(head, "This message was deleted.", "USLACKBOT", **remains)
    missed.note_lost(cast.TOKYO)
    assert await missed.catch_up(cast.TOKYO)
    assert advisories(database)[0].state is AdvisoryState.WITHDRAWN


async def test_replies_in_threads_are_read_back(
    missed: Missed, channel: Channel, database: Database, clock: HandClock
) -> None:
    head, reply = ts(clock, 1), ts(clock, 2)
    channel.say(head, GREEN, latest_reply=reply, thread_ts=head)
    channel.say(reply, "which version?", "U02TANAKA", thread_ts=head)
    clock.advance(30)
    assert await missed.catch_up(cast.TOKYO)
    (found,) = database.transact(lambda uow: uow.advisories.replies(1))
    assert found.body == "which version?"


async def test_while_replies_have_to_wait_what_was_said_in_the_channel_is_taken_in(
    missed: Missed, channel: Channel, database: Database, clock: HandClock
) -> None:
    head = ts(clock, 1)
    channel.say(head, f"{GREEN} with a thread", reply_users_count=2, latest_reply=ts(clock, 2))
    channel.replies_are_limited = True
    clock.advance(60)
    assert not await missed.catch_up(cast.TOKYO)
    listings = len(channel.asked)
    assert not await missed.catch_up(cast.TOKYO)
    assert len(channel.asked) == listings, "nothing is new there, and it is not listed again"
    channel.say(ts(clock, 1), f"{GREEN} said meanwhile")
    clock.advance(5)
    missed.note_doubt(cast.TOKYO)
    assert not await missed.catch_up(cast.TOKYO)
    assert len(advisories(database)) == 2
    assert channel.threads_asked == 1, "Slack's Retry-After is heeded"


async def test_a_history_that_cannot_be_read_is_tried_again_and_nothing_is_taken_for_deleted(
    missed: Missed, channel: Channel, database: Database, clock: HandClock
) -> None:
    channel.say(ts(clock, 1), GREEN)
    clock.advance(2)
    await missed.catch_up(cast.TOKYO)
    heard = database.transact(lambda uow: uow.workspaces.heard_until(cast.TOKYO))
    clock.advance(60)
    channel.fails = True
    missed.note_lost(cast.TOKYO)
    assert not await missed.catch_up(cast.TOKYO)
    assert database.transact(lambda uow: uow.workspaces.heard_until(cast.TOKYO)) == heard
    assert advisories(database)[0].state is AdvisoryState.ISSUED
    channel.fails = False
    assert await missed.catch_up(cast.TOKYO)
    newly = database.transact(lambda uow: uow.workspaces.heard_until(cast.TOKYO))
    assert newly == clock.now - MARGIN


async def test_what_nobody_heard_for_weeks_is_not_taken_in_unasked(
    missed: Missed, channel: Channel, database: Database, clock: HandClock
) -> None:
    channel.say(ts(clock, 1), f"{GREEN} forgotten")
    clock.advance(FURTHEST.total_seconds() + 60)
    channel.say(ts(clock, -60), f"{GREEN} lately")
    assert await missed.catch_up(cast.TOKYO)
    assert [one.body for one in advisories(database)] == [f"{GREEN} lately"]


async def test_a_workspace_never_heard_before_has_no_past(
    missed: Missed, channel: Channel, database: Database, clock: HandClock
) -> None:
    channel.say(ts(clock, -60), f"{GREEN} before the bot")
    database.transact(lambda uow: uow.connection.exec_driver_sql("DELETE FROM heard").close())
    assert await missed.catch_up(cast.TOKYO)
    assert advisories(database) == []
