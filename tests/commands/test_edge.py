"""Store, then acknowledge: once, whole, and never a silent failure."""

import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from structlog.testing import capture_logs

from bot import errors
from bot.domain.deliveries import Method
from bot.domain.officials import Government
from bot.services import roster
from bot.storage.database import Database
from bot.texts.catalog import Language
from commands import kakehashi, register
from commands.arguments import Arguments, parse
from commands.catalogue import Ask, Reply
from commands.desk import Desk
from commands.edge import Answer, Edge, Sender
from commands.messages import Messages
from commands.past import Past
from commands.quota import Quota
from integrations.slack.bolt import Identities, Identity, build_bolt
from integrations.slack.speech import Safe
from integrations.slack.uploads import Uploads
from integrations.slack.windows import Windows
from tests import cast
from tests.commands.conftest import CONNECTIONS
from tests.storage.databases import opened

SAID_AT = "1789520400.000100"
SATO = Sender(cast.TOKYO, "U01SATO", cast.TOKYO_ADV)
WALSH = Sender(cast.CANBERRA, "U11WALSH", cast.CANBERRA_ADV)
JP = Government.JP
NOTHING = Arguments((), {}, "")
Handler = Callable[[Ask], Reply]


def counted(uow: Any) -> int:
    return int(uow.sequences.next("handled"))


def count(ask: Ask) -> Reply:
    return Reply(Safe(f"no. {counted(ask.uow)}"))


async def ask(edge: Edge, handler: Handler, sender: Sender = SATO, key: str = "k") -> Answer:
    answer = await edge.answer(sender, key, NOTHING, handler)
    assert answer is not None
    return answer


async def test_a_request_delivered_again_is_carried_out_once(
    edge: Edge, database: Database
) -> None:
    first = await ask(edge, count)
    again = await edge.answer(SATO, "k", NOTHING, count)
    assert again in (None, first)
    assert database.transact(counted) == 2


async def test_a_refusal_rolls_everything_back_and_may_be_tried_again(
    edge: Edge, database: Database, woken: list[None]
) -> None:
    def refuse(one: Ask) -> Reply:
        counted(one.uow)
        cast.join(one.uow)
        one.uow.outbox.add("note", {}, Method.POST, cast.TOKYO, "C1")
        raise errors.LinkNotFound(code="LNK-7Q3F")

    answer = await ask(edge, refuse)
    assert isinstance(answer.refusal, errors.LinkNotFound)
    assert "LNK-7Q3F" in answer.text
    assert database.transact(lambda uow: uow.links.all()) == ()
    assert database.transact(lambda uow: uow.outbox.count_open()) == {}
    assert woken == []
    assert (await ask(edge, count)).text == "no. 1"


async def test_a_surprise_is_a_reference_in_the_reply_and_a_traceback_in_the_log(
    edge: Edge, database: Database
) -> None:
    def surprise(one: Ask) -> Reply:
        counted(one.uow)
        raise ZeroDivisionError

    with capture_logs() as seen:
        answer = await ask(edge, surprise, WALSH)
    (entry,) = [one for one in seen if one["event"] == "edge.surprise"]
    assert re.fullmatch(r"[0-9a-f]{8}", entry["reference"])
    assert entry["reference"] in answer.text
    assert entry["log_level"] == "error"
    assert database.transact(counted) == 1


async def test_what_the_bot_shows_by_itself_is_no_request_of_the_reader(
    edge: Edge, catalog: Any, database: Database
) -> None:
    limited = Edge(database, catalog, edge.people, lambda: None, quota=Quota(1))
    for _ in range(3):
        await limited.read(SATO, lambda _uow, _speech: None)
    assert "no. 1" in (await ask(limited, count, key="first")).text
    refusal = (await ask(limited, count, key="second")).refusal
    assert isinstance(refusal, errors.TooManyRequests)
    with pytest.raises(errors.TooManyRequests):
        await limited.read(SATO, lambda _uow, _speech: None, key="a form")


async def test_people_are_answered_in_their_language(edge: Edge, catalog: Any) -> None:
    def refuse(_one: Ask) -> Reply:
        raise errors.ChannelNotLinked

    async def said(sender: Sender) -> str:
        return (await ask(edge, refuse, sender)).text

    english, japanese = (catalog.say(lang, "errors.channel_not_linked") for lang in Language)
    assert (await said(SATO), await said(WALSH)) == (japanese, english)
    await edge.take(lambda uow: roster.set_language(uow, cast.the(uow, "SATO"), "en"), cast.TOKYO)
    assert await said(SATO) == english


async def test_who_is_not_enrolled_learns_whom_to_ask_and_nothing_is_done(
    edge: Edge, database: Database
) -> None:
    answer = await ask(edge, count, Sender(cast.CANBERRA, "U77", "C1"))
    assert isinstance(answer.refusal, errors.NotEnrolled)
    assert "Walsh" in answer.text
    assert database.transact(counted) == 1


async def test_the_dispatcher_is_woken_by_a_promise(edge: Edge, woken: list[None]) -> None:
    def promise(one: Ask) -> Reply:
        one.uow.outbox.add("note", {}, Method.POST, cast.TOKYO, "C1")
        return Reply(Safe("promised"))

    await ask(edge, promise)
    assert len(woken) == 1


async def test_a_busy_database_is_said_so_to_who_asked(
    edge: Edge, database: Database, url: str
) -> None:
    _impatient(database)
    with opened(url) as other, other.engine.connect() as holder, holder.begin():
        answer = await ask(edge, count)
    assert isinstance(answer.refusal, errors.DatabaseBusy)
    assert (await ask(edge, count)).text == "no. 1"


