"""What waits for my agency's acknowledgement, and what waits for my approval."""

from __future__ import annotations

from bot.domain import policy
from bot.domain.advisories import Advisory, AdvisoryState, RouteState
from bot.domain.rights import Act, Matter, Side
from bot.services.advisories import list_advisories
from bot.services.releases import button_values
from commands.home.sections import Section, Visit, heading, with_button
from integrations.slack.blocks import Block, button, section
from integrations.slack.speech import Safe

RECEIVED = Matter(Side.OTHER, state=AdvisoryState.ISSUED)


def to_acknowledge(visit: Visit) -> list[Block]:
    """Advisories of the other side that nobody of my agency has acknowledged yet."""
    official = visit.official
    if not policy.may(official, Act.ACKNOWLEDGE, RECEIVED):
        return []
    waiting = [
        one
        for one in list_advisories(visit.uow, official)
        if one.government != official.government
        and one.is_out
        and all(r.agency != official.agency for r in visit.uow.advisories.receipts(one.id))
    ]
    words = visit.speech.say("advisories.button.acknowledge")
    lines = [
        with_button(_line(visit, one), button(words, "acknowledge", one.number)) for one in waiting
    ]
    return [heading(visit, "home.to_acknowledge"), *lines] if lines else []


def to_approve(visit: Visit) -> list[Block]:
    """Advisories of my side that wait for a releaser, which I am; never my own."""
    official = visit.official
    waiting = [
        one
        for one in list_advisories(visit.uow, official)
        if one.government == official.government
        and one.author_id != official.id
        and policy.may(official, Act.RELEASE, Matter(label=one.label, state=one.state))
        and any(r.state is RouteState.AWAITING for r in visit.uow.advisories.routes(one.id))
    ]
    lines = [_with_release(visit, one) for one in waiting]
    return [heading(visit, "home.to_approve"), *lines] if lines else []


def _with_release(visit: Visit, advisory: Advisory) -> Block:
    """The line, and while my approval is wanted the button that gives it."""
    motion = visit.uow.approvals.shown_on(Act.RELEASE, advisory.number)
    values = button_values(visit.uow, advisory, visit.official.team)
    if motion is None or values is None or visit.official.id in motion.approved_by:
        return _line(visit, advisory)
    words = visit.speech.say("advisories.button.release")
    return with_button(_line(visit, advisory), button(words, "release", values[0], "primary"))


def _line(visit: Visit, advisory: Advisory) -> Block:
    agency = visit.uow.agencies.get(advisory.agency) or advisory.agency
    speech = visit.speech
    line = speech.say(
        "advisories.line",
        number=advisory.number,
        label=advisory.label or speech.say("advisories.unlabelled"),
        agency=agency,
        state=speech.say(f"advisories.state.{advisory.state.value}"),
        tags=[f"#{tag}" for tag in advisory.tags],
    )
    title = speech.say("home.title", title=advisory.title) if advisory.title else ""
    return section(Safe("\n".join(part for part in (line, title) if part)))


SECTIONS: tuple[Section, ...] = (to_acknowledge, to_approve)
