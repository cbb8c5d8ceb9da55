"""What can be wrong with the settings, each fault named once, with words for why and what to do.

No value is ever repeated in a fault, because any value may be a secret in the wrong place. Entries
of a list are counted from 1: `workspaces[2].bot_token`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import ErrorDetails

from bot.domain.agencies import SEED
from bot.domain.officials import Government

# pydantic's name of a fault -> ours; any other is "unusable".
KINDS = {
    "missing": "missing",
    "extra_forbidden": "unknown",
    "string_type": "not_text",
    "int_type": "not_a_number",
    "int_parsing": "not_a_number",
    "int_from_float": "not_a_number",
    "tuple_type": "not_a_list",
    "model_type": "not_a_section",
    "model_attributes_type": "not_a_section",
    "greater_than_equal": "port",
    "less_than_equal": "port",
    "enum": "choice",
    "literal_error": "choice",
}
# Stands where a token would, when it is kept sealed in the database.
SEALED = "sealed"
TOKENS = ("bot_token", "app_token", "signing_secret")
# Before a kind of ours, where pydantic carries it as the type of an error.
OURS = "kakehashi:"


@dataclass(frozen=True)
class Fault:
    """One thing wrong with the settings: which, and the keys of the words for why and what to do.

    `parameters` fill both texts; they name settings, choices, lines and limits, never values.
    """

    setting: str
    kind: str
    parameters: Mapping[str, object] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        return f"setup.reasons.{self.kind}"

    @property
    def remedy(self) -> str:
        return f"setup.remedies.{self.kind}"


def fault_of(error: ErrorDetails, known: Collection[str]) -> Fault:
    """One pydantic error as a fault; `known` are the paths of all settings, `workspaces[].name`."""
    stated = error["type"]
    ours = stated.startswith(OURS)
    kind = stated.removeprefix(OURS) if ours else KINDS.get(stated, "unusable")
    setting = _path_of(error["loc"])
    if kind == "unknown":
        return unknown_setting(setting, known)
    if kind == "choice":
        choices = re.findall(r"'([^']+)'", str(error.get("ctx", {}).get("expected")))
        return Fault(setting, kind, {"choices": ", ".join(choices)})
    return Fault(setting, kind)


def unknown_setting(setting: str, known: Collection[str]) -> Fault:
    """A setting that does not exist, with the nearest one that does where there is one."""
    general = re.sub(r"\[\d+\]", "[]", setting).lower()
    last = general.rpartition(".")[2]
    paths = {path.rpartition(".")[2]: path for path in known}
    near = [paths[last]] if last in paths else difflib.get_close_matches(general, known, n=1)
    near = near or [paths[name] for name in difflib.get_close_matches(last, paths, n=1)]
    if near:
        return Fault(setting, "unknown_near", {"suggestion": near[0]})
    return Fault(setting, "unknown")


def _path_of(location: tuple[int | str, ...]) -> str:
    path = ""
    for part in location:
        path += f"[{part + 1}]" if isinstance(part, int) else f".{printable(part)}"
    return path.removeprefix(".")


def printable(key: str) -> str:
    """A key as it may be shown: one that is no plain name, or looks like a token, is not."""
    plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,39}", key, re.ASCII)
    return key if plain and not re.match(r"xox|xapp", key, re.IGNORECASE) else "?"


def inconsistencies(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong between settings, seen over whatever parts are well formed."""
    workspaces = _tables(raw, "workspaces")
    admins = _tables(raw, "admins")
    keys = raw.get("keys")
    if isinstance(keys, dict) and keys.get("file") and keys.get("value"):
        yield Fault("keys.value", "keys_twice")
    if raw.get("workspaces") == []:
        yield Fault("workspaces", "none_given")
    for at, workspace in workspaces:
        yield from _keys_for_mode(at, workspace)
        yield from _sealed_without_keys(at, workspace, keys)
    for name in ("name", "team_id", "bot_token", "app_token"):
        yield from _repeated(workspaces, name)
    for at, admin in admins:
        yield from _admin_misplaced(at, admin, [one for _, one in workspaces])
    yield from _without_admin([one for _, one in workspaces], [one for _, one in admins])


def _tables(raw: Mapping[str, Any], name: str) -> list[tuple[str, Mapping[str, Any]]]:
    entries = raw.get(name)
    if not isinstance(entries, list):
        return []
    return [
        (f"{name}[{position}]", entry)
        for position, entry in enumerate(entries, start=1)
        if isinstance(entry, dict)
    ]


def _keys_for_mode(at: str, workspace: Mapping[str, Any]) -> Iterator[Fault]:
    mode = workspace.get("mode")
    if mode == "socket" and workspace.get("app_token", "") == "":
        yield Fault(f"{at}.app_token", "app_token_needed")
    if mode == "http" and workspace.get("signing_secret", "") == "":
        yield Fault(f"{at}.signing_secret", "signing_secret_needed")


def _sealed_without_keys(at: str, workspace: Mapping[str, Any], keys: Any) -> Iterator[Fault]:
    has_keys = isinstance(keys, dict) and (keys.get("file") or keys.get("value"))
    for name in TOKENS:
        if workspace.get(name) == SEALED and not has_keys:
            yield Fault(f"{at}.{name}", "keys_needed")


def _repeated(workspaces: Sequence[tuple[str, Mapping[str, Any]]], name: str) -> Iterator[Fault]:
    first: dict[str, str] = {}
    for at, workspace in workspaces:
        value = workspace.get(name)
        # The example's "xoxb-..." stands in both places and is a fault of its own.
        if not isinstance(value, str) or not value or value.endswith("...") or value == SEALED:
            continue
        if value in first:
            yield Fault(f"{at}.{name}", "repeated", {"other": first[value]})
        first.setdefault(value, f"{at}.{name}")


def _admin_misplaced(
    at: str, admin: Mapping[str, Any], workspaces: Sequence[Mapping[str, Any]]
) -> Iterator[Fault]:
    name, code = admin.get("workspace"), admin.get("agency")
    homes = [one for one in workspaces if one.get("name") == name]
    if isinstance(name, str) and not homes:
        yield Fault(f"{at}.workspace", "unknown_workspace")
    if not isinstance(code, str):
        return
    government = homes[0].get("government") if homes else None
    own = [one.code for one in SEED if government in (one.government, None)]
    if code not in own:
        known = any(one.code == code for one in SEED)
        kind = "agency_of_other_government" if known else "agency"
        yield Fault(f"{at}.agency", kind, {"choices": ", ".join(own)})


def _without_admin(
    workspaces: Sequence[Mapping[str, Any]], admins: Sequence[Mapping[str, Any]]
) -> Iterator[Fault]:
    named = [admin.get("workspace") for admin in admins]
    present = [one.get("government") for one in workspaces]
    covered = [one.get("government") for one in workspaces if one.get("name") in named]
    for government in Government:
        if government in present and government not in covered:
            yield Fault("admins", "government_without_admin", {"government": government.value})
