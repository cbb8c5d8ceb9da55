"""The whole bridge as the journeys meet it: two workspaces, the real application, its people."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import select

from bot.app import Application, build
from bot.settings import Settings, load_settings
from bot.storage.tables import lanes
from bot.storage.unit_of_work import UnitOfWork
from integrations.slack.driver import Workspace
from integrations.slack.stand_in import StandIn
from tests.journeys.hands import SECONDS, Hand, eventually

TOKYO_CHANNEL, CANBERRA_CHANNEL = "C01ADV", "C11ADV"
HOLD_OFF = timedelta(milliseconds=300)
CODE = re.compile(r"LNK-[0-9A-Z]{4}")
NUMBER = re.compile(r"ADV-\d{4}-\d{4}")

SETTINGS = """
[database]
url = "sqlite:///{database}"

[http]
host = "127.0.0.1"

# Journeys type faster than people.
[bridge]
requests_per_minute = 0

[[workspaces]]
name = "tokyo"
government = "JP"
team_id = "T0TOKYO"
mode = "{mode}"
bot_token = "xoxb-tokyo"
app_token = "xapp-tokyo"
signing_secret = "tokyo-signing-secret"
api_url = "{tokyo}/api/"

[[workspaces]]
name = "canberra"
government = "AU"
team_id = "T0CANB"
mode = "{mode}"
bot_token = "xoxb-canberra"
app_token = "xapp-canberra"
signing_secret = "canberra-signing-secret"
api_url = "{canberra}/api/"

[[admins]]
workspace = "tokyo"
user_id = "U01SATO"
agency = "MOFA"

