"""How to reach one workspace: ids and secrets handed down from the settings by the roof."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.domain.officials import Government


@dataclass(frozen=True)
class Connection:
    """One installed app in one workspace; secrets never appear in its repr."""

    name: str
    government: Government
    team: str
    mode: str
    api_url: str
    bot_token: str = field(repr=False)
    app_token: str = field(repr=False, default="")
    signing_secret: str = field(repr=False, default="")
