"""What is made and sent after an answer: files that take longer than an answer may.

It is on nobody's behalf but the asker's: every page is read as what they may see at that moment.
"""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import suppress
from datetime import date, datetime
from functools import partial
from pathlib import Path

from bot import errors
from bot.domain.actions import Filter
from bot.services.access import require_official
from bot.services.action_exports import Row, row_of, rows_after
from bot.services.dialogue_record import Record
from bot.services.notes import tell_directly
from bot.storage.actions import BEGINNING, Key
from bot.storage.unit_of_work import UnitOfWork
from commands.edge import Edge, Sender
from integrations.documents import write_documents
from integrations.documents.chart import write_burn_down
from integrations.registers import Format, writer_for
from integrations.registers.table import Writer
from integrations.slack.uploads import Uploads


class Desk:
    """Writes registers, entries of calendars and documents, and hands them over."""

    def __init__(self, edge: Edge, uploads: Uploads) -> None:
        self._edge = edge
        self._uploads = uploads

    async def send_register(self, sender: Sender, form: Format, wanted: Filter) -> None:
        """Writes the register page by page to disk and sends it to the asker alone."""
        speech = await self._edge.speech(sender)
        with tempfile.TemporaryDirectory(prefix="kakehashi-") as folder:
            path = Path(folder) / f"register.{form.value}"
            try:
                writer = await asyncio.to_thread(writer_for, form, path, speech)
                count = await self._write(sender, wanted, writer)
                now = await self._edge.look(lambda uow: uow.now)
                comment = speech.say("actions.exported", time=now, n=count)
                name = f"kakehashi-actions-{now:%Y%m%d}.{form.value}"
                files = ((path, name),)
                await self._uploads.to_person(sender.team, sender.user, files, comment)
            except errors.BotError:
                await self._tell_failure(sender, "actions.export_failed")

    async def send_entry(self, sender: Sender, number: str) -> None:
        """Sends the asker one item's due date as a calendar's entry."""

        def read(uow: UnitOfWork) -> tuple[Row, datetime]:
            official = require_official(uow, sender.team, sender.user)
            return row_of(uow, official, number), uow.now

        speech = await self._edge.speech(sender)
        with tempfile.TemporaryDirectory(prefix="kakehashi-") as folder:
            path = Path(folder) / f"{number}.{Format.ICS.value}"
            try:
                row, now = await self._edge.look(read)
                writer = await asyncio.to_thread(writer_for, Format.ICS, path, speech)
                await asyncio.to_thread(writer.add, (row,))
                await asyncio.to_thread(writer.close)
                comment = speech.say("actions.entry", number=number, time=now)
                files = ((path, path.name),)
                await self._uploads.to_person(sender.team, sender.user, files, comment)
            except errors.BotError:
                await self._tell_failure(sender, "actions.entry_failed", number=number)

    async def send_documents(
        self,
        sender: Sender,
        kind: str,
        record: Record,
        digest: str,
        thread: tuple[str, str] | None,
    ) -> None:
        """Writes a round's documents and posts them in its thread here, else to the asker."""
        speech = await self._edge.speech(sender)
        number = record.dialogue.number
        with tempfile.TemporaryDirectory(prefix="kakehashi-") as folder:
            try:
                files = await asyncio.to_thread(
                    write_documents, speech.catalog, kind, record, digest, Path(folder)
                )
                now = await self._edge.look(lambda uow: uow.now)
                comment = speech.say(
                    "dialogues.documents_sent", number=number, time=now, digest=digest
                )
                if thread is not None:
                    await self._uploads.to_channel(sender.team, *thread, files, comment)
                else:
                    await self._uploads.to_person(sender.team, sender.user, files, comment)
            except errors.BotError:
                await self._tell_failure(sender, "dialogues.documents_failed", number=number)

    async def send_chart(
        self, sender: Sender, number: str, line: tuple[tuple[date, int], ...]
    ) -> None:
        """Draws a round's burn-down and sends it to the asker, with words for who cannot see it."""
        speech = await self._edge.speech(sender)
        (first, start), (last, end) = line[0], line[-1]
        words = speech.say(
            "dialogues.chart_alt",
            number=number,
            first=speech.day(first),
            start=start,
            last=speech.day(last),
            end=end,
        )
        with tempfile.TemporaryDirectory(prefix="kakehashi-") as folder:
            path = Path(folder) / f"{number}.png"
            try:
                await asyncio.to_thread(write_burn_down, line, number, path)
                comment = speech.say("dialogues.chart_sent", number=number)
                files = ((path, path.name),)
                await self._uploads.to_person(sender.team, sender.user, files, comment, words)
            except errors.BotError:
                await self._tell_failure(sender, "dialogues.documents_failed", number=number)

    async def _write(self, sender: Sender, wanted: Filter, writer: Writer) -> int:
        def read(since: Key, uow: UnitOfWork) -> tuple[tuple[Row, ...], Key | None]:
            official = require_official(uow, sender.team, sender.user)
            return rows_after(uow, official, wanted, since)

        count = 0
        more: Key | None = BEGINNING
        while more is not None:
            rows, more = await self._edge.look(partial(read, more))
            await asyncio.to_thread(writer.add, rows)
            count += len(rows)
        await asyncio.to_thread(writer.close)
        return count

    async def _tell_failure(self, sender: Sender, key: str, **parameters: object) -> None:
        def tell(uow: UnitOfWork) -> None:
            official = uow.officials.find(sender.team, sender.user)
            if official is not None:
                tell_directly(uow, official, key, **parameters)

        with suppress(errors.TryAgain):
            await self._edge.look(tell)
