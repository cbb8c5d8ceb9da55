"""What stands in the two workspaces at the end, against what was posted there."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from integrations.slack.driver import Message, text_of
from tests.crash.rig import Rig, Route

MARK = re.compile(r"case-\w+-\d{4}")
LABEL = "TLP:GREEN"


@dataclass
class Verdict:
    """The marks of the advisories with which something is wrong; empty lists are a promise kept."""

    delivered: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    reordered: list[str] = field(default_factory=list)
    unlabelled: list[str] = field(default_factory=list)
    cards_lost: list[str] = field(default_factory=list)
    cards_doubled: list[str] = field(default_factory=list)

    @property
    def faults(self) -> dict[str, list[str]]:
        """Every broken promise, by name."""
        return {name: found for name, found in vars(self).items() if found and name != "delivered"}

    def __str__(self) -> str:
        figures = [f"{name} {_size(value)}" for name, value in vars(self).items()]
        return ", ".join(figures)


def verdict_on(rig: Rig) -> Verdict:
    """Reads both workspaces from end to end."""
    verdict = Verdict()
    for route, marks in rig.posted.items():
        for destination in route.destinations:
            _judge_copies(verdict, route, destination, marks)
        _judge_cards(verdict, route, marks)
    return verdict


def _judge_copies(verdict: Verdict, route: Route, destination: str, marks: list[str]) -> None:
    copies = [
        (mark, message)
        for message in route.target.messages(destination)
        if _by_bot(message) and "thread_ts" not in message
        for mark in [_mark(message, route)]
        if mark
    ]
    counts = Counter(mark for mark, _ in copies)
    verdict.delivered += len(counts)
    verdict.lost += [mark for mark in marks if not counts[mark]]
    verdict.doubled += [mark for mark, count in counts.items() if count > 1]
    first_seen = list(counts)
    verdict.reordered += [later for earlier, later in pairwise(first_seen) if earlier > later]
    verdict.unlabelled += [mark for mark, message in copies if not _is_framed(message)]


def _judge_cards(verdict: Verdict, route: Route, marks: list[str]) -> None:
    spoken = route.source.messages(route.channel)
    sources = {
        str(message["ts"]): mark
        for message in spoken
        if message.get("user") == route.author
        for mark in [_mark(message, route)]
        if mark
    }
    cards = Counter(
        sources[message["thread_ts"]]
        for message in spoken
        if _by_bot(message) and message.get("thread_ts") in sources
    )
    verdict.cards_lost += [mark for mark in marks if not cards[mark]]
    verdict.cards_doubled += [mark for mark, count in cards.items() if count > 1]


def _by_bot(message: Message) -> bool:
    return "app_id" in message and message.get("subtype") != "ephemeral"


def _mark(message: Message, route: Route) -> str | None:
    found = MARK.search(text_of(message))
    return found[0] if found and found[0].startswith(f"case-{route.name}-") else None


def _is_framed(message: Message) -> bool:
    """The label stands first and last, in the blocks and in the fallback text."""
    lines = str(message["text"]).splitlines()
    blocks = [text_of({"blocks": [block]}) for block in message["blocks"]]
    return all(LABEL in end for end in (lines[0], lines[-1], blocks[0], blocks[-1]))


def _size(value: int | list[str]) -> int:
    return value if isinstance(value, int) else len(value)
