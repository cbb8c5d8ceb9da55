"""The settings: read once in the roof, judged as a whole, passed down; every fault named at once.

Read from `kakehashi.toml`, then overridden by the environment: `KAKEHASHI_` and the setting in
capitals, `__` between its parts (`KAKEHASHI_DATABASE__URL`). Lists and whole sections are JSON
(`KAKEHASHI_WORKSPACES='[{...}]'`); one setting of one workspace goes by the workspace's name
(`KAKEHASHI_WORKSPACES__TOKYO__BOT_TOKEN`, a hyphen in the name written `_`). Entries of a list are
counted from 1 in faults: `workspaces[2].bot_token`. No value is ever repeated in a fault, because
any value may be a secret in the wrong place.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    SecretStr,
    TypeAdapter,
    ValidationError,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.domain.officials import Government
from bot.domain.retention import DataClass, Schedule
from bot.errors import BadConfiguration
from bot.faults import Fault, fault_of, inconsistencies, printable, unknown_setting
from bot.sections import Files, Section, not_a_truth, refuse
from bot.storage.keyring import KeyRing, UnusableKeys

PREFIX = "KAKEHASHI_"
# Variables of the command line itself, which are not settings.
NOT_SETTINGS = frozenset({"KAKEHASHI_CONFIG", "KAKEHASHI_LANG"})
DIALECTS = frozenset({"sqlite", "sqlite+pysqlite", "postgresql+psycopg"})


# A hundred years.
LONGEST_DAYS = 36_525


class Mode(StrEnum):
    """How a workspace delivers events."""

    SOCKET = "socket"  # the bot opens a WebSocket to Slack; nothing needs to be reachable
    HTTP = "http"  # Slack calls /slack/events, signed


def _shape(kind: str, pattern: str) -> AfterValidator:
    def check(value: str | SecretStr) -> str | SecretStr:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if not re.fullmatch(pattern, text, re.ASCII):
            raise refuse(kind)
        return value

    return AfterValidator(check)


def _database_url(value: SecretStr) -> SecretStr:
    try:
        dialect = make_url(value.get_secret_value()).drivername
    except (ArgumentError, ValueError):
        dialect = ""
    if dialect not in DIALECTS:
        raise refuse("database_url")
    return value


def _key_text(value: SecretStr) -> SecretStr:
    try:
        if value.get_secret_value():
            KeyRing.read(value.get_secret_value())
    except UnusableKeys:
        raise refuse("keys_unusable") from None
    return value


def _key_file(value: str) -> str:
    try:
        if value:
            KeyRing.read(Path(value).read_text(encoding="utf-8"))
    except UnusableKeys:
        raise refuse("keys_unusable") from None
    except (OSError, ValueError):
        raise refuse("key_file") from None
    return value


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _api_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise refuse("api_url") from None
    plain = not (parts.username or parts.password or parts.query or parts.fragment)
    if not host or not plain or parts.scheme not in {"https", "http"}:
        raise refuse("api_url")
    if parts.scheme == "http" and not _is_loopback(host):
        raise refuse("api_url_in_clear")
    return value if value.endswith("/") else f"{value}/"


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
HOST_NAME = rf"{LABEL}(\.{LABEL})*"
HostName = Annotated[str, _shape("host_name", HOST_NAME)]
ListenOn = Annotated[str, _shape("host", rf"{HOST_NAME}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]+")]


class Database(Section):
    """Where everything is remembered; the address may hold a password, so it is secret."""

    url: Annotated[SecretStr, AfterValidator(_database_url)]


class Http(Section):
    """Where health, metrics and Slack's HTTP deliveries are served."""

    host: ListenOn = "127.0.0.1"
    port: Annotated[int, BeforeValidator(not_a_truth), Field(ge=1, le=65535)] = 8080


class Keys(Section):
    """The keys that seal tokens and sign the audit log: a file of their own, or its text."""

    file: Annotated[str, AfterValidator(_key_file)] = ""
    value: Annotated[SecretStr, AfterValidator(_key_text)] = SecretStr("")

    def ring(self) -> KeyRing | None:
        """The keys, or None when there are none: nothing is sealed then, and nothing signed."""
        if self.file:
            return KeyRing.read(Path(self.file).read_text(encoding="utf-8"))
        text = self.value.get_secret_value()
        return KeyRing.read(text) if text else None


