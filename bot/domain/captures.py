"""A line of a thread on its way to becoming an action, a decision or a question on the record.

One message is captured once, however it is pointed at: its lines are told apart by their order, and
the database holds each line once. Until a notetaker confirms, nothing exists but this.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from bot import errors
from bot.domain.notes import NoteKind, NoteReading, read_notes
from bot.domain.officials import Government

JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
FIRST_PART = ""
TEXT_LIMIT = 1_000
BOTH_SIDES = frozenset(side.value for side in Government)
# What people write for both, as `read_owners` understands it.
BOTH_WORD = "both sides"


class Way(StrEnum):
    """How a message was pointed at."""

    TEXT = "text"  # its own words, where capture is switched on
    MENTION = "mention"  # the bot was called by name
    REACTION = "reaction"  # a notetaker reacted to it
    SHORTCUT = "shortcut"  # a notetaker chose it from the message's menu


class CaptureState(StrEnum):
    """How far a captured line has come."""

    SUGGESTED = "suggested"  # shown to its notetaker alone
    PROPOSED = "proposed"  # its card stands in the thread and waits for a notetaker
    CONFIRMED = "confirmed"  # on the record
    REFUSED = "refused"  # a notetaker said that it is none


class SourceState(StrEnum):
    """What has become of the message since."""

    STANDING = "standing"  # as it was captured
    EDITED = "edited"  # its words changed; a notetaker has not looked yet
    DELETED = "deleted"  # gone; a notetaker is asked what becomes of the record


@dataclass(frozen=True)
class Capture:
    """One line, as captured; `owners` and `due` are the words used, to be read when asked."""

    id: int
    number: str
    government: Government
    team: str
    channel: str
    ts: str
    part: str
    thread_ts: str
    kind: NoteKind
    state: CaptureState
    way: Way
    text: str
    owners: str
    due: str
    author: str
    noted_by: int
    created_at: datetime
    changed_at: datetime
    edited_ts: str = ""
    source: SourceState = SourceState.STANDING
    internal: bool = False

    @property
    def is_decided(self) -> bool:
        """Whether a notetaker has said yes or no, and nothing has happened to the source since."""
        return self.state in (CaptureState.CONFIRMED, CaptureState.REFUSED)

    @property
    def said_at(self) -> datetime:
        """When these words were said."""
        return datetime.fromtimestamp(float(self.edited_ts or self.ts), UTC)

    @property
    def is_japanese(self) -> bool:
        """Whether the line is written in Japanese, as far as dates are concerned."""
        return JAPANESE.search(self.text + self.due) is not None

    def propose(self, at: datetime) -> Capture:
        """It is to have a card: a suggestion taken up, or one refused that is pointed at anew."""
        if self.state in (CaptureState.PROPOSED, CaptureState.CONFIRMED):
            return self
        return replace(self, state=CaptureState.PROPOSED, changed_at=at)

    def confirm(self, at: datetime) -> Capture:
        """A notetaker says yes."""
        if self.state is not CaptureState.PROPOSED:
            raise errors.CaptureDecided(number=self.number)
        return replace(
            self, state=CaptureState.CONFIRMED, source=SourceState.STANDING, changed_at=at
        )

    def refuse(self, at: datetime, *, on_record: bool) -> Capture:
        """A notetaker says no; of what is on the record already, no change."""
        if self.state not in (CaptureState.PROPOSED, CaptureState.SUGGESTED):
            raise errors.CaptureDecided(number=self.number)
        state = CaptureState.CONFIRMED if on_record else CaptureState.REFUSED
        return replace(self, state=state, source=SourceState.STANDING, changed_at=at)

    def correct(self, text: str, owners: str, due: str, *, internal: bool, at: datetime) -> Capture:
        """A notetaker puts it in other words; it waits to be confirmed."""
        if self.is_decided:
            raise errors.CaptureDecided(number=self.number)
        return replace(
            self,
            state=CaptureState.PROPOSED,
            text=text,
            owners=owners,
            due=due,
            internal=internal,
            changed_at=at,
        )

    def reread(self, reading: NoteReading, edited_ts: str, at: datetime) -> Capture:
        """Its source says something else now; whatever was decided is open again."""
        owners, due, text = words_of(reading)
        state = self.state if self.state is CaptureState.SUGGESTED else CaptureState.PROPOSED
        return replace(
            self,
            kind=reading.kind,
            state=state,
            text=text,
            owners=owners,
            due=due,
            edited_ts=edited_ts,
            source=SourceState.EDITED,
            changed_at=at,
        )

    def unsay(self, edited_ts: str, at: datetime) -> Capture:
        """Its source no longer reads as anything; a notetaker is asked, with the old words."""
        if self.state in (CaptureState.SUGGESTED, CaptureState.REFUSED):
            return replace(self, state=CaptureState.REFUSED, edited_ts=edited_ts, changed_at=at)
        return replace(
            self,
            state=CaptureState.PROPOSED,
            source=SourceState.EDITED,
            edited_ts=edited_ts,
            changed_at=at,
        )

    def orphan(self, at: datetime) -> Capture:
        """Its source is gone; a notetaker is asked."""
        state = self.state
        if state is CaptureState.SUGGESTED:
            state = CaptureState.REFUSED
        elif state is CaptureState.CONFIRMED:
            state = CaptureState.PROPOSED
        return replace(self, state=state, source=SourceState.DELETED, changed_at=at)


def captured_lines(
    text: str, bot_user: str | None, *, whole: bool
) -> Iterator[tuple[str, NoteReading]]:
    """The lines of a message that can be captured, each with its part.

    `whole`: somebody pointed at the message, so that it is an action even if nothing in it reads as
    one.
    """
    found = [one for one in read_notes(_addressed(text, bot_user)) if is_capturable(one)]
    if not found and whole:
        words = " ".join(_without_bot(text, bot_user).split())
        found = [NoteReading(NoteKind.ACTION, is_prefixed=True, text=words)] if words else []
    for position, reading in enumerate(found):
        yield (FIRST_PART if position == 0 else str(position + 1)), reading


def is_capturable(reading: NoteReading) -> bool:
    """An action in any form; a decision or question only where the line says so itself."""
    return reading.is_action or (reading.kind is not NoteKind.NONE and reading.is_prefixed)


def words_of(reading: NoteReading) -> tuple[str, str, str]:
    """Owners as one would type them, due phrase and text of a reading."""
    owners: Iterable[str] = reading.owners
    if set(reading.owners) >= BOTH_SIDES:
        owners = (BOTH_WORD, *(one for one in reading.owners if one not in BOTH_SIDES))
    return ", ".join(owners), reading.due or "", (reading.text or "")[:TEXT_LIMIT]


def calls_for_action(text: str, bot_user: str | None) -> bool:
    """Whether a message that calls the bot by name goes on with an action."""
    rest = _without_bot(text, bot_user).lstrip(" ,、:：")
    return rest != text and _begins_as_action(rest)


def _addressed(text: str, bot_user: str | None) -> str:
    """The same with `@Kakehashi action do it` as `action: do it`."""
    if not calls_for_action(text, bot_user):
        return _without_bot(text, bot_user) if text.lstrip().startswith("<@") else text
    rest = _without_bot(text, bot_user).lstrip(" ,、:：")
    word = next(one for one in ACTION_WORDS if rest.casefold().startswith(one))
    return f"ACTION: {rest[len(word) :].lstrip(' :：-–—　')}"


def _without_bot(text: str, bot_user: str | None) -> str:
    if not bot_user:
        return text
    before, mention, after = text.partition(f"<@{bot_user}")
    if not mention or before.strip():
        return text
    return after.partition(">")[2].lstrip(" ,、:：\u3000")


ACTION_WORDS = (
    *("action item", "action point", "action", "todo", "to do", "to-do", "follow-up", "follow up"),
    *("アクション", "要対応", "対応", "宿題", "持ち帰り", "タスク"),
)


def _begins_as_action(rest: str) -> bool:
    return any(rest.casefold().startswith(word) for word in ACTION_WORDS)
