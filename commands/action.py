"""`/action`: opening action items, finding them, and moving them through their life."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import TypeVar

from bot import errors
from bot.domain.actions import NEVER_DUE, Action, ActionState, Due, Filter, Pillar, Priority
from bot.domain.due import DueReading
from bot.domain.moments import TOKYO
from bot.domain.officials import Government
from bot.services import actions
from bot.services.action_composers import facts_of
from bot.services.action_exports import due_action
from bot.services.action_register import list_actions, show_action
from bot.services.actions import REASON_LIMIT, TEXT_LIMIT, ActionRequest
from bot.services.dialogues import find_dialogue
from bot.services.owners import NOBODY, OwnersRead, owner_of, read_owners
from bot.storage.actions import BEGINNING, Key, key_of
from commands.arguments import Field, Kind
from commands.catalogue import Ask, Command, Reply, Verb
from commands.edge import Sender
from integrations.registers import Format
from integrations.slack.due import due_echo, due_lines
from integrations.slack.shown_actions import details, list_blocks, list_line, owners_named
from integrations.slack.speech import Safe

E = TypeVar("E", bound=StrEnum)


class Visibility(StrEnum):
    """Who sees an item."""

    JOINT = "joint"
    INTERNAL = "internal"


class Only(StrEnum):
    """The two filters asked for most."""

    MINE = "mine"
    OVERDUE = "overdue"


ITEM = Field("item", Kind.CODE, positional=True)
OWNER = Field("owner", Kind.TEXT)
DUE = Field("due", Kind.DUE)
PILLAR = Field("pillar", Kind.CHOICE, required=False, choices=tuple(Pillar))
ROUND = Field("dialogue", Kind.CODE, required=False)
FILTERS = (
    Field("only", Kind.CHOICES, required=False, choices=tuple(Only), positional=True),
    Field("agency", Kind.AGENCY, required=False),
    Field("side", Kind.CHOICE, required=False, choices=tuple(Government)),
    PILLAR,
    Field("state", Kind.CHOICE, required=False, choices=tuple(ActionState)),
    ROUND,
)


def new(ask: Ask) -> Reply:
    words = ask.arguments
    owner = words.text("owner")
    request = ActionRequest(
        text=words.short("text", TEXT_LIMIT),
        owners=read_owners(ask.uow, ask.official, owner) if owner else NOBODY,
        due=_due(ask.due("due")) if words.text("due") else NEVER_DUE,
        pillar=_chosen(ask, "pillar", Pillar),
        priority=words.choice("priority", Priority),
        internal=words.choice("visibility", Visibility) is Visibility.INTERNAL,
        rendering=words.short("rendering", TEXT_LIMIT),
        dialogue_id=_round(ask),
        team=ask.team,
        channel=ask.channel,
    )
    opened = actions.open_action(ask.uow, ask.official, request)
    if len(opened) > 1:
        numbers = [action.number for action in opened]
        return Reply(ask.say("actions.opened_both", numbers=numbers))
    reply = _with_details(ask, ask.say("actions.opened", number=opened[0].number), opened[0])
    return _with_warnings(ask, reply) if words.text("due") else reply


def list_(ask: Ask) -> Reply:
    return _page(ask, _filter(ask), BEGINNING)


def more(ask: Ask) -> Reply:
    """The next page: the button's value is the filter and where it goes on."""
    wanted, after = _unpacked(ask)
    return _page(ask, wanted, after)


def show(ask: Ask) -> Reply:
    _, facts, lines = show_action(ask.uow, ask.official, ask.arguments.text("item"))
    return Reply(details(ask.speech, facts, lines))


def assign(ask: Ask) -> Reply:
    read = read_owners(ask.uow, ask.official, ask.arguments.text("owner"))
    return _assigned(ask, ask.arguments.text("item"), read)


def take(ask: Ask) -> Reply:
    """The button "I will take it"."""
    return _assigned(ask, ask.value, OwnersRead((owner_of(ask.official),)))


def due(ask: Ask) -> Reply:
    read = ask.due("due")
    changed = actions.postpone_action(ask.uow, ask.official, ask.arguments.text("item"), _due(read))
    day = due_echo(ask.speech, read)
    reply = Reply(ask.say("actions.postponed", number=changed.number, day=day))
    return _with_warnings(ask, reply)


def note(ask: Ask) -> Reply:
    text = ask.arguments.short("text", TEXT_LIMIT)
    noted = actions.note_action(ask.uow, ask.official, ask.arguments.text("item"), text)
    return Reply(ask.say("actions.noted", number=noted.number))