class Bridge(Section):
    """What may cross."""

    allowed_hosts: tuple[HostName, ...] = ()
    requests_per_minute: Annotated[int, BeforeValidator(not_a_truth), Field(ge=0, le=10_000)] = 120


def _days(value: int) -> int:
    if not 0 <= value <= LONGEST_DAYS:
        raise refuse("days")
    return value


Days = Annotated[int, BeforeValidator(not_a_truth), AfterValidator(_days)]


class Retention(Section):
    """After how many days each class of content may be destroyed; 0: it is kept."""

    held_days: Days = 0
    advisory_days: Days = 0
    delivery_days: Days = 0
    person_days: Days = 0

    @property
    def schedule(self) -> Schedule:
        return {kind: getattr(self, f"{kind.value}_days") for kind in DataClass}


# Of a workspace; tokens are kept elsewhere, sealed.
KEPT = {
    "name",
    "government",
    "audit_channel",
    "admin_channel",
    "approval_hours",
    "silent_days",
    "feed_per_hour",
}


class Workspace(Section):
    """One government's Slack workspace and the keys to it."""

    name: Annotated[str, _shape("name", r"[a-z][a-z0-9_-]{0,30}")]
    government: Government
    team_id: Annotated[str, _shape("team_id", r"T[A-Z0-9]{2,20}")]
    mode: Mode
    bot_token: Annotated[SecretStr, _shape("bot_token", r"xoxb-[A-Za-z0-9-]{3,}|sealed")]
    app_token: Annotated[SecretStr, _shape("app_token", r"(xapp-[A-Za-z0-9-]{3,}|sealed)?")] = (
        SecretStr("")
    )
    signing_secret: Annotated[
        SecretStr, _shape("signing_secret", r"([A-Za-z0-9_-]{8,}|sealed)?")
    ] = SecretStr("")
    api_url: Annotated[str, AfterValidator(_api_url)] = "https://slack.com/api/"
    audit_channel: Annotated[str, _shape("channel_id", r"([CG][A-Z0-9]{2,20})?")] = ""
    admin_channel: Annotated[str, _shape("channel_id", r"([CG][A-Z0-9]{2,20})?")] = ""
    approval_hours: Annotated[int, BeforeValidator(not_a_truth), Field(ge=1, le=720)] = 72
    silent_days: Annotated[int, BeforeValidator(not_a_truth), Field(ge=0, le=366)] = 30
    feed_per_hour: Annotated[int, BeforeValidator(not_a_truth), Field(ge=0, le=10_000)] = 120

    @property
    def kept(self) -> dict[str, Any]:
        """What the register keeps of it, by the names it has there."""
        return self.model_dump(include=KEPT)


class Admin(Section):
    """A first official, who may enrol others of the same government."""

    workspace: str
    user_id: Annotated[str, _shape("user_id", r"[UW][A-Z0-9]{2,20}")]
    agency: str


