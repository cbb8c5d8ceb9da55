"""Messages as Slack reports them, and the other events the bot lives on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from bot import errors
from bot.domain.attachments import FilePolicy
from bot.services import capturing, intake
from bot.services.incoming import Message
from bot.services.notes import tell_here
from bot.storage.unit_of_work import UnitOfWork
from commands.edge import Edge
from commands.enclosures import REMAINS, file_words, present_files, sent_files
from commands.past import Past
from integrations.slack.teams import acting_team

Body = Mapping[str, Any]
# Message subtypes in which a person or a feed says something (docs: message event, subtypes).
SPOKEN = frozenset({None, "file_share", "me_message", "bot_message", "thread_broadcast"})
TS = re.compile(r"\d{1,12}\.\d{1,6}", re.ASCII)


class Messages:
    """Brings message events to the intake; nothing is acknowledged that was not stored."""

    def __init__(
        self, edge: Edge, past: Past | None = None, policy: FilePolicy | None = None
    ) -> None:
        self._edge = edge
        self._policy = policy or FilePolicy()
        self._past = past or Past()

    async def take(self, body: Body) -> None:
        """A new, changed or deleted message."""
        event, team = body["event"], acting_team(body)
        subtype = event.get("subtype")
        if subtype == "message_changed":
            changed = event.get("message") or {}
            before = event.get("previous_message") or {}
            if changed.get("subtype") == REMAINS:
                await self._take_deletion(team, str(event["channel"]), str(changed.get("ts")))
                return
            same = said(changed) == said(before) and _file_ids(changed) == _file_ids(before)
            if same or changed.get("subtype") not in SPOKEN:
                return
            await self._take(team, str(event["channel"]), changed, edited=True)
        elif subtype == "message_deleted":
            ts = str(event.get("deleted_ts") or "")
            await self._take_deletion(team, str(event["channel"]), ts)
        elif subtype in SPOKEN:
            await self._take(team, str(event["channel"]), event, edited=False)

    async def take_missed(self, team: str, channel: str, said_then: Mapping[str, Any]) -> None:
        """A message read back from history: new to the bot, or known and changed since."""
        if said_then.get("subtype") == REMAINS:
            await self._take_deletion(team, channel, str(said_then["ts"]), missed=True)
        if said_then.get("subtype") in SPOKEN:
            edited = "edited" in said_then or _has_lost_files(said_then)
            await self._take(team, channel, said_then, edited=edited, missed=True)

    async def take_mention(self, body: Body) -> None:
        """Somebody called the bot by name: they are told privately what it can do."""
        event, team = body["event"], acting_team(body)
        key = f"mention:{team}:{event['channel']}:{event['ts']}"

        message = await self._message(team, str(event["channel"]), event, said(event))

        def work(uow: UnitOfWork) -> None:
            if message is None or not uow.requests.is_new(key):
                return
            if not capturing.take_mention(uow, message):
                tell_here(uow, team, event["channel"], message.user, "commands.help")

        if event.get("user"):
            await self._edge.take(work, team)

    async def _take(
        self,
        team: str,
        channel: str,
        event: Mapping[str, Any],
        *,
        edited: bool,
        missed: bool = False,
    ) -> None:
        text = said(event)
        # Everything said in a busy channel passes here: without a tag, outside a thread, it cannot
        # concern the bridge.
        is_reply = event.get("thread_ts") not in (None, event.get("ts"))
        may_concern = intake.may_concern(text) or capturing.may_concern(text)
        if not edited and not is_reply and not may_concern:
            return

        def verb(uow: UnitOfWork, message: Message) -> None:
            (intake.take_edit if edited else intake.take_message)(uow, message)
            capturing.take_spoken(uow, message)

        listed = None if is_reply or edited else _ts(event)
        async with self._past.turn(team, channel, listed, missed=missed):
            message = await self._message(team, channel, event, text)
            if message is not None:
                with self._gap_noted(team, channel, listed, missed=missed):
                    await self._edge.take(
                        lambda uow: None if _is_own(uow, team, event) else verb(uow, message),
                        team,
                    )

    @contextmanager
    def _gap_noted(
        self, team: str, channel: str, ts: str | None, *, missed: bool
    ) -> Iterator[None]:
        """What could not be stored comes again or is read back; until then nothing overtakes it."""
        try:
            yield
        except errors.TryAgain:
            if not missed:
                self._past.note_gap(team, channel, ts)
            raise

    async def _take_deletion(
        self, team: str, channel: str, ts: str, *, missed: bool = False
    ) -> None:
        async with self._past.turn(team, channel, None, missed=missed):
            with self._gap_noted(team, channel, None, missed=missed):
                await self._edge.take(lambda uow: _take_deletion(uow, team, channel, ts), team)

    async def _message(
        self, team: str, channel: str, event: Mapping[str, Any], text: str
    ) -> Message | None:
        bot = event.get("bot_id")
        user = event.get("user") or bot
        if not user or not event.get("ts"):
            return None
        person = None if bot else await self._edge.people.person(team, str(user))
        # In a channel shared with other organisations the event names the author's own workspace.
        home = event.get("user_team") or event.get("source_team") or team
        return Message(
            team=team,
            channel=channel,
            user=str(user),
            ts=str(event["ts"]),
            text=text,
            file_names=file_words(event),
            is_stranger=home != team or bool(person and person.is_stranger),
            is_guest=bool(person and person.is_guest),
            bot=str(bot) if bot else None,
            thread_ts=event.get("thread_ts"),
            edited_ts=(event.get("edited") or {}).get("ts"),
            files=sent_files(event, self._policy),
        )


def said(event: Mapping[str, Any]) -> str:
    """The words of a message; of a feed's that keeps them in attachments, those."""
    text = str(event.get("text") or "")
    if text.strip() or not event.get("bot_id"):
        return text
    attached = [
        str(one.get(name) or "")
        for one in event.get("attachments") or ()
        for name in ("pretext", "title", "text")
    ]
    return "\n".join(words for words in attached if words)


def _ts(event: Mapping[str, Any]) -> str | None:
    """A message's `ts`, where it has one by which history could show it."""
    ts = str(event.get("ts"))
    return ts if TS.fullmatch(ts) else None


def _file_ids(event: Mapping[str, Any]) -> list[str]:
    return sorted(str(one.get("id")) for one in present_files(event))


def _has_lost_files(event: Mapping[str, Any]) -> bool:
    return len(present_files(event)) != len(event.get("files") or ())


def _take_deletion(uow: UnitOfWork, team: str, channel: str, ts: str) -> None:
    intake.take_deletion(uow, team, channel, ts)
    capturing.take_deletion(uow, team, channel, ts)


def _is_own(uow: UnitOfWork, team: str, event: Mapping[str, Any]) -> bool:
    workspace = uow.workspaces.of_team(team)
    if workspace is None:
        return True
    own = {workspace.bot_user, workspace.bot_id} - {None}
    return bool({event.get("user"), event.get("bot_id")} & own)