[[admins]]
workspace = "canberra"
user_id = "U11WALSH"
agency = "DFAT"
"""


# When journeys begin, so that the dates in them never pass: a Wednesday, 10:00 in Tokyo.
BEGINNING = datetime(2026, 9, 16, 1, 0, tzinfo=UTC)


class ShiftedClock:
    """A clock moved on by hand: weeks pass at once, seconds as they always do.

    It begins with the machine's time, or where it is told to.
    """

    def __init__(self, beginning: datetime | None = None) -> None:
        self._shift = beginning - datetime.now(UTC) if beginning else timedelta()

    def advance(self, by: timedelta) -> None:
        self._shift += by

    def instant(self) -> datetime:
        return datetime.now(UTC) + self._shift

    def seconds(self) -> float:
        return self.instant().timestamp()


class Bridge:
    """Two workspaces and the bot between them; `stand_ins` is empty for third-party workspaces.

    Sato (MOFA) and Walsh (DFAT) are the first admins; `enrol_everybody` brings in the others.
    """

    def __init__(
        self,
        folder: Path,
        urls: Mapping[str, str],
        session: aiohttp.ClientSession,
        stand_ins: Mapping[str, StandIn],
        mode: str = "socket",
        clock: ShiftedClock | None = None,
    ) -> None:
        self.database = folder / "kakehashi.db"
        self.stand_ins = stand_ins
        self.session = session
        self.logs: list[MutableMapping[str, Any]] = []
        self._settings = _settings(folder, urls, mode)
        self.clock = clock or ShiftedClock()
        self._ahead = timedelta(0)
        self.app = self._build()
        self.tokyo = Workspace(urls["tokyo"], session)
        self.canberra = Workspace(urls["canberra"], session)
        self.sato = Hand(self.tokyo, "U01SATO", TOKYO_CHANNEL)
        self.tanaka = Hand(self.tokyo, "U02TANAKA", TOKYO_CHANNEL)
        self.suzuki = Hand(self.tokyo, "U03SUZUKI", TOKYO_CHANNEL)
        self.ito = Hand(self.tokyo, "U04ITO", TOKYO_CHANNEL)
        self.visitor = Hand(self.tokyo, "U09STRANGER", TOKYO_CHANNEL)
        self.walsh = Hand(self.canberra, "U11WALSH", CANBERRA_CHANNEL)
        self.nguyen = Hand(self.canberra, "U12NGUYEN", CANBERRA_CHANNEL)
        self.baker = Hand(self.canberra, "U13BAKER", CANBERRA_CHANNEL)
        self.khan = Hand(self.canberra, "U14KHAN", CANBERRA_CHANNEL)
        self.contractor = Hand(self.canberra, "U19STRANGER", CANBERRA_CHANNEL)

    def decide_in(self, side: str, channel: str) -> None:
        """From the next start on a side decides about releases in that channel."""
        changed = [
            one.model_copy(update={"admin_channel": channel}) if one.name == side else one
            for one in self._settings.workspaces
        ]
        self._settings = self._settings.model_copy(update={"workspaces": tuple(changed)})

    def allow(self, per_minute: int) -> None:
        """From the next start on one person asks no oftener than that."""
        bridge = self._settings.bridge.model_copy(update={"requests_per_minute": per_minute})
        self._settings = self._settings.model_copy(update={"bridge": bridge})

    def now(self) -> datetime:
        """The bot's clock: that of the journey, set apart as far as the journey has set it."""
        return self.clock.instant() + self._ahead

    async def set_clock(self, *moment: int) -> None:
        """It is that time in UTC from here on, and time goes on.

        Every lane has kept its pace before: Slack's clock is not set.
        """

        def rested(uow: UnitOfWork) -> bool | None:
            waiting = uow.connection.execute(select(lanes).where(lanes.c.next_at > uow.now))
            return True if waiting.first() is None else None

        await eventually(lambda: self.app.database.run(rested), "every lane at rest")
        self._ahead = datetime(*moment, tzinfo=UTC) - self.clock.instant()  # type: ignore[misc,arg-type]

    @property
    def url(self) -> str:
        """Where the application itself is served."""
        return f"http://127.0.0.1:{self.app.web.port}"

    async def start(self) -> None:
        """Starts the application; returns once it is connected on both sides."""
        await self.app.start()
        for stand_in in self.stand_ins.values():
            for app in stand_in.state.apps.values():
                app.request_url = f"{self.url}/slack/events"
        await self.app.wait_until_ready(SECONDS)

    async def restart(self) -> None:
        """Stops the application and starts another one on the same database."""
        await self.app.stop()
        self.app = self._build()
        await self.start()

    def _build(self) -> Application:
        return build(self._settings, hold_off=HOLD_OFF, now=self.now)

    async def enrol_everybody(self) -> None:
        """Tanaka, Suzuki and Ito; Nguyen, Baker and Khan; observers are Ito and Khan."""
        for admin, enrolments in (
            (
                self.sato,
                (
                    "<@U02TANAKA> agency:NCO roles:liaison,releaser",
                    "<@U03SUZUKI> agency:NPA",
                    "<@U04ITO> agency:NPA roles:observer",
                ),
            ),
            (
                self.walsh,
                (
                    "<@U12NGUYEN> agency:ASD roles:liaison,member",
                    "<@U13BAKER> agency:AFP roles:member",
                    "<@U14KHAN> agency:NOCS roles:observer",
                ),
            ),
        ):
            for words in enrolments:
                answer = await admin.types(f"/kakehashi enrol {words}")
                assert answer.startswith(("Enrolled", "登録しました")), answer

    async def link(self, terms: str = "tags:advisory,ransomware ceiling:AMBER") -> str:
        """A link both sides agreed to; its code."""
        proposed = await self.tanaka.types(f"/link propose to:ASD {terms}")
        code = code_in(proposed)
        accepted = await self.nguyen.types(f"/link accept {code}")
        assert "is now active" in accepted, accepted
        return code

    async def order(self, workspace: Workspace, name: str, /, **body: Any) -> dict[str, Any]:
        """What the administrators of a stand-in's workspace do: join, leave, share, user."""
        address = f"{workspace.url}/_control/{name}"
        async with self.session.post(address, json=body) as answer:
            done: dict[str, Any] = await answer.json()
        assert done["ok"], done
        return done

    def everything_stored(self) -> bytes:
        """Every byte of the database and of the files beside it."""
        files = sorted(self.database.parent.glob(f"{self.database.name}*"))
        return b"".join(file.read_bytes() for file in files)


def code_in(text: str) -> str:
    """The link named in an answer."""
    found = CODE.search(text)
    assert found is not None, text
    return found[0]


def number_in(text: str) -> str:
    """The advisory named in an answer or a post."""
    found = NUMBER.search(text)
    assert found is not None, text
    return found[0]


def _settings(folder: Path, urls: Mapping[str, str], mode: str) -> Settings:
    path = folder / "kakehashi.toml"
    database = folder / "kakehashi.db"
    path.write_text(SETTINGS.format(database=database, mode=mode, **urls), encoding="utf-8")
    settings = load_settings(path, {})
    # The kernel chooses the port as it opens: no other test can take it in between.
    free = settings.http.model_copy(update={"port": 0})
    return settings.model_copy(update={"http": free})
