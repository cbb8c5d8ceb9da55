"""`/followup`: being reminded, or having somebody reminded, until it is done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time

from bot import errors
from bot.domain.actions import Owner
from bot.domain.characters import fold
from bot.domain.follow_ups import FollowUp, Spot, read_every
from bot.domain.slots import Unit
from bot.services import follow_ups
from bot.services.escalation_composers import pause_escalation, resume_escalation
from bot.services.follow_ups import TEXT_LIMIT, FollowUpRequest, When
from bot.services.owners import owner_of, read_owners
from commands.arguments import Field, Kind
from commands.catalogue import Ask, Command, Reply, Verb
from integrations.slack.shown_reminders import follow_up_line
from integrations.slack.speech import Safe

FOLLOW_UP = Field("followup", Kind.CODE, positional=True)
ABOUT = Field("about", Kind.CODE, positional=True)
WHEN = Field("when", Kind.DUE)
HERE = frozenset({"here", "channel", "ここ", "このチャンネル"})


def new(ask: Ask) -> Reply:
    words = ask.arguments
    request = FollowUpRequest(
        text=words.short("text", TEXT_LIMIT),
        when=_when(ask, "when"),
        who=_who(ask),
        about=words.text("about"),
        every=_every(ask),
        until_on=_when(ask, "until").on if words.text("until") else None,
        spot=Spot(ask.team, ask.channel, *ask.value.partition(":")[::2]),
    )
    opened = follow_ups.open_follow_up(ask.uow, ask.official, request)
    return _told(ask, "followups.opened", opened)


def list_(ask: Ask) -> Reply:
    found = follow_ups.list_follow_ups(ask.uow, ask.official)
    if not found:
        return Reply(ask.say("followups.none"))
    lines = [ask.say("followups.list", n=len(found))]
    lines += [follow_up_line(ask.speech, one, at) for one, at in found]
    return Reply(Safe("\n".join(lines)))


def snooze(ask: Ask) -> Reply:
    until = _when(ask, "when") if not ask.value and ask.arguments.text("when") else None
    snoozed = follow_ups.snooze_follow_up(ask.uow, ask.official, _number(ask), until)
    return _told(ask, "followups.snoozed", snoozed)


def move(ask: Ask) -> Reply:
    when = _when(ask, "when")
    return _told(
        ask,
        "followups.moved",
        follow_ups.move_follow_up(ask.uow, ask.official, _number(ask), when),
    )


def cancel(ask: Ask) -> Reply:
    cancelled = follow_ups.cancel_follow_up(ask.uow, ask.official, _number(ask))
    return Reply(ask.say("followups.cancelled", number=cancelled.number))


def done(ask: Ask) -> Reply:
    return _told(
        ask,
        "followups.done",
        follow_ups.finish_follow_up(ask.uow, ask.official, _number(ask)),
    )


def not_mine(ask: Ask) -> Reply:
    back = follow_ups.hand_back_follow_up(ask.uow, ask.official, _number(ask))
    return Reply(ask.say("followups.handed_back", number=back.number))


def pause(ask: Ask) -> Reply:
    number = pause_escalation(ask.uow, ask.official, ask.arguments.text("about"))
    return Reply(ask.say("escalations.paused", number=number))


def resume(ask: Ask) -> Reply:
    number = resume_escalation(ask.uow, ask.official, ask.arguments.text("about"))
    return Reply(ask.say("escalations.resumed", number=number))


def hours(ask: Ask) -> Reply:
    opens, closes = _clock(ask, "opens"), _clock(ask, "closes")
    follow_ups.set_hours(ask.uow, ask.official, opens, closes)
    return Reply(ask.say("followups.hours", opens=f"{opens:%H:%M}", closes=f"{closes:%H:%M}"))


def _number(ask: Ask) -> str:
    return ask.value or ask.arguments.text("followup")


def _told(ask: Ask, key: str, follow_up: FollowUp) -> Reply:
    """What was done, and when it will be said next."""
    at = follow_ups.next_at(ask.uow, follow_up)
    said = ask.say(key, number=follow_up.number)
    lines = [said, ask.say("followups.next", time=at) if at else ask.say("followups.no_next")]
    recurs = follow_ups.recurrence_of(ask.uow, follow_up)
    if recurs is not None and at:
        lines.append(ask.say(f"followups.repeats.{recurs.unit.value}", n=recurs.every))
        if recurs.until_on is not None:
            lines.append(ask.say("followups.until", day=recurs.until_on))
    return Reply(Safe("\n".join(lines)))


def _who(ask: Ask) -> Owner | None:
    """Whoever is to be reminded: oneself unless somebody is named, None for this channel."""
    typed = ask.arguments.text("for")
    if not typed:
        return owner_of(ask.official)
    if fold(typed).text.casefold() in HERE:
        return None
    read = read_owners(ask.uow, ask.official, typed)
    if len(read.owners) != 1 or read.each_side or not read.owners[0].agency:
        raise errors.UnknownOwner(value=typed)
    return read.owners[0]


def _every(ask: Ask) -> tuple[int, Unit] | None:
    typed = ask.arguments.text("every")
    if not typed:
        return None
    every = read_every(typed)
    if every is None:
        raise errors.BadRecurrence(value=typed)
    return every


def _clock(ask: Ask, name: str) -> time:
    try:
        return time.fromisoformat(fold(ask.arguments.text(name)).text)
    except ValueError:
        raise errors.BadHours from None


def _when(ask: Ask, name: str) -> When:
    """The day and time typed; raises DueNotUnderstood where it has to be asked about."""
    read = ask.due(name)
    if read.on is None:
        raise errors.BadDate(value=read.phrase)
    return When(read.on, read.at if read.is_timed else None, read.side)


NEW = Verb(
    "new",
    new,
    (
        Field("text", Kind.TEXT, positional=True),
        WHEN,
        Field("for", Kind.TEXT, required=False),
        Field("about", Kind.CODE, required=False),
        Field("every", Kind.TEXT, required=False),
        Field("until", Kind.DUE, required=False),
    ),
)
MOVE = Verb("move", move, (FOLLOW_UP, WHEN))

COMMAND = Command(
    "/followup",
    (
        NEW,
        Verb("list", list_),
        Verb("done", done, (FOLLOW_UP,)),
        Verb("snooze", snooze, (FOLLOW_UP, Field("when", Kind.DUE, required=False))),
        MOVE,
        Verb("cancel", cancel, (FOLLOW_UP,)),
        Verb("pause", pause, (ABOUT,)),
        Verb("resume", resume, (ABOUT,)),
        Verb("hours", hours, (Field("opens", Kind.TEXT), Field("closes", Kind.TEXT))),
    ),
)

# Action ids as the renderer writes them: the handler, and whether the answer takes its place.
BUTTONS: dict[str, tuple[Callable[[Ask], Reply], bool]] = {
    "followup_done": (done, False),
    "followup_snooze": (snooze, False),
    "followup_not_mine": (not_mine, False),
    "followup_cancel": (cancel, False),
}
# Buttons and message shortcuts that open a form: of which command and verb.
FORMS = {"followup_move": (COMMAND, MOVE)}
SHORTCUTS = {"follow_up": (COMMAND, NEW)}