class Settings(BaseSettings):
    """All settings, whole and consistent; `load_settings` is the way to get them."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    command_prefix: Annotated[str, _shape("command_prefix", r"[a-z0-9_-]{0,16}")] = ""
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(_upper)
    ] = "INFO"
    database: Database
    http: Http = Http()
    bridge: Bridge = Bridge()
    files: Files = Files()
    keys: Keys = Keys()
    retention: Retention = Retention()
    workspaces: tuple[Workspace, ...]
    admins: tuple[Admin, ...] = ()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is handed over: the file and the environment are merged by `load_settings`."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)


def load_settings(path: Path, environ: Mapping[str, str]) -> Settings:
    """The settings of the file under those of the environment.

    Raises BadConfiguration whose `faults` is a list of every Fault found.
    """
    raw, faults = _read(path)
    if not faults:
        faults = _override(raw, environ)
        settings, found = _validate(raw)
        faults += [*found, *inconsistencies(raw)]
        if settings and not faults:
            return settings
    raise BadConfiguration(faults=faults)


def faults_of_value(setting: str, value: str) -> list[Fault]:
    """What is wrong with one value typed for a setting such as `workspaces[].team_id`."""
    found: list[ErrorDetails] = []
    try:
        TypeAdapter(known_settings()[setting].rebuild_annotation()).validate_python(value)
    except ValidationError as error:
        found = _details(error)
    return [replace(fault_of(one, ()), setting=setting) for one in found]


@cache
def known_settings() -> Mapping[str, FieldInfo]:
    """Every setting by its path, sections included: `http`, `http.port`, `workspaces[].name`."""
    return dict(_fields(Settings, ""))


def _fields(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, FieldInfo]]:
    for name, info in model.model_fields.items():
        yield f"{prefix}{name}", info
        repeated = get_origin(info.annotation) is tuple
        inner = get_args(info.annotation)[0] if repeated else info.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _fields(inner, f"{prefix}{name}{'[]' if repeated else ''}.")


def _read(path: Path) -> tuple[dict[str, Any], list[Fault]]:
    try:
        # A byte order mark is what a Windows editor adds unasked.
        text = path.read_text(encoding="utf-8-sig")
        return tomllib.loads(text), []
    except FileNotFoundError:
        return {}, [Fault(path.name, "missing_file")]
    except OSError:
        return {}, [Fault(path.name, "unreadable_file")]
    except UnicodeDecodeError:
        return {}, [Fault(path.name, "not_utf8")]
    except tomllib.TOMLDecodeError as error:
        stated = re.search(r"\(at line (\d+)", str(error))
        line = int(stated[1]) if stated else text.count("\n") + 1
        return {}, [Fault(path.name, "not_toml", {"line": line})]


def _override(raw: dict[str, Any], environ: Mapping[str, str]) -> list[Fault]:
    faults = []
    for variable in sorted(environ):
        if variable.startswith(PREFIX) and variable not in NOT_SETTINGS:
            path = variable.removeprefix(PREFIX).lower().split("__")
            fault = _override_one(raw, variable, path, environ[variable])
            faults += [fault] if fault else []
    return faults


def _override_one(
    raw: dict[str, Any], variable: str, path: Sequence[str], text: str
) -> Fault | None:
    known = known_settings()
    inside_a_list = f"{path[0]}[].{path[2]}" if len(path) == 3 else ""
    info = known.get(".".join(path)) or known.get(inside_a_list)
    if info is None:
        return replace(unknown_setting(".".join(path), known), setting=variable)
    target: Any = raw
    for section in path[:-1]:
        target = _inside(target, section)
    if not isinstance(target, dict):
        return Fault(variable, "unknown_variable")
    try:
        target[path[-1]] = json.loads(text) if _is_structure(info) else text
    except ValueError:
        return Fault(variable, "not_json")
    return None


def _inside(target: Any, section: str) -> Any:
    if isinstance(target, dict):
        return target.setdefault(section, {})
    if isinstance(target, list):
        named = (one for one in target if isinstance(one, dict) and "name" in one)
        return next((one for one in named if _as_variable(one["name"]) == section), None)
    return None


def _as_variable(name: object) -> str:
    return str(name).lower().replace("-", "_")


def _is_structure(info: FieldInfo) -> bool:
    kind = info.annotation
    return get_origin(kind) is tuple or (isinstance(kind, type) and issubclass(kind, BaseModel))


def _validate(raw: Mapping[str, Any]) -> tuple[Settings | None, list[Fault]]:
    # Underscored names would be taken for switches of pydantic-settings itself.
    switches = [Fault(printable(name), "unknown") for name in raw if name.startswith("_")]
    try:
        return Settings(**{name: raw[name] for name in raw if name[:1] != "_"}), switches
    except ValidationError as error:
        return None, switches + [fault_of(one, known_settings()) for one in _details(error)]


def _details(error: ValidationError) -> list[ErrorDetails]:
    return error.errors(include_url=False, include_input=False)
