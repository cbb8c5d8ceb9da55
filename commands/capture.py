"""Capturing in a thread: the verbs and buttons of a notetaker, and what they are told."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from bot.domain.captures import TEXT_LIMIT, Capture, CaptureState, Way
from bot.services import captures, capturing
from bot.services.capture_cards import numbers_of
from bot.services.capture_composers import capture_facts
from bot.services.incoming import Message
from commands.arguments import Field, Kind
from commands.catalogue import Ask, Reply, Verb
from integrations.slack.shown_captures import card_text
from integrations.slack.speech import Safe

SHORTCUT = "capture_action"
EDIT = "capture_edit"


class Switch(StrEnum):
    """Whether words alone capture in a channel."""

    ON = "on"
    OFF = "off"


class Seen(StrEnum):
    """Who will see the item."""

    JOINT = "joint"
    INTERNAL = "internal"


def capture(ask: Ask) -> Reply:
    wanted = ask.arguments.choice("switch", Switch)
    on = wanted is Switch.ON
    capturing.switch_capture(ask.uow, ask.official, ask.team, ask.channel, on=on)
    reaction = ask.uow.captures.reaction_of(ask.official.government)
    return Reply(ask.say(f"captures.switched.{wanted.value}", reaction=Safe(f":{reaction}:")))


def reaction(ask: Ask) -> Reply:
    name = capturing.set_reaction(ask.uow, ask.official, ask.arguments.text("emoji"))
    return Reply(ask.say("captures.reaction", reaction=Safe(f":{name}:")))


def correct(ask: Ask) -> Reply:
    words = ask.arguments
    seen = words.choice("visibility", Seen) if words.text("visibility") else None
    corrected = captures.correct_capture(
        ask.uow,
        ask.official,
        words.text("card"),
        words.short("text", TEXT_LIMIT),
        words.text("owner"),
        ask.due("due") if words.text("due") else None,
        internal=None if seen is None else seen is Seen.INTERNAL,
    )
    return _shown(ask, "captures.corrected", corrected)


def confirm(ask: Ask) -> Reply:
    confirmed, _ = captures.confirm_capture(ask.uow, ask.official, ask.value)
    numbers = numbers_of(ask.uow, confirmed)
    if not numbers:
        return Reply(ask.say("captures.recorded", number=confirmed.number))
    return Reply(ask.say("captures.confirmed", numbers=numbers))


def refuse(ask: Ask) -> Reply:
    refused = captures.refuse_capture(ask.uow, ask.official, ask.value)
    on_record = refused.state is CaptureState.CONFIRMED
    return Reply(ask.say("captures.kept" if on_record else "captures.refused"))


def take_up(ask: Ask) -> Reply:
    taken = captures.take_up(ask.uow, ask.official, ask.value)
    return Reply(ask.say("captures.taken_up", number=taken.number))


def drop(ask: Ask) -> Reply:
    reason = ask.say("captures.drop_reason")
    dropped = captures.drop_captured(ask.uow, ask.official, ask.value, reason)
    return Reply(ask.say("captures.dropped", numbers=[one.number for one in dropped]))


def point_at(ask: Ask, message: Message, at: str) -> Reply:
    """The message shortcut: the card stands in the thread; its user is told so."""
    instant = capturing.instant_of(at)
    found = capturing.capture_message(ask.uow, ask.official, message, Way.SHORTCUT, instant)
    first = found.captures[0]
    return _shown(ask, "captures.pointed" if found.is_new else "captures.known", first)


def values_of(capture: Capture) -> dict[str, str]:
    """What the form of a card opens with."""
    seen = Seen.INTERNAL if capture.internal else Seen.JOINT
    return {
        "card": capture.number,
        "text": capture.text,
        "owner": capture.owners,
        "due": capture.due,
        "visibility": seen.value,
    }


def _shown(ask: Ask, key: str, capture: Capture) -> Reply:
    said = ask.say(key, number=capture.number)
    return Reply(Safe(f"{said}\n{card_text(ask.speech, capture_facts(ask.uow, capture))}"))


VERBS = (
    Verb(
        "capture",
        capture,
        (Field("switch", Kind.CHOICE, choices=tuple(Switch), positional=True),),
    ),
    Verb("reaction", reaction, (Field("emoji", Kind.TEXT, positional=True),)),
    Verb(
        "correct",
        correct,
        (
            Field("card", Kind.CODE, positional=True),
            Field("text", Kind.TEXT),
            Field("owner", Kind.TEXT, required=False),
            Field("due", Kind.DUE, required=False),
            Field("visibility", Kind.CHOICE, required=False, choices=tuple(Seen)),
        ),
    ),
)

BUTTONS: dict[str, tuple[Callable[[Ask], Reply], bool]] = {
    "capture_confirm": (confirm, False),
    "capture_refuse": (refuse, False),
    "capture_drop": (drop, False),
    "capture_take_up": (take_up, True),
    "capture_decline": (refuse, True),
}
