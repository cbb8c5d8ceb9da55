"""What people type and press, as Slack delivers it, brought to the edge and answered.

A command with its words runs at once; without them it opens a form of the same fields. A form and a
button run the very same handlers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck

from bot import errors
from bot.storage.unit_of_work import UnitOfWork
from commands.arguments import Arguments, folded, parse
from commands.catalogue import Command, Place, Verb
from commands.edge import Answer, Edge, Handler, Sender, refused
from commands.forms import answer_view, form_view, menu_view, values_of
from integrations.slack.windows import Windows

Body = Mapping[str, Any]
NOTHING = Arguments((), {}, "")


class Gestures:
    """Slash commands, forms and buttons of all commands."""

    def __init__(self, edge: Edge, windows: Windows, commands: Sequence[Command]) -> None:
        self._edge = edge
        self._windows = windows
        self._commands = {command.name: command for command in commands}

    async def command(self, command: Command, body: Body, ack: AsyncAck) -> None:
        """A slash command: carried out, or opened as a form when words are missing altogether."""
        sender = Sender(body["team_id"], body["user_id"], body["channel_id"])
        text = await self._edge.people.resolve_names(sender.team, str(body.get("text") or ""))
        # Any kind of blank may follow the verb: a Japanese keyboard types a full-width one.
        verb_name, rest = (*text.split(maxsplit=1), "", "")[:2]
        try:
            verb = command.verb(folded(verb_name)) if verb_name else None
        except errors.UnknownVerb as refusal:
            await _ack(ack, refused(await self._edge.speech(sender), refusal))
            return
        if verb is None or (not rest.strip() and verb.opens_form):
            trigger = str(body.get("trigger_id") or "")
            await _ack(ack, await self._open(command, verb, sender, trigger))
            return
        key = f"command:{sender.team}:{body.get('trigger_id')}"
        answer = await self._run(
            verb, sender, key, lambda: parse(verb.fields, rest, verb.usage(command.name))
        )
        await _ack(ack, answer)

    async def choose(self, body: Body, ack: AsyncAck) -> None:
        """The menu's answer: the same window becomes the form of that verb."""
        command, sender, note = self._of_view(body)
        verb = command.verb(values_of(body["view"])["verb"])
        if not verb.fields:
            answer = await self._run(verb, sender, _view_key(body), NOTHING)
            await self._show(ack, sender, answer)
            return
        view = await self._edge.explain(
            sender,
            lambda: self._edge.read(
                sender,
                lambda uow, speech: form_view(command, verb, speech, note["channel"], uow),
            ),
        )
        if isinstance(view, Answer):
            await self._show(ack, sender, view)
        else:
            await ack(response_action="update", view=view)

    async def submit(self, body: Body, ack: AsyncAck) -> None:
        """A form sent: the fault stands beside its field, or the answer takes the form's place."""
        command, sender, note = self._of_view(body)
        verb = command.verb(note["verb"])
        given = values_of(body["view"])
        usage = verb.usage(command.name)
        answer = await self._run(
            verb, sender, _view_key(body), lambda: Arguments(verb.fields, given, usage)
        )
        if answer is not None and isinstance(answer.refusal, errors.NotUnderstood):
            await ack(
                response_action="errors", errors={_at_fault(verb, answer.refusal): answer.text}
            )
            return
        await self._show(ack, sender, answer)

    async def press(self, handler: Handler, body: Body, ack: AsyncAck, *, replace: bool) -> None:
        """A button: its value names the object, the person is looked up afresh at every press."""
        action = body["actions"][0]
        channel = (body.get("channel") or {}).get("id") or ""
        sender = Sender(body["team"]["id"], body["user"]["id"], channel)
        key = f"press:{sender.team}:{sender.user}:{action['action_id']}:{action.get('action_ts')}"
        answer = await self._edge.answer(
            sender, key, NOTHING, handler, value=str(action.get("value") or "")
        )
        await ack()
        url = body.get("response_url")
        if answer is not None and url:
            done = replace and answer.refusal is None
            self._edge.later(self._windows.answer(str(url), answer.text, replace=done))

    async def _run(
        self,
        verb: Verb,
        sender: Sender,
        key: str,
        arguments: Any,
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
        )

    async def _open(
        self, command: Command, verb: Verb | None, sender: Sender, trigger: str
    ) -> Answer | None:
        async def open_() -> None:
            view = await self._edge.read(
                sender,
                lambda uow, speech: (
                    form_view(command, verb, speech, sender.channel, uow)
                    if verb
                    else menu_view(command, speech, sender.channel)
                ),
            )
            await self._windows.open(sender.team, trigger, view)

        return await self._edge.explain(sender, open_)

    def _of_view(self, body: Body) -> tuple[Command, Sender, dict[str, str]]:
        note: dict[str, str] = json.loads(body["view"]["private_metadata"])
        sender = Sender(body["team"]["id"], body["user"]["id"], note["channel"])
        return self._commands[note["command"]], sender, note

    async def _show(self, ack: AsyncAck, sender: Sender, answer: Answer | None) -> None:
        if answer is None:
            await ack(response_action="clear")
            return
        speech = await self._edge.speech(sender)
        await ack(response_action="update", view=answer_view(speech, answer.text, answer.blocks))


def _view_key(body: Body) -> str:
    view = body["view"]
    return f"view:{body['team']['id']}:{view['id']}:{view.get('hash')}"


def _at_fault(verb: Verb, refusal: errors.BotError) -> str:
    """The field a refusal is about; the first one when it names none."""
    named = str(refusal.parameters.get("word") or "")
    kinds: dict[type[errors.BotError], str] = {
        errors.BadTags: "tags",
        errors.BadLabel: "label",
        errors.UnknownAgency: "agency",
        errors.AgencyOfOtherGovernment: "agency",
        errors.NotAPerson: "user",
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