async def test_an_event_that_could_not_be_stored_is_not_acknowledged(
    edge: Edge, database: Database, url: str
) -> None:
    past = Past()
    app = _app(edge, past)
    database.transact(cast.join)
    _impatient(database)
    with opened(url) as other, other.engine.connect() as holder, holder.begin():
        refused = await app.async_dispatch(_message("#advisory [TLP:GREEN] patch"))
    assert refused.status == 503
    later = await app.async_dispatch(_message("#advisory [TLP:GREEN] later", ts="1900000000.1"))
    assert later.status == 503, "nothing overtakes what could not be stored"
    assert past.take_gaps(cast.TOKYO) == {cast.TOKYO_ADV}
    past.note_read(cast.TOKYO, cast.TOKYO_ADV, {"1900000000.1"}, time.monotonic(), 0)
    assert past.take_gaps(cast.TOKYO) == {cast.TOKYO_ADV}, "one of them is still missing"
    past.note_read(cast.TOKYO, cast.TOKYO_ADV, {"1900000000.1", SAID_AT}, time.monotonic(), 0)
    accepted = await app.async_dispatch(_message("#advisory [TLP:GREEN] patch"))
    assert accepted.status == 200
    assert len(database.transact(lambda uow: uow.advisories.latest(9))) == 1


async def test_an_event_delivered_several_times_becomes_one_advisory(
    edge: Edge, database: Database
) -> None:
    app = _app(edge)
    database.transact(cast.join)
    for _ in range(4):
        answer = await app.async_dispatch(_message("#advisory [TLP:GREEN] patch"))
        assert answer.status == 200
    assert len(database.transact(lambda uow: uow.advisories.latest(9))) == 1


async def test_the_bots_own_posts_are_no_advisories(edge: Edge, database: Database) -> None:
    app = _app(edge)
    database.transact(cast.join)
    user, bot = cast.BOT_USERS[cast.TOKYO]
    for author in ({"user": user}, {"bot_id": bot, "subtype": "bot_message"}):
        await app.async_dispatch(_message("#advisory [TLP:GREEN] patch", **author))
    assert database.transact(lambda uow: uow.advisories.latest(9)) == ()


def _impatient(database: Database) -> None:
    """SQLite waits ten seconds for a lock; a test need not."""
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=20").close()


def _app(edge: Edge, past: Past | None = None) -> AsyncApp:
    identities = Identities()
    for team, (user, bot) in cast.BOT_USERS.items():
        identities.note(Identity(team, user, bot))
    app = build_bolt(CONNECTIONS, identities)
    desk = Desk(edge, Uploads({}, CONNECTIONS, _no_session()))
    windows = Windows({}, CONNECTIONS, _no_session())
    register(app, edge, windows, desk, Messages(edge, past))
    return app


def _no_session() -> Any:
    return None


def _message(text: str, **about: Any) -> AsyncBoltRequest:
    event = {
        "type": "message",
        "channel": cast.TOKYO_ADV,
        "channel_type": "channel",
        "user": "U01SATO",
        "ts": SAID_AT,
        "text": text,
    }
    if "bot_id" in about:
        del event["user"]
    body = {
        "type": "event_callback",
        "team_id": cast.TOKYO,
        "api_app_id": "A0TOKYO",
        "event_id": "Ev1",
        "event_time": 1,
        "event": event | about,
    }
    headers = {"content-type": "application/json"}
    return AsyncBoltRequest(body=json.dumps(body), headers=headers)


async def test_a_refusal_is_written_down_after_it_rolled_back(
    edge: Edge, database: Database
) -> None:
    def refuse(one: Ask) -> Reply:
        cast.join(one.uow)
        raise errors.LinkNotFound(code="LNK-7Q3F")

    await ask(edge, refuse)
    (event,) = database.transact(lambda uow: list(uow.audit.events()))
    assert (event.action, event.subject) == ("request.refuse", "LNK-7Q3F")
    assert event.facts == {"asked": "test_edge.refuse", "reason": "errors.link_not_found"}


async def test_an_admin_reads_the_log_in_their_own_language(edge: Edge, database: Database) -> None:
    database.transact(cast.join)
    reader = kakehashi.COMMAND.verb("audit")
    answer = await edge.answer(SATO, "k", parse(reader.fields, "", ""), reader.run)
    assert answer is not None
    assert "連携を提案" in answer.text
    assert "Sato – MOFA" in answer.text
    assert "連携を承諾" not in answer.text
    database.transact(lambda uow: uow.officials.set_language(cast.the(uow, "WALSH").id, "en"))
    answer = await edge.answer(WALSH, "k2", parse(reader.fields, "99", ""), reader.run)
    assert answer is not None
    assert "accepted a link" in answer.text
    answer = await edge.answer(WALSH, "k3", parse(reader.fields, "x1", ""), reader.run)
    assert answer is not None
    assert isinstance(answer.refusal, errors.UnknownChoice)


async def test_an_admin_has_the_heads_shown(edge: Edge, database: Database) -> None:
    shows = kakehashi.COMMAND.verb("witness")
    first = await edge.answer(SATO, "k", NOTHING, shows.run)
    assert first is not None
    assert isinstance(first.refusal, errors.NoAuditChannel)
    database.transact(lambda uow: uow.workspaces.put(cast.TOKYO, "tokyo", JP, "C0AUDIT"))
    answers = [await edge.answer(SATO, f"k{n}", NOTHING, shows.run) for n in (2, 3)]
    assert [one.refusal for one in answers if one] == [None, None]
    assert len({one.text for one in answers if one}) == 2
