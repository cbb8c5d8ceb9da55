"""A tiny real bot on Bolt, so that a driven workspace has somebody to answer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

FORCED = {
    "unfurl_links": False,
    "unfurl_media": False,
    "link_names": False,
    "parse": "none",
    "metadata": {"event_type": "scripted", "event_payload": {"key": "opaque"}},
}
BLOCKS = [
    {"type": "section", "block_id": "words", "text": {"type": "plain_text", "text": "カード"}},
    *(
        {
            "type": "actions",
            "block_id": f"{value} row",
            "elements": [
                {
                    "type": "button",
                    "action_id": "choose",
                    "value": value,
                    "text": {"type": "plain_text", "text": value.title()},
                }
            ],
        }
        for value in ("first", "second")
    ),
]
MODAL = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "Form"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "due",
            "label": {"type": "plain_text", "text": "Due"},
            "element": {"type": "plain_text_input", "action_id": "due"},
        }
    ],
}


@asynccontextmanager
async def answering(url: str, bot_token: str, app_token: str) -> AsyncIterator[None]:
    """Run the bot against one workspace."""
    client = AsyncWebClient(bot_token, base_url=f"{url}/api/")
    app = AsyncApp(client=client, process_before_response=True)
    _listen_to_events(app)
    _listen_to_commands(app)
    handler = AsyncSocketModeHandler(app, app_token, web_client=client)
    await handler.connect_async()
    try:
        yield
    finally:
        await handler.close_async()


def _listen_to_events(app):
    @app.event("message")
    async def heard(event, client):
        if event.get("text") == "card please":
            card = {"text": "card", "blocks": BLOCKS, **FORCED}
            await client.chat_postMessage(channel=event["channel"], **card)

    @app.event("reaction_added")
    async def seen():
        pass

    @app.event("app_home_opened")
    async def home(event, client):
        view = {"type": "home", "blocks": BLOCKS[:1]}
        await client.views_publish(user_id=event["user"], view=view)


def _listen_to_commands(app):
    @app.command("/whisper")
    async def whisper(ack, command):
        await ack(response_type="ephemeral", text=f"only you: {command['text']}")

    @app.command("/tell")
    async def tell(ack, command, client):
        await client.chat_postMessage(channel=command["user_id"], text="in private", **FORCED)
        await ack()

    @app.command("/form")
    async def form(ack, command, client):
        await client.views_open(trigger_id=command["trigger_id"], view=MODAL)
        await ack()

    @app.view("form")
    async def submitted(ack, view, body, client):
        due = view["state"]["values"]["due"]["due"]["value"]
        if due == "someday":
            await ack(response_action="errors", errors={"due": "a real date, please"})
            return
        await client.chat_postMessage(channel=body["user"]["id"], text=f"due {due}", **FORCED)
        await ack()

    @app.action("choose")
    async def chosen(ack, body, client):
        text = f"{body['user']['id']} chose {body['actions'][0]['value']}"
        await client.chat_postMessage(channel=body["channel"]["id"], text=text, **FORCED)
        await ack()
