"""`/link`: joining one channel of each government."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.agencies import Agency
from bot.domain.labels import Label
from bot.domain.links import Direction, Link, LinkState, Mode, Terms
from bot.services import links
from bot.services.cards import agency_of
from bot.storage.unit_of_work import UnitOfWork
from commands.arguments import Arguments, Field, Kind
from commands.catalogue import Ask, Command, Place, Reply, Verb, only_here
from integrations.slack.shown_links import ceiling_lines, state_word, suspension_lines, terms_line
from integrations.slack.speech import Safe

TERMS = (
    Field("tags", Kind.TAGS),
    Field("ceiling", Kind.LABEL, default=Label.GREEN.value),
    Field("direction", Kind.CHOICE, choices=tuple(Direction), default=Direction.BOTH.value),
    Field("mode", Kind.CHOICE, choices=tuple(Mode), default=Mode.AUTO.value),
)
CODE = Field("code", Kind.CODE, positional=True)


def propose(ask: Ask) -> Reply:
    terms = _terms(ask.arguments)
    link = links.propose_link(ask.uow, ask.official, ask.here, ask.agency("to"), terms)
    return _told(ask, "links.proposed", link)


def accept(ask: Ask) -> Reply:
    code = ask.arguments.text("code")
    was_live = links.find_link(ask.uow, code).is_live
    there = next((view for view in ask.views.values() if view != ask.here), None)
    link = links.accept_link(ask.uow, ask.official, code, ask.here, there)
    if not was_live:
        links.announce_active(ask.uow, ask.official, link, tuple(ask.views.values()))
    return _told(ask, "links.terms_agreed" if was_live else "links.accepted", link)


def decline(ask: Ask) -> Reply:
    link = links.decline_link(ask.uow, ask.official, ask.arguments.text("code"))
    return _told(ask, "links.declined", link)


def pause(ask: Ask) -> Reply:
    link = links.pause_link(ask.uow, ask.official, ask.arguments.text("code"))
    return _told(ask, "links.paused", link)


def resume(ask: Ask) -> Reply:
    views = tuple(ask.views.values())
    link = links.resume_link(ask.uow, ask.official, ask.arguments.text("code"), views)
    if link.suspension is not None:
        return _told(ask, "links.confirmed", link)
    key = "links.resumed" if link.state is LinkState.ACTIVE else "links.still_paused"
    return _told(ask, key, link)


def cut(ask: Ask) -> Reply:
    link = links.cut_link(ask.uow, ask.official, ask.arguments.text("code"))
    return _told(ask, "links.cut", link)


def amend(ask: Ask) -> Reply:
    code = ask.arguments.text("code")
    link = links.amend_link(ask.uow, ask.official, code, _terms(ask.arguments))
    return _told(ask, "links.amended", link)


def show(ask: Ask) -> Reply:
    return _told(ask, "links.shown", links.find_link(ask.uow, ask.arguments.text("code")))


def list_(ask: Ask) -> Reply:
    found = links.list_links(ask.uow, ask.official)
    if not found:
        return Reply(ask.say("links.none"))
    lines = [ask.say("links.list", n=len(found)), *(_line(ask, link) for link in found)]
    return Reply(Safe("\n".join(lines)))


def test(ask: Ask) -> Reply:
    text = ask.arguments.text("text")
    found = links.preview_relay(ask.uow, ask.official, ask.team, ask.channel, text)
    label = found.label or ask.say("links.test.no_label")
    head = ask.say("links.test.read", tags=[f"#{tag}" for tag in found.tags] or "–", label=label)
    lines = [head]
    if found.screening.findings:
        rules = sorted({finding.rule for finding in found.screening.findings})
        lines.append(ask.say("links.test.rules", rules=rules))
    if not found.routes:
        lines.append(ask.say("links.test.no_link"))
    for link, end, outcome in found.routes:
        agency = _agency(ask, end.agency)
        lines.append(ask.say(f"links.test.{outcome}", code=link.code, agency=agency))
    return Reply(Safe("\n".join(lines)))


def both_ends(uow: UnitOfWork, arguments: Arguments, place: Place) -> Sequence[Place]:
    """The channel the command was typed in, and the proposing one of the other side."""
    near = links.find_link(uow, arguments.text("code")).near
    there = (near.team, near.channel)
    return (place,) if there == place else (place, there)


def ends_to_confirm(uow: UnitOfWork, arguments: Arguments, _place: Place) -> Sequence[Place]:
    """Both channels of a link that is suspended; of any other, none has to be looked at."""
    link = links.find_link(uow, arguments.text("code"))
    if link.suspension is None or link.far is None:
        return ()
    return tuple((end.team, end.channel) for end in (link.near, link.far))


def _terms(arguments: Arguments) -> Terms:
    return Terms(
        tags=arguments.tags("tags"),
        ceiling=arguments.label("ceiling"),
        direction=arguments.choice("direction", Direction),
        mode=arguments.choice("mode", Mode),
    )


def _told(ask: Ask, key: str, link: Link) -> Reply:
    near, far = _agencies(ask, link)
    state = state_word(ask.speech, link)
    lines = [
        ask.say(key, code=link.code, near=near, far=far, state=state),
        terms_line(ask.speech, link.terms, near.code, far.code),
        *ceiling_lines(ask.speech, link),
        *suspension_lines(ask.speech, link),
    ]
    if link.pending is not None:
        pending = terms_line(ask.speech, link.pending, near.code, far.code)
        lines.append(ask.say("links.pending", terms=pending))
    return Reply(Safe("\n".join(lines)))


def _line(ask: Ask, link: Link) -> Safe:
    near, far = _agencies(ask, link)
    state = state_word(ask.speech, link)
    terms = terms_line(ask.speech, link.terms, near.code, far.code)
    own = link.end_of(ask.official.government)
    here = Safe(f"<#{own.channel}>") if own and own.team == ask.team else Safe("–")
    return ask.say("links.line", code=link.code, state=state, terms=terms, channel=here)


def _agencies(ask: Ask, link: Link) -> tuple[Agency, Agency]:
    near, far = link.agencies
    return _agency(ask, near), _agency(ask, far)


def _agency(ask: Ask, code: str) -> Agency:
    return agency_of(ask.uow, code)


COMMAND = Command(
    "/link",
    (
        Verb("propose", propose, (Field("to", Kind.AGENCY), *TERMS), looks_at=only_here),
        Verb("accept", accept, (CODE,), looks_at=both_ends),
        Verb("decline", decline, (CODE,)),
        Verb("list", list_),
        Verb("show", show, (CODE,)),
        Verb("pause", pause, (CODE,)),
        Verb("resume", resume, (CODE,), looks_at=ends_to_confirm),
        Verb("cut", cut, (CODE,)),
        Verb("amend", amend, (CODE, *TERMS)),
        Verb("test", test, (Field("text", Kind.LONG, positional=True),)),
    ),
)
