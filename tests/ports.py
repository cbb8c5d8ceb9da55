"""A port that stays free for a process that is started on it, ends, and is started again."""

from __future__ import annotations

import random
import socket

# Below what systems give to outgoing connections of themselves (RFC 6335, section 6: from 49152;
# Linux: from 32768): another test's connection would take the port while its owner is away.
LOWEST, BEYOND = 20_000, 32_000


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    chance = random.SystemRandom()
    while True:
        port = chance.randrange(LOWEST, BEYOND)
        with socket.socket() as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
