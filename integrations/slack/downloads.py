"""Fetching a file from the workspace it was sent in, with that workspace's own token.

The token goes to Slack's hosts for files and nowhere else, whatever an address says and wherever an
answer points: no redirect is followed. What is read is counted as it comes; what was declared
counts for nothing.
"""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import BinaryIO

import aiohttp

from bot.domain.attachments import Staying
from bot.services.kinds import Withheld
from bot.services.ports import NotSent, Refused
from integrations.slack.connections import Connection
from integrations.slack.hosts import keeps_files

FETCH_SECONDS = 40
PIECE = 1 << 16
# Slack answers whoever may not read a file with its sign-in page: a redirect, or a page with 200.
SIGN_IN = "text/html"
# For as long a workspace's files rest when Slack asks for that without saying how long.
REST = timedelta(seconds=30)
OK, TOO_MANY = 200, 429
GONE = frozenset({404, 410})


class Downloads:
    """Fetches files; each failure is one of `ports`, or Withheld with why it stays."""

    def __init__(self, connections: tuple[Connection, ...], session: aiohttp.ClientSession) -> None:
        self._connections = {one.team: one for one in connections}
        self._session = session
        self._resting_until: dict[str, float] = {}

    async def fetch(self, team: str, url: str, file: BinaryIO, most: int) -> None:
        """Writes what is at an address into an open, empty file.

        Raises Withheld when it has more than `most` bytes, none, or is gone; Refused when the token
        must not be sent there or is not let in; NotSent when it may be tried again.
        """
        connection = self._connections.get(team)
        if connection is None:
            raise Refused("download_workspace")
        if not keeps_files(url, connection.api_url):
            raise Refused("download_foreign_host")
        rest = self._resting_until.get(team, 0) - time.monotonic()
        if rest > 0:
            raise NotSent("download_busy", timedelta(seconds=rest), team)
        headers = {
            "Authorization": f"Bearer {connection.bot_token}",
            # What is counted is what is written.
            "Accept-Encoding": "identity",
        }
        timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
        try:
            async with self._session.get(
                url, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                self._judge(team, answer)
                await _write(answer, file, most)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise NotSent(f"download_{type(error).__name__}"[:80]) from error

    def _judge(self, team: str, answer: aiohttp.ClientResponse) -> None:
        status = answer.status
        if status == TOO_MANY:
            said = answer.headers.get("Retry-After", "")
            rest = timedelta(seconds=int(said)) if said.isdigit() else REST
            self._resting_until[team] = time.monotonic() + rest.total_seconds()
            raise NotSent("download_busy", rest, team)
        if status in GONE:
            raise Withheld(Staying.GONE.value)
        if status >= 500:
            raise NotSent("download_broken")
        if status != OK or answer.content_type == SIGN_IN:
            raise Refused("download_not_let_in")


async def _write(answer: aiohttp.ClientResponse, file: BinaryIO, most: int) -> None:
    size = 0
    async for piece in answer.content.iter_chunked(PIECE):
        size += len(piece)
        if size > most:
            raise Withheld(Staying.SIZE.value)
        await asyncio.to_thread(file.write, piece)
    await asyncio.to_thread(file.flush)
    if not size:
        raise Withheld(Staying.EMPTY.value)