def render(ask: Ask) -> Reply:
    text = ask.arguments.short("text", TEXT_LIMIT)
    rendered = actions.render_action(ask.uow, ask.official, ask.arguments.text("item"), text)
    return Reply(ask.say("actions.rendered", number=rendered.number))


def block(ask: Ask) -> Reply:
    reason = ask.arguments.short("reason", REASON_LIMIT)
    item = ask.arguments.text("item")
    return _moved(ask, actions.block_action(ask.uow, ask.official, item, reason))


def start(ask: Ask) -> Reply:
    return _moved(ask, actions.start_action(ask.uow, ask.official, _item(ask)))


def done(ask: Ask) -> Reply:
    return _moved(ask, actions.finish_action(ask.uow, ask.official, _item(ask)))


def verify(ask: Ask) -> Reply:
    return _moved(ask, actions.verify_action(ask.uow, ask.official, _item(ask)))


def reopen(ask: Ask) -> Reply:
    reason = "" if ask.value else ask.arguments.short("reason", REASON_LIMIT)
    return _moved(ask, actions.reopen_action(ask.uow, ask.official, _item(ask), reason))


def drop(ask: Ask) -> Reply:
    reason = ask.arguments.short("reason", REASON_LIMIT)
    item = ask.arguments.text("item")
    return _moved(ask, actions.drop_action(ask.uow, ask.official, item, reason))


def merge(ask: Ask) -> Reply:
    item, into = ask.arguments.text("item"), ask.arguments.text("into")
    merged = actions.merge_action(ask.uow, ask.official, item, into)
    return Reply(ask.say("actions.merged_done", number=merged.number, into=merged.superseded_by))


def export(ask: Ask) -> Reply:
    """The file is written after the answer, page by page, and comes as a direct message."""
    form, wanted = ask.arguments.choice("format", Format), _filter(ask)
    sender = Sender(ask.team, ask.official.user, ask.channel)
    ask.uow.audit.record(ask.official, "action.export", form.value)
    return Reply(
        ask.say("actions.exporting"),
        then=lambda desk: desk.send_register(sender, form, wanted),
    )


def calendar(ask: Ask) -> Reply:
    """One item's due date as a file that calendars open; it comes as a direct message."""
    number = due_action(ask.uow, ask.official, _item(ask)).number
    sender = Sender(ask.team, ask.official.user, ask.channel)
    ask.uow.audit.record(ask.official, "action.calendar", number)
    return Reply(
        ask.say("actions.entry_coming", number=number),
        then=lambda desk: desk.send_entry(sender, number),
    )


def _item(ask: Ask) -> str:
    return ask.value or ask.arguments.text("item")


def _moved(ask: Ask, action: Action) -> Reply:
    state = ask.say(f"actions.state.{action.state.value}")
    return Reply(ask.say("actions.changed", number=action.number, state=state))


def _assigned(ask: Ask, number: str, read: OwnersRead) -> Reply:
    assigned = actions.assign_action(ask.uow, ask.official, number, read)
    owners = owners_named(ask.speech, facts_of(ask.uow, assigned).owners)
    return Reply(ask.say("actions.assigned", number=assigned.number, owners=owners))


def _with_details(ask: Ask, said: Safe, action: Action) -> Reply:
    return Reply(Safe(f"{said}\n{details(ask.speech, facts_of(ask.uow, action), ())}"))


def _due(read: DueReading) -> Due:
    return Due(read.phrase, read.on, read.due_by)


def _with_warnings(ask: Ask, reply: Reply) -> Reply:
    """The reply with what has to be said along with the due date typed."""
    _, *warned = due_lines(ask.speech, ask.due("due"))
    return Reply(Safe("\n".join((reply.text, *warned))), reply.blocks)


def _chosen(ask: Ask, name: str, kind: type[E]) -> E | None:
    return ask.arguments.choice(name, kind) if ask.arguments.text(name) else None


def _filter(ask: Ask) -> Filter:
    only = ask.arguments.choices("only", Only)
    today = ask.uow.now.astimezone(TOKYO).date()
    side = ask.arguments.text("side").upper()
    return Filter(
        official_id=ask.official.id if Only.MINE in only else None,
        agency=ask.agency("agency").code if ask.arguments.text("agency") else "",
        side=_side(side) if side else None,
        pillar=_chosen(ask, "pillar", Pillar),
        state=_chosen(ask, "state", ActionState),
        dialogue_id=_round(ask),
        overdue_on=today if Only.OVERDUE in only else None,
    )


def _round(ask: Ask) -> int | None:
    """The round named, if one is."""
    number = ask.arguments.text("dialogue")
    return find_dialogue(ask.uow, number).id if number else None


