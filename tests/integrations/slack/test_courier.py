"""A file is shown once, whatever became of the attempts before; and it never leaves a trace."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot import errors
from bot.domain.attachments import FilePolicy
from bot.domain.digest import Week
from bot.domain.labels import Label
from bot.domain.officials import Government
from bot.services.digest_charts import ChartFacts
from bot.services.facts import FileFacts, NothingFacts
from bot.services.kinds import FILE, Withheld, mark_of
from bot.services.ports import NotSent, OutcomeUnknown, Outgoing, Posted, Refused
from integrations.slack.connections import Connection
from integrations.slack.courier import MOST_ALT_TEXT, Courier
from integrations.slack.gateway import clients_for
from integrations.slack.stand_in import CANBERRA, TOKYO, StandIn
from integrations.slack.stand_in.files import keep_file
from tests.integrations.slack.test_gateway import outgoing as note

PDF = b"%PDF-1.7 annex"
HERE = "C11ADV"
SINCE = datetime.now(UTC) - timedelta(minutes=5)


@dataclass
class Carrying:
    """A courier between two workspaces, and what it has noted."""

    tokyo: StandIn
    canberra: StandIn
    thread: str
    courier: Courier
    noted: dict[int, str] = field(default_factory=dict)
    answers: list[Any] = field(default_factory=list)

    def outgoing(self, name: str = "annex.pdf", content: bytes = PDF, **changed: Any) -> Outgoing:
        """A file of Tokyo's on its way into a thread in Canberra."""
        info = keep_file(self.tokyo.state, "stored", content, "U01SATO", None)
        facts = FileFacts(
            side=Government.AU,
            number="ADV-2026-0001",
            label=Label.GREEN,
            position=1,
            name=name,
            size=len(content),
            team="T0TOKYO",
            url=info["url_private_download"],
            mark=mark_of(note().delivery.key),
        )
        delivery = replace(note().delivery, kind=FILE, team="T0CANB", channel=HERE)
        said = Outgoing(delivery, facts, self.thread, None, HERE, upload=self.noted.get(1, ""))
        return replace(said, **changed)

    def chart(self, **changed: Any) -> Outgoing:
        """A picture for somebody in Canberra."""
        weeks = (Week(date(2026, 9, 14), 2, 1), Week(date(2026, 9, 21), 0, 4))
        facts = ChartFacts(Government.AU, date(2026, 9, 16), weeks, mark_of(note().delivery.key))
        return replace(self.outgoing(), facts=facts, **changed)

    async def deliver(self, outgoing: Outgoing) -> Posted:
        assert isinstance(outgoing.facts, FileFacts | ChartFacts)
        words = f"*TLP:GREEN* file 1 {outgoing.facts.mark}"
        return await self.courier.deliver(outgoing, outgoing.facts, words)

    def again(self, outgoing: Outgoing) -> Outgoing:
        """The same at its next attempt."""
        return replace(outgoing, upload=self.noted.get(1, ""))

    def shown(self) -> list[dict[str, Any]]:
        return [
            file
            for message in self.canberra.messages(HERE)
            for file in message.get("files", ())
            if file.get("mode") != "tombstone"
        ]

    async def note(self, delivery: int, before: str, file: str) -> bool:
        if self.answers:
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return bool(answer)
        if self.noted.get(delivery, "") != before:
            return False
        self.noted[delivery] = file
        return True


@pytest.fixture
async def carrying(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Carrying]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    async with (
        StandIn(TOKYO, pace=False) as tokyo,
        StandIn(CANBERRA, pace=False) as canberra,
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session,
    ):
        places = (
            Connection("tokyo", Government.JP, "T0TOKYO", "socket", tokyo.api_url, "xoxb-tokyo"),
            Connection("au", Government.AU, "T0CANB", "socket", canberra.api_url, "xoxb-canberra"),
        )
        head = await canberra.people.message(HERE, "U11WALSH", "head of the thread")
        made: list[Carrying] = []

        async def noting(delivery: int, before: str, file: str, label: Label | None) -> bool:
            assert label in (Label.GREEN, None)
            # Its bytes have a place on disk now, and no name there.
            assert os.listdir(tmp_path) == []  # noqa: PTH208
            return await made[0].note(delivery, before, file)

        courier = Courier(clients_for(places, session), places, session, FilePolicy(), noting)
        made.append(Carrying(tokyo, canberra, str(head["message"]["ts"]), courier))
        yield made[0]


async def test_a_file_is_shown_in_its_thread_under_slacks_own_id(carrying: Carrying) -> None:
    posted = await carrying.deliver(carrying.outgoing())
    (file,) = carrying.shown()
    assert posted == Posted(HERE, file["id"])
    assert carrying.noted == {1: file["id"]}
    assert (file["name"], file["title"]) == ("annex.pdf", "annex.pdf")
    assert await carrying.courier.find(carrying.again(carrying.outgoing()), SINCE) == posted


async def test_a_picture_is_drawn_and_shown_once_with_words_for_who_cannot_see_it(
    carrying: Carrying,
) -> None:
    posted = await carrying.deliver(carrying.chart())
    (file,) = carrying.shown()
    assert posted == Posted(HERE, file["id"])
    content = carrying.canberra.state.files[file["id"]].content
    assert content.startswith(b"\x89PNG\r\n")
    assert carrying.chart().facts.mark in file["alt_txt"]  # type: ignore[attr-defined]
    again = carrying.chart(upload=carrying.noted[1])
    assert await carrying.courier.find(again, SINCE) == posted
    assert (await carrying.deliver(again)).ts == file["id"]
    assert len(carrying.shown()) == 1


