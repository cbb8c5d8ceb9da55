"""What people wrote comes alive neither in private answers nor on anybody's Home (P11)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import Any

import pytest

from bot import errors
from bot.domain.actions import Due
from bot.domain.calendars import CalendarName
from bot.domain.dialogues import Dates, Delegate
from bot.domain.officials import Government, Official
from bot.services import actions, calendars, dialogue_session, dialogues, follow_ups
from bot.services.actions import ActionRequest
from bot.services.follow_ups import FollowUpRequest, When
from bot.services.owners import owner_of, read_owners
from bot.storage.database import Database
from bot.storage.unit_of_work import UnitOfWork
from bot.texts.catalog import Language, load
from commands import COMMANDS
from commands.arguments import parse
from commands.catalogue import Ask
from commands.home import page_of
from commands.home.sections import Visit
from integrations.slack.speech import Speech
from tests import cast
from tests.domain.hostile import STORABLE, live_in

BATCH = 45
BATCHES = [STORABLE[at : at + BATCH] for at in range(0, len(STORABLE), BATCH)]
CATALOG = load()
# What the bot itself writes: colourful signs, and the channels a link ends in.
OWN_MARKS = re.compile(f"(?:⏸|⚠|▶|✂)\ufe0f|<#(?:{cast.TOKYO_ADV}|{cast.CANBERRA_ADV})>")
ROUND = "DLG-07"
# Everything that shows what others wrote; `{}`: for each of the numbers it takes.
ASKED = (
    *("/action list", "/action list overdue", "/followup list", "/dialogue list"),
    *("/dialogue show DLG-07", "/advisory list", "/link list", "/kakehashi roster"),
    *("/kakehashi whoami", "/kakehashi digest", "/kakehashi audit"),
    *("/kakehashi holiday list calendar:JP_GOV year:2026",),
    *("/action show {ACT}", "/advisory show {ADV}", "/advisory status {ADV}"),
)


def official(uow: UnitOfWork, name: str) -> Official:
    return cast.the(uow, name)


def called(uow: UnitOfWork, name: str) -> Official:
    """Tanaka, who goes by that name from now on."""
    return uow.officials.put(
        {
            "team": cast.TOKYO,
            "user": official(uow, "TANAKA").user,
            "government": "JP",
            "agency": "NCO",
            "roles": ["member"],
            "name": name,
            "enrolled_by": None,
            "enrolled_at": uow.now,
        }
    )


def written(uow: UnitOfWork, texts: tuple[str, ...]) -> dict[str, list[str]]:
    """Those texts in every field of every noun; the numbers of what was taken."""
    cast.join(uow)
    sato, walsh = official(uow, "SATO"), official(uow, "WALSH")
    dates = Dates(date(2027, 2, 15), date(2027, 2, 16))
    numbers: dict[str, list[str]] = {"ACT": [], "ADV": [], "FUP": [], "agenda": [], "D": []}
    dialogues.new_dialogue(uow, sato, Government.JP, dates, "Tokyo", 7)
    dialogues.confirm_dates(uow, walsh, ROUND, None)
    for turn, text in enumerate(texts):
        tanaka = called(uow, text)
        # What is refused stands nowhere.
        with suppress(errors.BotError):
            owners = read_owners(uow, tanaka, "ASD")
            due = Due(text, date(2026, 9, 1 + turn % 28))
            request = ActionRequest(text, owners=owners, due=due, rendering=text)
            (item,) = actions.open_action(uow, tanaka, request)
            numbers["ACT"].append(item.number)
            actions.note_action(uow, walsh, item.number, text)
            actions.block_action(uow, walsh, item.number, text)
        with suppress(errors.BotError):
            when = When(date(2026, 10, 1), None, Government.JP)
            reminder = FollowUpRequest(text, when, owner_of(sato))
            numbers["FUP"].append(follow_ups.open_follow_up(uow, tanaka, reminder).number)
        with suppress(errors.BotError):
            dialogues.add_agenda_item(uow, sato, ROUND, text, text, None, text)
            one = Delegate(Government.JP, text, "MOFA", "head")
            dialogues.add_delegate(uow, sato, ROUND, one)
            numbers["agenda"].append(text)
        with suppress(errors.BotError):
            day = date(2026, 11, 1 + turn % 28)
            calendars.add_holiday(uow, sato, CalendarName.JP_GOV, day, text)
        ts = f"{1789520400 + turn}.000000"
        cast.post(uow, "TANAKA", f"#advisory TLP:GREEN\n{text}", ts=ts)
    numbers["ADV"] = [one.number for one in uow.advisories.latest(len(texts))]
    dialogue_session.open_dialogue(uow, sato, ROUND, cast.TOKYO, cast.TOKYO_ADV)
    for text in texts:
        with suppress(errors.BotError):
            numbers["D"].append(str(dialogues.put_decision(uow, sato, ROUND, text, text)))
    return numbers


def answers(uow: UnitOfWork, who: Official, numbers: dict[str, list[str]]) -> Iterator[Any]:
    """The private answers to every question, and every page of Home."""
    commands = {one.name: one for one in COMMANDS}
    speech = Speech(CATALOG, Language.JA if who.government is Government.JP else Language.EN)
    for typed in ASKED:
        for line in _lines(typed, numbers):
            name, _, words = line.partition(" ")
            verb, rest = commands[name].split(words)
            given = parse(verb.fields, rest, "")
            with suppress(errors.NotFound, errors.NotAllowed):
                reply = verb.run(Ask(uow, who, who.team, cast.TOKYO_ADV, given, speech))
                yield line, [reply.text, *_mrkdwn(list(reply.blocks))]
    for page in range(4):
        yield f"home {page}", list(_mrkdwn(page_of(Visit(uow, who, speech), page)))


def _lines(typed: str, numbers: dict[str, list[str]]) -> list[str]:
    for kind, found in numbers.items():
        if f"{{{kind}}}" in typed:
            return [typed.replace(f"{{{kind}}}", number) for number in found]
    return [typed]


def _mrkdwn(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for one in part:
            yield from _mrkdwn(one)
    elif isinstance(part, dict):
        if part.get("type") == "mrkdwn":
            yield part["text"]
        yield from _mrkdwn(list(part.values()))


@pytest.mark.parametrize("texts", BATCHES, ids=range(len(BATCHES)))
def test_nothing_hostile_comes_alive_in_any_answer_or_on_home(
    database: Database, texts: tuple[str, ...]
) -> None:
    def work(uow: UnitOfWork) -> None:
        numbers = written(uow, texts)
        # A few may be refused: they bear a marking, or are nothing at all once read.
        counted = {kind: len(found) for kind, found in numbers.items()}
        assert min(counted.values()) > len(texts) * 0.8, counted
        for name in ("SATO", "WALSH"):
            for line, said in answers(uow, official(uow, name), numbers):
                for words in said:
                    assert live_in(OWN_MARKS.sub("", words)) == [], (line, words)

    database.transact(work)
