"""What the bot has to say, as facts; the words and blocks are chosen where it is said.

Every class here is one kind of announcement. Texts of people are carried as they came from Slack;
the renderer makes them inert.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.agencies import Agency
from bot.domain.fingerprints import Finding
from bot.domain.labels import Label
from bot.domain.links import End, Link, Terms
from bot.domain.officials import Government
from bot.domain.releasability import Named


@dataclass(frozen=True)
class Facts:
    """One announcement; every kind is a class of its own, kept with its noun."""


@dataclass(frozen=True)
class LateFile:
    """A file that has not come: its place among the files, and the cause (`deliveries.cause`)."""

    position: int
    name: str
    cause: str
    is_retried: bool


@dataclass(frozen=True)
class FilesFacts:
    """The files of a text, told to its readers: how many come, which are late, why others stay."""

    coming: int
    late: tuple[LateFile, ...] = ()
    staying: tuple[tuple[str, int], ...] = ()  # the key under `attachments.why`, and how many


@dataclass(frozen=True)
class FileStatus:
    """A file on its own side's card: what became of it, at one destination where one is named."""

    name: str
    outcome: str  # the key under `attachments.outcome`
    code: str = ""
    agency: Agency | None = None
    cause: str = ""  # the key of why it is so, where there is something to say


@dataclass(frozen=True)
class ReceiptFacts:
    """One acknowledgement: which agency, by whom, when."""

    agency: Agency
    name: str
    at: datetime


@dataclass(frozen=True)
class CopyFacts(Facts):
    """An advisory as its readers on the other side see it (or its own side, for a typed one)."""

    side: Government
    number: str
    label: Label
    agency: Agency
    author: str
    posted_at: datetime
    tags: tuple[str, ...]
    title: str
    body: str
    names: Mapping[str, str]
    part: int
    parts: int
    receipts: tuple[ReceiptFacts, ...]
    agencies_expected: int
    acknowledgeable: bool
    revision: int = 1
    changed_at: datetime | None = None
    is_late: bool = False
    superseded_by: str = ""
    files: FilesFacts | None = None
    releasable: Named = ()


@dataclass(frozen=True)
class FileFacts(Facts):
    """A file on its way: what is said with it, and where its bytes are (never shown)."""

    side: Government
    number: str
    label: Label
    position: int
    name: str
    size: int
    team: str
    url: str
    mark: str  # by which it is found again, wherever its words stand
    releasable: Named = ()


@dataclass(frozen=True)
class FileGoneFacts(Facts):
    """A file that has to go from where it stands."""


@dataclass(frozen=True)
class TombstoneFacts(Facts):
    """What stands where a text stood that may not be shown any more: the label is kept."""

    side: Government
    why: str  # the key under `advisories.tombstone`
    number: str
    label: Label
    agency: Agency
    at: datetime
    reason: str


@dataclass(frozen=True)
class ChangeFacts(Facts):
    """A note in a copy's thread: what became of the advisory above it, and who should look."""

    side: Government
    number: str
    label: Label
    change: str  # the key under `advisories.change`
    revision: int
    removed: tuple[str, ...]
    added: tuple[str, ...]
    more: int
    acknowledged_by: tuple[Agency, ...]
    detail: str
    releasable: Named = ()


@dataclass(frozen=True)
class ReplyFacts(Facts):
    """A reply in an advisory's thread, mirrored to another thread of the same advisory."""

    side: Government
    number: str
    label: Label
    agency: Agency
    author: str
    body: str
    names: Mapping[str, str]
    files: FilesFacts | None = None
    releasable: Named = ()


@dataclass(frozen=True)
class RouteFacts:
    """One line of a status card: a destination and what became of the advisory there."""

    code: str
    agency: Agency
    outcome: str  # the key under `advisories.outcome`
    at: datetime | None
    by: str | None


@dataclass(frozen=True)
class StatusFacts(Facts):
    """The card in the source's thread: where it went and who acknowledged."""

    side: Government
    number: str
    label: Label
    routes: tuple[RouteFacts, ...]
    receipts: tuple[ReceiptFacts, ...]
    agencies_expected: int
    files: tuple[FileStatus, ...] = ()
    revision: int = 1
    state: str = "issued"  # the key under `advisories.state`
    reason: str = ""
    superseded_by: str = ""


@dataclass(frozen=True)
class ReleaseFacts(Facts):
    """The private card of a releaser: decide about one advisory that waits."""

    side: Government
    number: str
    label: Label
    agency: Agency
    author: str
    posted_at: datetime
    title: str
    body: str
    names: Mapping[str, str]
    destinations: tuple[RouteFacts, ...]
    decided: bool
    part: int = 1
    parts: int = 1
    revision: int = 1
    files: tuple[FileStatus, ...] = ()
    in_channel: bool = False  # read by several people of the side
    approved_by: tuple[str, ...] = ()
    needed: int = 0
    expires_at: datetime | None = None
    release_value: str = ""  # what the buttons carry
    keep_back_value: str = ""
    releasable: Named = ()


@dataclass(frozen=True)
class HeldFacts(Facts):
    """Tells an author privately that a post is held, with buttons to set its label."""

    number: str
    unknown_label: bool


@dataclass(frozen=True)
class NoteFacts(Facts):
    """Tells one person something: a text key and its parameters."""

    key: str
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class LinkFacts(Facts):
    """A notice about a link, in one of its channels; `change` is the key under `links.notice`."""

    side: Government
    change: str
    link: Link
    terms: Terms
    near: Agency
    far: Agency
    by: str
    by_agency: Agency
    here: End
    there: End | None
    readers: tuple[str, ...]
    more_readers: int
    guests: int
    unchecked: int = 0


@dataclass(frozen=True)
class SuspensionFacts(Facts):
    """A link waits for both sides to confirm its channels; the same words for either side."""

    side: Government
    code: str
    near: Agency
    far: Agency
    findings: tuple[Finding, ...]
    in_person: bool


@dataclass(frozen=True)
class SilenceFacts(Facts):
    """Nothing has passed over a link for so many days, told to an admin."""

    code: str
    near: Agency
    far: Agency
    days: int


@dataclass(frozen=True)
class NothingFacts(Facts):
    """May not be said any more; whether an earlier attempt left it standing is still looked up."""

    reason: str
