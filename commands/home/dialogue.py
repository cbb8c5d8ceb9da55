"""The Dialogue now and next: the round that is on, or the one that comes."""

from __future__ import annotations

from bot.domain.dialogues import BEFORE, Dialogue, DialogueState
from commands.home.sections import Section, Visit, heading
from integrations.slack.blocks import Block, section
from integrations.slack.shown_dialogues import head_line

COMING = (DialogueState.PROPOSED, *BEFORE)
# Rounds are few; the newest ones are those anybody asks for at home.
MOST_ROUNDS = 3


def rounds(visit: Visit) -> list[Block]:
    """The rounds that are not closed yet, the one in session first."""
    found = [one for one in visit.uow.dialogues.all() if one.state is not DialogueState.CLOSED]
    if not found:
        return []
    lines = [
        section(head_line(visit.speech, one)) for one in sorted(found, key=_urgency)[:MOST_ROUNDS]
    ]
    return [heading(visit, "home.rounds"), *lines]


def _urgency(dialogue: Dialogue) -> tuple[int, int]:
    if dialogue.is_in_session:
        return 0, dialogue.round
    return (1 if dialogue.state in COMING else 2), dialogue.round


SECTIONS: tuple[Section, ...] = (rounds,)
