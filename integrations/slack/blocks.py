"""The few Block Kit shapes the bot uses; mrkdwn is verbatim, so Slack adds no links of its own.

Limits: Slack's Block Kit reference (section text 3,000 characters, button text 75, value 2,000).
"""

from __future__ import annotations

from typing import Any

from integrations.slack.speech import Safe

Block = dict[str, Any]
SECTION_LIMIT = 3_000
BUTTON_TEXT_LIMIT, BUTTON_VALUE_LIMIT = 75, 2_000
LINK_BUTTON = "open_link"


def mrkdwn(text: Safe) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def plain_text(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}


def section(text: Safe) -> Block:
    return {"type": "section", "text": mrkdwn(text)}


def context(*texts: Safe) -> Block:
    return {"type": "context", "elements": [mrkdwn(text) for text in texts]}


def button(text: str, action_id: str, value: str, style: str | None = None) -> Block:
    shown = plain_text(text[:BUTTON_TEXT_LIMIT])
    element: Block = {"type": "button", "text": shown, "action_id": action_id, "value": value}
    return element | ({"style": style} if style else {})


def link_button(text: str, url: str) -> Block:
    """A button that opens an address; Slack tells of the press all the same."""
    shown = plain_text(text[:BUTTON_TEXT_LIMIT])
    return {"type": "button", "text": shown, "action_id": LINK_BUTTON, "url": url}


def actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}


DIVIDER: Block = {"type": "divider"}