async def test_the_words_for_who_cannot_see_a_picture_fit(carrying: Carrying) -> None:
    outgoing = carrying.chart()
    assert isinstance(outgoing.facts, ChartFacts)
    await carrying.courier.deliver(outgoing, outgoing.facts, "週" * 600)
    assert carrying.shown()[0]["alt_txt"] == "週" * MOST_ALT_TEXT


@pytest.mark.parametrize("fault", ["cut_before", "cut_after", "5xx_before", "5xx_after"])
async def test_what_is_completed_again_is_shown_once(carrying: Carrying, fault: str) -> None:
    carrying.canberra.faults.add(fault, "files.completeUploadExternal", times=1)
    first = carrying.outgoing()
    with pytest.raises(OutcomeUnknown):
        await carrying.deliver(first)
    # It is not even looked for: the id alone keeps it from being shown twice.
    posted = await carrying.deliver(carrying.again(first))
    assert [one["id"] for one in carrying.shown()] == [posted.ts]


async def test_a_refusal_for_the_rate_is_no_unknown_outcome(carrying: Carrying) -> None:
    carrying.canberra.faults.add("429", "files.completeUploadExternal", times=1, retry_after=3)
    first = carrying.outgoing()
    with pytest.raises(NotSent) as asked:
        await carrying.deliver(first)
    assert asked.value.after == timedelta(seconds=3)
    carrying.tokyo.state.files.clear()
    assert (await carrying.deliver(carrying.again(first))).ts == carrying.shown()[0]["id"]


async def test_bytes_that_slack_has_discarded_are_sent_anew(carrying: Carrying) -> None:
    carrying.noted[1] = "F0DISCARDED"
    first = carrying.outgoing()
    with pytest.raises(NotSent, match="upload_discarded"):
        await carrying.deliver(first)
    assert carrying.noted[1] == ""
    await carrying.deliver(carrying.again(first))
    assert len(carrying.shown()) == 1


async def test_without_its_id_a_file_is_found_by_its_mark(carrying: Carrying) -> None:
    posted = await carrying.deliver(carrying.outgoing())
    forgotten = carrying.outgoing(upload="")
    assert await carrying.courier.find(forgotten, SINCE) == posted
    other = replace(forgotten, delivery=replace(forgotten.delivery, key="f" * 16))
    assert await carrying.courier.find(other, SINCE) is None


async def test_who_is_overtaken_or_cannot_note_it_shows_nothing(carrying: Carrying) -> None:
    carrying.answers = [False, errors.DatabaseBusy()]
    with pytest.raises(OutcomeUnknown, match="overtaken"):
        await carrying.deliver(carrying.outgoing())
    with pytest.raises(NotSent, match="upload_not_noted"):
        await carrying.deliver(carrying.outgoing())
    assert carrying.shown() == []


async def test_what_may_not_be_shown_any_more_is_forgotten(carrying: Carrying) -> None:
    carrying.canberra.faults.add("error:is_archived", "files.completeUploadExternal", times=1)
    first = carrying.outgoing()
    with pytest.raises(Refused, match="is_archived"):
        await carrying.deliver(first)
    over = replace(carrying.again(first), facts=NothingFacts("withdrawn"))
    assert await carrying.courier.find(over, SINCE) is None
    last = carrying.canberra.state.log[-1]
    assert last["summary"].startswith("files.delete")
    assert last["detail"]["file"] == carrying.noted[1]


async def test_a_file_is_erased_once_and_twice(carrying: Carrying) -> None:
    posted = await carrying.deliver(carrying.outgoing())
    gone = carrying.outgoing(target_ts=posted.ts)
    for _ in range(2):
        assert await carrying.courier.erase(gone) == posted
    assert carrying.shown() == []


async def test_an_address_for_the_upload_elsewhere_gets_nothing(carrying: Carrying) -> None:
    carrying.canberra.state.url = "http://127.0.0.2:1"
    with pytest.raises(Refused, match="upload_foreign_host"):
        await carrying.deliver(carrying.outgoing())


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("annex.exe", PDF, "kind"),
        ("annex.pdf", b"MZ program", "kind"),
        ("annex.docx", b"PK\x03\x04", "kind"),
        ("annex.csv", b"", "empty"),
    ],
)
async def test_what_may_not_travel_is_withheld_before_slack_hears_of_it(
    carrying: Carrying, name: str, content: bytes, why: str
) -> None:
    with pytest.raises(Withheld, match=why):
        await carrying.deliver(carrying.outgoing(name, content))
    asked = [one["summary"] for one in carrying.canberra.state.log]
    assert "files.getUploadURLExternal" not in asked


async def test_each_workspace_sees_its_own_token_alone(carrying: Carrying) -> None:
    await carrying.deliver(carrying.outgoing())
    for place, other in ((carrying.tokyo, "xoxb-canberra"), (carrying.canberra, "xoxb-tokyo")):
        assert other not in repr(list(place.state.log))
