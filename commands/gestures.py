"""What people type and press, as Slack delivers it, brought to the edge and answered.

A command with its words runs at once; without them it opens a form of the same fields. A form and a
button run the very same handlers.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncAck

from bot import errors
from bot.storage.unit_of_work import UnitOfWork
from commands.arguments import Arguments, parse
from commands.catalogue import Command, Place, Verb
from commands.deadline import Deadline
from commands.desk import Desk
from commands.edge import Answer, Edge, Handler, Sender, refused
from commands.forms import answer_view, form_view, menu_view
from commands.picking import PICK_DAY, filled, is_unread_date, read_value, with_calendar
from commands.reading import (
    Body,
    Pressed,
    Typed,
    Unreadable,
    chosen_message,
    pressed,
    sent,
    typed,
)
from integrations.slack.windows import Windows

NOTHING = Arguments((), {}, "")


class Gestures:
    """Slash commands, forms and buttons of all commands."""

    def __init__(
        self, edge: Edge, windows: Windows, desk: Desk, commands: Sequence[Command]
    ) -> None:
        self._edge = edge
        self._windows = windows
        self._desk = desk
        self._commands = {command.name: command for command in commands}

    async def command(self, command: Command, body: Body, ack: AsyncAck) -> None:
        """A slash command: carried out, or opened as a form when words are missing altogether."""
        said, until = typed(body), Deadline()
        sender = said.sender
        text = await self._edge.people.resolve_names(sender.team, said.text)
        try:
            verb, rest = command.split(text) if text.strip() else (None, "")
        except errors.UnknownVerb as refusal:
            await _ack(ack, refused(await self._edge.speech(sender, until), refusal))
            return
        if verb is None or (not rest.strip() and verb.opens_form):
            await _ack(ack, await self._open(command, verb, said, until))
            return
        key = f"command:{sender.team}:{said.trigger}"
        answer = await self._run(
            verb, sender, key, lambda: parse(verb.fields, rest, verb.usage(command.name)), until
        )
        if answer is not None and is_unread_date(answer):
            label = (await self._edge.speech(sender, until)).say("forms.pick_instead")
            answer = with_calendar(answer, label, command, verb, rest)
        await _ack(ack, answer)
        self._go_on(answer)

    async def choose(self, body: Body, ack: AsyncAck) -> None:
        """The menu's answer: the same window becomes the form of that verb."""
        menu, until = sent(body), Deadline()
        sender = menu.sender
        command, verb = self._verb(menu.command, menu.values.get("verb", ""))
        if not verb.fields:
            answer = await self._run(verb, sender, menu.key, NOTHING, until)
            await self._show(ack, sender, answer, until)
            return
        view = await self._edge.explain(
            sender,
            lambda: self._edge.read(
                sender,
                lambda uow, speech: form_view(command, verb, speech, sender.channel, uow),
                until,
                menu.key,
            ),
            until,
        )
        if isinstance(view, Answer):
            await self._show(ack, sender, view, until)
        else:
            await ack(response_action="update", view=view)

    async def submit(self, body: Body, ack: AsyncAck) -> None:
        """A form sent: the fault stands beside its field, or the answer takes the form's place."""
        form, until = sent(body), Deadline()
        sender = form.sender
        command, verb = self._verb(form.command, form.verb)
        usage = verb.usage(command.name)
        answer = await self._run(
            verb,
            sender,
            form.key,
            lambda: Arguments(verb.fields, form.values, usage),
            until,
            form.message,
        )
        if answer is not None and isinstance(answer.refusal, errors.NotUnderstood):
            await ack(
                response_action="errors", errors={_at_fault(verb, answer.refusal): answer.text}
            )
            return
        await self._show(ack, sender, answer, until)

    async def press(self, handler: Handler, body: Body, ack: AsyncAck, *, replace: bool) -> None:
        """A button: its value names the object, the person is looked up afresh at every press."""
        button = pressed(body)
        answer = await self._edge.answer(
            button.sender, button.key, NOTHING, handler, value=button.value
        )
        await ack()
        if answer is not None:
            self._edge.later(self._tell(button, answer, replace=replace))
            self._go_on(answer)

    async def unfold(self, command: Command, verb: Verb, body: Body, ack: AsyncAck) -> None:
        """A button that asks for more: the verb's form, its first field filled with the value."""
        button, until = pressed(body), Deadline()
        first, *others = verb.fields
        filled = replace(verb, fields=(replace(first, default=button.value), *others))
        asked = Typed(button.sender, "", button.trigger)
        answer = await self._open(command, filled, asked, until)
        await ack()
        if answer is not None:
            self._edge.later(self._tell(button, answer, replace=False))

    async def pick(self, body: Body, ack: AsyncAck) -> None:
        """The button beside a date that was not understood: the form, filled with all the rest."""
        button, until = pressed(body), Deadline()
        try:
            name, verb_name, words, unread = read_value(button.value)
            command, verb = self._verb(name, verb_name)
            given = parse(verb.fields, words, verb.usage(command.name))
        except (ValueError, errors.NotUnderstood) as error:
            raise Unreadable(PICK_DAY) from error
        asked = Typed(button.sender, "", button.trigger)
        answer = await self._open(command, filled(verb, given, unread), asked, until)
        await ack()
        if answer is not None:
            self._edge.later(self._tell(button, answer, replace=False))

    async def shortcut(self, command: Command, verb: Verb, body: Body, ack: AsyncAck) -> None:
        """A shortcut in a message's menu: the verb's form, which remembers the message."""
        chosen, until = chosen_message(body), Deadline()
        asked = Typed(chosen.sender, "", chosen.trigger)
        await self._open(command, verb, asked, until, message=chosen.message)
        await ack()

    async def _tell(self, button: Pressed, answer: Answer, *, replace: bool) -> None:
        """The answer to a press: beside the message, or in a window where there is none.

        On Home only a refusal opens one: what was done is seen in the tab itself.
        """
        if button.response_url:
            done = replace and answer.refusal is None
            await self._windows.answer(
                button.response_url, answer.text, answer.blocks, replace=done
            )
        elif answer.refusal is not None and button.trigger:
            speech = await self._edge.speech(button.sender)
            view = answer_view(speech, answer.text, answer.blocks)
            with suppress(errors.SlackUnreachable):
                await self._windows.open(button.sender.team, button.trigger, view)

    def _go_on(self, answer: Answer | None) -> None:
        """What the answer promised is made after it has been given."""
        if answer is not None and answer.then is not None:
            self._edge.later(answer.then(self._desk))

    async def _run(
        self,
        verb: Verb,
        sender: Sender,
        key: str,
        arguments: Any,
        until: Deadline,
        message: str = "",
    ) -> Answer | None:
        looks_at = verb.looks_at
        place = (sender.team, sender.channel)

        def looks(uow: UnitOfWork, given: Arguments) -> Sequence[Place]:
            return looks_at(uow, given, place) if looks_at else ()

        return await self._edge.answer(
            sender,
            key,
            arguments,
            verb.run,
            looks=looks if looks_at else None,
            asks_person=verb.asks_person,
            deadline=until,
            value=message,
        )

    async def _open(
        self,
        command: Command,
        verb: Verb | None,
        said: Typed,
        until: Deadline,
        message: str = "",
    ) -> Answer | None:
        sender = said.sender

        async def open_() -> None:
            view = await self._edge.read(
                sender,
                lambda uow, speech: (
                    form_view(command, verb, speech, sender.channel, uow, message)
                    if verb
                    else menu_view(command, speech, sender.channel)
                ),
                until,
                f"form:{said.trigger}",
            )
            async with until.ending():
                await self._windows.open(sender.team, said.trigger, view)

        return await self._edge.explain(sender, open_, until)

    def _verb(self, command: str, verb: str) -> tuple[Command, Verb]:
        """What a form says it is of; raises Unreadable for one we no longer know."""
        try:
            found = self._commands[command]
            return found, found.verb(verb)
        except (KeyError, errors.UnknownVerb) as error:
            raise Unreadable(verb) from error

    async def _show(
        self, ack: AsyncAck, sender: Sender, answer: Answer | None, until: Deadline
    ) -> None:
        if answer is None:
            await ack(response_action="clear")
            return
        speech = await self._edge.speech(sender, until)
        await ack(response_action="update", view=answer_view(speech, answer.text, answer.blocks))
        self._go_on(answer)


def _at_fault(verb: Verb, refusal: errors.BotError) -> str:
    """The field a refusal is about; the first one when it names none."""
    named = str(refusal.parameters.get("word") or "")
    kinds: dict[type[errors.BotError], str] = {
        errors.BadTags: "tags",
        errors.BadLabel: "label",
        errors.UnknownAgency: "agency",
        errors.AgencyOfOtherGovernment: "agency",
        errors.NotAPerson: "user",
        errors.UnknownOwner: "owner",
        errors.BadDate: "due",
        errors.DueNotUnderstood: "due",
        errors.BadRecurrence: "every",
        errors.BadHours: "opens",
    }
    wanted = named or kinds.get(type(refusal), "")
    names = [field.name for field in verb.fields]
    by_kind = [field.name for field in verb.fields if field.kind.value == wanted]
    if wanted in names:
        return wanted
    return by_kind[0] if by_kind else names[0]


async def _ack(ack: AsyncAck, answer: Answer | None) -> None:
    if answer is None:
        await ack()
        return
    words: dict[str, Any] = {"text": answer.text, "response_type": "ephemeral"}
    if answer.blocks:
        words["blocks"] = list(answer.blocks)
    await ack(**words)