def _side(typed: str) -> Government:
    if typed not in set(Government):
        raise errors.UnknownChoice(word="side", value=typed, choices=", ".join(Government))
    return Government(typed)


def _page(ask: Ask, wanted: Filter, after: Key) -> Reply:
    page = list_actions(ask.uow, ask.official, wanted, after)
    if not page.items:
        return Reply(ask.say("actions.none"))
    heading = "actions.list" if page.next is None else "actions.list_more"
    lines = [ask.say(heading, n=len(page.items))]
    lines += [list_line(ask.speech, item) for item in page.items]
    first = _packed(wanted, None) if after != BEGINNING else None
    following = _packed(wanted, page.items[-1].action) if page.next else None
    text = Safe("\n".join(lines))
    return Reply(text, list_blocks(ask.speech, text, first, following))


def _packed(wanted: Filter, last: Action | None) -> str:
    """A filter and the last item shown as a button's value.

    By its number: how rows are counted in the database would tell what is not shown.
    """
    asked = {
        "m": wanted.official_id is not None or None,
        "a": wanted.agency or None,
        "s": wanted.side,
        "p": wanted.pillar,
        "t": wanted.state,
        "d": wanted.dialogue_id,
        "v": wanted.overdue_on.isoformat() if wanted.overdue_on else None,
    }
    given = {key: value for key, value in asked.items() if value is not None}
    day, _ = key_of(last) if last else BEGINNING
    return json.dumps([given, day.isoformat(), last.number if last else ""], separators=(",", ":"))


def _unpacked(ask: Ask) -> tuple[Filter, Key]:
    """What `_packed` wrote for whoever presses; raises ButtonNotYours for anything else."""
    try:
        given, day, number = json.loads(ask.value)
        wanted = Filter(
            official_id=ask.official.id if "m" in given else None,
            agency=str(given.get("a", "")),
            side=Government(given["s"]) if "s" in given else None,
            pillar=Pillar(given["p"]) if "p" in given else None,
            state=ActionState(given["t"]) if "t" in given else None,
            dialogue_id=int(given["d"]) if "d" in given else None,
            overdue_on=date.fromisoformat(given["v"]) if "v" in given else None,
        )
        after = date.fromisoformat(day)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise errors.ButtonNotYours from None
    if not number:
        return wanted, BEGINNING
    return wanted, (after, actions.find_action(ask.uow, ask.official, str(number)).id)


COMMAND = Command(
    "/action",
    (
        Verb(
            "new",
            new,
            (
                Field("text", Kind.TEXT, positional=True),
                Field("owner", Kind.TEXT, required=False),
                Field("due", Kind.DUE, required=False),
                PILLAR,
                Field(
                    "priority",
                    Kind.CHOICE,
                    choices=tuple(Priority),
                    default=Priority.NORMAL.value,
                ),
                Field(
                    "visibility",
                    Kind.CHOICE,
                    choices=tuple(Visibility),
                    default=Visibility.JOINT.value,
                ),
                Field("rendering", Kind.TEXT, required=False),
                ROUND,
            ),
        ),
        Verb("list", list_, FILTERS),
        Verb("show", show, (ITEM,)),
        Verb("assign", assign, (ITEM, OWNER)),
        Verb("due", due, (ITEM, DUE)),
        Verb("note", note, (ITEM, Field("text", Kind.LONG))),
        Verb("render", render, (ITEM, Field("text", Kind.LONG))),
        Verb("block", block, (ITEM, Field("reason", Kind.TEXT))),
        Verb("start", start, (ITEM,)),
        Verb("done", done, (ITEM,)),
        Verb("verify", verify, (ITEM,)),
        Verb("reopen", reopen, (ITEM, Field("reason", Kind.TEXT, required=False))),
        Verb("drop", drop, (ITEM, Field("reason", Kind.TEXT))),
        Verb("merge", merge, (ITEM, Field("into", Kind.CODE))),
        Verb(
            "export",
            export,
            (
                Field("format", Kind.CHOICE, choices=tuple(Format), default=Format.XLSX.value),
                *FILTERS,
            ),
        ),
        Verb("calendar", calendar, (ITEM,)),
    ),
)

# Action ids as the renderer writes them: the handler, and whether the answer takes its place.
BUTTONS: dict[str, tuple[Callable[[Ask], Reply], bool]] = {
    "action_take": (take, False),
    "action_start": (start, False),
    "action_done": (done, False),
    "action_verify": (verify, False),
    "action_reopen": (reopen, False),
    "action_first": (more, True),
    "action_more": (more, True),
}
