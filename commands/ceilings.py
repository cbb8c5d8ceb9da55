"""`/kakehashi ceiling`: how restricted what passes to and from an agency's channels may be."""

from __future__ import annotations

from bot.services import ceilings
from commands.arguments import Field, Kind
from commands.catalogue import Ask, Reply, Verb
from integrations.slack.shown_links import ceiling_line
from integrations.slack.speech import Safe


def set_(ask: Ask) -> Reply:
    agency = ask.agency("agency")
    label = ask.arguments.label("label")
    ceiling = ceilings.set_ceiling(ask.uow, ask.official, agency, label)
    return Reply(ask.say("ceilings.set", agency=agency, label=ceiling.label))


def lift(ask: Ask) -> Reply:
    agency = ask.agency("agency")
    lifted = ceilings.lift_ceiling(ask.uow, ask.official, agency)
    return Reply(ask.say("ceilings.lifted", agency=agency, label=lifted.label))


def list_(ask: Ask) -> Reply:
    found = ask.uow.ceilings.all
    if not found:
        return Reply(ask.say("ceilings.none"))
    lines = [ask.say("ceilings.list", n=len(found))]
    lines += [ceiling_line(ask.speech, one) for one in found]
    return Reply(Safe("\n".join(lines)))


AGENCY = Field("agency", Kind.AGENCY, positional=True)

VERBS = (
    Verb("ceiling set", set_, (AGENCY, Field("label", Kind.LABEL))),
    Verb("ceiling lift", lift, (AGENCY,)),
    Verb("ceiling list", list_),
)
