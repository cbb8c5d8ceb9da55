"""Slack waits three seconds: whatever hangs, there are words before that."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from aiohttp import web

from bot import errors
from bot.storage.database import Database
from bot.texts.catalog import Catalog
from commands.arguments import Arguments
from commands.catalogue import Ask, Reply, only_here
from commands.deadline import Deadline
from commands.edge import Answer, Edge, Sender
from integrations.slack.gateway import clients_for, new_session
from integrations.slack.people import People
from integrations.slack.speech import Safe
from tests import cast
from tests.commands.conftest import CONNECTIONS
from tests.storage.databases import opened

SLACKS_PATIENCE = 3
SATO = Sender(cast.TOKYO, "U01SATO", cast.TOKYO_ADV)
NOTHING = Arguments((), {}, "")


@asynccontextmanager
async def deaf_slack(database: Database, catalog: Catalog) -> AsyncIterator[Edge]:
    """An edge whose Slack takes every request and never answers one."""
    end = asyncio.Event()

    async def hang(_request: web.Request) -> web.Response:
        await end.wait()
        return web.json_response({"ok": False})

    application = web.Application()
    application.router.add_route("*", "/{anything:.*}", hang)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    connections = tuple(replace(one, api_url=url) for one in CONNECTIONS)
    try:
        async with new_session() as session:
            people = People(clients_for(connections, session), connections)
            yield Edge(database, catalog, people, lambda: None)
    finally:
        end.set()
        await runner.cleanup()


async def answered(edge: Edge, key: str) -> Answer:
    def work(_ask: Ask) -> Reply:
        return Reply(Safe("done"))

    async with asyncio.timeout(SLACKS_PATIENCE):
        until = Deadline()
        await edge.people.resolve_names(SATO.team, "@tanaka")
        answer = await edge.answer(
            SATO,
            key,
            NOTHING,
            work,
            looks=lambda uow, given: only_here(uow, given, (SATO.team, SATO.channel)),
            deadline=until,
        )
    assert answer is not None
    return answer


async def test_there_are_words_in_time_when_slack_hangs(
    database: Database, catalog: Catalog
) -> None:
    async with deaf_slack(database, catalog) as edge:
        answer = await answered(edge, "one")
    assert isinstance(answer.refusal, errors.SlackUnreachable)


async def test_there_are_words_in_time_when_slack_and_the_database_hang(
    database: Database, catalog: Catalog, url: str
) -> None:
    async with deaf_slack(database, catalog) as edge:
        with opened(url) as other, other.engine.connect() as holder, holder.begin():
            answer = await answered(edge, "two")
    assert isinstance(answer.refusal, errors.TryAgain)


async def test_what_has_no_time_left_does_not_begin() -> None:
    spent = Deadline(0)
    with pytest.raises(errors.DatabaseBusy):
        _ = spent.patience
    with pytest.raises(errors.SlackUnreachable):
        async with spent.looking_up():
            await asyncio.Event().wait()
