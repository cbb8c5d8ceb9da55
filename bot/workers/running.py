"""The loops of the process: none of them ends unseen, and all of them end together."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import structlog

log = structlog.get_logger()


class Running:
    """Loops by name; one that ends before it is told to is logged, and `is_running` is False."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._is_stopping = False

    def start(self, name: str, loop: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(loop, name=name)
        self._tasks[name] = task
        task.add_done_callback(self._note_end)

    def is_running(self, name: str) -> bool:
        """Whether that loop was started and goes on."""
        return name in self._tasks and not self._tasks[name].done()

    async def stop(self, seconds: float) -> None:
        """Cancels all of them and waits for their last words, so long and no longer."""
        self._is_stopping = True
        for task in self._tasks.values():
            task.cancel()
        with suppress(ValueError):
            # ValueError: nothing was started.
            await asyncio.wait(self._tasks.values(), timeout=seconds)

    def _note_end(self, task: asyncio.Task[None]) -> None:
        fault = None if task.cancelled() else task.exception()
        if fault is not None or not self._is_stopping:
            log.error("loop.ended", name=task.get_name(), exc_info=fault)
