"""`/dialogue`: a round of the Cyber Policy Dialogue, from its dates to its publication."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from bot import errors
from bot.domain.actions import Pillar
from bot.domain.dialogues import Dates, Delegate, Dialogue
from bot.domain.officials import Government
from bot.services import dialogue_session, dialogues
from bot.services.dialogue_record import digest_of_record, figures_of, record_of
from bot.services.dialogue_session import SHORT_DIGEST
from bot.services.dialogue_threads import heads_of
from bot.services.dialogues import TEXT_LIMIT, find_dialogue
from bot.storage.dialogues import Summary
from commands.arguments import Field, Kind
from commands.catalogue import Ask, Command, Reply, Then, Verb
from commands.edge import Sender
from integrations.slack.shown_dialogues import dates_said, everything, head_line
from integrations.slack.speech import Safe


class Doing(StrEnum):
    """What is done with an agenda."""

    ADD = "add"
    DROP = "drop"
    NOW = "now"
    LOCK = "lock"
    PAPERS = "papers"


class Part(StrEnum):
    """What somebody is in a delegation."""

    HEAD = "head"
    DELEGATE = "delegate"
    NOTETAKER = "notetaker"
    INTERPRETER = "interpreter"


ROUND = Field("dialogue", Kind.CODE, positional=True)
TEXT = Field("text", Kind.TEXT, required=False)
RENDERING = Field("rendering", Kind.TEXT, required=False)
START, END = Field("start", Kind.TEXT, required=False), Field("end", Kind.TEXT, required=False)
MOST_MINUTES = 600


def new(ask: Ask) -> Reply:
    host = ask.arguments.text("host").upper()
    if host not in set(Government):
        raise errors.UnknownChoice(word="host", value=host, choices=", ".join(Government))
    round_ = _number(ask, "round")
    venue = ask.arguments.short("venue", TEXT_LIMIT)
    dialogue = dialogues.new_dialogue(
        ask.uow, ask.official, Government(host), _dates(ask), venue, round_
    )
    return _head(ask, "dialogues.opened", dialogue)


def confirm(ask: Ask) -> Reply:
    dialogue = dialogues.confirm_dates(ask.uow, ask.official, _round(ask), _dates(ask))
    key = "dialogues.dates_proposed" if dialogue.pending else "dialogues.dates_agreed"
    dates = dates_said(ask.speech, dialogue.pending or dialogue.dates)
    return Reply(ask.say(key, number=dialogue.number, dates=dates))


def agenda(ask: Ask) -> Reply:
    doing, number = ask.arguments.choice("do", Doing), _round(ask)
    uow, actor = ask.uow, ask.official
    if doing is Doing.ADD:
        pillar = ask.arguments.text("pillar")
        text = ask.arguments.short("text", TEXT_LIMIT)
        if not text:
            raise errors.MissingWord(word="text", usage=_usage("agenda"))
        dialogue = dialogues.add_agenda_item(
            uow,
            actor,
            number,
            text,
            ask.arguments.short("rendering", TEXT_LIMIT),
            ask.arguments.choice("pillar", Pillar) if pillar else None,
            ask.arguments.short("lead", TEXT_LIMIT),
            min(_number(ask, "minutes"), MOST_MINUTES),
        )
    elif doing is Doing.DROP:
        dialogue = dialogues.drop_agenda_item(uow, actor, number, _number(ask, "entry"))
    elif doing is Doing.NOW:
        dialogue = dialogues.turn_to_item(uow, actor, number, _number(ask, "entry"))
    elif doing is Doing.LOCK:
        dialogue = dialogues.lock_agenda(uow, actor, number)
    else:
        dialogue = dialogues.exchange_papers(uow, actor, number)
    return _shown(ask, dialogue)


def delegation(ask: Ask) -> Reply:
    agency = ask.agency("agency")
    one = Delegate(
        Government(agency.government),
        ask.arguments.short("name", TEXT_LIMIT),
        agency.code,
        ask.arguments.choice("role", Part).value,
    )
    return _shown(ask, dialogues.add_delegate(ask.uow, ask.official, _round(ask), one))


def open_(ask: Ask) -> Reply:
    dialogue = dialogue_session.open_dialogue(
        ask.uow, ask.official, _round(ask), ask.team, ask.channel
    )
    return _head(ask, "dialogues.session_opened", dialogue)


def decision(ask: Ask) -> Reply:
    label = ask.arguments.text("agree")
    if label:
        taken = dialogues.agree_decision(ask.uow, ask.official, _round(ask), label)
        return Reply(ask.say("dialogues.decision_now_agreed", decision=taken.label))
    text = ask.arguments.short("text", TEXT_LIMIT)
    if not text:
        raise errors.MissingWord(word="text", usage=_usage("decision"))
    rendering = ask.arguments.short("rendering", TEXT_LIMIT)
    taken = dialogues.put_decision(ask.uow, ask.official, _round(ask), text, rendering)
    return Reply(ask.say("dialogues.decision_now_put", decision=taken.label))


def close(ask: Ask) -> Reply:
    dialogue = dialogue_session.close_dialogue(ask.uow, ask.official, _round(ask))
    return _head(ask, "dialogues.closed", dialogue)


def outcome(ask: Ask) -> Reply:
    """The documents to read, their words, or a side's clearing of exactly what it has read."""
    number, clear = _round(ask), ask.arguments.text("clear")
    if clear:
        cleared = dialogue_session.clear_outcome(ask.uow, ask.official, number, clear)
        return _head(ask, "dialogues.cleared", cleared)
    words = Summary(
        ask.arguments.short("english", TEXT_LIMIT), ask.arguments.short("japanese", TEXT_LIMIT)
    )
    if words != Summary():
        dialogues.put_summary(ask.uow, ask.official, number, words)
    following = ask.arguments.short("next", TEXT_LIMIT)
    if following:
        dialogues.put_next_venue(ask.uow, ask.official, number, following)
    return _documents(ask, "outcome")


