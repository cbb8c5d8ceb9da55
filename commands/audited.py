"""`/kakehashi audit`, `witness` and `purge`: what administrators answer for, on their own side."""

from __future__ import annotations

import re

from bot import errors
from bot.domain.policy_table import TWO_ADMINS
from bot.services import retention, witness
from commands.arguments import Field, Kind
from commands.catalogue import Ask, Reply, Verb
from integrations.slack.shown_audit import event_line
from integrations.slack.speech import Safe


def audit(ask: Ask) -> Reply:
    events = witness.list_events(ask.uow, ask.official, _number(ask.arguments.text("before")))
    if not events:
        return Reply(ask.say("audit.nothing"))
    lines = [event_line(ask.speech, event, _who(ask, event.actor)) for event in events]
    if events[-1].seq > 1:
        lines.append(ask.say("audit.more", seq=events[-1].seq))
    return Reply(Safe("\n".join(lines)))


def show_heads(ask: Ask) -> Reply:
    shown = witness.show_heads_on_demand(ask.uow, ask.official)
    return Reply(ask.say("audit.shown" if shown else "audit.shown_already"))


def purge(ask: Ask) -> Reply:
    approved = retention.approve_purge(ask.uow, ask.official, ask.arguments.text("purge"))
    lacking = max(TWO_ADMINS.people - len(approved.approved_by), 0)
    key = "retention.approved" if lacking else "retention.ready"
    return Reply(ask.say(key, code=approved.code, rows=approved.rows, lacking=lacking))


def _number(typed: str) -> int | None:
    if typed and not re.fullmatch(r"[0-9]{1,15}", typed):
        raise errors.UnknownChoice(word="before", value=typed, choices="1, 2, 3 …")
    return int(typed) if typed else None


def _who(ask: Ask, actor: str) -> str:
    team, _, user = actor.partition("/")
    official = ask.uow.officials.find_ever(team, user) if user else None
    known = official is not None and official.government == ask.official.government
    return f"{official.name} – {official.agency}" if official and known else actor


VERBS = (
    Verb("audit", audit, (Field("before", Kind.TEXT, required=False, positional=True),)),
    Verb("witness", show_heads),
    Verb("purge", purge, (Field("purge", Kind.CODE, positional=True),)),
)
