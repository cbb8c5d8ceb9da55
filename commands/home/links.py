"""The links there are; for liaisons also what waits for them or was not delivered."""

from __future__ import annotations

from bot.domain import policy
from bot.domain.deliveries import DeliveryState
from bot.domain.links import LinkState
from bot.domain.rights import Act, Matter
from bot.services.links import list_links
from commands.home.sections import MOST_SHOWN, Section, Visit
from integrations.slack.blocks import Block, section
from integrations.slack.shown_links import state_word
from integrations.slack.speech import Safe


def links(visit: Visit) -> list[Block]:
    """Every live link; a liaison also sees proposals, and what stands parked."""
    speech = visit.speech
    is_liaison = policy.may(visit.official, Act.PAUSE_LINK, Matter(state=LinkState.ACTIVE))
    live = [link for link in list_links(visit.uow, visit.official) if link.is_live]
    lines = [
        speech.say(
            "links.home_line",
            code=link.code,
            state=state_word(speech, link),
            near=link.near.agency,
            far=link.far.agency if link.far else link.to_agency,
        )
        for link in live[:MOST_SHOWN]
    ]
    head = speech.say("links.list", n=len(live)) if live else speech.say("links.none")
    if is_liaison:
        lines.append(_health(visit))
    return [section(Safe("\n".join([head, *lines])))]


def _health(visit: Visit) -> Safe:
    """How many deliveries into this workspace wait or need an operator."""
    standing = visit.uow.outbox.count_open_in(visit.official.team)
    return visit.speech.say(
        "home.health",
        waiting=standing.get(DeliveryState.WAITING, 0),
        parked=standing.get(DeliveryState.PARKED, 0),
    )


SECTIONS: tuple[Section, ...] = (links,)
