"""A driven workspace: what a person does reaches the bot, and what they would read is found."""

import aiohttp
import pytest

from integrations.slack.driver import Workspace, button, text_of
from integrations.slack.stand_in import TOKYO, StandIn
from tests.integrations.slack.driven import check_every_gesture, check_refusals_are_named
from tests.integrations.slack.scripted_bot import answering

RICH = {
    "text": "fallback",
    "blocks": [
        {"type": "header", "text": {"type": "plain_text", "text": "ADV-2026-0001"}},
        {
            "type": "section",
            "block_id": "who",
            "text": {"type": "mrkdwn", "text": "*TLP:GREEN*"},
            "fields": [
                {"type": "mrkdwn", "text": "MOFA"},
                {"type": "plain_text", "text": "外務省"},
            ],
            "accessory": {
                "type": "button",
                "action_id": "open",
                "value": "secret-value",
                "text": {"type": "plain_text", "text": "開く"},
            },
        },
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "text", "text": "ask "},
                        {"type": "user", "user_id": "U01SATO"},
                        {"type": "emoji", "name": "eyes"},
                        {"type": "link", "url": "https://example.org"},
                    ],
                },
                {
                    "type": "rich_text_list",
                    "style": "bullet",
                    "elements": [
                        {
                            "type": "rich_text_section",
                            "elements": [{"type": "text", "text": "one"}],
                        }
                    ],
                },
            ],
        },
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "2 of 4"}]},
    ],
    "metadata": {"event_type": "delivery", "event_payload": {"text": "never shown"}},
}


@pytest.fixture
async def tokyo():
    async with (
        StandIn(TOKYO, pace=False) as stand_in,
        aiohttp.ClientSession() as session,
        answering(stand_in.url, "xoxb-tokyo", "xapp-tokyo"),
    ):
        yield Workspace(stand_in.url, session)


def test_the_words_of_a_message_are_what_a_reader_sees_in_order():
    assert text_of(RICH).split("\n") == [
        "fallback",
        "ADV-2026-0001",
        "*TLP:GREEN*",
        "MOFA",
        "外務省",
        "開く",
        "ask <@U01SATO>:eyes:https://example.org",
        "one",
        "2 of 4",
    ]


def test_a_button_is_found_wherever_it_stands():
    found = button(RICH, "open")
    assert found is not None
    assert found["value"] == "secret-value"
    assert button(RICH, "close") is None
    assert button({"text": "no blocks"}, "open") is None


async def test_every_gesture_reaches_the_bot_in_our_stand_in(tokyo):
    await check_every_gesture(tokyo)


async def test_refusals_of_our_stand_in_are_named(tokyo):
    await check_refusals_are_named(tokyo)
