"""Giving somebody a file: Slack's three calls, the bytes streamed from disk.

Docs: files.getUploadURLExternal, files.completeUploadExternal. A file is never made public.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import BinaryIO

import aiohttp
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot import errors
from integrations.slack.connections import Connection
from integrations.slack.hosts import keeps_files

UPLOAD_SECONDS = 120
# The files of one message: where each lies, and its name.
Files = tuple[tuple[Path, str], ...]


class Uploads:
    """Sends files to a person or into a thread; raises SlackUnreachable, and tries nothing twice.

    A file sent twice would stand there twice: whoever asked asks again.
    """

    def __init__(
        self,
        clients: dict[str, AsyncWebClient],
        connections: tuple[Connection, ...],
        session: aiohttp.ClientSession,
    ) -> None:
        self._clients = clients
        self._session = session
        self._api_urls = tuple(one.api_url for one in connections)

    async def to_person(
        self, team: str, user: str, files: Files, comment: str, alt: str = ""
    ) -> None:
        """Sends files as a direct message; `alt` are the words for who cannot see a picture."""
        try:
            opened = await self._clients[team].conversations_open(users=user)
        except (SlackClientError, aiohttp.ClientError, TimeoutError) as error:
            raise errors.SlackUnreachable from error
        channel = opened.data["channel"]["id"]  # type: ignore[call-overload]
        await self.to_channel(team, channel, None, files, comment, alt)

    async def to_channel(
        self,
        team: str,
        channel: str,
        thread_ts: str | None,
        files: Files,
        comment: str,
        alt: str = "",
    ) -> None:
        """Posts files (path, name) together in a channel, or in a thread of it."""
        client = self._clients[team]
        try:
            sent: list[dict[str, str | None]] = [
                {"id": await self._sent(client, *one, alt), "title": one[1]} for one in files
            ]
            await client.files_completeUploadExternal(
                files=sent, channel_id=channel, initial_comment=comment, thread_ts=thread_ts
            )
        except (SlackClientError, aiohttp.ClientError, TimeoutError) as error:
            raise errors.SlackUnreachable from error

    async def _sent(self, client: AsyncWebClient, path: Path, name: str, alt: str) -> str:
        """Slack's id of the file once it has the bytes."""
        length = (await asyncio.to_thread(path.stat)).st_size
        asked = await client.files_getUploadURLExternal(
            filename=name, length=length, alt_txt=alt or None
        )
        url = str(asked["upload_url"])
        if not any(keeps_files(url, one) for one in self._api_urls):
            raise errors.SlackUnreachable
        with path.open("rb") as content:
            if await send_bytes(self._session, url, content) != 200:
                raise errors.SlackUnreachable
        return str(asked["file_id"])


async def send_bytes(session: aiohttp.ClientSession, url: str, content: BinaryIO) -> int:
    """Streams a file to where Slack takes it, which needs no token; returns the status."""
    timeout = aiohttp.ClientTimeout(total=UPLOAD_SECONDS)
    async with session.post(url, data=content, timeout=timeout, allow_redirects=False) as answer:
        return answer.status