def minutes(ask: Ask) -> Reply:
    return _documents(ask, "minutes")


def publish(ask: Ask) -> Reply:
    dialogue = dialogue_session.publish_outcome(ask.uow, ask.official, _round(ask))
    return _head(ask, "dialogues.published", dialogue)


def show(ask: Ask) -> Reply:
    dialogue = find_dialogue(ask.uow, _round(ask))
    sender = Sender(ask.team, ask.official.user, ask.channel)
    figures = figures_of(ask.uow, dialogue)
    chart: Then | None = None
    if figures.burn_down:
        chart = lambda desk: desk.send_chart(sender, dialogue.number, figures.burn_down)  # noqa: E731
    return Reply(everything(ask.speech, record_of(ask.uow, dialogue), figures), then=chart)


def list_(ask: Ask) -> Reply:
    found = ask.uow.dialogues.all()
    if not found:
        return Reply(ask.say("dialogues.none"))
    return Reply(Safe("\n".join(head_line(ask.speech, one) for one in found)))


def _documents(ask: Ask, kind: str) -> Reply:
    """Writes the documents after the answer: into this side's thread, else to the asker."""
    dialogue = find_dialogue(ask.uow, _round(ask))
    dialogues.require_keeper(ask.uow, ask.official)
    record = record_of(ask.uow, dialogue)
    digest = digest_of_record(record)[:SHORT_DIGEST]
    head = next((one for one in heads_of(ask.uow, dialogue.id) if one.team == ask.team), None)
    sender = Sender(ask.team, ask.official.user, ask.channel)
    thread = (head.channel, head.slack_ts) if head and head.slack_ts else None
    ask.uow.audit.record(ask.official, f"dialogue.{kind}", dialogue.number, digest=digest)
    return Reply(
        ask.say("dialogues.documents_coming", number=dialogue.number, digest=digest),
        then=lambda desk: desk.send_documents(sender, kind, record, digest, thread),
    )


def _round(ask: Ask) -> str:
    return ask.arguments.text("dialogue")


def _dates(ask: Ask) -> Dates | None:
    """The days typed: one, or a first and a last; raises BadDate."""
    start, end = ask.arguments.text("start"), ask.arguments.text("end")
    if not start:
        return None
    first = _day(start)
    return Dates(first, _day(end) if end else first)


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise errors.BadDate(value=typed) from None


def _number(ask: Ask, name: str) -> int:
    typed = ask.arguments.text(name)
    if not typed:
        return 0
    if not typed.isdecimal() or len(typed) > 4:
        raise errors.UnknownChoice(word=name, value=typed, choices="1, 2, 3 …")
    return int(typed)


def _head(ask: Ask, key: str, dialogue: Dialogue) -> Reply:
    return Reply(ask.say(key, head=head_line(ask.speech, dialogue)))


def _shown(ask: Ask, dialogue: Dialogue) -> Reply:
    record, figures = record_of(ask.uow, dialogue), figures_of(ask.uow, dialogue)
    return Reply(everything(ask.speech, record, figures))


def _usage(verb: str) -> str:
    return COMMAND.verb(verb).usage(COMMAND.name)


COMMAND = Command(
    "/dialogue",
    (
        Verb(
            "new",
            new,
            (
                Field("host", Kind.CHOICE, choices=tuple(Government)),
                START,
                END,
                Field("venue", Kind.TEXT, required=False),
                Field("round", Kind.TEXT, required=False),
            ),
        ),
        Verb("confirm", confirm, (ROUND, START, END)),
        Verb(
            "agenda",
            agenda,
            (
                ROUND,
                Field("do", Kind.CHOICE, choices=tuple(Doing), default=Doing.ADD.value),
                TEXT,
                RENDERING,
                Field("pillar", Kind.CHOICE, required=False, choices=tuple(Pillar)),
                Field("lead", Kind.TEXT, required=False),
                Field("minutes", Kind.TEXT, required=False),
                Field("entry", Kind.TEXT, required=False),
            ),
        ),
        Verb(
            "delegation",
            delegation,
            (
                ROUND,
                Field("name", Kind.TEXT),
                Field("agency", Kind.AGENCY),
                Field("role", Kind.CHOICE, choices=tuple(Part), default=Part.DELEGATE.value),
            ),
        ),
        Verb("open", open_, (ROUND,)),
        Verb(
            "decision",
            decision,
            (ROUND, TEXT, RENDERING, Field("agree", Kind.CODE, required=False)),
        ),
        Verb("close", close, (ROUND,)),
        Verb(
            "outcome",
            outcome,
            (
                ROUND,
                Field("english", Kind.LONG, required=False),
                Field("japanese", Kind.LONG, required=False),
                Field("next", Kind.TEXT, required=False),
                Field("clear", Kind.CODE, required=False),
            ),
        ),
        Verb("minutes", minutes, (ROUND,)),
        Verb("publish", publish, (ROUND,)),
        Verb("show", show, (ROUND,)),
        Verb("list", list_),
    ),
)
