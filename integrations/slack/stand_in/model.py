"""Workspaces as data: who is there, which channels, which app; and the two presets of the house."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Mode = Literal["socket", "http"]


@dataclass(frozen=True, slots=True)
class UserSpec:
    """One account; `team_id` None means the workspace's own team."""

    id: str
    name: str
    real_name: str
    email: str = ""
    tz: str = "Etc/UTC"
    locale: str = "en-US"
    is_bot: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    deleted: bool = False
    team_id: str | None = None


@dataclass(frozen=True, slots=True)
class ChannelSpec:
    """One channel as it stands before anything happens."""

    id: str
    name: str
    members: tuple[str, ...] = ()
    topic: str = ""
    is_private: bool = False
    is_archived: bool = False
    is_ext_shared: bool = False
    is_pending_ext_shared: bool = False
    shared_team_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AppSpec:
    """One installed app; in mode `http`, `request_url` receives everything, signed."""

    app_id: str
    bot_user_id: str
    bot_name: str
    bot_token: str
    app_token: str
    signing_secret: str
    mode: Mode = "socket"
    request_url: str = ""

    @property
    def bot_id(self) -> str:
        """The B-number that messages of this app carry."""
        return f"B{self.bot_user_id[1:]}"


@dataclass(frozen=True, slots=True)
class WorkspaceSpec:
    """One workspace: everything a `StandIn` needs to start."""

    name: str
    domain: str
    team_id: str
    apps: tuple[AppSpec, ...]
    users: tuple[UserSpec, ...]
    channels: tuple[ChannelSpec, ...]


def _app(place: str, app_id: str, bot_user_id: str) -> AppSpec:
    tokens = (f"xoxb-{place}", f"xapp-{place}", f"{place}-signing-secret")
    return AppSpec(app_id, bot_user_id, "kakehashi", *tokens)


def _people(rows: Iterable[tuple[str, str, str, str]], tz: str, locale: str) -> list[UserSpec]:
    return [UserSpec(*row, tz=tz, locale=locale) for row in rows]


TOKYO = WorkspaceSpec(
    name="Tokyo Cyber",
    domain="tokyo-cyber",
    team_id="T0TOKYO",
    apps=(_app("tokyo", "A0TOKYO", "U0TOKYOBOT"),),
    users=(
        *_people(
            (
                ("U01SATO", "sato.mofa", "佐藤 花子 (外務省)", "sato@mofa.example"),
                (
                    "U02TANAKA",
                    "tanaka.nco",
                    "田中 一郎 (国家サイバー統括室)",
                    "tanaka@nco.example",
                ),
                ("U03SUZUKI", "suzuki.npa", "鈴木 健 (警察庁)", "suzuki@npa.example"),
                ("U04ITO", "ito.jpcert", "伊藤 (JPCERT/CC)", "ito@jpcert.example"),
                ("U09STRANGER", "visitor", "Visitor", "visitor@example.com"),
            ),
            tz="Asia/Tokyo",
            locale="ja-JP",
        ),
        UserSpec(
            "U08GUEST",
            "guest.vendor",
            "Guest (vendor)",
            "guest@vendor.example",
            tz="Asia/Tokyo",
            locale="ja-JP",
            is_restricted=True,
        ),
    ),
    channels=(
        ChannelSpec(
            "C01ADV",
            "au-advisories",
            ("U01SATO", "U02TANAKA", "U03SUZUKI", "U04ITO", "U09STRANGER", "U0TOKYOBOT"),
            topic="Advisories with Australia",
        ),
        ChannelSpec(
            "C02DLG", "cyber-dialogue", ("U01SATO", "U02TANAKA", "U03SUZUKI", "U0TOKYOBOT")
        ),
        ChannelSpec("C03NPA", "npa-afp", ("U03SUZUKI", "U0TOKYOBOT"), is_private=True),
        ChannelSpec(
            "C04OPS", "bridge-admin", ("U01SATO", "U02TANAKA", "U0TOKYOBOT"), is_private=True
        ),
    ),
)

CANBERRA = WorkspaceSpec(
    name="Canberra Cyber",
    domain="canberra-cyber",
    team_id="T0CANB",
    apps=(_app("canberra", "A0CANB", "U0CANBBOT"),),
    users=(
        *_people(
            (
                ("U11WALSH", "walsh.dfat", "Erin Walsh (DFAT)", "walsh@dfat.example"),
                ("U12NGUYEN", "nguyen.asd", "Minh Nguyen (ASD's ACSC)", "nguyen@asd.example"),
                ("U13BAKER", "baker.afp", "Tom Baker (AFP)", "baker@afp.example"),
                ("U14KHAN", "khan.nocs", "Aisha Khan (NOCS)", "khan@nocs.example"),
                ("U19STRANGER", "contractor", "Contractor", "contractor@example.com"),
            ),
            tz="Australia/Sydney",
            locale="en-AU",
        ),
        UserSpec(
            "U18GUEST",
            "guest.vendor",
            "Guest (vendor)",
            "guest@vendor.example",
            tz="Australia/Sydney",
            locale="en-AU",
            is_restricted=True,
        ),
    ),
    channels=(
        ChannelSpec(
            "C11ADV",
            "jp-advisories",
            ("U11WALSH", "U12NGUYEN", "U13BAKER", "U14KHAN", "U19STRANGER", "U0CANBBOT"),
            topic="Advisories with Japan",
        ),
        ChannelSpec("C12DLG", "cyber-dialogue", ("U11WALSH", "U12NGUYEN", "U14KHAN", "U0CANBBOT")),
        ChannelSpec("C13AFP", "afp-npa", ("U13BAKER", "U0CANBBOT"), is_private=True),
        ChannelSpec("C14OPS", "bridge-admin", ("U11WALSH", "U0CANBBOT"), is_private=True),
    ),
)
