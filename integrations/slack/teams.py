"""Which workspace a payload speaks for: asked by the guard, and by everybody who acts on one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


class NoTeam(ValueError):
    """The payload names no workspace to act in, as one of a whole organisation may."""


def acting_team(payload: Mapping[str, Any]) -> str:
    """The workspace in which a request is carried out; raises NoTeam.

    Source: Slack, "Interaction payloads": `team` is null where an app is installed organisation
    wide, and the user's own workspace stands in its place.
    """
    team = payload.get("team_id") or _id_of(payload.get("team"), "id")
    team = team or _id_of(payload.get("user"), "team_id")
    if not isinstance(team, str) or not team:
        raise NoTeam
    return team


def speaks_for(payload: Mapping[str, Any], team: str) -> bool:
    """Whether every workspace it names, for us or for Bolt to act in, is that one."""
    return all(one == team for one in _named(payload))


def _named(payload: Mapping[str, Any]) -> Iterator[Any]:
    team, view = payload.get("team"), payload.get("view")
    if payload.get("team_id") is not None:
        yield payload["team_id"]
    if team is not None:
        yield _id_of(team, "id")
    elif payload.get("team_id") is None:
        yield _id_of(payload.get("user"), "team_id")
    installed = _id_of(view, "app_installed_team_id")
    if installed is not None:
        yield installed
    authorizations = payload.get("authorizations")
    # One that names no workspace would be taken for nobody's.
    for one in authorizations if isinstance(authorizations, list) else ():
        if isinstance(one, dict):
            yield one.get("team_id")


def _id_of(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None
