"""Carries a file from one workspace into a thread of another: fetched, looked at, sent, shown.

Slack's upload has three steps, and the last "can only be called once" for a file (docs:
files.completeUploadExternal). The file's id is noted before that step. So after an unknown outcome
the file is looked for by its id, and completing it again either shows it or is refused: it is never
shown twice. Its bytes lie on disk only while they are carried, in a file without a name that is
gone with the process, however that ends; and it is never made public.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from os import SEEK_END
from typing import Any, BinaryIO

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot import errors
from bot.domain.attachments import FilePolicy
from bot.domain.inert import inert
from bot.domain.labels import Label
from bot.services.digest_charts import ChartFacts
from bot.services.facts import FileFacts, NothingFacts
from bot.services.kinds import Withheld, mark_of
from bot.services.ports import NotSent, OutcomeUnknown, Outgoing, Posted, Refused
from integrations.documents.chart import write_weeks
from integrations.slack.answers import HISTORY_PAGES, call, history
from integrations.slack.connections import Connection
from integrations.slack.contents import judge_file
from integrations.slack.downloads import Downloads
from integrations.slack.hosts import keeps_files
from integrations.slack.uploads import send_bytes

# From a delivery, what was noted of it before, Slack's id of its bytes now (empty: it lost them)
# and the label they will be shown under: whether that is noted now. It is not when that may not be
# shown any more, or somebody else has noted another meanwhile.
NoteUpload = Callable[[int, str, str, Label | None], Awaitable[bool]]

# Refusals that are about the place or the token, not about the file (docs:
# files.completeUploadExternal, errors).
NO_ACCESS = frozenset(
    {
        *("not_in_channel", "channel_not_found", "is_archived", "invalid_auth", "not_authed"),
        *("account_inactive", "token_revoked", "token_expired", "missing_scope", "no_permission"),
        *("access_denied", "org_login_required", "team_access_not_granted", "restricted_action"),
        *("posting_to_channel_denied", "thread_not_found"),
    }
)
CHART_NAME = "digest.png"
# Slack takes 1,000 characters (docs: files.getUploadURLExternal, `alt_txt_too_large`), but
# slack_sdk sends them in the address, where a Japanese one is nine bytes long; few take 8 KB.
MOST_ALT_TEXT = 400

# What Slack calls a file that is not there, or no longer.
NOT_THERE = frozenset({"file_not_found", "file_deleted"})


class Courier:
    """Carries files, finds them again and takes them away; fails as `ports.Postman` says."""

    def __init__(
        self,
        clients: Mapping[str, AsyncWebClient],
        connections: tuple[Connection, ...],
        session: aiohttp.ClientSession,
        policy: FilePolicy,
        note: NoteUpload,
    ) -> None:
        self._clients = clients
        self._api_urls = {one.team: one.api_url for one in connections}
        self._session = session
        self._policy = policy
        self._note = note
        self._downloads = Downloads(connections, session)

    async def deliver(
        self, outgoing: Outgoing, facts: FileFacts | ChartFacts, comment: str
    ) -> Posted:
        """Carries a file or draws one, or shows the one whose bytes Slack has already."""
        if outgoing.upload:
            return await self._show_again(outgoing, facts, comment)
        with tempfile.TemporaryFile() as file:
            if isinstance(facts, ChartFacts):
                await asyncio.to_thread(write_weeks, facts.weeks, file)
                # Whoever cannot see the picture has the figures, in their side's own language.
                words, _, _ = comment.partition("\n")
                upload = await self._send(outgoing, file, CHART_NAME, words[:MOST_ALT_TEXT])
            else:
                await self._fetch(facts, file)
                upload = await self._send(outgoing, file, facts.name)
        await self._remember(outgoing, facts, "", upload)
        return await self._show(outgoing, facts, upload, comment)

    async def find(self, outgoing: Outgoing, since: datetime) -> Posted | None:
        """Looks for a file by Slack's id of it, else by the mark in its words.

        One that may not be shown any more, and is not, is forgotten.
        """
        if not outgoing.upload:
            return await self._marked(outgoing, since)
        if await self._is_shown(outgoing):
            return Posted(outgoing.channel, outgoing.upload)
        if isinstance(outgoing.facts, NothingFacts):
            await self._delete(outgoing, outgoing.upload)
        return None

    async def erase(self, outgoing: Outgoing) -> Posted:
        """Deletes a file of ours, wherever it stands; one that is gone already is fine."""
        await self._delete(outgoing, outgoing.target_ts or "")
        return Posted(outgoing.channel, outgoing.target_ts)

    async def _fetch(self, facts: FileFacts, file: BinaryIO) -> None:
        why = self._policy.judge(facts.name, facts.size)
        if why is None:
            await self._downloads.fetch(facts.team, facts.url, file, self._policy.most_bytes)
            why = await asyncio.to_thread(judge_file, file, facts.name)
        if why is not None:
            raise Withheld(why.value)

    async def _send(self, outgoing: Outgoing, file: BinaryIO, name: str, alt: str = "") -> str:
        """Slack's id of the file once it has the bytes; nobody can see it yet."""
        client, team = self._client(outgoing), outgoing.delivery.team
        length = file.seek(0, SEEK_END)
        file.seek(0)
        try:
            request = client.files_getUploadURLExternal(
                filename=name, length=length, alt_txt=alt or None
            )
            asked = await call(request)
        except OutcomeUnknown as failure:
            # Nothing can come of an upload that nobody knows the address of.
            raise NotSent(failure.reason) from failure
        url = str(asked.get("upload_url") or "")
        if not keeps_files(url, self._api_urls.get(team, "")):
            raise Refused("upload_foreign_host")
        try:
            status = await send_bytes(self._session, url, file)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise NotSent(f"upload_{type(error).__name__}"[:80]) from error
        if status != 200:
            raise NotSent("upload_not_taken")
        return str(asked["file_id"])

    async def _show(
        self, outgoing: Outgoing, facts: FileFacts | ChartFacts, upload: str, comment: str
    ) -> Posted:
        title = CHART_NAME if isinstance(facts, ChartFacts) else inert(facts.name)
        await call(
            self._client(outgoing).files_completeUploadExternal(
                files=[{"id": upload, "title": title}],
                channel_id=outgoing.channel,
                thread_ts=outgoing.thread_ts,
                initial_comment=comment,
            )
        )
        return Posted(outgoing.channel, upload)

    async def _show_again(
        self, outgoing: Outgoing, facts: FileFacts | ChartFacts, comment: str
    ) -> Posted:
        """An earlier attempt sent the bytes; whether it showed them is not known, or it did not."""
        try:
            return await self._show(outgoing, facts, outgoing.upload, comment)
        except Refused as refusal:
            if refusal.reason in NO_ACCESS:
                raise
            if await self._is_shown(outgoing):
                return Posted(outgoing.channel, outgoing.upload, was_found=True)
        # Slack has discarded it: the next attempt begins at the beginning.
        await self._remember(outgoing, facts, outgoing.upload, "")
        raise NotSent("upload_discarded")

    async def _remember(
        self, outgoing: Outgoing, facts: FileFacts | ChartFacts, before: str, upload: str
    ) -> None:
        """Raises what leaves the file unseen: another carries it, or nothing could be written."""
        try:
            label = facts.label if isinstance(facts, FileFacts) else None
            noted = await self._note(outgoing.delivery.id, before, upload, label)
        except errors.TryAgain as busy:
            raise NotSent("upload_not_noted") from busy
        if not noted:
            raise OutcomeUnknown("overtaken")

    async def _is_shown(self, outgoing: Outgoing) -> bool:
        try:
            answer = await call(self._client(outgoing).files_info(file=outgoing.upload))
        except Refused as refusal:
            if refusal.reason in NOT_THERE:
                return False
            raise
        file: dict[str, Any] = answer.get("file") or {}
        shares = (file.get("shares") or {}).values()
        here = [share for places in shares for share in places.get(outgoing.channel, ())]
        return any(share.get("thread_ts") == outgoing.thread_ts for share in here)

    async def _marked(self, outgoing: Outgoing, since: datetime) -> Posted | None:
        client, mark = self._client(outgoing), mark_of(outgoing.delivery.key)
        cursor = None
        for _ in range(HISTORY_PAGES):
            page = await call(history(client, outgoing, outgoing.channel, since, cursor))
            for message in page.get("messages", ()):
                files = message.get("files") or ()
                if files and message.get("bot_id") and mark in str(message.get("text")):
                    return Posted(outgoing.channel, str(files[0].get("id")))
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return None
        raise OutcomeUnknown("history_too_long")

    async def _delete(self, outgoing: Outgoing, file: str) -> None:
        try:
            await call(self._client(outgoing).files_delete(file=file))
        except Refused as refusal:
            if refusal.reason not in NOT_THERE:
                raise

    def _client(self, outgoing: Outgoing) -> AsyncWebClient:
        client = self._clients.get(outgoing.delivery.team)
        if client is None:
            raise Refused("workspace_not_configured")
        return client
