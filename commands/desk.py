"""What is made and sent after an answer: files that take longer than an answer may.

It is on nobody's behalf but the asker's: every page is read as what they may see at that moment.
"""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import suppress
from functools import partial
from pathlib import Path

from bot import errors
from bot.domain.actions import Filter
from bot.services.access import require_official
from bot.services.action_exports import Row, rows_after
from bot.services.notes import tell_directly
from bot.storage.actions import BEGINNING, Key
from bot.storage.unit_of_work import UnitOfWork
from commands.edge import Edge, Sender
from integrations.registers import Format, writer_for
from integrations.registers.table import Writer
from integrations.slack.uploads import Uploads


class Desk:
    """Writes registers and hands them over."""

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
                await self._uploads.to_person(sender.team, sender.user, path, name, comment)
            except errors.BotError:
                await self._tell_failure(sender)

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

    async def _tell_failure(self, sender: Sender) -> None:
        def tell(uow: UnitOfWork) -> None:
            official = uow.officials.find(sender.team, sender.user)
            if official is not None:
                tell_directly(uow, official, "actions.export_failed")

        with suppress(errors.TryAgain):
            await self._edge.look(tell)
