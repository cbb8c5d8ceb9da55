"""What people do with modals: fill in, submit, close."""

from typing import Any

from integrations.slack.stand_in import views
from integrations.slack.stand_in.deliveries import Deliveries
from integrations.slack.stand_in.gestures import answered, gesture
from integrations.slack.stand_in.payloads import checked_view
from integrations.slack.stand_in.refusals import Payload, SlackError
from integrations.slack.stand_in.state import App, Workspace


class Modals:
    """The modals before each user; SlackError view_not_found when there is none."""

    def __init__(self, workspace: Workspace, deliveries: Deliveries) -> None:
        self._workspace = workspace
        self._deliveries = deliveries

    async def submit(
        self, user: str, values: dict[str, dict[str, Payload]], view_id: str | None = None
    ) -> Payload:
        """Submit the top modal with these values over what it holds.

        Answers {ok, response_action?, errors?, view?}; an empty required input never leaves the
        client: {ok: false, error: "required_input", errors: {block_id: "required"}}.
        """
        view = views.shown_to(self._workspace, None, user, view_id)
        state = view["state"]["values"]
        for block_id, actions in values.items():
            state.setdefault(block_id, {}).update(actions)
        empty = {b["block_id"]: "required" for b in view["blocks"] if _is_empty(b, state)}
        if empty:
            return {"ok": False, "error": "required_input", "errors": empty}
        app = self._workspace.apps[view["app_id"]]
        payload = gesture(self._workspace, "view_submission", app, user)
        payload |= {"view": view, "response_urls": []}
        reply = await self._deliveries.ask(app, "interactive", payload)
        if reply is None:
            return {"ok": False, "error": "operation_timeout"}
        return self._submitted(app, user, view, reply.payload)

    async def close_view(self, user: str) -> Payload:
        """Close the top modal; the app hears of it if it asked to."""
        closed = views.close_views(self._workspace, user, every=False)
        for view in closed:
            if view["notify_on_close"]:
                app = self._workspace.apps[view["app_id"]]
                payload = gesture(self._workspace, "view_closed", app, user)
                del payload["trigger_id"]
                payload |= {"view": view, "is_cleared": False}
                return answered(await self._deliveries.ask(app, "interactive", payload))
        return {"ok": bool(closed)}

    def _submitted(self, app: App, user: str, view: Payload, answer: Any) -> Payload:
        workspace = self._workspace
        answer = answer if isinstance(answer, dict) else {}
        action = answer.get("response_action")
        result: Payload = {"ok": True}
        if action is None or action == "clear":
            views.close_views(workspace, user, every=action == "clear")
        elif action == "errors":
            workspace.notify({"t": "view_errors", "user": user, "errors": answer["errors"]})
            result["errors"] = answer["errors"]
        elif action == "update":
            new = checked_view(answer.get("view"), "modal")
            result["view"] = views.replace_view(workspace, app, user, view, new)
        elif action == "push":
            new = checked_view(answer.get("view"), "modal")
            result["view"] = views.open_view(workspace, app, user, new)
        else:
            raise SlackError("invalid_response_action", detail=str(action))
        return result | ({"response_action": action} if action else {})


def _is_empty(block: Payload, state: dict[str, dict[str, Payload]]) -> bool:
    if block.get("type") != "input" or block.get("optional"):
        return False
    held = state.get(block["block_id"], {}).get(block["element"]["action_id"], {})
    return not any(value for key, value in held.items() if key != "type")
