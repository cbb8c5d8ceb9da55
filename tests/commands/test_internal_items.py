"""What is internal to one side leaves no trace for the other: the same run with other secrets.

Joint things happen in both runs alike; in between, Tokyo opens, moves and drops items of its own,
many or none. Whatever Canberra can see or ask for is the same to the last character.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import errors
from bot.domain.actions import ActionState, Filter, Owner, Pillar
from bot.domain.dialogues import Dates
from bot.domain.officials import Government
from bot.services import actions, dialogue_session, dialogues
from bot.services.action_exports import record_of as exported
from bot.services.action_exports import rows_after
from bot.services.action_register import list_actions, show_action
from bot.services.actions import ActionRequest
from bot.services.dialogue_record import digest_of_record, figures_of, record_of
from bot.services.owners import OwnersRead
from bot.storage.actions import BEGINNING as FIRST
from bot.storage.unit_of_work import UnitOfWork
from bot.texts.catalog import Language, load
from commands.home import page_of
from commands.home.sections import Visit
from integrations.slack.render import Renderer
from integrations.slack.shown_actions import details, list_line
from integrations.slack.shown_dialogues import everything
from integrations.slack.speech import Speech
from tests import cast
from tests.services.desk import Desk
from tests.storage.databases import BEGINNING, fresh_url, opened

WORDS = load()
ENGLISH = Speech(WORDS, Language.EN)
NPA, ASD = (Owner(Government.JP, "NPA"),), (Owner(Government.AU, "ASD"),)
FILTERS = [
    Filter(),
    Filter(agency="NPA"),
    Filter(side=Government.JP),
    Filter(pillar=Pillar.A),
    Filter(state=ActionState.DROPPED),
    Filter(dialogue_id=1),
]
# What Tokyo does by itself at each step: nothing, or an item opened and perhaps moved.
SECRETS = st.lists(st.sampled_from(["", "open", "done", "drop", "round"]), min_size=4, max_size=4)


@contextmanager
def a_run() -> Iterator[UnitOfWork]:
    with (
        tempfile.TemporaryDirectory() as folder,
        fresh_url("sqlite", Path(folder)) as url,
        opened(url) as database,
        database.engine.connect() as connection,
        connection.begin(),
    ):
        uow = UnitOfWork(connection, BEGINNING)
        cast.assemble(uow)
        cast.join(uow)
        uow.homes.open(cast.CANBERRA, "U12NGUYEN")
        yield uow


def keep_to_oneself(uow: UnitOfWork, what: str) -> None:
    """Something of Tokyo's own."""
    if not what:
        return
    sato = cast.the(uow, "SATO")
    request = ActionRequest(
        "CANARY",
        OwnersRead(NPA),
        pillar=Pillar.A,
        internal=True,
        dialogue_id=1 if what == "round" else None,
        team=cast.TOKYO,
        channel=cast.TOKYO_ADV,
    )
    (item,) = actions.open_action(uow, sato, request)
    actions.note_action(uow, sato, item.number, "CANARY")
    if what == "done":
        actions.finish_action(uow, sato, item.number)
    if what == "drop":
        actions.drop_action(uow, sato, item.number, "CANARY")


def joint(uow: UnitOfWork, owners: tuple[Owner, ...], **about: object) -> str:
    place = {"team": cast.TOKYO, "channel": cast.TOKYO_ADV}
    request = ActionRequest("Share", OwnersRead(owners), **(place | about))  # type: ignore[arg-type]
    return actions.open_action(uow, cast.the(uow, "SATO"), request)[0].number


def play(uow: UnitOfWork, secrets: list[str]) -> str:
    """The joint story with Tokyo's own things in between; all that Canberra can see of it."""
    desk, sato, walsh = Desk(uow), cast.the(uow, "SATO"), cast.the(uow, "WALSH")
    days = Dates(BEGINNING.date(), BEGINNING.date())
    dialogues.new_dialogue(uow, sato, Government.JP, days, "", 7)
    dialogues.confirm_dates(uow, walsh, "7", None)
    keep_to_oneself(uow, secrets[0])
    number = joint(uow, NPA, pillar=Pillar.A)
    keep_to_oneself(uow, secrets[1])
    dialogue_session.open_dialogue(uow, sato, "7", cast.TOKYO, cast.TOKYO_ADV)
    desk.say_all()
    keep_to_oneself(uow, secrets[2])
    joint(uow, ASD, dialogue_id=1)
    desk.say_all()
    actions.drop_action(uow, sato, number, "no longer needed")
    keep_to_oneself(uow, secrets[3])
    desk.say_all()
    seen = json.dumps(seen_from_canberra(uow, desk), ensure_ascii=False, default=str)
    # A link's code is drawn by lot, in every run another.
    return re.sub(r"LNK-\w{4}", "LNK", seen)


def seen_from_canberra(uow: UnitOfWork, desk: Desk) -> list[object]:
    nguyen, renderer = cast.the(uow, "NGUYEN"), Renderer(WORDS)
    seen: list[object] = []
    for wanted in FILTERS:
        page = list_actions(uow, nguyen, wanted)
        seen.append([list_line(ENGLISH, item) for item in page.items])
        rows, more = rows_after(uow, nguyen, wanted, FIRST)
        seen += [[dict(exported(row)) for row in rows], more is None]
        for item in page.items:
            _, facts, lines = show_action(uow, nguyen, item.action.number)
            seen.append(details(ENGLISH, facts, lines))
    dialogue = dialogues.find_dialogue(uow, "7")
    record = record_of(uow, dialogue)
    seen += [digest_of_record(record), everything(ENGLISH, record, figures_of(uow, dialogue))]
    seen.append(page_of(Visit(uow, nguyen, ENGLISH), 0))
    for number in ("ACT-JP-2026-0001", "ACT-JP-2026-0099"):
        try:
            show_action(uow, nguyen, number)
        except errors.ActionNotFound as refusal:
            seen.append([refusal.key, refusal.parameters])
    seen += [
        [shown.text, shown.blocks]
        for shown in (renderer.show(facts, Language.EN) for facts in desk.stands(cast.CANBERRA))
    ]
    seen += [joint(uow, ASD), bool(uow.homes.take_stale(9))]
    return seen


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(SECRETS)
def test_the_other_side_sees_the_same_whatever_one_side_keeps_to_itself(secrets: list[str]) -> None:
    with a_run() as plain:
        expected = play(plain, ["", "", "", ""])
    with a_run() as kept:
        found = play(kept, secrets)
    assert found == expected
    assert "CANARY" not in found
    assert "Share" in found
