"""auth.test, team.info, bots.info and users.*: who is who in the workspace."""

from integrations.slack.stand_in.call import Call
from integrations.slack.stand_in.conversations import paged
from integrations.slack.stand_in.model import UserSpec
from integrations.slack.stand_in.refusals import Payload, SlackError
from integrations.slack.stand_in.state import Workspace


def api_test(_workspace: Workspace, call: Call) -> Payload:
    """api.test: echoes its arguments, or the `error` asked for."""
    if call.text("error"):
        raise SlackError(call.text("error"))
    return {"ok": True, "args": {k: v for k, v in call.args.items() if k != "token"}}


def auth_test(workspace: Workspace, call: Call) -> Payload:
    """auth.test: whose token this is."""
    spec = call.app.spec
    return {
        "ok": True,
        "url": f"https://{workspace.spec.domain}.slack.com/",
        "team": workspace.spec.name,
        "user": spec.bot_name,
        "team_id": workspace.team_id,
        "user_id": spec.bot_user_id,
        "bot_id": spec.bot_id,
        "app_id": spec.app_id,
        "is_enterprise_install": False,
    }


def team_info(workspace: Workspace, call: Call) -> Payload:
    """team.info: this workspace only."""
    if call.text("team", workspace.team_id) != workspace.team_id:
        raise SlackError("team_not_found")
    spec = workspace.spec
    team = {"id": spec.team_id, "name": spec.name, "domain": spec.domain, "email_domain": ""}
    return {"ok": True, "team": team}


def bots_info(workspace: Workspace, call: Call) -> Payload:
    """bots.info: the installed apps' bots and the foreign ones that have spoken."""
    bot_id = call.text("bot", call.app.spec.bot_id)
    for app in workspace.apps.values():
        spec = app.spec
        if spec.bot_id == bot_id:
            return {"ok": True, "bot": bot_facts(bot_id, spec.bot_name, app.id, spec.bot_user_id)}
    if bot_id not in workspace.foreign_bots:
        raise SlackError("bot_not_found")
    return {"ok": True, "bot": workspace.foreign_bots[bot_id]}


def bot_facts(bot_id: str, name: str, app_id: str, user_id: str) -> Payload:
    """A bot object."""
    return {"id": bot_id, "deleted": False, "name": name, "app_id": app_id, "user_id": user_id}


def described(workspace: Workspace, user: UserSpec, *, locale: bool) -> Payload:
    """A user object; the locale only when asked for, as Slack does."""
    facts: Payload = {
        "id": user.id,
        "team_id": workspace.team_of(user),
        "name": user.name,
        "real_name": user.real_name,
        "deleted": user.deleted,
        "tz": user.tz,
        "is_admin": False,
        "is_owner": False,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": user.is_ultra_restricted,
        "is_stranger": user.is_stranger,
        "profile": {
            "real_name": user.real_name,
            "display_name": user.name,
            "email": user.email,
            "team": workspace.team_of(user),
        },
    }
    if locale:
        facts["locale"] = user.locale
    return facts


def users_info(workspace: Workspace, call: Call) -> Payload:
    """users.info, with `include_locale`."""
    user = workspace.user(call.required("user", "user_not_found"))
    return {"ok": True, "user": described(workspace, user, locale=call.flag("include_locale"))}


def users_list(workspace: Workspace, call: Call) -> Payload:
    """users.list, in pages."""
    page, cursor = paged(list(workspace.users.values()), call, 1000)
    locale = call.flag("include_locale")
    members = [described(workspace, user, locale=locale) for user in page]
    return {"ok": True, "members": members, "response_metadata": {"next_cursor": cursor}}
