"""views.*: modals on their stacks, and Home; what stands in an input as the user sees it."""

from typing import Any

from integrations.slack.stand_in.call import Call
from integrations.slack.stand_in.payloads import checked_view
from integrations.slack.stand_in.refusals import Payload, SlackError
from integrations.slack.stand_in.state import App, Workspace

STACK_MOST = 3
_INITIAL = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
}
_STATEFUL_BLOCKS = {"input": "element", "section": "accessory"}


def _elements(block: Payload) -> list[Payload]:
    if block.get("type") == "actions":
        return list(block.get("elements", ()))
    element = block.get(_STATEFUL_BLOCKS.get(str(block.get("type")), ""))
    return [element] if isinstance(element, dict) else []


def initial_values(view: Payload) -> dict[str, dict[str, Payload]]:
    """What every stateful element of a view holds before anybody touches it."""
    values: dict[str, dict[str, Payload]] = {}
    for block in view["blocks"]:
        for element in _elements(block):
            kind = element["type"]
            if kind in _INITIAL:
                key, initial = _INITIAL[kind]
                empty: Any = [] if key.startswith("selected_") and key.endswith("s") else None
                state = {"type": kind, key: element.get(initial, empty)}
                values.setdefault(block["block_id"], {})[element["action_id"]] = state
    return values


def _with_ids(workspace: Workspace, view: Payload) -> list[Payload]:
    blocks: list[Payload] = view["blocks"]
    for block in blocks:
        block["block_id"] = block.get("block_id") or workspace.serial("b")
        for element in _elements(block):
            element["action_id"] = element.get("action_id") or workspace.serial("a")
    return blocks


def _fresh(workspace: Workspace, app: App, view: Payload, **fixed: Any) -> Payload:
    fresh = {
        "private_metadata": "",
        "callback_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
        **view,
        "blocks": _with_ids(workspace, view),
        "team_id": workspace.team_id,
        "app_id": app.id,
        "app_installed_team_id": workspace.team_id,
        "bot_id": app.spec.bot_id,
        "hash": workspace.serial(f"{workspace.next_ts()}."),
        **fixed,
    }
    fresh["state"] = {"values": initial_values(fresh)}
    return fresh


def show_stack(workspace: Workspace, user: str) -> None:
    """Tell onlookers what modals that user now has before them."""
    workspace.notify({"t": "view", "user": user, "stack": workspace.stacks.get(user, [])})


def shown_to(workspace: Workspace, app: App | None, user: str, view_id: str | None) -> Payload:
    """The view named, else the user's top modal, else the app's Home; SlackError view_not_found."""
    if view_id is not None:
        found = workspace.views.get(view_id)
    else:
        stack = workspace.stacks.get(user)
        home = workspace.homes.get((app.id, user)) if app else None
        found = stack[-1] if stack else home
    if found is None:
        raise SlackError("view_not_found")
    return found


def open_view(workspace: Workspace, app: App, user: str, view: Payload) -> Payload:
    """Put a modal before a user, on top of any of theirs; SlackError push_limit_reached."""
    # The user whose modal was opened last stands last: pages show that stack.
    stack = workspace.stacks[user] = workspace.stacks.pop(user, [])
    if len(stack) >= STACK_MOST:
        raise SlackError("push_limit_reached")
    view_id = workspace.serial("V")
    root = stack[0]["id"] if stack else view_id
    previous = stack[-1]["id"] if stack else None
    fixed = {"id": view_id, "root_view_id": root, "previous_view_id": previous}
    fresh = _fresh(workspace, app, view, **fixed)
    stack.append(fresh)
    workspace.views[view_id] = fresh
    show_stack(workspace, user)
    return fresh


def replace_view(workspace: Workspace, app: App, user: str, old: Payload, view: Payload) -> Payload:
    """Change an open modal in place; inputs with the same ids keep what was typed."""
    fixed = {key: old[key] for key in ("id", "root_view_id", "previous_view_id")}
    fresh = _fresh(workspace, app, view, **fixed)
    typed = old["state"]["values"]
    for block_id, actions in fresh["state"]["values"].items():
        for action_id, state in actions.items():
            kept = typed.get(block_id, {}).get(action_id)
            if kept is not None and kept.get("type") == state["type"]:
                actions[action_id] = kept
    stack = workspace.stacks[user]
    stack[next(i for i, v in enumerate(stack) if v["id"] == old["id"])] = fresh
    workspace.views[fresh["id"]] = fresh
    show_stack(workspace, user)
    return fresh


def close_views(workspace: Workspace, user: str, *, every: bool) -> list[Payload]:
    """Take away the top modal, or all of them; returns what was closed, top first."""
    stack = workspace.stacks.get(user, [])
    count = len(stack) if every else 1
    closed = [stack.pop() for _ in range(min(count, len(stack)))]
    for view in closed:
        workspace.views.pop(view["id"], None)
    show_stack(workspace, user)
    return closed


def _view(call: Call, kind: str = "modal") -> Payload:
    return checked_view(call.structure("view", "invalid_arguments"), kind)


def opened(workspace: Workspace, call: Call) -> Payload:
    """views.open: spends a trigger; a stack that the user still had open gives way."""
    view = _view(call)
    trigger = workspace.use_trigger(call.app, call.required("trigger_id", "invalid_trigger_id"))
    workspace.stacks.pop(trigger.user, None)
    return {"ok": True, "view": open_view(workspace, call.app, trigger.user, view)}


def pushed(workspace: Workspace, call: Call) -> Payload:
    """views.push: a modal upon a modal, at most three deep."""
    view = _view(call)
    trigger = workspace.use_trigger(call.app, call.required("trigger_id", "invalid_trigger_id"))
    if not workspace.stacks.get(trigger.user):
        raise SlackError("not_found")
    return {"ok": True, "view": open_view(workspace, call.app, trigger.user, view)}


def updated(workspace: Workspace, call: Call) -> Payload:
    """views.update: by view_id or external_id; SlackError hash_conflict, not_found."""
    view = _view(call)
    wanted, external = call.text("view_id"), call.text("external_id")
    for user, stack in workspace.stacks.items():
        for old in stack:
            if wanted == old["id"] or (external and external == old.get("external_id")):
                _same_hash(call, old)
                return {"ok": True, "view": replace_view(workspace, call.app, user, old, view)}
    raise SlackError("not_found")


def published(workspace: Workspace, call: Call) -> Payload:
    """views.publish: the Home of one user."""
    view = _view(call, "home")
    user = workspace.user(call.required("user_id", "user_not_found")).id
    old = workspace.homes.get((call.app.id, user))
    if old is not None:
        _same_hash(call, old)
    view_id = old["id"] if old else workspace.serial("V")
    fixed = {"id": view_id, "root_view_id": view_id, "previous_view_id": None}
    home = _fresh(workspace, call.app, view, **fixed)
    workspace.homes[call.app.id, user] = workspace.views[view_id] = home
    workspace.notify({"t": "home", "user": user, "view": home})
    return {"ok": True, "view": home}


def _same_hash(call: Call, old: Payload) -> None:
    if call.text("hash") and call.text("hash") != old["hash"]:
        raise SlackError("hash_conflict")
