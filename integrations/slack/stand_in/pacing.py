"""Slack's published rates: one post per second and channel, and the method tiers per workspace.

Every refusal counted in `self_caused_429` is one that the client brought upon itself; injected
ones are counted by the faults.
"""

import math
from collections import deque
from collections.abc import Callable

from integrations.slack.stand_in.refusals import RateLimitedError

WINDOW = 60.0
# What a difference of two instants loses as a float.
TOLERANCE = 1e-6
CALLS_PER_MINUTE = {2: 20, 3: 50, 4: 100}
TIERS = {
    "users.list": 2,
    "conversations.list": 2,
    "chat.update": 3,
    "chat.delete": 3,
    "conversations.history": 3,
    "conversations.replies": 3,
    "conversations.info": 3,
    "conversations.open": 3,
    "conversations.join": 3,
    "reactions.add": 3,
    "reactions.remove": 3,
    "team.info": 3,
    "bots.info": 3,
    "chat.postEphemeral": 4,
    "conversations.members": 4,
    "views.open": 4,
    "views.push": 4,
    "views.update": 4,
    "views.publish": 4,
    "users.info": 4,
    "files.getUploadURLExternal": 4,
    "files.completeUploadExternal": 4,
    "files.info": 4,
    "files.delete": 3,
}


class Pacing:
    """Refuses what comes too fast; `enabled=False` only keeps the books.

    `post_gap` is the least time in seconds between two posts of a channel;
    `workspace_posts_per_minute` caps all posts together ("several hundred", so off by default).
    """

    def __init__(self, clock: Callable[[], float], *, enabled: bool) -> None:
        self._clock = clock
        self.enabled = enabled
        self.post_gap = 1.0
        self.workspace_posts_per_minute: int | None = None
        self.self_caused_429 = 0
        self.post_times: dict[str, list[float]] = {}
        self._windows: dict[tuple[str, str], deque[float]] = {}

    def admit(self, app_id: str, method: str) -> None:
        """Count one call of a tiered method; RateLimitedError when its minute is full."""
        tier = TIERS.get(method)
        if self.enabled and tier is not None:
            self._admit((app_id, method), CALLS_PER_MINUTE[tier])

    def admit_post(self, app_id: str, channel: str) -> None:
        """RateLimitedError when the channel's last post is less than `post_gap` seconds old."""
        if not self.enabled:
            return
        times = self.post_times.get(channel)
        if times:
            wait = times[-1] + self.post_gap - self._clock()
            if wait > TOLERANCE:
                self._refuse(wait)
        if self.workspace_posts_per_minute is not None:
            self._admit((app_id, "chat.postMessage"), self.workspace_posts_per_minute)

    def posted(self, channel: str) -> None:
        """Write down the moment (clock seconds) at which a post was accepted."""
        self.post_times.setdefault(channel, []).append(self._clock())

    def reset(self) -> None:
        """Forget everything counted so far."""
        self.self_caused_429 = 0
        self.post_times.clear()
        self._windows.clear()

    def _admit(self, key: tuple[str, str], most: int) -> None:
        now = self._clock()
        window = self._windows.setdefault(key, deque())
        while window and window[0] <= now - WINDOW + TOLERANCE:
            window.popleft()
        if len(window) >= most:
            self._refuse(window[0] + WINDOW - now)
        window.append(now)

    def _refuse(self, wait: float) -> None:
        self.self_caused_429 += 1
        raise RateLimitedError(max(1, math.ceil(wait)))
