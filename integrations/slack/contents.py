"""Looks at the bytes of an open file: of what kind they are, and which parts a document has.

Nothing is unpacked: an office document's list of parts is read, and only where it is short.
"""

from __future__ import annotations

import zipfile
from os import SEEK_END
from typing import BinaryIO

from bot.domain.attachments import HEAD_BYTES, Staying, has_parts, judge_head, judge_parts

# APPNOTE 4.3.16: the end record of an archive, 22 bytes and a comment of 65,535 at most.
END, END_64, END_BYTES, COMMENT_MOST = b"PK\x05\x06", b"PK\x06\x07", 22, 65_535
PARTS_MOST, LIST_BYTES_MOST = 5_000, 1_000_000


def judge_file(file: BinaryIO, name: str) -> Staying | None:
    """Why a file stays by what it holds; None when it is what its name says."""
    file.seek(0)
    why = judge_head(name, file.read(HEAD_BYTES))
    if why is not None or not has_parts(name):
        return why
    parts = _parts(file)
    return Staying.KIND if parts is None else judge_parts(name, parts)


def _parts(file: BinaryIO) -> list[str] | None:
    """The names of an archive's parts; None where it is no archive, or one of too many parts."""
    if not _is_modest(file):
        return None
    try:
        with zipfile.ZipFile(file) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None


def _is_modest(file: BinaryIO) -> bool:
    """Whether the list of parts is short enough to be read at all."""
    size = file.seek(0, SEEK_END)
    file.seek(max(0, size - END_BYTES - COMMENT_MOST))
    tail = file.read()
    at = len(tail) - END_BYTES
    if not (at >= 0 and tail[at:].startswith(END) and tail.endswith(b"\0\0")):
        at = tail.rfind(END)
    end = tail[at : at + END_BYTES]
    if at < 0 or len(end) < END_BYTES or END_64 in tail:
        return False
    count, length = int.from_bytes(end[10:12], "little"), int.from_bytes(end[12:16], "little")
    return count <= PARTS_MOST and length <= LIST_BYTES_MOST
