"""The follow-ups that are due for me, or that I set."""

from __future__ import annotations

from bot.domain import policy
from bot.domain.rights import Act
from bot.services.follow_ups import list_follow_ups
from commands.home.sections import Section, Visit, heading
from integrations.slack.blocks import Block, actions, button, section
from integrations.slack.shown_reminders import follow_up_line

# Two blocks each; the others are a command away.
MOST_FOLLOW_UPS = 10


def mine(visit: Visit) -> list[Block]:
    """The next ones first, each with the buttons of its reminder."""
    found = list_follow_ups(visit.uow, visit.official)[:MOST_FOLLOW_UPS]
    if not found:
        return []
    blocks = [heading(visit, "followups.home")]
    for follow_up, at in found:
        blocks.append(section(follow_up_line(visit.speech, follow_up, at)))
        if policy.may(visit.official, Act.WORK):
            blocks.append(_buttons(visit, follow_up.number))
    return blocks


def _buttons(visit: Visit, number: str) -> Block:
    say = visit.speech.say
    return actions(
        button(say("followups.button.done"), "followup_done", number, "primary"),
        button(say("followups.button.snooze"), "followup_snooze", number),
        button(say("followups.button.move"), "followup_move", number),
        button(say("followups.button.cancel"), "followup_cancel", number),
    )


SECTIONS: tuple[Section, ...] = (mine,)
