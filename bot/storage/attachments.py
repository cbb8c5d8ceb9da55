"""Files that came with advisories and replies, and what Slack calls those that went out again."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.domain.attachments import Attachment, Staying
from bot.storage.tables_files import advisory_files, file_uploads

OF_ADVISORY = (
    select(advisory_files)
    .where(advisory_files.c.advisory_id == bindparam("wanted"))
    .order_by(advisory_files.c.id)
)
GET = select(advisory_files).where(advisory_files.c.id == bindparam("wanted"))
UPLOAD = select(file_uploads.c.file).where(file_uploads.c.delivery_id == bindparam("wanted"))
NOTE_FIRST = {
    "sqlite": sqlite_insert(file_uploads).on_conflict_do_nothing(),
    "postgresql": postgresql_insert(file_uploads).on_conflict_do_nothing(),
}


class Attachments:
    """Reads and writes files; within its transaction those of an advisory are read once."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now
        self._known: dict[int, tuple[Attachment, ...]] = {}

    def add(self, file: Attachment) -> None:
        """Stores a file that came with an advisory or a reply."""
        self._known.pop(file.advisory_id, None)
        values = asdict(file) | {"staying": file.staying.value if file.staying else ""}
        values.pop("id")
        self._connection.execute(insert(advisory_files).values(values))

    def of(self, advisory_id: int, reply_id: int | None = None) -> tuple[Attachment, ...]:
        """The files of an advisory itself, or of one reply to it, in order; removed ones too."""
        if advisory_id not in self._known:
            rows = self._connection.execute(OF_ADVISORY, {"wanted": advisory_id})
            self._known[advisory_id] = tuple(_attachment(row) for row in rows)
        return tuple(one for one in self._known[advisory_id] if one.reply_id == reply_id)

    def get(self, file_id: int) -> Attachment:
        return _attachment(self._connection.execute(GET, {"wanted": file_id}).one())

    def remove(self, file: Attachment, revision: int) -> None:
        """Its originator took it away, with that revision."""
        self._set(file, removed_in=revision)

    def keep_back(self, file: Attachment, why: Staying) -> None:
        """It does not travel to anybody."""
        self._set(file, staying=why.value)

    def upload_of(self, delivery_id: int) -> str:
        """Slack's id of the bytes it has of a delivery; empty when it has none."""
        found = self._connection.execute(UPLOAD, {"wanted": delivery_id}).scalar_one_or_none()
        return str(found or "")

    def note_upload(self, delivery_id: int, before: str, file: str) -> bool:
        """Slack has the bytes; False when somebody else has noted others meanwhile.

        With an empty `file` Slack has lost what it had before.
        """
        its = (file_uploads.c.delivery_id == delivery_id) & (file_uploads.c.file == before)
        values = {"file": file, "at": self._now}
        if not file:
            return bool(self._connection.execute(delete(file_uploads).where(its)).rowcount)
        if before:
            changed = update(file_uploads).where(its).values(values)
            return bool(self._connection.execute(changed).rowcount)
        note = NOTE_FIRST[self._connection.dialect.name]
        self._connection.execute(note, values | {"delivery_id": delivery_id})
        return self.upload_of(delivery_id) == file

    def _set(self, file: Attachment, **values: Any) -> None:
        self._known.pop(file.advisory_id, None)
        self._connection.execute(
            update(advisory_files).where(advisory_files.c.id == file.id).values(values)
        )


def _attachment(row: Row[Any]) -> Attachment:
    values = dict(row._mapping)
    values["staying"] = Staying(row.staying) if row.staying else None
    return Attachment(**values)
