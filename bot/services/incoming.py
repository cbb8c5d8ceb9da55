"""A message as Slack reports it, and what may become of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.attachments import Staying


@dataclass(frozen=True)
class SentFile:
    """A file as Slack reports it, and why it stays where it is, judged by that alone."""

    file: str
    name: str
    size: int
    url: str
    staying: Staying | None = None


@dataclass(frozen=True)
class Message:
    """A message as Slack reports it; `bot` is the bot id when a bot posted it.

    `file_names` are all words on its files, which are screened like its text: names and titles.
    """

    team: str
    channel: str
    user: str
    ts: str
    text: str
    file_names: tuple[str, ...] = ()
    is_stranger: bool = False
    is_guest: bool = False
    bot: str | None = None
    thread_ts: str | None = None
    edited_ts: str | None = None
    files: tuple[SentFile, ...] = ()

    @property
    def key(self) -> str:
        """What makes this message, or this edit of it, the same however often it is delivered."""
        return message_key(self.team, self.channel, self.ts, self.edited_ts or "")

    @property
    def is_reply(self) -> bool:
        return self.thread_ts not in (None, self.ts)


def message_key(team: str, channel: str, ts: str, moment: str) -> str:
    """The key of one state of a message; of two states the later one's sorts last."""
    return f"message:{team}:{channel}:{ts}:{moment}"


def deletion_key(team: str, channel: str, ts: str) -> str:
    """The key of a message's end, which sorts after every edit."""
    return message_key(team, channel, ts, "~deleted")


class Outcome(StrEnum):
    """What became of a message."""

    LEFT_ALONE = "left_alone"  # not tagged, not linked, or seen before
    REFUSED = "refused"  # may not leave; its author was told privately
    HELD = "held"  # waits for a label
    ISSUED = "issued"  # an advisory; each link decided for itself
