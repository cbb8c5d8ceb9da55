"""Files that travel with a text: which may, under which name, and what their bytes must look like.

A file is judged three times: by its name and what Slack says of it when it is heard of, by its size
while it is read (what was declared counts for nothing), and by its bytes before they leave. The
bytes have to be of the kind that the name promises; a closed list of kinds is known, so that
nothing has to be recognised as dangerous in order to stay.

Sources: PKWARE APPNOTE 4.3.7 and 4.3.12 (ZIP), ISO 32000-1 7.5.2 (PDF), PNG 1.2 12.12, ISO 10918-1
B.1.1.3 (JPEG), GIF89a, ECMA-376 part 2 10.1 (parts of an office document).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.inert import normalise

LONGEST_NAME = 100
MEGABYTE = 1_000_000
# How much of a file is looked at to tell its kind.
HEAD_BYTES = 8_192

TEXTS = ("txt", "log", "csv", "tsv", "json", "stix", "xml", "yaml", "yml", "yar", "yara", "ioc")
PICTURES = ("png", "jpg", "jpeg", "gif")
DOCUMENTS = ("docx", "xlsx", "pptx", "odt", "ods", "odp")
# What travels unless the settings say otherwise: no program, no macro, no archive, no web page.
USUAL_TYPES = (*TEXTS, "md", "ics", "pdf", *PICTURES, *DOCUMENTS)

ZIP, PDF, PNG, JPEG = b"PK\x03\x04", b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
STARTS = {
    "pdf": (PDF,),
    "png": (PNG,),
    "jpg": (JPEG,),
    "jpeg": (JPEG,),
    "gif": (b"GIF87a", b"GIF89a"),
    "zip": (ZIP, b"PK\x05\x06"),
    **dict.fromkeys(DOCUMENTS, (ZIP,)),
}
# The parts that tell one office document from another, and from any other archive.
PARTS = {
    "docx": "word/document.xml",
    "xlsx": "xl/workbook.xml",
    "pptx": "ppt/presentation.xml",
    **dict.fromkeys(("odt", "ods", "odp"), "content.xml"),
}
# Parts in which an office document carries programs, or things that are none of a document's.
MACROS = re.compile(
    r"(^|/)(vbaproject\w*\.bin|vbadata\.xml|macrosheets/.*|basic/.*|scripts/.*|activex/.*"
    r"|embeddings/.*\.bin)$",
    re.IGNORECASE,
)
# How a program, an archive or another container begins, whatever it calls itself.
PROGRAMS = (
    *(b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe"),
    *(b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ"),
    *(b"\xd0\xcf\x11\xe0", b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"L\x00\x00\x00\x01\x14\x02"),
)
# Pages a browser would run. Slack's sign-in page, which comes for a file that the bot may not read,
# is one as well.
PAGES = frozenset({"htm", "html", "xhtml", "mhtml", "mht", "hta", "svg", "svgz"})
WIDE = (b"\xff\xfe", b"\xfe\xff")

_FORBIDDEN = re.compile(r'[/\\:*?"<>|\x00-\x1f\x7f\s]+')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


class Staying(StrEnum):
    """Why a file stays where it is; the word after the dot of a text key."""

    SWITCHED_OFF = "switched_off"  # this bridge carries no files
    KIND = "kind"  # its type, by its name or its bytes, is not one that travels
    MACRO = "macro"  # an office document that carries programs
    SIZE = "size"  # larger than may travel
    EMPTY = "empty"  # it holds nothing
    HIDDEN = "hidden"  # Slack keeps it elsewhere, or does not show it to the bot
    GONE = "gone"  # it is no longer there


@dataclass(frozen=True)
class FilePolicy:
    """What may travel in this deployment."""

    relay: bool = True
    most_bytes: int = 20 * MEGABYTE
    types: frozenset[str] = frozenset(USUAL_TYPES)

    def judge(self, name: str, size: int) -> Staying | None:
        """Why a file stays by what is said of it; None when it may be fetched."""
        if not self.relay:
            return Staying.SWITCHED_OFF
        if kind_of(name) not in self.types - PAGES:
            return Staying.KIND
        if size > self.most_bytes:
            return Staying.SIZE
        return None


@dataclass(frozen=True)
class Attachment:
    """A file that came with an advisory, or with a reply to one; its bytes stay with Slack."""

    id: int
    advisory_id: int
    reply_id: int | None
    position: int
    team: str
    file: str
    url: str
    name: str
    size: int
    added_in: int = 1
    removed_in: int | None = None
    staying: Staying | None = None

    def travels_with(self, revision: int) -> bool:
        """Whether it goes where that revision of its text goes."""
        return self.staying is None and self.removed_in is None and self.added_in <= revision

    def is_of(self, revision: int) -> bool:
        """Whether it belongs to that revision of its text, travelling or staying."""
        return self.added_in <= revision and (self.removed_in is None or revision < self.removed_in)


def safe_name(name: str) -> str:
    """A file name that names one file in one folder, and shows as what it is.

    NFKC first: it turns full-width letters into live ones. Nothing invisible, no path, no control
    sequence, nobody called by name; the ending is kept when it has to be shortened.
    """
    seen = _FORBIDDEN.sub(" ", normalise(name)).replace("@", "＠")
    seen = " ".join(seen.split()).strip(". ")
    stem, dot, ending = seen.rpartition(".")
    if dot and len(seen) > LONGEST_NAME:
        ending = ending[:16]
        seen = f"{stem[: LONGEST_NAME - len(ending) - 1].rstrip('. ')}.{ending}"
    seen = seen[:LONGEST_NAME].rstrip(". ")
    return f"_{seen}" if not seen or _RESERVED.match(seen) else seen


def kind_of(name: str) -> str:
    """The ending of a name in small letters: what people and machines take the file for."""
    stem, dot, ending = safe_name(name).rpartition(".")
    return ending.casefold() if dot and stem else ""


def judge_head(name: str, head: bytes) -> Staying | None:
    """Why a file stays by how its bytes begin; the first HEAD_BYTES are enough."""
    if not head:
        return Staying.EMPTY
    kind = kind_of(name)
    if kind in STARTS:
        return None if head.startswith(STARTS[kind]) else Staying.KIND
    # Everything else that is known is text, whatever its encoding.
    if head.startswith(PROGRAMS):
        return Staying.KIND
    return None if head.startswith(WIDE) or b"\x00" not in head else Staying.KIND


def has_parts(name: str) -> bool:
    """Whether the kind of file is one whose parts have to be looked at."""
    return kind_of(name) in PARTS


def judge_parts(name: str, parts: Collection[str]) -> Staying | None:
    """Why an office document stays by the parts it has."""
    if PARTS[kind_of(name)] not in parts:
        return Staying.KIND
    return Staying.MACRO if any(MACROS.search(part) for part in parts) else None
