"""PostgreSQL's NOTIFY: a hint from one process to the others that something was promised.

It is no more than a hint. What is not heard, because the connection was lost or stood on another
server, is found by polling a little later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog
from sqlalchemy import URL, text

log = structlog.get_logger()

CHANNEL = "kakehashi_promised"
NOTIFY = text(f"NOTIFY {CHANNEL}")
RECONNECT_SECONDS = 2.0


async def listen(url: URL, heard: Callable[[], None]) -> None:
    """Calls `heard` whenever another connection promised something; reconnects for ever."""
    # Loaded where there is a server to listen to.
    import psycopg

    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    while True:
        try:
            await _listen_once(address, heard)
        except (psycopg.Error, OSError) as error:
            # The error's words may repeat the address.
            log.warning("outbox.not_listening", reason=type(error).__name__)
        await asyncio.sleep(RECONNECT_SECONDS)


async def _listen_once(address: str, heard: Callable[[], None]) -> None:
    import psycopg

    async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
        await connection.execute(f"LISTEN {CHANNEL}")
        # Whatever was promised while nobody listened.
        heard()
        async for _ in connection.notifies():
            heard()
