"""How officials reach the bot: the one list of everything they can press or type."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.response import BoltResponse

from bot import errors
from commands import action, advisory, capture, dialogue, followup, home, kakehashi, link
from commands.catalogue import Command, Verb
from commands.channels import HEARD, Channels
from commands.desk import Desk
from commands.edge import Edge, Handler
from commands.forms import FORM, MENU
from commands.gestures import Gestures
from commands.messages import Messages
from commands.picking import PICK_DAY
from commands.pointing import Pointing
from commands.reading import Unreadable
from integrations.slack.blocks import LINK_BUTTON
from integrations.slack.shapes import is_well_formed
from integrations.slack.teams import NoTeam, acting_team
from integrations.slack.windows import Windows

log = structlog.get_logger()

# Capturing has its verbs among those of the item it leads to.
ACTION = Command(action.COMMAND.name, (*action.COMMAND.verbs, *capture.VERBS))

COMMANDS: tuple[Command, ...] = (
    link.COMMAND,
    advisory.COMMAND,
    ACTION,
    dialogue.COMMAND,
    followup.COMMAND,
    kakehashi.COMMAND,
)

# Buttons: what is pressed runs the same handler as what is typed. True: the answer takes its place.
BUTTONS: dict[str, tuple[Handler, bool]] = {
    **advisory.BUTTONS,
    **action.BUTTONS,
    **capture.BUTTONS,
    **followup.BUTTONS,
    **home.BUTTONS,
}

# Buttons and the shortcuts in a message's menu that open a form of a verb.
FORMS: dict[str, tuple[Command, Verb]] = {**followup.FORMS}
SHORTCUTS: dict[str, tuple[Command, Verb]] = {**followup.SHORTCUTS}

Listener = Callable[..., Awaitable[None]]
# In Socket Mode whatever is not 200 is not acknowledged.
COME_AGAIN = 503


def register(
    app: AsyncApp,
    edge: Edge,
    windows: Windows,
    desk: Desk,
    messages: Messages,
    prefix: str = "",
) -> None:
    """Connects every command, form, button and event to its handler."""
    pointing = Pointing(edge, windows, ACTION)
    gestures = Gestures(edge, windows, desk, COMMANDS)
    for command in COMMANDS:
        app.command(prefixed(command, prefix))(_on_command(gestures, command))
    for name, (handler, replace) in BUTTONS.items():
        app.action(name)(_on_press(gestures, handler, replace=replace))
    for name, form in FORMS.items():
        app.action(name)(_on_form(gestures.unfold, form))
    for name, form in SHORTCUTS.items():
        app.shortcut(name)(_on_form(gestures.shortcut, form))
    app.action(PICK_DAY)(_on_view(gestures.pick))
    app.action(LINK_BUTTON)(_acknowledge)
    app.view(MENU)(_on_view(gestures.choose))
    app.view(FORM)(_on_view(gestures.submit))
    app.event("message")(_on_event(messages.take))
    app.event("reaction_added")(_on_event(pointing.react))
    app.message_shortcut(capture.SHORTCUT)(_on_view(pointing.shortcut))
    app.action(capture.EDIT)(_on_view(pointing.edit))
    app.event("app_mention")(_on_event(messages.take_mention))
    app.event("app_home_opened")(_on_event(home.Home(edge, windows).open))
    channels = Channels(edge)
    for name in HEARD:
        app.event(name)(_on_event(channels.take))
    app.event(re.compile(".+"))(_on_event(_nothing))


def prefixed(command: Command, prefix: str) -> str:
    """The command's name in Slack: `/link`, or `/test-link` in a trial installation."""
    return f"/{prefix}{command.name.removeprefix('/')}"


def _on_command(gestures: Gestures, command: Command) -> Listener:
    async def on_command(body: dict[str, Any], ack: AsyncAck) -> None:
        await _read_or_ignored(gestures.command(command, body, ack), ack)

    return on_command


def _on_press(gestures: Gestures, handler: Handler, *, replace: bool) -> Listener:
    async def on_press(body: dict[str, Any], ack: AsyncAck) -> None:
        await _read_or_ignored(gestures.press(handler, body, ack, replace=replace), ack)

    return on_press


def _on_form(
    handle: Callable[[Command, Verb, dict[str, Any], AsyncAck], Awaitable[None]],
    form: tuple[Command, Verb],
) -> Listener:
    async def on_form(body: dict[str, Any], ack: AsyncAck) -> None:
        await _read_or_ignored(handle(*form, body, ack), ack)

    return on_form


async def _acknowledge(ack: AsyncAck) -> None:
    """A button that only opens an address."""
    await ack()


def _on_view(handle: Callable[[dict[str, Any], AsyncAck], Awaitable[None]]) -> Listener:
    async def on_view(body: dict[str, Any], ack: AsyncAck) -> None:
        await _read_or_ignored(handle(body, ack), ack)

    return on_view


def _on_event(
    handle: Callable[[dict[str, Any]], Awaitable[None]],
) -> Callable[..., Awaitable[BoltResponse | None]]:
    async def on_event(body: dict[str, Any]) -> BoltResponse | None:
        if not is_well_formed(body):
            log.warning("commands.unreadable", reason="shape")
            return None
        try:
            acting_team(body)
        except NoTeam:
            log.warning("commands.unreadable", reason="no_team")
            return None
        try:
            await handle(body)
        except errors.TryAgain as error:
            # Not stored, so not acknowledged: Slack delivers it again.
            log.warning("commands.not_stored", reason=error.key)
            return BoltResponse(status=COME_AGAIN)
        return None

    return on_event


async def _read_or_ignored(handling: Awaitable[None], ack: AsyncAck) -> None:
    """Acknowledges what makes no sense: Slack would only deliver it again."""
    try:
        await handling
    except Unreadable as error:
        log.warning("commands.unreadable", reason=str(error))
        await ack()


async def _nothing(_body: dict[str, Any]) -> None:
    """Events the manifest asks for that later rooms will use are taken note of by Slack only."""
