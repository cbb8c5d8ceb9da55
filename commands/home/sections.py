"""What a section of Home is: one noun's few lines for one official, in their language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.officials import Official
from bot.storage.unit_of_work import UnitOfWork
from integrations.slack.blocks import Block, section
from integrations.slack.speech import Safe, Speech

# A section shows no more than this; everything else is a command away.
MOST_SHOWN = 40


@dataclass(frozen=True)
class Visit:
    """One look of one official at their Home."""

    uow: UnitOfWork
    official: Official
    speech: Speech


# The blocks of one section; none when there is nothing to say.
Section = Callable[[Visit], list[Block]]


def heading(visit: Visit, key: str) -> Block:
    return section(Safe(f"*{visit.speech.say(key)}*"))


def with_button(block: Block, pressed: Block) -> Block:
    """A line with the one button that acts on it."""
    return {**block, "accessory": pressed}
