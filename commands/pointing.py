"""Pointing at a message: the shortcut in its menu, a reaction; and the form behind Edit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck

from bot.services import capturing
from bot.services.access import require_official
from bot.services.captures import find_capture
from bot.services.incoming import Message
from bot.storage.unit_of_work import UnitOfWork
from commands import capture
from commands.catalogue import Command
from commands.deadline import Deadline
from commands.edge import Answer, Edge
from commands.forms import form_view
from commands.gestures import NOTHING
from commands.reading import Body, Pressed, pointed, pressed
from integrations.slack.speech import Speech
from integrations.slack.teams import acting_team
from integrations.slack.windows import Windows

log = structlog.get_logger()


class Pointing:
    """Brings what people point at to the capture; nothing is acknowledged that was not stored."""

    def __init__(self, edge: Edge, windows: Windows, command: Command) -> None:
        self._edge = edge
        self._windows = windows
        self._command = command

    async def shortcut(self, body: Body, ack: AsyncAck) -> None:
        """A message was chosen from its menu."""
        chosen = pointed(body)
        message = message_of(chosen.sender.team, chosen.sender.channel, chosen.message)
        answer = await self._edge.answer(
            chosen.sender,
            chosen.key,
            NOTHING,
            lambda ask: capture.point_at(ask, message, chosen.at),
        )
        await ack()
        if answer is not None and chosen.response_url:
            self._edge.later(
                self._windows.answer(chosen.response_url, answer.text, answer.blocks, replace=False)
            )

    async def react(self, body: Body) -> None:
        """Somebody reacted; only then is the message read, when the reaction captures."""
        event, team = body["event"], acting_team(body)
        item = event.get("item") or {}
        named = (event.get("user"), event.get("reaction"), item.get("channel"), item.get("ts"))
        if not all(isinstance(one, str) and one for one in named):
            return
        user, name, channel, ts = map(str, named)
        captures = await self._edge.look(
            lambda uow: capturing.is_capturing_reaction(uow, team, user, name), team
        )
        if not captures:
            return
        said = await self._windows.message(team, channel, ts)
        if said is None:
            log.info("pointing.message_gone", team=team, channel=channel)
            return
        message = message_of(team, channel, said)
        moment = str(event.get("event_ts") or ts)
        await self._edge.take(
            lambda uow: capturing.take_reaction(uow, user, name, message, moment), team
        )

    async def edit(self, body: Body, ack: AsyncAck) -> None:
        """A card's Edit: its form, filled with what was read."""
        button, until = pressed(body), Deadline()

        async def open_() -> None:
            view = await self._edge.read(
                button.sender,
                lambda uow, speech: self._form(uow, speech, button),
                until,
                f"form:{button.trigger}",
            )
            async with until.ending():
                await self._windows.open(button.sender.team, button.trigger, view)

        answer = await self._edge.explain(button.sender, open_, until)
        await ack()
        if isinstance(answer, Answer) and button.response_url:
            self._edge.later(self._windows.answer(button.response_url, answer.text, replace=False))

    def _form(self, uow: UnitOfWork, speech: Speech, button: Pressed) -> dict[str, Any]:
        actor = require_official(uow, button.sender.team, button.sender.user)
        values = capture.values_of(find_capture(uow, actor, button.value))
        verb = self._command.verb("correct")
        view = form_view(self._command, verb, speech, button.sender.channel, uow)
        for block in view["blocks"]:
            _fill(block, values.get(block.get("block_id", ""), ""))
        return view


def message_of(team: str, channel: str, said: Mapping[str, Any]) -> Message:
    """A message as a shortcut or the history brings it."""
    bot = said.get("bot_id")
    return Message(
        team=team,
        channel=channel,
        user=str(said.get("user") or bot or ""),
        ts=str(said["ts"]),
        text=str(said.get("text") or ""),
        bot=str(bot) if bot else None,
        thread_ts=said.get("thread_ts"),
        edited_ts=(said.get("edited") or {}).get("ts"),
    )


def _fill(block: dict[str, Any], value: str) -> None:
    element = block.get("element") or {}
    if not value or not element:
        return
    if element["type"] == "plain_text_input":
        element["initial_value"] = value
    chosen = [one for one in element.get("options") or () if one["value"] == value]
    if chosen:
        element["initial_option"] = chosen[0]
