"""A strict Slack for tests, benchmarks and the demo: it enforces every published limit.

It refuses posts without the flags the house forces, keeps metadata, paces like Slack, speaks
Socket Mode and signed HTTP, and fails on demand. Loopback only; nothing here reaches Slack.
"""

from integrations.slack.stand_in.model import (
    CANBERRA,
    TOKYO,
    AppSpec,
    ChannelSpec,
    UserSpec,
    WorkspaceSpec,
)
from integrations.slack.stand_in.server import StandIn

__all__ = [
    "CANBERRA",
    "TOKYO",
    "AppSpec",
    "ChannelSpec",
    "StandIn",
    "UserSpec",
    "WorkspaceSpec",
]
